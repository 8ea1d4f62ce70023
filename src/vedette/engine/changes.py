"""What differs between two monitors, and what follows: what is counted again, where evidence begins anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from vedette.monitor import Monitor

#: What a change costs, the dearest first: the reference is fitted and every window counted again; every window is
#: counted again; evidence begins anew on the counts there are; findings differ from now on; only who is told, or
#: nothing on a server.
Effect = Literal["refit", "recount", "evidence", "judge", "tell", "none"]
EFFECTS: tuple[Effect, ...] = ("refit", "recount", "evidence", "judge", "tell", "none")
_WORDS: dict[str, dict[Effect, str]] = {
    "en": {
        "refit": "The reference is fitted again, and all windows are counted again",
        "recount": "All windows are counted again",
        "evidence": "Evidence begins anew over all windows; nothing is counted again",
        "judge": "Findings differ from now on; nothing is counted again",
        "tell": "Only who is told, and when, differs",
        "none": "Nothing differs on a server",
    },
    "zh": {
        "refit": "将重新拟合参考数据，并重新统计所有窗口",
        "recount": "将重新统计所有窗口",
        "evidence": "所有窗口的证据将重新累计；不重新统计",
        "judge": "今后的发现会不同；不重新统计",
        "tell": "只改变通知的对象与时间",
        "none": "服务器上没有变化",
    },
}
#: By the longest beginning of a key's path; the last is for what is not named.
_EFFECTS: dict[str, Effect] = {
    "schema": "refit",
    "schema.units": "refit",
    "windows.every": "refit",
    "windows.timezone": "refit",
    "windows.late": "judge",
    "windows.label_delay": "judge",
    "metrics": "recount",
    "rules": "judge",
    "reference": "evidence",
    "alerts": "tell",
    "alerts.false_alarms": "evidence",
    "alerts.recover_after": "judge",
    "calendar": "judge",
    "deploys": "judge",
    "mutes": "tell",
    "sinks": "tell",
    "": "none",
}


class Change(msgspec.Struct, frozen=True):
    """One key of a monitor that differs.

    Attributes
    ----------
    path : str
        ``"windows.every"``.
    before, after : Any
        Plain values, None where a key is not there.
    effect : Effect
    """

    path: str
    before: Any
    after: Any
    effect: Effect


class Difference(msgspec.Struct, frozen=True):
    """Everything that differs, and the dearest effect of it ("none" where nothing does)."""

    changes: tuple[Change, ...]
    effect: Effect

    def in_words(self, lang: Literal["en", "zh"] = "en") -> str:
        """Return what follows, in a sentence."""
        return _WORDS[lang][self.effect]


def difference(before: Monitor | None, after: Monitor) -> Difference:
    """Return what differs; against None everything that is said is new.

    Examples
    --------
    >>> from vedette.monitor import Windows
    >>> found = difference(Monitor(), Monitor(windows=Windows(every="6h")))
    >>> found.changes
    (Change(path='windows.every', before=None, after='6h', effect='refit'),)
    >>> found.in_words()
    'The reference is fitted again, and all windows are counted again'
    """
    old = {} if before is None else dict(_leaves(msgspec.to_builtins(before)))
    new = dict(_leaves(msgspec.to_builtins(after)))
    changes = tuple(
        Change(path, old.get(path), new.get(path), _effect(path))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )
    effects = [change.effect for change in changes] + (["refit"] if before is None else [])
    return Difference(changes, min(effects, key=EFFECTS.index, default="none"))


def _leaves(plain: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """Return the values of nested tables by their path; a list is one value."""
    found: list[tuple[str, Any]] = []
    for key, value in plain.items():
        path = f"{above}.{key}" if above else key
        found += _leaves(value, path) if isinstance(value, dict) else [(path, value)]
    return found


def _effect(path: str) -> Effect:
    parts = path.split(".")
    paths = (".".join(parts[:n]) for n in range(len(parts), -1, -1))
    return next(_EFFECTS[one] for one in paths if one in _EFFECTS)
