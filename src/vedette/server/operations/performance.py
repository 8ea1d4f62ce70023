"""How well models do, as Prometheus may be told it: by labels where they are in, and what is expected where not.

Half of the labels are not half of the truth: those that come first are others than those that come last. So a metric
over the labels so far is told nowhere; the pages decide in the same way (`vedette.server.showing.told`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import numpy as np

from vedette import registry
from vedette.late_labels.maturity import FINAL
from vedette.server.evaluation.expecting import MATURITY, NOWCAST
from vedette.server.showing import numbers
from vedette.server.showing.told import ESTIMATED, FIELDS, chosen
from vedette.store import series, windows
from vedette.store.database import Transaction
from vedette.store.series import Series, SeriesKey
from vedette.store.windows import StoredWindow
from vedette.values import Estimates

#: Families of metrics about how good a model is.
PERFORMANCE = ("classification", "regression", "ranking", "calibration")
#: What the value of a window rests on, in the words of a label: the labels so far beside the law of their delays, or
#: scores alone.
BY = {"nowcast": "nowcast", "estimated": "scores"}
#: What the names of series begin with: by labels, without, and by those so far.
_WAYS = ("", ESTIMATED, NOWCAST)
_WHOLE = ("", "")


class Standing:
    """The performance of one version of a model: in its latest window with labels, and expected of its latest one.

    Parameters
    ----------
    tx : Transaction
    window : StoredWindow
        Its latest closed window.
    last : mapping of SeriesKey to Series
        Those of `asked` that it has of the whole model, in that window, with `FIELDS`.
    """

    def __init__(self, tx: Transaction, window: StoredWindow, last: Mapping[SeriesKey, Series]) -> None:
        self._tx, self._window = tx, window
        self._metrics = {key.metric for key in last}
        self._last = _estimates(last)
        looked = self._last.get(MATURITY)
        #: How complete the labels of the latest window must be by now, nan where nobody looked.
        self.maturity = np.nan if looked is None else float(looked.value[0])

    def settled(self) -> StoredWindow | None:
        """Return the latest closed window whose labels are in, None without one.

        One that nobody has looked at yet counts as such only where labels are not waited for at all.
        """
        if MATURITY not in self._metrics or self.maturity >= FINAL:
            return self._window
        said = series.get(self._tx, self._key(MATURITY), end=self._window.start)
        starts = said.windows[numbers.line(said) >= FINAL] if len(said) else said.windows
        if not len(starts):
            return None
        model, version, last = self._window.model, self._window.version, int(starts[-1])
        found = windows.listing(self._tx, model, version, start=last, end=last + 1)
        return found[0] if found else None  # windows may be forgotten before their numbers

    def known(self, window: StoredWindow) -> Iterator[tuple[str, Mapping[str, float]]]:
        """Yield the metrics of a window with labels and their values by bound."""
        names = sorted(self._metrics & performance())
        told = self._last
        if window.start != self._window.start:
            keys, end = [self._key(name) for name in names], window.start + 1
            told = _estimates(series.get_many(self._tx, keys, FIELDS, start=window.start, end=end))
        for name in names:
            if name in told:
                yield name, _bounds(told[name])

    def expected(self) -> Iterator[tuple[str, str, Mapping[str, float]]]:
        """Yield metrics that the latest window will show, what that rests on (`BY`), and their values by bound.

        Nothing of those whose labels are in, or of which only the labels so far could be told.
        """
        nothing = Estimates.none(np.zeros(1), "insufficient")
        names = (n for n in sorted(performance()) if {ESTIMATED + n, NOWCAST + n} & self._metrics)
        for name in names:
            real, guess, cast = (self._last.get(prefix + name, nothing) for prefix in _WAYS)
            told = chosen(
                real=real,
                guess=guess,
                cast=cast if NOWCAST + name in self._metrics else None,
                maturity=np.array([self.maturity]),
                labelled=np.array([float(self._window.labelled)]),
                rows=np.array([float(self._window.rows)]),
                firsts=[np.full(1, np.nan)],
            )
            if (rests := told.how(0)) in BY:
                yield name, BY[rests], _bounds(told.estimates)

    def _key(self, metric: str) -> SeriesKey:
        return SeriesKey(self._window.model, self._window.version, metric)


@functools.cache
def asked() -> frozenset[str]:
    """Return the names of the series that tell the performance of a window."""
    return frozenset({MATURITY, *(way + name for name in performance() for way in _WAYS)})


@functools.cache
def performance() -> frozenset[str]:
    """Return the names of the metrics about how good a model is."""
    paths = registry.paths("metric")
    families = {name: path.split(".")[2:3] for name, path in paths.items()}
    return frozenset(name for name, family in families.items() if family and family[0] in PERFORMANCE)


def _estimates(found: Mapping[SeriesKey, Series]) -> dict[str, Estimates]:
    """Return what series of one window say of the whole model, by metric."""
    there = ((key, one) for key, one in found.items() if len(one) and _WHOLE in one.places)
    return {key.metric: one.estimates(one.places.index(_WHOLE)) for key, one in there}


def _bounds(found: Estimates) -> Mapping[str, float]:
    """Return the one estimate by bound."""
    return {"point": float(found.value[0]), "lower": float(found.low[0]), "upper": float(found.high[0])}
