"""The two ways to run a monitor: compare current rows with a reference, and replay a history window by window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from vedette.alerts.calendar import Planned, covered
from vedette.engine.advice import window_advice
from vedette.engine.alarms import watch
from vedette.engine.as_known import instant
from vedette.engine.baseline import MAGIC, Baseline
from vedette.engine.cube import TOTAL
from vedette.engine.definition import with_watched
from vedette.engine.evaluate import evaluate, evaluate_all
from vedette.engine.excluded import dropped, emptied
from vedette.engine.impacts import priced
from vedette.engine.judge import DEFAULT_RULES, gravest_first, judge, promised_rules
from vedette.engine.lateness import Lateness
from vedette.engine.mature import only_mature
from vedette.engine.noise import noise_of
from vedette.engine.nowcasts import Nowcasts
from vedette.engine.plan import plan
from vedette.engine.raised import findings_of, promise_note
from vedette.engine.repeated import repeated_findings
from vedette.engine.scan import Progress, scan
from vedette.engine.span import windows_over
from vedette.engine.stand_ins import labels_are_out
from vedette.engine.unplanned import unplanned
from vedette.errors import ConfigError
from vedette.evidence.promise import Promise
from vedette.metrics.base import Metric
from vedette.monitor import Monitor
from vedette.report.asked import Rows
from vedette.report.report import Report
from vedette.rules.base import Rule
from vedette.schema import Schema
from vedette.sources.base import open_source


def compare(
    reference: Any,
    current: Any,
    schema: Schema | None = None,
    *,
    labels: Any = None,
    metrics: Iterable[str | Metric] | None = None,
    rules: Sequence[Rule] | None = None,
    more_rules: Sequence[Rule] = (),
    every: str | None = None,
    timezone: str = "UTC",
    as_of: str | datetime | None = None,
    label_delay: str = "0d",
    false_alarms: str = "1 per month",
    calendar: Sequence[Planned] = (),
    deploys: Sequence[str | datetime] = (),
    level: float = 0.95,
    model: str = "model",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Compare current rows with a reference: data quality, drift and performance, overall and by segment.

    Parameters
    ----------
    reference : frame, mapping of arrays, path, or Baseline
        Rows to compare with, or their baseline (also as the path of a saved one).
    current : frame, mapping of arrays, or path
        A frame of any library with an Arrow stream, a mapping of arrays, a Parquet or CSV file, a folder of them.
    schema : Schema, optional
        Roles of the columns; not needed with a baseline, which carries its own.
    labels : frame or path, optional
        Labels of the current rows in a table of their own, joined by id.
    metrics : list of str or Metric, optional
        Default: those that suit the task and the columns.
    rules : sequence of Rule, optional
        Default: `vedette.engine.judge.DEFAULT_RULES`; over windows of time, drift is then alarmed on by the promise.
    more_rules : sequence of Rule
        Beside the default ones.
    every : str, optional
        Cut the current rows into windows: ``"1d"``, ``"1000 rows"``.
    timezone : str
        IANA name of the zone whose midnight begins a day.
    as_of : str or datetime, optional
        See the rows and labels that were there at this instant; default all.
    label_delay : str
        How long labels take, ``"30d"``, where no column says when each became known.
    false_alarms : str
        The promise over windows of time: at most so many alarms by chance, for the whole model.
    calendar : sequence of Planned
        Days that are not like others; windows that one excludes are shown and not judged, nor learnt from, and rows
        of the reference there do not enter it.
    deploys : sequence of str or datetime
        When the model or its pipeline was deployed: a change that begins with one says so.
    level : float
        Confidence of the intervals.

    Returns
    -------
    Report

    Raises
    ------
    UnknownNameError
        A role names a column that is not there; the nearest name is suggested.
    DataError
        A source cannot be read at all. Parts that cannot be read are quarantined and noted.

    Examples
    --------
    >>> report = compare({"x": [1, 2, 3, 4] * 50}, {"x": [1, 2, 3, 4] * 50})
    >>> report.ok
    True
    """
    metrics = with_watched(metrics, [*(rules or ()), *more_rules])
    known = reference if isinstance(reference, Baseline) else saved(reference)
    before = None if known else unplanned(open_source(reference), schema, calendar, every, timezone)
    baseline = as_baseline(known or before, schema, metrics, threads, every, timezone)
    layout = baseline.layout
    lateness = Lateness.of(as_of, label_delay, timezone)
    source, late = lateness.rows(current, layout.schema), lateness.labels(labels, layout.schema)
    chosen = plan(layout, metrics)
    windows, by_row = windows_over(source, layout, every, timezone) if every else (None, False)
    wanted = chosen.wanted(layout, lean=bool(windows and len(windows) > 1))
    delays = lateness.spec(source, layout, late, baseline.cube, windows) if windows and not by_row else None
    wanted = wanted.with_delays(delays, layout)
    wanted = wanted.with_fingerprint(layout) if windows and len(windows) > 1 else wanted
    cube = scan(source, layout, wanted, windows, late, by_row=by_row, threads=threads, progress=progress)
    nowcasts = Nowcasts(cube, baseline.cube, layout, delays, lateness.delay, level) if delays else None
    cube.notes += nowcasts.notes() if nowcasts else []
    chosen = chosen.with_stand_ins() if labels_are_out(cube, layout) else chosen
    blocks = evaluate_all(chosen.chosen, cube, baseline.cube, level)
    blocks = only_mature(blocks, nowcasts, layout.schema.roles().get("label", ()))
    cube.notes += window_advice(baseline, cube, chosen)
    watched, skip, past_windows = None, np.zeros(len(cube.windows), bool), baseline.history
    if windows and not by_row:
        skip = covered(calendar, windows, timezone)
        past_windows = dropped(past_windows, covered(calendar, past_windows.windows, timezone))
        final = None if nowcasts is None else np.array([stage == "final" for stage in nowcasts.stages])
        promise = Promise.parse(false_alarms)
        watched = watch(emptied(cube, skip), past_windows, layout, promise, str(every), timezone, final)
    usual = DEFAULT_RULES if watched is None else promised_rules(layout.task, outcomes=watched.outcomes)
    asked = usual if rules is None else rules
    past = evaluate(chosen.chosen, past_windows, None, TOTAL, level) if windows else []
    findings = judge(blocks, [*asked, *more_rules], level, noise_of(past, level), skip)
    if watched is not None:
        raised = findings_of(watched, emptied(cube, skip), baseline, level)
        findings = [*findings, *raised]
        cube.notes.append(promise_note(watched))
    findings = gravest_first([*priced(findings, cube, baseline), *repeated_findings(cube, layout)])
    return Report(
        baseline,
        cube,
        chosen,
        findings,
        model=model,
        level=level,
        timezone=timezone,
        by_row=by_row or not every,
        watched=watched,
        nowcasts=nowcasts,
        blocks=blocks,
        deploys=[instant(at, timezone) for at in deploys],
        rows=Rows(before, source, late),
    )


