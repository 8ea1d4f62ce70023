"""A cause as an incident remembers it: what it is, the columns it explains, the first thing to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

#: Causes that are faults of the data: somebody has to mend a feed, whatever they cost today.
FAULTS = frozenset({"unit change", "swapped columns", "default value", "missing burst", "duplicated data"})
#: Of them the one that is about how much arrived as well.
_LOADED_TWICE = "duplicated data"
#: Causes that explain a column even where something else explains the model's performance.
_OF_COLUMNS = FAULTS | {"new category"}


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why something changed.

    Attributes
    ----------
    kind : str
        A word of the diagnosis: ``"unit change"``, ``"covariate shift"``.
    columns : tuple of str
        The columns it is about, the leading one first; findings about them belong to its incident.
    sentence, remedy : str
        In English.
    evidence : dict
        The numbers behind the sentence, with ``form``, from which it is said in other languages.
    performance : bool
        Whether it accounts for what the model answers and how well; findings about these then belong to it too.
    """

    kind: str
    columns: tuple[str, ...] = ()
    sentence: str = ""
    remedy: str = ""
    evidence: dict[str, Any] = {}
    performance: bool = True

    @property
    def key(self) -> str:
        """Return what tells this cause from others: its kind and its leading column."""
        return f"{self.kind}:{self.columns[0]}" if self.columns else self.kind

    @property
    def fault(self) -> bool:
        """Whether the data are wrong, and not the world another."""
        return self.kind in FAULTS

    @property
    def subjects(self) -> frozenset[str]:
        """Return what it explains, in the keys of `vedette.alerts.grouping.about`."""
        model = {"model"} if self.performance else set()
        volume = {"volume"} if self.kind == _LOADED_TWICE else set()
        return frozenset({*model, *volume, *(f"column:{name}" for name in self.columns)})


def distinct(explanations: Iterable[Explanation]) -> list[Explanation]:
    """Return explanations, ranked best first, in which each thing is explained by the best one only.

    One whose leading column a better one explains is left out, for its sentence would be about that; and so is a drift
    where something else accounts for the model's performance.

    Examples
    --------
    >>> ranked = [Explanation(kind="unit change", columns=("a",)), Explanation(kind="unit change", columns=("b",)),
    ...           Explanation(kind="covariate shift", columns=("a", "b", "c"))]
    >>> [(one.columns, one.performance) for one in distinct(ranked)]
    [(('a',), True), (('b',), False)]
    """
    found: list[Explanation] = []
    taken: set[str] = set()
    for one in explanations:
        if not taken.isdisjoint(one.columns[:1]):
            continue
        own = msgspec.structs.replace(
            one,
            columns=tuple(name for name in one.columns if name not in taken),
            performance=one.performance and not any(other.performance for other in found),
        )
        if own.subjects and (own.performance or own.kind in _OF_COLUMNS):
            found.append(own)
            taken.update(own.columns)
    return found
