"""Slices of one and two features whose losses rose: where the model got worse, with chance accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from vedette.diagnosis.conditions import in_words
from vedette.diagnosis.words import Lang
from vedette.engine.cube import TOTAL
from vedette.engine.fit import fit_layout
from vedette.engine.labels import LateLabels
from vedette.engine.scan import Wanted, scan
from vedette.errors import ConfigError
from vedette.inference.multiplicity import benjamini_hochberg
from vedette.layout import Layout
from vedette.schema import Schema
from vedette.sources.base import Source, open_source
from vedette.summaries.pair_losses import PairLosses, group_names

Floats = npt.NDArray[np.float64]
#: Features that are paired; the rest are left out.
MOST = 15
#: Rows a slice needs on either side: this many, and this share.
ROWS, SHARE = 32, 0.01
#: Rise of the loss (a share of the reference's mean loss) below which nobody cares.
TOLERANCE = 0.02
#: A child must be worse than its parent by this many standard errors, or the parent explains it.
BEYOND = 3.0


class Slice(msgspec.Struct, frozen=True):
    """Rows told by one or two conditions, and how their loss changed.

    Attributes
    ----------
    conditions : tuple of str
        ``"plan = basic"``, ``"20 <= age < 30"``; missing entries are a condition of their own.
    rows, before : float
        Labelled rows now and in the reference.
    share : float
        Of the labelled rows now.
    loss, usual : float
        Mean loss now and in the reference: error rate, or mean absolute error.
    change, low, high : float
        ``loss - usual`` with its interval.
    z, p : float
        How many standard errors, and the p-value of "not worse" adjusted over all slices looked at.
    cost : float
        What the change adds to the loss of all rows: ``share * change``.
    """

    conditions: tuple[str, ...]
    rows: float
    before: float
    share: float
    loss: float
    usual: float
    change: float
    low: float
    high: float
    z: float
    p: float
    cost: float

    def in_words(self, lang: Lang = "en") -> str:
        """Return the conditions joined."""
        return in_words(self.conditions, lang)

    def __str__(self) -> str:
        return self.in_words()


class _Cell(msgspec.Struct, frozen=True):
    """One slice's sums now and then, and the features it is about: (feature, group) pairs."""

    of: tuple[tuple[int, int], ...]
    now: Floats
    then: Floats


def slices(
    reference: Any,
    current: Any,
    schema: Schema,
    *,
    labels: Any = None,
    columns: Sequence[str] | None = None,
    alpha: float = 0.01,
    level: float = 0.95,
) -> list[Slice]:
    """Slices of one and two features whose loss rose, the dearest first.

    It answers where the model got worse, against the reference and not against its other rows: a slice that was
    always hard is no news. It misleads where a third feature is the reason, and it does not see slices of fewer than
    32 rows or 1 % of either side. A slice that one of its conditions alone explains is left out.

    Parameters
    ----------
    reference, current : frame, mapping of arrays, or path
        Rows with labels; rows without one are left out.
    schema : Schema
        It names the label, and score or prediction.
    labels : frame or path, optional
        Labels of the current rows in a table of their own, joined by id.
    columns : list of str, optional
        Features to cut by, at most 15; default the first ones.
    alpha : float
        Bound on the share of false slices among those told (Benjamini and Hochberg).
    level : float
        Confidence of the intervals.

    Raises
    ------
    ConfigError
        There are no labels, or nothing was predicted (``slices.no-losses``).

    References
    ----------
    S. Sagadeeva, M. Boehm (2021), SliceLine, doi:10.1145/3448016.3457323. Y. Benjamini, Y. Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def rows(n, broken):
    ...     age, plan = rng.uniform(20, 80, n), rng.choice(["basic", "pro"], n)
    ...     wrong = rng.random(n) < 0.1 + broken * ((plan == "pro") & (age > 60))
    ...     return {"age": age, "plan": plan, "said": np.ones(n, int), "true": 1 - wrong}
    >>> found = slices(rows(20000, 0.0), rows(5000, 0.4), Schema(prediction="said", label="true"))
    >>> [condition.split()[-1] for condition in found[0].conditions if "plan" in condition]
    ['pro']
    """
    sources = open_source(reference), open_source(current)
    layout = fit_layout(sources[0], schema)
    return sliced(layout, *sources, late_labels(labels, schema), columns, alpha, level)


def sliced(
    layout: Layout,
    reference: Source,
    current: Source,
    late: LateLabels | None = None,
    columns: Sequence[str] | None = None,
    alpha: float = 0.01,
    level: float = 0.95,
) -> list[Slice]:
    """Return the slices of rows whose layout is known; the parameters are those of `slices`."""
    spec = pair_losses(layout, columns)
    now, then = (
        scan(rows, layout, Wanted((spec,)), labels=joined).states[TOTAL, spec]["sums"][0]
        for rows, joined in ((current, late), (reference, None))
    )
    return ranked(spec, now, then, alpha, level)


def late_labels(given: Any, schema: Schema) -> LateLabels | None:
    """Return labels of a table of their own, read already or not."""
    return given if given is None or isinstance(given, LateLabels) else LateLabels(given, schema)


