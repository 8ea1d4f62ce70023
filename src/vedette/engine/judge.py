"""From estimates to findings: one error budget over everything looked at, then the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from vedette.engine.evaluate import Block
from vedette.engine.incidents import together
from vedette.inference.multiplicity import holm
from vedette.rules.base import Rule, Series
from vedette.rules.change import Change
from vedette.rules.missing_data import MissingData
from vedette.rules.shift import Shift
from vedette.values import Estimates, Finding, Segment

#: What is looked for unless the monitor says otherwise.
DEFAULT_RULES: tuple[Rule, ...] = (Change(), Shift(), MissingData())
#: Smallest number of rows (or labels) that a changed metric may rest on.
SUPPORT = 30
_RANK = {"act": 0, "watch": 1, "info": 2}
#: Metrics that a person asks about first, in that order; others come after them.
LEADING = (
    "f1",
    "accuracy",
    "roc_auc",
    "recall",
    "precision",
    "mae",
    "rmse",
    "ndcg",
    "mrr",
    "balanced_accuracy",
)


def judge(
    blocks: Sequence[Block],
    rules: Sequence[Rule] = DEFAULT_RULES,
    level: float = 0.95,
    noise: Mapping[tuple[str, str | None], float] | None = None,
) -> list[Finding]:
    """Return the findings of all rules over all series, the gravest first.

    Evidence is adjusted by Holm's method over every series and window that any rule may report, so that the
    probability of a single false finding in the whole report stays below each rule's alpha.

    Parameters
    ----------
    noise : mapping of (metric, column) to float, optional
        Variation between windows of the reference, from `vedette.engine.noise`; used where there are windows.
    """
    known = noise or {}
    series = [s for block in blocks for s in series_of(block, known)]
    raw = [_evidence(s, rules, level) for s in series]
    adjusted = holm(np.concatenate(raw)) if raw else np.zeros(0)
    ends = np.cumsum([len(r) for r in raw])
    found: list[Finding] = []
    for s, end, p in zip(series, ends, raw, strict=True):
        weighed = msgspec.structs.replace(s, evidence=adjusted[end - len(p) : end])
        found += [f for rule in rules for f in rule.fold(weighed)]
    windows = blocks[0].windows if blocks else ()
    return together(gravest_first(_telling(found)), windows)


def _telling(findings: Sequence[Finding]) -> list[Finding]:
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
    """Return findings by level, the whole model before columns and segments, then by size of the effect."""
    return sorted(findings, key=_order)


def series_of(block: Block, noise: Mapping[tuple[str, str | None], float]) -> Iterator[Series]:
    """Yield the series of a block: one for each segment and group with enough rows to speak of."""
    metric = block.metric
    for g, group in enumerate(block.groups or ("",)):
        for s, value in enumerate(block.segments):
            rows = np.asarray(block.series(s, g))
            current = rows_of(block.current, rows)
            if block.dimension and np.nanmax(current.n, initial=0) < SUPPORT:
                continue
            segment = Segment(block.dimension, value) if block.dimension else None
            if group:
                segment = Segment(str(metric.column), group)
            at = s * max(len(block.groups), 1) + g
            yield Series(
                metric=metric.key,
                title=metric.title,
                unit=metric.unit,
                better=metric.better,
                compares=metric.compares,
                proportion=tuple(metric.range) == (0.0, 1.0),
                column=None if group else metric.column,
                segment=segment,
                windows=block.windows,
                current=current,
                reference=block.reference[at] if block.reference is not None else None,
                noise=noise.get((metric.key, metric.column), 0.0) if len(block.windows) > 1 else 0.0,
                evidence=np.full(len(rows), np.nan),
            )


def rows_of(estimates: Estimates, rows: np.ndarray) -> Estimates:
    """Return some rows of the estimates."""
    fields = {f: getattr(estimates, f)[rows] for f in estimates.__struct_fields__}
    return Estimates(**fields)


def _evidence(series: Series, rules: Sequence[Rule], level: float) -> np.ndarray:
    """Return the p-values of the windows a rule would look at; nan where none does."""
    for rule in rules:
        if not rule.applies(series):
            continue
        if isinstance(rule, Shift):
            return series.current.p
        if isinstance(rule, Change):
            return np.where(series.current.n >= SUPPORT, rule.evidence(series, level), np.nan)
    return np.full(len(series.windows), np.nan)


def _order(finding: Finding) -> tuple[int, bool, int, float]:
    """Sort by level, the whole model before columns and segments, leading metrics first, then by size."""
    effect = finding.effect.value if finding.effect and finding.effect.value is not None else 0.0
    part = finding.column is not None or finding.segment is not None
    leads = LEADING.index(finding.metric) if finding.metric in LEADING else len(LEADING)
    return _RANK[finding.level], part, leads, -abs(effect)