def replay(
    monitor: Monitor | str | Path,
    *,
    as_of: str | datetime | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run a monitor over its history, window by window: what was found, and when.

    Parameters
    ----------
    monitor : Monitor or path of its TOML file
        Its ``[data]`` table names reference, current rows and, where they come apart, labels.
    as_of : str or datetime, optional
        What would have been said at this instant: later rows and later labels are not there. Without a zone it is in
        that of the windows.

    Returns
    -------
    Report

    Raises
    ------
    ConfigError
        The monitor names no data (``monitor.no-data``).
    """
    declared = monitor if isinstance(monitor, Monitor) else Monitor.load(monitor)
    data = declared.data
    if data.reference is None or data.current is None:
        raise no_data("The monitor names no data")
    report = compare(
        data.reference,
        data.current,
        declared.schema,
        labels=data.labels,
        metrics=declared.metrics,
        more_rules=declared.made_rules(),
        false_alarms=declared.alerts.false_alarms,
        calendar=declared.calendar,
        deploys=[one.time for one in declared.deploys],
        every=declared.windows.every,
        timezone=declared.windows.timezone,
        as_of=as_of,
        label_delay=declared.windows.label_delay,
        model=declared.model,
        threads=threads,
        progress=progress,
    )
    report.policy = declared.alerts
    report.calendar, report.mutes = tuple(declared.calendar), tuple(declared.mutes)
    return report


def no_data(found: str) -> ConfigError:
    """Return the error for a monitor that is to be run and names no rows."""
    return ConfigError(
        found,
        "reference and current in [data]",
        "Add: [data] reference = 'reference.parquet' current = 'current.parquet'",
        code="monitor.no-data",
    )


def as_baseline(
    reference: Any,
    schema: Schema | None,
    metrics: Iterable[str | Metric] | None = None,
    threads: int | None = None,
    every: str | None = None,
    timezone: str = "UTC",
) -> Baseline:
    """Return the baseline given, saved at a path, or fitted on rows.

    Raises
    ------
    ConfigError
        A schema that differs from the baseline's (``baseline.other-schema``).
    """
    known = reference if isinstance(reference, Baseline) else saved(reference)
    if known is None:
        return Baseline.fit(
            reference, schema, metrics=metrics, every=every, timezone=timezone, threads=threads
        )
    if schema is not None and schema != known.layout.schema:
        raise ConfigError(
            "The schema given differs from the one the baseline was fitted with",
            "A baseline carries its schema",
            "Leave the schema out, or fit the baseline again",
            code="baseline.other-schema",
        )
    return known


def saved(reference: Any) -> Baseline | None:
    """Return the baseline saved at a path, None where something else is there."""
    if not isinstance(reference, str | Path) or not Path(reference).is_file():
        return None
    with Path(reference).open("rb") as file:
        return Baseline.load(reference) if file.read(len(MAGIC)) == MAGIC else None
