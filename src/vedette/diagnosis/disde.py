"""A change of performance taken apart on request: easier or harder rows, another law of the label, new regions.

It needs the rows of both sides and fits models to them, so that it is asked for and never run unasked. It takes
scikit-learn (``pip install vedette[detect]``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.diagnosis.conditions import in_words
from vedette.diagnosis.slices import late_labels, pair_losses
from vedette.diagnosis.words import Lang, say
from vedette.engine.fit import fit_layout
from vedette.engine.labels import LateLabels
from vedette.errors import DataError, require
from vedette.estimation.impact import SLIGHT
from vedette.layout import Layout
from vedette.schema import Schema
from vedette.sources.base import Source, open_source
from vedette.summaries.base import weights
from vedette.summaries.pair_losses import losses

Floats = npt.NDArray[np.float64]
#: Parts of the cross-fit, and resamples of the interval.
FOLDS, DRAWS = 5, 200
#: Rows either side needs, and rows that are read of a longer one.
LEAST, MOST = 200, 50_000
#: Probabilities are kept this far from 0 and 1.
CLIP = 0.01
#: Rows of a leaf, and depth, of the tree that names a region.
LEAF, DEPTH = 100, 6
#: Change of the loss of a region that is worth naming.
NAMED = 0.02


class Term(msgspec.Struct, frozen=True):
    """One part of the change, with its interval; in points of the loss (0.02: two points lost)."""

    value: float
    low: float
    high: float


class Region(msgspec.Struct, frozen=True):
    """Rows where the label follows another law: the conditions, their share of current rows, and the change there.

    ``change`` is observed minus expected share of errors, the expectation fitted on the reference.
    """

    conditions: tuple[str, ...]
    share: float
    change: float

    def __str__(self) -> str:
        return in_words(self.conditions)


class Disde(msgspec.Struct, frozen=True):
    """The change of the mean loss and its three parts.

    Attributes
    ----------
    before, now : float
        Mean loss on either side: error rate, or mean absolute error.
    covariate : Term
        Rows both sides have, in other proportions.
    concept : Term
        The same rows with other labels.
    unseen : Term
        Rows that the reference hardly has.
    shared : float
        Overlap of the two sides: 1 when nothing tells them apart, 0 when everything does.
    region : Region, optional
        Where the label's law changed most, where that part is beyond chance.
    """

    before: float
    now: float
    covariate: Term
    concept: Term
    unseen: Term
    shared: float
    region: Region | None = None

    @property
    def largest(self) -> str:
        """The largest part beyond chance and half a point: "covariate", "concept", "unseen", or "none"."""
        parts = {name: getattr(self, name) for name in ("covariate", "concept", "unseen")}
        sure = {name: t for name, t in parts.items() if _notable(t)}
        return max(sure, key=lambda name: abs(sure[name].value)) if sure else "none"

    def in_words(self, lang: Lang = "en") -> str:
        """Return what changed, why, and what to do."""
        fields = {"before": self.before, "now": self.now, "change": self.now - self.before}
        parts = {name: getattr(self, name).value for name in ("covariate", "concept", "unseen")}
        said = say(lang, "disde.change", **fields, **parts)
        where = ""
        if self.region is not None and self.largest == "concept":
            where = say(
                lang, "disde.where", region=in_words(self.region.conditions, lang), share=self.region.share
            )
        return said + say(lang, f"disde.{self.largest}") + where


def disde(
    reference: Any,
    current: Any,
    schema: Schema,
    *,
    labels: Any = None,
    level: float = 0.95,
    seed: int = 0,
) -> Disde:
    """Split of a change of the mean loss into three: other proportions, another concept, new regions.

    ``E_Q l - E_P l = (E_S l_P - E_P l_P) + (E_S l_Q - E_S l_P) + (E_Q l_Q - E_S l_Q)``, S the rows that both sides
    share. Which rows those are, a classifier of reference against current rows says, fitted on four fifths and asked
    about the fifth. It answers whether to reweight, relabel or collect: the middle part is what no reweighting can
    mend. It misleads where the two sides share few rows (look at `shared`), and where an input that matters was not
    logged: its change looks like another concept.

    Parameters
    ----------
    reference, current : frame, mapping of arrays, or path
        Rows with labels; of each side at most 50,000, spread evenly. Rows without label or prediction are left out.
    schema : Schema
        It names the label, and score or prediction; number and category features are the inputs.
    labels : frame or path, optional
        Labels of the current rows in a table of their own, joined by id.
    level : float
        Confidence of the intervals: of resampled rows, the classifier being as it is.
    seed : int

    Returns
    -------
    Disde

    Raises
    ------
    ConfigError
        The schema names no losses (``slices.no-losses``).
    MissingExtraError
        scikit-learn is not installed (``install.missing-extra``).
    DataError
        Either side has fewer than 200 labelled rows (``disde.few-rows``).

    References
    ----------
    T. Cai, H. Namkoong, S. Yadlowsky (2023), Diagnosing model performance under distribution shift,
    arXiv:2303.02011. J. Liu et al. (2023), WhyShift, NeurIPS, for the region.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def rows(n, flipped):
    ...     x = rng.normal(size=n)
    ...     right = rng.random(n) < np.where(x > 0.5, 0.9 - flipped, 0.9)
    ...     return {"x": x, "z": rng.normal(size=n), "said": np.ones(n, int), "true": right.astype(int)}
    >>> found = disde(rows(4000, 0.0), rows(4000, 0.5), Schema(prediction="said", label="true"))
    >>> found.largest, round(found.concept.value, 1)
    ('concept', 0.2)
    """
    sources = open_source(reference), open_source(current)
    return split(fit_layout(sources[0], schema), *sources, late_labels(labels, schema), level, seed)


def split(
    layout: Layout,
    reference: Source,
    current: Source,
    late: LateLabels | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Disde:
    """Return the parts of rows whose layout is known; the parameters are those of `disde`."""
    sides = [_rows(rows, layout, joined) for rows, joined in ((reference, None), (current, late))]
    if min(len(loss) for _, loss, _ in sides) < LEAST:
        raise DataError(
            f"Fewer than {LEAST} labelled rows on one side",
            "Labelled rows of reference and current data",
            "Wait for labels, or give more rows",
            code="disde.few-rows",
        )
    (x, before, w), (y, now, v) = sides
    _learners()
    with _alone():
        chance = _chance(np.concatenate((x, y)), len(x), np.concatenate((w, v)), seed)
    shared = _overlap(chance, len(x), len(y))
    weights_ = (w * shared[: len(x)], v * shared[len(x) :])
    terms = _terms(before, now, weights_, (w, v))
    spread = _spread(before, now, weights_, (w, v), level, seed)
    made = [Term(float(t), float(a), float(b)) for t, (a, b) in zip(terms, spread, strict=True)]
    region = None
    if _notable(made[1]):
        with _alone():
            region = _region(layout, x, before, w, y, now, v * shared[len(x) :], seed)
    overlap = float(np.average(shared[len(x) :], weights=v))
    start, end = float(np.average(before, weights=w)), float(np.average(now, weights=v))
    covariate, concept, unseen = made
    return Disde(start, end, covariate, concept, unseen, min(overlap, 1.0), region)


def _notable(term: Term) -> bool:
    """Tell whether a part is beyond chance and worth naming."""
    return (term.low > 0 or term.high < 0) and abs(term.value) >= SLIGHT


def _rows(source: Source, layout: Layout, late: LateLabels | None = None) -> tuple[Floats, Floats, Floats]:
    """Return inputs of shape (n, d), nan where missing, the loss and the weight of labelled rows."""
    spec = pair_losses(layout)
    held = [
        c for c in layout.columns if c.role in ("feature", "segment") and c.kind in ("number", "category")
    ]
    names = [c.name for c in held]
    outcome = spec.confusion or spec.errors
    assert outcome is not None
    step = max(1, -(-(source.rows or 0) // MOST))
    parts: list[tuple[Floats, Floats, Floats]] = []
    keys = [str(layout.schema.id)] if late is not None else []
    for partition in source.partitions():
        for table in partition.read([*dict.fromkeys((*names, *outcome.reads(), *keys))], []):
            batch = Batch(table)
            batch = batch.take(np.arange(0, len(batch), step)) if step > 1 else batch
            batch = late.join(batch, keys[0]) if late is not None else batch
            loss = losses(batch, spec.confusion, spec.errors)
            given = weights(batch, outcome.weight)
            columns = [
                batch.numbers(c.name)
                if c.kind == "number"
                else batch.codes(c.name, c.known + c.rest).astype(float)
                for c in held
            ]
            weight = np.ones(len(loss)) if given is None else given
            kept = np.isfinite(loss) & (weight > 0)
            parts.append((np.column_stack(columns)[kept], loss[kept], weight[kept]))
    inputs, loss, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    return np.where(np.isfinite(inputs), inputs, np.nan), loss, weight


def _chance(inputs: Floats, first: int, weight: Floats, seed: int) -> Floats:
    """Return the probability that each row is a current one, by models that did not see it."""
    _, boosted = _learners()
    live = (np.arange(len(inputs)) >= first).astype(int)
    fold = np.random.default_rng(seed).permutation(len(inputs)) % FOLDS
    found = np.empty(len(inputs))
    for k in range(FOLDS):
        model = boosted(max_depth=4, max_iter=60, learning_rate=0.1, random_state=seed)
        model.fit(inputs[fold != k], live[fold != k], sample_weight=weight[fold != k])
        found[fold == k] = model.predict_proba(inputs[fold == k])[:, 1]
    return np.clip(found, CLIP, 1 - CLIP)


def _overlap(chance: Floats, n: int, m: int) -> Floats:
    """Return the weight of each row that makes either side the shared rows; 1 where the sides cannot be told apart."""
    live = m / (n + m)
    both = (1 - live) * chance + live * (1 - chance)
    side = np.concatenate((2 * (1 - live) * chance[:n], 2 * live * (1 - chance[n:])))
    return np.asarray(side / both)


def _terms(before: Floats, now: Floats, shared: tuple[Floats, Floats], own: tuple[Floats, Floats]) -> Floats:
    """Return the three parts of the change."""
    there, here = np.average(before, weights=shared[0]), np.average(now, weights=shared[1])
    start, end = np.average(before, weights=own[0]), np.average(now, weights=own[1])
    return np.array([there - start, here - there, end - here])


def _spread(
    before: Floats,
    now: Floats,
    shared: tuple[Floats, Floats],
    own: tuple[Floats, Floats],
    level: float,
    seed: int,
) -> Floats:
    """Return the interval of each part over resampled rows, shape (3, 2)."""
    rng = np.random.default_rng(seed)
    drawn = np.empty((DRAWS, 3))
    for k in range(DRAWS):
        times = (rng.poisson(1.0, len(before)), rng.poisson(1.0, len(now)))
        both = [(w[0] * times[0], w[1] * times[1]) for w in (shared, own)]
        drawn[k] = _terms(before, now, both[0], both[1])
    return np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0).T


def _region(
    layout: Layout, x: Floats, before: Floats, w: Floats, y: Floats, now: Floats, v: Floats, seed: int
) -> Region | None:
    """Return the leaf of a small tree in which the loss differs most, in sum, from what the reference expects."""
    tree_of, _ = _learners()
    from sklearn.ensemble import HistGradientBoostingRegressor

    expected = HistGradientBoostingRegressor(max_depth=4, max_iter=60, random_state=seed)
    expected.fit(x, before, sample_weight=w)
    excess = now - expected.predict(y)
    tree = tree_of(
        max_depth=DEPTH, min_samples_leaf=min(LEAF, len(y) // 4), ccp_alpha=1e-3, random_state=seed
    )
    filled = np.where(np.isnan(y), _low(y), y)
    tree.fit(filled, excess, sample_weight=v)
    leaf = tree.apply(filled)
    sums = {k: float((excess * v)[leaf == k].sum()) for k in np.unique(leaf).tolist()}
    best = max(sums, key=lambda k: abs(sums[k]))
    inside = leaf == best
    change = float(np.average(excess[inside], weights=v[inside]))
    if abs(change) < NAMED:
        return None
    return Region(tuple(_path(layout, tree, best)), float(inside.mean()), change)


def _low(values: Floats) -> float:
    """Return a number below all others, which stands for missing."""
    return float(np.nanmin(values, initial=0.0)) - 1.0


def _path(layout: Layout, tree: Any, leaf: int) -> Iterator[str]:
    """Yield the conditions that lead to a leaf, those on one column joined."""
    held = [
        c for c in layout.columns if c.role in ("feature", "segment") and c.kind in ("number", "category")
    ]
    inner, node = tree.tree_, leaf
    bounds: dict[int, tuple[float, float]] = {}
    sides = (inner.children_left, inner.children_right)
    parent = {int(side[n]): n for side in sides for n in range(inner.node_count) if side[n] >= 0}
    while node in parent:
        above = parent[node]
        column, threshold = int(inner.feature[above]), float(inner.threshold[above])
        low, high = bounds.get(column, (-np.inf, np.inf))
        left = node == inner.children_left[above]
        bounds[column] = (low, min(high, threshold)) if left else (max(low, threshold), high)
        node = above
    for column, (low, high) in sorted(bounds.items()):
        yield _condition(held[column].name, held[column].known + held[column].rest, low, high)


def _condition(name: str, known: tuple[str, ...], low: float, high: float) -> str:
    if known:
        named = [k for i, k in enumerate(known[:20]) if low < i <= high]
        return f"{name} in {{{', '.join(named)}}}" if named else f"{name} missing or unseen"
    if np.isfinite(low) and np.isfinite(high):
        return f"{low:.4g} < {name} <= {high:.4g}"
    return f"{name} <= {high:.4g}" if np.isfinite(high) else f"{name} > {low:.4g}"


def _learners() -> tuple[Any, Any]:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.tree import DecisionTreeRegressor
    except ImportError as error:
        raise require("scikit-learn", "detect") from error
    return DecisionTreeRegressor, HistGradientBoostingClassifier


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the boosting to one thread: its trees are small, and threads that wait for each other cost more."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield
