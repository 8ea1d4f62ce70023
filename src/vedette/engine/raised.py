"""Alarms as findings: how big the change is over the windows it held, beside the evidence that raised it."""

from __future__ import annotations

import numpy as np

from vedette.engine.alarms import Alarm, Watch
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.evaluate import evaluate_one
from vedette.engine.expected import METRIC, accuracy_of
from vedette.engine.impacts import priced
from vedette.engine.incidents import together
from vedette.engine.joint import joint_finding, strongest
from vedette.engine.judge import gravest_first
from vedette.engine.outcomes import POINTS
from vedette.engine.plan import choose
from vedette.engine.streams import OUTCOMES
from vedette.metrics.base import Metric, metric
from vedette.rules.change import difference, went
from vedette.rules.shift import Shift
from vedette.sentences.sentence import Sentence
from vedette.values import Direction, Estimate, Finding, Level, Note, Window

#: The distance that says how big a change is.
SIZE = "psi"
#: The share of missing values.
MISSING = "missing"
#: Rise of that share that calls for action, and the one worth watching.
GRAVE, SLIGHT = 0.1, 0.01


def findings_of(watched: Watch, cube: Cube, baseline: Baseline, level: float = 0.95) -> list[Finding]:
    """Return one finding for each alarm of a column, and one for outcomes that fell in the same windows."""
    ordered = sorted(watched.alarms, key=lambda a: (a.onset, a.column or ""))
    single = [alarm for alarm in ordered if alarm.part != "together"]
    found = priced([_finding(alarm, cube, baseline, level) for alarm in single], cube, baseline)
    along = strongest([joint_finding(a, cube, baseline, level) for a in ordered if a.part == "together"])
    columns = _outages([f for f in found if f.column is not None])
    outcomes = gravest_first([f for f in found if f.column is None])
    outcomes.sort(key=lambda f: f.metric == METRIC)  # what labels show leads what was expected
    return [*together(outcomes, cube.windows), *columns, *along]


def _outages(findings: list[Finding]) -> list[Finding]:
    """Return the findings with columns that went missing in the very same windows told as one."""
    joined: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        alone = finding.metric != MISSING
        key = (finding.column if alone else None, finding.metric, finding.window, finding.until)
        known = joined.get(key)
        joined[key] = finding if known is None else _with(known, finding)
    return list(joined.values())


def _with(lead: Finding, other: Finding) -> Finding:
    also = (*lead.also, str(other.column))
    fields = {**lead.told().fields, "columns": [str(lead.column), *also]}
    return lead.retold(Sentence("missing.several", fields), also=also)


def promise_note(watched: Watch) -> Note:
    """Return the promise in words, and how its seasons were chosen."""
    outcomes = sum(part in OUTCOMES for _, part in watched.streams)
    short = any(not s.known for s in watched.seasons)
    sentence = Sentence.of(
        f"note.promise_{'outcomes' if outcomes else 'columns'}{'_short' if short else ''}",
        columns=len({name for name, part in watched.streams if part in ("values", "missing")}),
        outcomes=outcomes,
        promise=str(watched.promise),
        seasons=sorted({s.name for s in watched.seasons}),
    )
    return Note.saying("alerts.promise", sentence)


