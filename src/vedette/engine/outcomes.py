"""What labels tell window by window, as streams: losses of the model, by segment too, and what its scores mean.

Every loss is a count over a bounded loss: wrong and right rows, missed and found positives, pairs in the wrong
order, squared errors in a few bins. So it can be bet on like a column, under the same promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.engine.bins import values
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.streams import About, Followed, Past, law, reading
from vedette.evidence.concept import Concept, concept_dispersion
from vedette.evidence.risk import Risk, risk_dispersion
from vedette.evidence.season import Season, by_phase, choose_season
from vedette.layout import Layout
from vedette.summaries.base import State, Summary
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.histogram import Histogram
from vedette.summaries.residuals import Residuals
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Segment, Window

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Granted rise of a mean loss in [0, 1], and the same relative to the reference's loss: the larger counts.
POINTS, SHARE = 0.01, 0.05
#: Groups of score bins (and of errors) that a stream reads.
GROUPS = 20
#: Fewest labelled reference rows of a segment that is followed.
SUPPORT = 30
#: Classes that are followed one by one.
MOST_CLASSES = 20
#: Pairs of a positive and a negative that a window is compared by.
MOST_PAIRS = 20_000
#: Share of the labels that windows usually have from which a window's labels count as in. Those that come first are
#: no fair sample of it.
MATURE = 0.8
_LOST = np.array([1.0, 0.0])


class Losses(NamedTuple):
    """A loss to follow: its metric, where its counts come from, and the loss of each bin."""

    metric: str
    spec: Summary
    counts: Callable[[State, list[Window]], Floats]
    loss: Floats = _LOST
    of: str | None = None
    absolute: bool = True


def outcome_streams(past: Past, cube: Cube, layout: Layout) -> tuple[list[Followed], list[Followed]]:
    """Return the streams of the whole model's outcomes and those of segments; empty where there are no labels."""
    whole = [_risk(one, past) for one in losses(past.history, layout) if _known(one.spec, past, cube)]
    whole += [one for one in _meanings(past, layout) if one is not None]
    whole = [one for one in whole if _readable(one, cube)]
    by_segment = [
        followed
        for one in losses(past.history, layout)
        if one.metric in ("accuracy", "f1", "mae")
        for dimension in past.history.segments
        if dimension != TOTAL and _known(one.spec, past, cube, dimension)
        for followed in _segments(one, past, dimension)
    ]
    return whole, by_segment


def labelled_share(cube: Cube, layout: Layout) -> Floats:
    """Return the share of labelled rows of each window, shape (windows,); 0 without rows or labels."""
    state = None if layout.label is None else cube.state(_label_bins(layout) or _errors(layout) or _NO_SPEC)
    if state is None:
        return np.zeros(len(cube.windows))
    counts = state["counts"].reshape(len(state), -1).astype(float)
    rows = counts.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.nan_to_num(1 - counts[:, -1] / rows)
    return share


def _label_bins(layout: Layout) -> Histogram | Categories | None:
    """Return the counts of the label's values, None where it is neither number nor category."""
    if layout.label is None or not any(c.name == layout.label for c in layout.columns):
        return None
    return layout.bins(layout.label) if layout.column(layout.label).kind in ("number", "category") else None


def _errors(layout: Layout) -> Residuals | None:
    return layout.residuals() if layout.residual_binning is not None else None


_NO_SPEC = Residuals(prediction="", binning=Histogram.examples()[0].binning)


def _known(spec: Summary, past: Past, cube: Cube, dimension: str = TOTAL) -> bool:
    if dimension not in cube.segments or cube.segments[dimension] != past.history.segments.get(dimension):
        return False
    before = past.history.state(spec, dimension)
    return before is not None and cube.state(spec, dimension) is not None


def _readable(one: Followed, cube: Cube) -> bool:
    try:
        one.counts(cube)
    except KeyError:
        return False
    return True


def losses(history: Cube, layout: Layout) -> Iterator[Losses]:
    """Yield the losses that suit the task; none without labels."""
    if layout.label is None:
        return
    predicts = layout.prediction is not None or layout.schema.score is not None
    if layout.task in ("binary", "multiclass") and predicts and len(layout.classes) > 1:
        yield from _of_classes(layout)
    if layout.task == "binary" and layout.score is not None:
        yield from _of_scores(layout.score_bins(), history)
    if layout.task == "regression" and layout.residual_binning is not None:
        yield from _of_errors(layout.residuals(), history)


def _of_classes(layout: Layout) -> Iterator[Losses]:
    spec = layout.confusion()
    yield Losses("accuracy", spec, lambda state, _: np.stack(_wrong_right(state), axis=1))
    if len(layout.classes) == 2:
        for metric, (lost, kept) in _CELLS.items():
            yield Losses(metric, spec, _cells(lost, kept))
    elif len(layout.classes) <= MOST_CLASSES:
        for place, name in enumerate(layout.classes):
            yield Losses("recall", spec, _missed(place), of=name)


