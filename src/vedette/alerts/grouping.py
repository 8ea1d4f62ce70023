"""One case instead of ten findings: what has one cause is told together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vedette.alerts.explanation import Explanation
from vedette.alerts.policy import RANK
from vedette.alerts.severity import gravest, severity
from vedette.values import Finding, Level

#: Rules and metrics that speak of how much arrived, not of what it says.
_VOLUME = frozenset({"missing_data", "silence"})
_MISSING = "missing"
#: Rule of the findings that the promise raised.
PROMISED = "promise"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one cause in one window, the leading one first.

    Attributes
    ----------
    cause : str
        Key of the cause: the explanation's, else what the leading finding is about.
    level : Level
    findings : tuple of Finding
    explanation : Explanation, optional
    """

    cause: str
    level: Level
    findings: tuple[Finding, ...]
    explanation: Explanation | None = None


def grouped(
    findings: Sequence[Finding], explanations: Sequence[Explanation] = (), outputs: Collection[str] = ()
) -> list[Case]:
    """Return the cases that findings of the same windows make, the gravest first.

    Two findings belong together when they are about the same thing (what the model answers and how well, one column,
    how much arrived), when an explanation covers both, or when columns went missing from the same window on.

    Parameters
    ----------
    findings : sequence of Finding
        All of them hold in one window.
    explanations : sequence of Explanation
        Ranked, the best first. One without columns explains the model's performance only.
    outputs : collection of str
        Columns that the model writes: what they do and its performance are one thing.

    Examples
    --------
    >>> a = Finding("change", "f1", "act", "f1 fell")
    >>> b = Finding("promise", "psi", "watch", "delay moved", column="delay")
    >>> len(grouped([a, b])), len(grouped([a, b], [Explanation(kind="unit change", columns=("delay",))]))
    (2, 1)
    """
    cases: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda f: -RANK[severity(f)]):
        akin = [
            case for case in cases if any(_together(finding, other, explanations, outputs) for other in case)
        ]
        for case in akin[1:]:  # a finding may bridge two cases
            akin[0].extend(case)
            cases.remove(case)
        if akin:
            akin[0].append(finding)
        else:
            cases.append([finding])
    return [_case(case, explanations, outputs) for case in cases]


def is_alarm(finding: Finding) -> bool:
    """Tell whether a finding is an alarm of the promise about a column."""
    return finding.rule == PROMISED and finding.column is not None


def about(finding: Finding, outputs: Collection[str] = ()) -> frozenset[str]:
    """Return what a finding is about, as keys: columns, the model, its volume, its labels.

    A column among `outputs`, which the model writes, is the model too.

    Examples
    --------
    >>> sorted(about(Finding("promise", "missing", "act", "a, b are missing", column="a", also=("b",))))
    ['column:a', 'column:b']
    """
    if finding.rule in _VOLUME or (finding.metric == "row_count" and finding.segment is None):
        return frozenset({"volume"})
    if finding.rule == "late_labels":
        return frozenset({"labels"})
    if finding.column is None:
        return frozenset({"model"})
    outage = finding.also if finding.metric == _MISSING else ()
    model = {"model"} if finding.column in outputs else set()
    return frozenset({*model, *(f"column:{name}" for name in (finding.column, *outage))})


def about_all(findings: Iterable[Finding], outputs: Collection[str] = ()) -> frozenset[str]:
    """Return what some findings are about."""
    return frozenset().union(*(about(f, outputs) for f in findings))


def _together(a: Finding, b: Finding, explanations: Sequence[Explanation], outputs: Collection[str]) -> bool:
    mine, other = about(a, outputs), about(b, outputs)
    if mine & other:
        return True
    if a.metric == b.metric == _MISSING and a.window == b.window:
        return True
    return any(mine & one.subjects and other & one.subjects for one in explanations)


def _case(findings: list[Finding], explanations: Sequence[Explanation], outputs: Collection[str]) -> Case:
    ranked = sorted(findings, key=_order)
    subjects = about_all(findings, outputs)
    explanation = next((one for one in explanations if subjects & one.subjects), None)
    fault = explanation is not None and explanation.fault
    cause = explanation.key if explanation else _key(ranked[0])
    return Case(
        cause=cause,
        level=gravest([severity(f, fault=fault) for f in findings]),
        findings=tuple(ranked),
        explanation=explanation,
    )


def _key(lead: Finding) -> str:
    (first, *_) = (
        [f"column:{lead.column}"] if lead.column and lead.rule not in _VOLUME else sorted(about(lead))
    )
    return first


def _order(finding: Finding) -> tuple[int, bool, int]:
    """Sort the gravest first, the model before its parts, the earliest first."""
    part = finding.column is not None or finding.segment is not None
    return -RANK[severity(finding)], part, finding.window.start if finding.window else 0


def merged(known: Sequence[Finding], new: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings of both, the gravest first: each at its worst, from its earliest window to its latest."""
    found = {identity(f): f for f in known}
    for finding in new:
        before = found.get(identity(finding))
        found[identity(finding)] = finding if before is None else _since(before, finding)
    return tuple(sorted(found.values(), key=_order))


def identity(finding: Finding) -> tuple[object, ...]:
    """Return what makes two findings the same one, told at different times."""
    return finding.rule, finding.metric, finding.column, finding.segment


def _since(before: Finding, now: Finding) -> Finding:
    """Return the finding at its worst so far, from its first window to its last."""
    worst = before if _size(before) > _size(now) else now
    window = min(
        (f.window for f in (before, now) if f.window is not None), key=lambda w: w.start, default=None
    )
    until = max((f.until for f in (before, now) if f.until is not None), key=lambda w: w.start, default=None)
    return msgspec.structs.replace(worst, window=window, until=until)


def _size(finding: Finding) -> float:
    effect = finding.effect.value if finding.effect else None
    return 0.0 if effect is None else abs(effect)
