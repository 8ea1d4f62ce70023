"""The false-alarm promise in words, "1 per month", as the evidence an alarm takes."""

from __future__ import annotations

import re

import msgspec

from vedette.errors import ConfigError

_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "quarter": 91.3125, "year": 365.25}


class Promise(msgspec.Struct, frozen=True):
    """At most `count` false alarms in `days` days, for the whole model.

    Examples
    --------
    >>> Promise.parse("1 per month").windows_between(1 / 24)
    730.5
    >>> str(Promise.parse("2 per year"))
    '2 per year'
    """

    count: float
    unit: str

    @classmethod
    def parse(cls, text: str) -> Promise:
        """Return the promise written as ``"1 per month"``.

        Raises
        ------
        ConfigError
            Code ``alerts.bad-promise``.
        """
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s+(?:per|a|an)\s+(\w+?)s?\s*", text)
        if not found or found[2] not in _DAYS or float(found[1]) <= 0:
            raise ConfigError(
                f"The promise {text!r} is not understood",
                f"A number per {', '.join(_DAYS)}",
                "Write for example false_alarms = '1 per month'",
                code="alerts.bad-promise",
            )
        return cls(float(found[1]), found[2])

    def windows_between(self, window_days: float) -> float:
        """Return how many windows the promise leaves between two false alarms, at least 2."""
        return max(_DAYS[self.unit] / self.count / window_days, 2.0)

    def __str__(self) -> str:
        return f"{self.count:g} per {self.unit}"