#: metric -> (predicted, true) places of rows that are lost and kept. The loss of F1 is one less the Jaccard index, of
#: which it is a rising function: the share of wrong rows among those that count.
_CELLS = {
    "f1": ([(1, 0), (0, 1)], [(1, 1)]),
    "precision": ([(1, 0)], [(1, 1)]),
    "recall": ([(0, 1)], [(1, 1)]),
    "specificity": ([(1, 0)], [(0, 0)]),
}


def _cells(
    lost: list[tuple[int, int]], kept: list[tuple[int, int]]
) -> Callable[[State, list[Window]], Floats]:
    def counts(state: State, _: list[Window]) -> Floats:
        table = state["counts"].astype(float)
        return np.stack([sum(table[:, i, j] for i, j in places) for places in (lost, kept)], axis=1)

    return counts


def _missed(place: int) -> Callable[[State, list[Window]], Floats]:
    def counts(state: State, _: list[Window]) -> Floats:
        true = state["counts"][:, :-1, place].astype(float)
        found = true[:, place]
        return np.stack((true.sum(1) - found, found), axis=1)

    return counts


def _wrong_right(state: State) -> tuple[Floats, Floats]:
    assert isinstance(state.spec, Confusion)
    k = len(state.spec.classes)
    joint = state["counts"][:, :k, :k].astype(float)
    right = np.trace(joint, axis1=1, axis2=2)
    return joint.sum((1, 2)) - right, right


def _of_scores(spec: ScoreBins, history: Cube) -> Iterator[Losses]:
    """Yield the order of pairs (ROC AUC) and the squared error of the probability."""
    state = history.state(spec)
    if state is None:
        return
    yield Losses("roc_auc", spec, _pairs, np.array([1.0, 0.5, 0.0]))
    if state["outside"].sum() == 0 and state["counts"][..., :2].sum():
        starts = _starts(state["counts"].sum((0, 2, 3))[:-1])
        rows = np.add.reduceat(state["counts"].sum((0, 2, 3))[:-1], starts)
        mean = np.add.reduceat(state["total"].sum(0)[:-1], starts) / np.maximum(rows, 1)
        loss = np.stack((mean**2, (1 - mean) ** 2), axis=1).ravel()
        yield Losses("brier", spec, _by_outcome(starts), np.clip(loss, 0.0, 1.0))


def _of_errors(spec: Residuals, history: Cube) -> Iterator[Losses]:
    """Yield the absolute error, cut at the largest per cent of the reference's."""
    state = history.state(spec)
    if state is None or not state["counts"][:, :-1].sum():
        return
    counts = state["counts"][:, :-1].sum(0).astype(float)
    size = np.abs(_centres(spec))
    order = np.argsort(size)
    most = size[order][np.searchsorted(np.cumsum(counts[order]) / counts.sum(), 0.99)]
    loss = np.minimum(size / most, 1.0) if most > 0 else (size > 0).astype(float)
    yield Losses("mae", spec, lambda state, _: state["counts"][:, :-1].astype(float), loss, absolute=False)


def _centres(spec: Residuals) -> Floats:
    """Return a residual for each bin but that of missing: its middle, outside the edges the edge."""
    edges = spec.binning.edges
    return np.concatenate((edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:]))


def _meanings(past: Past, layout: Layout) -> Iterator[Followed | None]:
    """Yield what scores mean (or how errors lie), and the values of the label."""
    if layout.label is None:
        return
    if layout.task == "binary" and layout.score is not None:
        yield _concept(layout.score_bins(), past)
    if layout.task == "regression" and layout.residual_binning is not None:
        yield _lie(layout.residuals(), past)
    label = _label_bins(layout)
    before = None if label is None else past.history.state(label)
    if label is not None and before is not None and _any_labels(before):
        stream, season = law(values(before), isinstance(label, Histogram), past)
        about = About("values", layout.label)
        yield Followed(about, True, reading(label, values), stream, season)


def _any_labels(state: State) -> bool:
    return bool(values(state).sum() > 0)


def _concept(spec: ScoreBins, past: Past) -> Followed | None:
    state = past.history.state(spec)
    if state is None or not state["counts"][..., :2].sum():
        return None
    starts = _starts(state["counts"].sum((0, 2, 3))[:-1])
    read = _by_outcome(starts)
    counts = read(state, past.history.windows).reshape(len(state), -1, 2)
    dispersed = concept_dispersion(counts)
    stream = Concept(counts.sum(0), dispersed)
    about = About("concept", None, "calibration_bias")
    return Followed(
        about,
        True,
        lambda cube: read(cube.states[TOTAL, spec], cube.windows),
        stream,
        Season("none", 1, dispersed, True),
    )