def pair_losses(layout: Layout, columns: Sequence[str] | None = None) -> PairLosses:
    """Return the counts that slices are read off."""
    asked = [layout.column(name) for name in columns] if columns is not None else list(layout.columns)
    held = [c for c in asked if c.role in ("feature", "segment") and c.kind in ("number", "category")][:MOST]
    losses = layout.bin_losses(held[0].name) if held else None
    if losses is None or len(held) < 2:
        raise ConfigError(
            "There are no losses to cut, or fewer than two features to cut them by",
            "A label, a score or prediction, and two features or more",
            "Name them: Schema(label=..., prediction=...)",
            code="slices.no-losses",
        )
    bins = {
        kind: tuple(layout.bins(c.name) for c in held if c.kind == kind) for kind in ("number", "category")
    }
    return PairLosses(
        numbers=bins["number"],  # type: ignore[arg-type]
        categories=bins["category"],  # type: ignore[arg-type]
        confusion=losses.confusion,
        errors=losses.errors,
    )


def ranked(spec: PairLosses, now: Floats, then: Floats, alpha: float, level: float) -> list[Slice]:
    """Return the slices of sums of shape (pairs, groups, groups, 3), the dearest first."""
    n, m = now[0, ..., 0].sum(), then[0, ..., 0].sum()
    if not (n and m):
        return []
    cells = [c for c in _cells(spec, now, then) if _enough(c.now[0], n) and _enough(c.then[0], m)]
    if not cells:
        return []
    change, error = (np.array(part) for part in zip(*(_change(c.now, c.then) for c in cells), strict=True))
    z = change / error
    p = benjamini_hochberg(ndtr(-z))
    usual = then[0, ..., 1].sum() / m
    width = float(ndtri((1 + level) / 2))
    overall = now[0, ..., 1].sum() / n - usual
    told = [
        i
        for i in np.lexsort((-z,))
        if p[i] <= alpha
        and change[i] - width * error[i] > TOLERANCE * usual
        and change[i] - overall > BEYOND * error[i]  # else it is worse as all rows are
    ]
    names = [group_names(feature) for feature in spec.features]
    kept = [i for i in told if not _explained(i, told, cells, change, error)]
    made = [_slice(cells[i], names, n, change[i], width * error[i], z[i], p[i]) for i in kept]
    return sorted(made, key=lambda one: -one.cost)


def _enough(rows: float, total: float) -> bool:
    return bool(rows >= max(ROWS, SHARE * total))


def _cells(spec: PairLosses, now: Floats, then: Floats) -> Iterator[_Cell]:
    """Yield every group of every feature, then every cell of every pair."""
    seen: set[int] = set()
    for number, features in enumerate(spec.pairs):
        for place, feature in enumerate(features):
            if feature not in seen:
                seen.add(feature)
                sums = [side[number].sum(1 - place) for side in (now, then)]
                for group in range(len(sums[0])):
                    yield _Cell(((feature, group),), sums[0][group], sums[1][group])
    for number, (i, j) in enumerate(spec.pairs):
        for a, b in zip(*np.nonzero(now[number, ..., 0]), strict=True):
            yield _Cell(((i, int(a)), (j, int(b))), now[number, a, b], then[number, a, b])


def _change(now: Floats, then: Floats) -> tuple[float, float]:
    """Return the change of the mean loss and its standard error; a side's spread is at least that of both together."""
    whole = _variance(now + then)
    error = sum(max(whole, _variance(side)) / side[0] for side in (now, then))
    return float(now[1] / now[0] - then[1] / then[0]), float(np.sqrt(error))


def _variance(side: Floats) -> float:
    return max(float(side[2] / side[0] - (side[1] / side[0]) ** 2), 1e-12)


def _explained(i: int, told: Sequence[int], cells: Sequence[_Cell], change: Floats, error: Floats) -> bool:
    """Tell whether another slice that is told says the same: a parent as bad, or children that are all of it."""
    mine = set(cells[i].of)
    parents = [j for j in told if set(cells[j].of) < mine]
    if any(change[i] - change[j] < BEYOND * error[i] for j in parents):
        return True
    children: dict[int, list[_Cell]] = {}  # by the feature they cut the parent by: those do not overlap
    for j in told:
        if mine < set(cells[j].of):
            ((feature, _),) = set(cells[j].of) - mine
            children.setdefault(feature, []).append(cells[j])
    return any(_rest_is_well(cells[i], cut) for cut in children.values())


def _rest_is_well(parent: _Cell, children: Sequence[_Cell]) -> bool:
    """Tell whether a parent without some children did not change: then they are the slices to name."""
    now, then = (getattr(parent, side) - sum(getattr(c, side) for c in children) for side in ("now", "then"))
    if now[0] < ROWS or then[0] < ROWS:
        return False
    change, error = _change(now, then)
    return change < BEYOND * error


def _slice(
    cell: _Cell, names: Sequence[Sequence[str]], n: float, change: float, half: float, z: float, p: float
) -> Slice:
    rows, before = float(cell.now[0]), float(cell.then[0])
    return Slice(
        conditions=tuple(names[feature][group] for feature, group in cell.of),
        rows=rows,
        before=before,
        share=float(rows / n),
        loss=float(cell.now[1] / rows),
        usual=float(cell.then[1] / before),
        change=float(change),
        low=float(change - half),
        high=float(change + half),
        z=float(z),
        p=float(p),
        cost=float(change * rows / n),
    )
