"""What of an incident's life is told, and when two troubles are one: the ``[alerts]`` table."""

from __future__ import annotations

import msgspec

from vedette.alerts.spans import micros
from vedette.errors import ConfigError
from vedette.values import Level

RANK: dict[Level, int] = {"info": 0, "watch": 1, "act": 2}


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How incidents open, close and are told.

    Attributes
    ----------
    notify : {"act", "watch", "info"}
        Lowest level that is told; graver ones are too. Every incident is recorded, told or not.
    recover_after : int
        Windows without the trouble after which an incident counts as over.
    cooldown : str
        A trouble that comes back this soon after its incident closed is the same incident.
    remind_every : str
        How often an open incident that nobody acknowledged is told again; ``""`` never.
    digest : str
        With ``"1d"`` only what calls for action is told at once, the rest once a day, together; ``""`` tells all at
        once.

    Examples
    --------
    >>> Policy(cooldown="12h").cooldown
    '12h'
    """

    notify: Level = "watch"
    recover_after: int = 3
    cooldown: str = "1d"
    remind_every: str = "1d"
    digest: str = ""

    def __post_init__(self) -> None:
        for span in (self.cooldown, self.remind_every, self.digest):
            micros(span)
        if self.recover_after < 1:
            raise ConfigError(
                f"An incident is to be over after {self.recover_after} quiet windows",
                "At least 1",
                "Write recover_after = 1",
                code="alerts.never-recovers",
            )

    def tells(self, level: Level) -> bool:
        """Tell whether a level is told at all."""
        return RANK[level] >= RANK[self.notify]

    def at_once(self, level: Level) -> bool:
        """Tell whether a level is told at once, not in the digest."""
        return self.tells(level) and (not self.digest or level == "act")
