"""One incident instead of ten findings: what fell in the same windows is told together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vedette.values import Finding, Window

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
    "average_precision",
    "specificity",
    "mcc",
    "kappa",
)
#: Metrics that few people read: they lead only where no other fired with them.
LAST = ("ece", "calibration_intercept", "calibration_slope")
#: Windows apart that still count as the same time.
GAP = 1


def together(findings: Sequence[Finding], windows: Sequence[Window]) -> list[Finding]:
    """Return the findings with changes of performance joined where their windows touch, alarms among them.

    The first of them in the order given leads (one that people read before one they do not) and names the others in
    `also`; its span covers all of theirs, but an alarm keeps the span that its own evidence tells. Without windows only
    metrics of the whole model are joined. Findings about a column stand as they are.
    """
    place = {w.start: i for i, w in enumerate(windows)}
    joined: list[Finding] = []
    for finding in findings:
        known = next((i for i, lead in enumerate(joined) if _touch(lead, finding, place)), None)
        if known is None:
            joined.append(finding)
        else:
            joined[known] = _with(*_readable_first(joined[known], finding))
    return joined


def _touch(lead: Finding, other: Finding, place: dict[int, int]) -> bool:
    if any(f.rule not in ("change", "promise") or f.column for f in (lead, other)):
        return False
    if lead.window is None or other.window is None:
        return lead.window is other.window and lead.segment is None and other.segment is None
    (a, b), (c, d) = _span(lead, place), _span(other, place)
    return a <= d + GAP and c <= b + GAP


def _span(finding: Finding, place: dict[int, int]) -> tuple[int, int]:
    assert finding.window is not None
    last = finding.until or finding.window
    return place[finding.window.start], place[last.start]


def _readable_first(lead: Finding, other: Finding) -> tuple[Finding, Finding]:
    """Return the two with the one that people read first, at the graver level."""
    unread = lead.metric in LAST and other.metric in LEADING and lead.segment == other.segment
    if not unread or other.rule != lead.rule:
        return lead, other
    return msgspec.structs.replace(other, level=lead.level), lead


def _with(lead: Finding, other: Finding) -> Finding:
    name = f"{other.metric} where {other.segment}" if other.segment else other.metric
    also = tuple(n for n in dict.fromkeys((*lead.also, name, *other.also)) if n != lead.metric)
    if lead.window is None or other.window is None or lead.rule == "promise":
        return msgspec.structs.replace(lead, also=also)  # an alarm is dated by its own evidence
    first = min(lead.window, other.window, key=lambda w: w.start)
    last = max(lead.until or lead.window, other.until or other.window, key=lambda w: w.start)
    return msgspec.structs.replace(lead, also=also, window=first, until=last)
