"""What the states of a monitor's windows mean: the layout of its baseline, the counts wanted, how time is cut."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from vedette.engine.ageing import delay_spec
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL
from vedette.engine.lateness import micros
from vedette.engine.plan import DEFAULT, Plan, plan
from vedette.engine.scan import Wanted
from vedette.engine.windows import Every
from vedette.errors import ConfigError
from vedette.layout import Layout
from vedette.metrics.base import Metric
from vedette.monitor import Monitor
from vedette.rules.base import Rule
from vedette.summaries.base import Summary, spec_hash
from vedette.summaries.label_delays import LabelDelays


class Definition:
    """A monitor and its baseline, as what is counted in each window.

    Two definitions with one `hash` count the same in the same windows, so their states may be kept, merged and
    compared. Rules, alerts and sinks are no part of it: changing them recounts nothing.

    Attributes
    ----------
    monitor : Monitor
    baseline : Baseline
    every : Every
    plan : Plan
    wanted : Wanted
    delays : LabelDelays, optional

    Examples
    --------
    >>> baseline = Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    >>> quiet = Definition(Monitor(), baseline)
    >>> loud = Definition(Monitor(rules=[{"kind": "threshold", "metrics": ["missing"], "above": 0.5}]), baseline)
    >>> quiet.hash == loud.hash, quiet.hash == Definition(Monitor(metrics=["psi"]), baseline).hash
    (True, False)
    """

    def __init__(self, monitor: Monitor, baseline: Baseline) -> None:
        self.monitor, self.baseline = monitor, baseline
        self.every = Every.parse(monitor.windows.every)
        if self.every.unit == "rows":
            raise ConfigError(
                f"Windows of {monitor.windows.every} were asked for in a run that goes on for ever",
                "Windows of time: rows come late and twice, so their numbers are not known",
                "Write for example every = '1d'",
                code="windows.by-row",
            )
        self.rules: Sequence[Rule] = monitor.made_rules()
        self.plan: Plan = plan(baseline.layout, with_watched(monitor.metrics, self.rules))
        lean = self.plan.wanted(baseline.layout, lean=True).with_delays(self.delays, baseline.layout)
        self.wanted: Wanted = lean.with_fingerprint(baseline.layout)

    @property
    def layout(self) -> Layout:
        """Columns, edges and classes."""
        return self.baseline.layout

    @functools.cached_property
    def delays(self) -> LabelDelays | None:
        """What is counted of label delays; None where labels that are out cannot be expected from anything."""
        length = round((self.every.days or 0.0) * 86_400e6)
        declared = micros(self.monitor.windows.label_delay)
        return delay_spec(self.layout, self.baseline.cube, length, declared)

    @functools.cached_property
    def specs(self) -> list[tuple[str, Summary]]:
        """Every (dimension, spec) of a window, in the order in which they are written."""
        total = [(TOTAL, spec) for spec in self.wanted.total]
        return total + [(d, spec) for d in self.segments for spec in self.wanted.by_segment]

    @functools.cached_property
    def segments(self) -> dict[str, list[str]]:
        """Segment values by segment column, without that of all rows."""
        return {c.name: list(self.layout.bins(c.name).names()) for c in self.layout.segments()}  # type: ignore[union-attr]

    @functools.cached_property
    def hash(self) -> str:
        """Sixteen hexadecimal digits that name what is counted and in which windows."""
        windows = self.monitor.windows
        told = (
            windows.every,
            windows.timezone,
            msgspec.to_builtins(self.layout.schema),
            self.segments,
            [(dimension, spec_hash(spec)) for dimension, spec in self.specs],
        )
        return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()[:16]


def with_watched(
    metrics: Iterable[str | Metric] | None, rules: Sequence[Rule]
) -> Sequence[str | Metric] | None:
    """Return the metrics asked for and those that rules name, so that no rule waits for what is not computed."""
    watched = [name for rule in rules for name in rule.metrics]
    if metrics is None and not watched:
        return None
    return [*([DEFAULT] if metrics is None else metrics), *watched]
