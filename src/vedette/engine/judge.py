"""From estimates to findings: one error budget over everything looked at, then the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vedette.engine.evaluate import Block
from vedette.engine.incidents import LAST, LEADING, together
from vedette.inference.multiplicity import holm
from vedette.rules._compound import Compound
from vedette.rules.base import Rule, Series
from vedette.rules.change import Change
from vedette.rules.missing_data import MissingData
from vedette.rules.shift import Shift
from vedette.values import Estimates, Finding, Floats, Segment

#: What is looked for unless the monitor says otherwise.
#: Sizes of a moved column of vectors are those whose mean shift a single column calls small, medium and large.
DEFAULT_RULES: tuple[Rule, ...] = (
    Change(),
    Shift(),
    Shift(metrics=("embedding_mmd",), small=0.001, medium=0.005, large=0.0125),
    MissingData(),
)
#: What the promise covers over windows of time, and the rules beside it.
COVERED = ("missing", "unseen", "out_of_range", "constant")
PROMISED_RULES: tuple[Rule, ...] = (Change(without=COVERED), MissingData())
#: What follows from predictions, scores and labels together, all of which the promise covers where labels are in.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "binary": (
        *("accuracy", "balanced_accuracy", "f1", "precision", "recall", "specificity", "mcc", "kappa"),
        *("hamming_loss", "roc_auc", "average_precision", "gini", "ks_score", "lift", "brier", "log_loss"),
        *("ece", "calibration_bias", "calibration_intercept", "calibration_slope"),
        *("label_rate", "prediction_rate"),
    ),
    "multiclass": (
        *("accuracy", "balanced_accuracy", "f1", "precision", "recall", "specificity", "mcc", "kappa"),
        *("hamming_loss", "label_rate", "prediction_rate"),
    ),
    "regression": (
        *("mae", "mse", "rmse", "bias", "max_error", "residual_quantile", "quantile_loss"),
        *("r2", "explained_variance", "mape", "smape"),
    ),
}
#: Smallest number of rows (or labels) that a changed metric may rest on.
SUPPORT = 30
_RANK = {"act": 0, "watch": 1, "info": 2}


def promised_rules(task: str, *, outcomes: bool) -> tuple[Rule, ...]:
    """Return the rules beside the promise; `outcomes` says whether it covers the model's performance.

    Nothing is reported twice: what a promise covers, no rule looks at.
    """
    if not outcomes:
        return PROMISED_RULES
    return (Change(without=(*COVERED, *OUTCOMES.get(task, ()))), MissingData())


def judge(
    blocks: Sequence[Block],
    rules: Sequence[Rule] = DEFAULT_RULES,
    level: float = 0.95,
    noise: Mapping[tuple[str, str | None], float] | None = None,
    skip: npt.NDArray[np.bool_] | None = None,
) -> list[Finding]:
    """Return the findings of all rules over all series, the gravest first.

    Evidence is adjusted by Holm's method over every series and window that any rule may report, so that the
    probability of a single false finding in the whole report stays below each rule's alpha.

    Parameters
    ----------
    noise : mapping of (metric, column) to float, optional
        Variation between windows of the reference, from `vedette.engine.noise`; used where there are windows.
    skip : ndarray of shape (windows,), optional
        Windows that a calendar leaves out: they are not judged and spend no evidence.
    """
    known = noise or {}
    simple = [leaf for rule in rules for leaf in rule.leaves()]
    raw = [_spent(_evidence(block, simple, level, _noise(block, known)), skip) for block in blocks]
    adjusted = np.split(holm(np.concatenate(raw)), np.cumsum([len(r) for r in raw])[:-1]) if raw else []
    compound = [rule for rule in rules if isinstance(rule, Compound)]
    joined = {name for rule in compound for name in rule.metrics}
    found: list[Finding] = []
    kept: list[Series] = []
    for block, evidence in zip(blocks, adjusted, strict=True):
        for series in _suspects(block, evidence, rules, _noise(block, known), skip):
            found += [finding for rule in rules for finding in rule.fold(series)]
            kept += [series] if series.metric in joined else []
    found += [finding for rule in compound for finding in rule.join(kept)]
    return together(gravest_first(telling(found)), blocks[0].windows if blocks else ())


def series_of(block: Block, noise: Mapping[tuple[str, str | None], float]) -> Iterator[Series]:
    """Yield the series of a block without adjusted evidence, for rules that make their own."""
    for place in range(len(block.segments) * max(len(block.groups), 1)):
        nothing = np.full(len(block.current), np.nan)
        yield from _series(block, place, nothing, _noise(block, noise), None)


def _spent(evidence: Floats, skip: npt.NDArray[np.bool_] | None) -> Floats:
    """Return the p-values without those of windows left out; windows are the outermost axis of a block."""
    if skip is None or not skip.any():
        return evidence
    return np.where(np.repeat(skip, len(evidence) // len(skip)), np.nan, evidence)


def _evidence(block: Block, rules: Sequence[Rule], level: float, noise: float) -> Floats:
    """Return the p-values of all estimates of a block that a rule would look at; nan where none does."""
    nothing = np.full(len(block.current), np.nan)
    for rule in rules:
        if rule.metrics and block.metric.key not in rule.metrics:
            continue
        if isinstance(rule, Shift) and block.metric.compares:
            return block.current.p
        if isinstance(rule, Change) and not block.metric.compares and block.reference is not None:
            if block.metric.key in rule.without:
                continue
            then = rows_of(block.reference, np.arange(len(block.current)) % len(block.reference))
            p = rule.evidence(block.current, then, _proportion(block), noise, level)
            return np.where(block.current.n >= SUPPORT, p, np.nan)
    return nothing


def _suspects(
    block: Block,
    evidence: Floats,
    rules: Sequence[Rule],
    noise: float,
    skip: npt.NDArray[np.bool_] | None = None,
) -> Iterator[Series]:
    """Yield the series of a block that some rule may find something in, most having no evidence at all."""
    eager = any(
        not rule.weighs_evidence and (not rule.metrics or block.metric.key in rule.metrics) for rule in rules
    )
    limit = max((getattr(rule, "alpha", 0.0) for rule in rules if rule.weighs_evidence), default=0.0)
    width = len(block.segments) * max(len(block.groups), 1)
    least = np.nan_to_num(evidence, nan=np.inf).reshape(-1, width).min(axis=0)
    for place in range(width):
        if eager or least[place] <= limit:
            yield from _series(block, place, evidence, noise, skip)


def _series(
    block: Block, place: int, evidence: Floats, noise: float, skip: npt.NDArray[np.bool_] | None
) -> Iterator[Series]:
    """Yield the series at a place (segment, group) of a block, unless it is a segment with too few rows."""
    metric, groups = block.metric, block.groups or ("",)
    segment, group = block.segments[place // len(groups)], groups[place % len(groups)]
    rows = slice(place, None, len(block.segments) * len(groups))
    current = rows_of(block.current, rows)
    if block.dimension and np.nanmax(current.n, initial=0) < SUPPORT:
        return
    about = Segment(str(metric.column), group) if group else Segment(block.dimension, segment)
    yield Series(
        metric=metric.key,
        title=metric.title,
        unit=metric.unit,
        better=metric.better,
        compares=metric.compares,
        proportion=_proportion(block),
        column=None if group else metric.column,
        segment=about if about.column else None,
        windows=block.windows,
        current=current,
        reference=block.reference[place] if block.reference is not None else None,
        noise=noise,
        evidence=evidence[rows],
        skip=skip,
    )


def _noise(block: Block, known: Mapping[tuple[str, str | None], float]) -> float:
    return known.get((block.metric.key, block.metric.column), 0.0)


def _proportion(block: Block) -> bool:
    return tuple(block.metric.range) == (0.0, 1.0)


def rows_of(estimates: Estimates, rows: slice | npt.NDArray[np.intp]) -> Estimates:
    """Return some rows of the estimates."""
    return Estimates(*(getattr(estimates, f)[rows] for f in estimates.__struct_fields__))


def telling(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those of a segment that only repeat, within chance, what all rows show."""
    overall = {(f.rule, f.metric, f.column): f for f in findings if f.segment is None}
    return [
        f for f in findings if f.segment is None or _stands_out(f, overall.get((f.rule, f.metric, f.column)))
    ]


def _stands_out(finding: Finding, overall: Finding | None) -> bool:
    """Tell whether a segment changed more than all rows did: its interval lies beyond the overall change."""
    if overall is None or finding.effect is None or overall.effect is None or overall.effect.value is None:
        return True
    low, high, change = finding.effect.low, finding.effect.high, overall.effect.value
    if low is None or high is None:
        return True
    return low > change if change >= 0 else high < change


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by level, the whole model before columns and segments, then by cost and by size of the effect."""
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[int, bool, int, float, float]:
    """Sort by level, the whole model before columns and segments, leading metrics first, then by cost and size.

    A cost that is not known is taken for none: a size alone says little.
    """
    effect = finding.effect.value if finding.effect and finding.effect.value is not None else 0.0
    part = finding.column is not None or finding.segment is not None
    leads = LEADING.index(finding.metric) if finding.metric in LEADING else len(LEADING)
    leads += finding.metric in LAST
    return _RANK[finding.level], part, leads, -abs(finding.impact or 0.0), -abs(effect)
