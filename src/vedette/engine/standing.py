"""What stands against a model in one window: changes by the rules over the windows before it, and its alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from vedette.engine.alarms import Alarm, Watch, Watcher
from vedette.engine.along import end_to_end
from vedette.engine.blocks import as_of
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import Block, evaluate
from vedette.engine.following import Earlier, Following
from vedette.engine.joint import projections_of
from vedette.engine.judge import DEFAULT_RULES, gravest_first, judge, promised_rules, telling
from vedette.engine.mature import reads_labels
from vedette.engine.noise import noise_of
from vedette.engine.raised import MISSING, SIZE, findings_of
from vedette.engine.streams import OUTCOMES
from vedette.evidence.promise import Promise
from vedette.metrics.base import metric
from vedette.rules.seasonal_band import SeasonalBand
from vedette.summaries.base import Summary
from vedette.values import Finding, Floats, Window

#: Windows before it that a window is judged with: "3 of the last 5" looks back, and evidence is adjusted over them.
HORIZON = 64
#: States of some windows, oldest first.
Load = Callable[[Sequence[Window]], Sequence[Cube]]
_NONE: Floats = np.zeros(0)


class Judge:
    """The rules of a definition, ready for one window after the other.

    The outcome for a window depends on it and on the windows before it alone, so that a history judged as it
    happened and one judged at once, or with a stop in between, agree.
    """

    def __init__(self, definition: Definition, watcher: Watcher | None, level: float = 0.95) -> None:
        baseline = definition.baseline
        past = evaluate(definition.plan.chosen, baseline.history, None, TOTAL, level)
        self.definition, self.level, self.noise = definition, level, noise_of(past, level)
        usual = DEFAULT_RULES
        if watcher is not None:
            outcomes = any(part == "performance" for _, part in watcher.streams)
            usual = promised_rules(baseline.layout.task, outcomes=outcomes)
        windows, calendar = definition.monitor.windows, definition.monitor.calendar
        far = [rule for rule in definition.rules if isinstance(rule, SeasonalBand) and rule.metrics]
        self._following = Following(far, calendar, windows.timezone)
        self.rules = [*usual, *(rule for rule in definition.rules if rule not in far)]

    def findings(
        self,
        blocks: Sequence[Block],
        window: Window,
        *,
        labelled: bool = True,
        earlier: Earlier = lambda block, _: block,
    ) -> list[Finding]:
        """Return the findings of the rules that hold in a window.

        Metrics of labels are looked at where the window's labels are in (`labelled`): those that come first are no
        fair sample. `earlier` reads windows long past, for rules that learn from them.
        """
        labels = self.definition.layout.schema.roles().get("label", ())
        read = [b for b in blocks if labelled or not reads_labels(b.metric, labels)]
        seen = as_of(read, window.start, HORIZON)
        followed = telling(list(self._following.findings(seen, self.noise, earlier)))
        found = gravest_first([*judge(seen, self.rules, self.level, self.noise), *followed])
        placed = [f if f.window else msgspec.structs.replace(f, window=window, until=window) for f in found]
        return [f for f in placed if f.until is not None and f.until.start >= window.start]

    def alarms(self, watcher: Watcher, windows: Sequence[Window], at: int, load: Load) -> list[Finding]:
        """Return the alarms that window number `at` raised or renewed, as findings.

        Parameters
        ----------
        windows : sequence of Window
            All windows stepped so far, in order.
        load : function
            How big a change is, is told over the windows the alarm has stood, at most the last `HORIZON`.
        """
        fresh = sorted((a for a in watcher.alarms if a.last == at), key=lambda a: (a.onset, a.column or ""))
        if not fresh:
            return []
        first = max(min(a.onset for a in fresh), at + 1 - HORIZON)
        cube = end_to_end(load(windows[first : at + 1]), self._read_by(fresh))
        promise = Promise.parse(self.definition.monitor.alerts.false_alarms)
        moved = tuple(_counted_from(alarm, first) for alarm in fresh)
        seen = Watch(promise, watcher.threshold, watcher.streams, watcher.seasons, _NONE, _NONE, moved)
        found = findings_of(seen, cube, self.definition.baseline, self.level)
        began = windows[min(a.onset for a in fresh)]
        # An alarm older than the horizon is told from its beginning all the same.
        return [
            msgspec.structs.replace(f, window=began)
            if f.window == windows[first] and began.start < windows[first].start
            else f
            for f in found
        ]

    def _read_by(self, alarms: Sequence[Alarm]) -> set[tuple[str, Summary]]:
        """Return the states that tell how big the changes are."""
        found: set[tuple[str, Summary]] = set()
        for alarm in alarms:
            if alarm.part == "together":
                found.add((TOTAL, projections_of(alarm, self.definition.layout)))
                continue
            if alarm.part in OUTCOMES:
                made = metric(alarm.metric, **({"of": alarm.of} if alarm.of else {}))
            else:
                made = metric(MISSING if alarm.part == "missing" else SIZE, column=alarm.column)
            dimension = alarm.segment.column if alarm.segment else TOTAL
            specs = made.needs(self.definition.layout).values()
            found |= {(place, spec) for spec in specs for place in (TOTAL, dimension)}
        return found

    def together(self, *parts: Sequence[Finding]) -> list[Finding]:
        """Return all findings, the gravest first."""
        return gravest_first([finding for part in parts for finding in part])


def _counted_from(alarm: Alarm, first: int) -> Alarm:
    return msgspec.structs.replace(
        alarm, onset=max(alarm.onset - first, 0), raised=max(alarm.raised - first, 0), last=alarm.last - first
    )


def watcher_of(definition: Definition, counted: Cube) -> Watcher | None:
    """Return the watcher of a definition, None where nothing is counted or the reference moves.

    Evidence is against one fixed reference; with a rolling one the rules judge each window by itself.
    """
    monitor, baseline = definition.monitor, definition.baseline
    if monitor.reference.kind != "static":
        return None
    promise, windows = Promise.parse(monitor.alerts.false_alarms), monitor.windows
    return Watcher.over(counted, baseline.history, baseline.layout, promise, windows.every, windows.timezone)