def _lie(spec: Residuals, past: Past) -> Followed | None:
    """Return the stream of the errors' whole law: bias and spread."""
    state = past.history.state(spec)
    if state is None or not state["counts"][:, :-1].sum():
        return None
    starts = _starts(state["counts"].sum(0)[:-1], GROUPS // 2)

    def counts(state: State) -> Floats:
        inside = np.add.reduceat(state["counts"][:, :-1].astype(float), starts, axis=1)
        return np.column_stack((inside, np.zeros(len(inside))))

    stream, season = law(counts(state), True, past)
    return Followed(
        About("concept", None, "bias"), True, lambda cube: counts(cube.states[TOTAL, spec]), stream, season
    )


def _risk(one: Losses, past: Past) -> Followed:
    state = past.history.states[TOTAL, one.spec]
    stream, season = risk_of(one.counts(state, past.history.windows), one, past)
    return Followed(
        About("performance", None, one.metric, one.of),
        True,
        lambda cube: one.counts(cube.states[TOTAL, one.spec], cube.windows),
        stream,
        season,
    )


def _segments(one: Losses, past: Past, dimension: str) -> Iterator[Followed]:
    """Yield the stream of each segment with enough labels in the reference."""
    names = past.history.segments[dimension]
    state = past.history.states[dimension, one.spec]
    counts = one.counts(state, past.history.windows).reshape(-1, len(names), len(one.loss))
    for place, name in enumerate(names):
        if counts[:, place].sum() >= SUPPORT:
            stream, season = risk_of(counts[:, place], one, past)
            about = About("performance", None, one.metric, one.of, Segment(dimension, name))
            yield Followed(about, True, _in_segment(one, dimension, len(names), place), stream, season)


def _in_segment(one: Losses, dimension: str, size: int, place: int) -> Callable[[Cube], Floats]:
    def counts(cube: Cube) -> Floats:
        state = cube.states[dimension, one.spec].take(slice(place, None, size))
        return one.counts(state, cube.windows)

    return counts


def risk_of(counts: Floats, one: Losses, past: Past) -> tuple[Risk, Season]:
    """Return the stream of a loss from the reference's counts by window, shape (windows, b)."""
    lost = counts @ one.loss
    season = choose_season(np.stack((lost, counts.sum(1) - lost), axis=1), past.phases, past.cycles)
    dispersed = max(risk_dispersion(counts, one.loss, past.phases[season.name]), season.dispersion)
    mean = float(lost.sum() / max(counts.sum(), 1.0))
    tolerance = max(POINTS, SHARE * mean) if one.absolute else SHARE * mean
    if not season.known and len(counts) > 1:  # half-known seasons are granted as they are for columns
        tolerance += 1.645 * _between(counts, one.loss, dispersed)
    grouped = by_phase(counts, past.phases[season.name], season.phases)
    return Risk(grouped, one.loss, dispersed, tolerance), season._replace(dispersion=dispersed)


def _between(counts: Floats, loss: Floats, dispersed: float) -> float:
    """Return the standard deviation of windows' mean losses beyond what their rows explain."""
    n = counts.sum()
    mean = float((counts @ loss).sum() / max(n, 1.0))
    variance = float((counts @ loss**2).sum() / max(n, 1.0)) - mean**2
    filled = max(int(np.count_nonzero(counts.sum(1))), 1)
    return float(np.sqrt(max((dispersed - 1) * variance * filled / max(n, 1.0), 0.0)))


def _starts(mass: npt.NDArray[np.generic], groups: int = GROUPS) -> npt.NDArray[np.intp]:
    """Return the first bin of each of about so many groups of equal mass."""
    each: Floats = mass.astype(np.float64)
    total = np.cumsum(each)
    middle = (total - each / 2) / np.maximum(total[-1], 1e-12)
    group = np.minimum(middle * groups, groups - 1).astype(int)
    return np.flatnonzero(np.diff(group, prepend=-1) > 0)


def _by_outcome(starts: npt.NDArray[np.intp]) -> Callable[[State, list[Window]], Floats]:
    """Return how rows are counted by group of score bins and outcome, shape (cells, 2 groups)."""

    def counts(state: State, _: list[Window]) -> Floats:
        labelled = state["counts"][:, :-1, :, :2].sum(2).astype(float)
        return np.add.reduceat(labelled, starts, axis=1).reshape(len(labelled), -1)

    return counts


def _pairs(state: State, windows: list[Window]) -> Floats:
    """Return how many pairs of a positive and a negative lie in the wrong order, tie, and lie in the right one.

    Every row is in at most one pair, so that pairs are independent; which pairs, is dealt out by the window's date.
    """
    counts = state["counts"][:, :-1, :, :2].sum(2).round().astype(np.int64)
    each = max(len(counts) // len(windows), 1)
    return np.array([_paired(c, windows[i // each].start) for i, c in enumerate(counts)])


def _paired(counts: Ints, seed: int) -> Floats:
    rng = np.random.default_rng(abs(seed))
    bins = np.arange(len(counts))
    negative, positive = (rng.permutation(np.repeat(bins, counts[:, y])) for y in (0, 1))
    m = min(len(negative), len(positive), MOST_PAIRS)
    ahead = positive[:m] - negative[:m]
    return np.array([np.sum(ahead < 0), np.sum(ahead == 0), np.sum(ahead > 0)], float)