def _finding(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    if alarm.part in OUTCOMES:
        return _outcome(alarm, cube, baseline, level)
    return _column(alarm, cube, baseline, level)


def _outcome(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    """Return the finding of a loss that grew, or of scores that mean something else."""
    made = metric(alarm.metric, **({"of": alarm.of} if alarm.of else {}))
    now, then = _estimates(made, alarm, cube, baseline, level)
    if alarm.part == "expected":
        if now.reason == "undefined":  # the features were not counted, the scores were
            now, _ = _estimates(metric(METRIC, gate="score", adjust=False), alarm, cube, baseline, level)
        then = accuracy_of(baseline.cube.states[TOTAL, baseline.layout.score_bins()], level)
    effect = difference(now, then)
    subject = {"title": made.title, "of": alarm.of or "", "segment": str(alarm.segment or "")}
    return Finding.saying(
        _told({key: value for key, value in subject.items() if value}, now, then, made.unit),
        rule="promise",
        metric=made.key,
        level=_harm(alarm, effect, made.better),
        segment=alarm.segment,
        window=cube.windows[alarm.onset],
        until=cube.windows[alarm.last],
        current=now,
        reference=then,
        effect=effect,
        evidence=_evidence(alarm),
    )


def _told(subject: dict[str, str], now: Estimate, then: Estimate, unit: str) -> Sentence:
    if now.reason == "not covered":
        return Sentence.of("change.uncovered", subject=subject, then=then.spanned(), unit=unit)
    return went(subject, now, then, unit)


def _harm(alarm: Alarm, effect: Estimate, better: Direction) -> Level:
    """Return how grave a change of an outcome is: for the worse beyond the tolerance, beyond doubt, or less."""
    if alarm.part == "concept" or effect.value is None or effect.low is None or effect.high is None:
        return "watch"
    harm, least = (-effect.value, -effect.high) if better == "higher" else (effect.value, effect.low)
    return "act" if least > POINTS else "watch" if harm > 0 else "info"


def _evidence(alarm: Alarm) -> float:
    """Return the evidence as a number that is small where it is strong, after its share in the family."""
    return float(min(np.exp(-alarm.evidence), 1.0))


def _column(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    windows = cube.windows[alarm.onset : alarm.last + 1]
    gone = alarm.part == "missing"
    size = metric(MISSING if gone else SIZE, column=alarm.column)
    now, then = _estimates(size, alarm, cube, baseline, level)
    severity, sentence = _missing(alarm, now, then) if gone else _moved(alarm, now, size.title)
    return Finding.saying(
        sentence,
        rule="promise",
        metric=MISSING if gone else SIZE,
        level=severity,
        column=alarm.column,
        window=windows[0],
        until=windows[-1],
        current=now,
        reference=then if gone else None,
        effect=difference(now, then) if gone else now,
        evidence=_evidence(alarm),
    )


def _moved(alarm: Alarm, now: Estimate, title: str) -> tuple[Level, Sentence]:
    """Return how grave a moved distribution is, and the sentence."""
    sizes, low = Shift(), now.low or 0.0
    severity: Level = "act" if low > sizes.large else "watch" if low > sizes.small else "info"
    form = "moved" if now else "moved.unsized"
    return severity, Sentence.of(form, column=alarm.column or "", title=title, now=now.spanned())


def _missing(alarm: Alarm, now: Estimate, then: Estimate) -> tuple[Level, Sentence]:
    """Return how grave a changed share of missing values is, and the sentence."""
    share, usual = now.value or 0.0, then.value or 0.0
    severity: Level = "act" if share - usual > GRAVE else "watch" if share - usual > SLIGHT else "info"
    return severity, Sentence.of("missing", columns=[alarm.column or ""], now=share, then=usual)


def _estimates(
    made: Metric, alarm: Alarm, cube: Cube, baseline: Baseline, level: float
) -> tuple[Estimate, Estimate]:
    """Return a metric over all windows in which the alarm stood, and in the reference."""
    one = choose(made, baseline.layout)
    dimension = alarm.segment.column if alarm.segment else TOTAL
    names = cube.segments[dimension]
    place = names.index(alarm.segment.value) if alarm.segment else 0
    standing = np.arange(alarm.onset, alarm.last + 1)
    first, last = cube.windows[alarm.onset], cube.windows[alarm.last]
    span = Cube(
        [Window(first.start, last.end, first.label)], {} if dimension == TOTAL else {dimension: names}
    )
    for spec in one.needs.values():
        state = cube.state(spec, dimension)
        if state is not None:
            span.states[dimension, spec] = state.fold([standing * len(names) + s for s in range(len(names))])
    block = evaluate_one(one, span, baseline.cube, dimension, level)
    nothing = Estimate(None, reason="undefined")
    if block is None:
        return nothing, nothing
    return block.current[place], block.reference[place] if block.reference is not None else nothing
