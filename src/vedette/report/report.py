"""What `compare` and `replay` return: estimates, findings, notes, and every form a person holds them in."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from vedette.alerts.calendar import Planned
from vedette.alerts.incident import Incident
from vedette.alerts.mute import Mute
from vedette.alerts.policy import Policy
from vedette.diagnosis.cause import Diagnosis
from vedette.diagnosis.diagnose import diagnose
from vedette.diagnosis.disde import Disde, split
from vedette.diagnosis.slices import Slice, sliced
from vedette.engine.alarms import Watch
from vedette.engine.along import of_windows
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.evaluate import Block, evaluate_all, evaluate_one
from vedette.engine.impacts import of_columns
from vedette.engine.mature import reads_labels, without
from vedette.engine.notes import about_data
from vedette.engine.nowcasts import Nowcast, Nowcasts
from vedette.engine.peeking import NOTE, at_every_look
from vedette.engine.plan import Plan, choose
from vedette.errors import ConfigError, unknown_name
from vedette.estimation.impact import Impact
from vedette.metrics.base import Metric
from vedette.metrics.base import metric as named
from vedette.report.asked import Asked, Rows, no_rows
from vedette.sentences.sentence import Sentence
from vedette.values import Estimate, Estimates, Finding, Note, Segment, Window

Which = Literal["current", "reference"]


class Report:
    """The outcome of a run.

    It keeps the states, so a metric that was not shown is one call away, for any column, segment or window whose
    counts were made.

    Attributes
    ----------
    findings : list of Finding
        The gravest first.
    notes : list of Note
        What the reader must know: duplicates, quarantined parts, columns that are absent.
    windows : list of Window
    baseline : Baseline
    plan : Plan
    level : float
        Confidence of the intervals.
    deploys : tuple of int
        When something was deployed, in microseconds since the epoch.
    policy, calendar, mutes
        When findings make one incident, and what of it is told; a monitor's own in `replay`.
    asked : Asked
        What `slices` and `disde` found: pages and JSON have it from then on.
    """

    def __init__(
        self,
        baseline: Baseline,
        cube: Cube,
        plan: Plan,
        findings: Sequence[Finding],
        *,
        model: str = "model",
        level: float = 0.95,
        timezone: str = "UTC",
        by_row: bool = False,
        watched: Watch | None = None,
        nowcasts: Nowcasts | None = None,
        blocks: list[Block] | None = None,
        policy: Policy = Policy(),  # noqa: B008  frozen
        calendar: Sequence[Planned] = (),
        mutes: Sequence[Mute] = (),
        deploys: Sequence[int] = (),
        rows: Rows | None = None,
    ) -> None:
        self.baseline, self.cube, self.plan = baseline, cube, plan
        self.findings, self.level, self.model = list(findings), level, model
        self.timezone, self.by_row, self.watched = timezone, by_row, watched
        self.policy, self.calendar, self.mutes = policy, tuple(calendar), tuple(mutes)
        self.nowcasts, self.deploys = nowcasts, tuple(deploys)
        self.asked, self._rows = Asked(), rows
        if blocks is not None and len(cube.windows) == 1:
            self.blocks = blocks  # already those of the whole period
        growing = [NOTE] if len(cube.windows) > 1 and not by_row else []
        self.notes: list[Note] = [*about_data(baseline, cube), *cube.notes, *growing]

    @property
    def ok(self) -> bool:
        """Whether nothing calls for action (findings of level "act")."""
        return not any(finding.level == "act" for finding in self.findings)

    @property
    def windows(self) -> list[Window]:
        """Windows in time order; one for a comparison without windows."""
        return self.cube.windows

    @functools.cached_property
    def incidents(self) -> tuple[Incident, ...]:
        """The findings as the incidents they would have been, in the order they opened; none without windows."""
        from vedette.report.incidents import lived

        return lived(self).incidents

    @property
    def rows(self) -> int:
        """Rows read."""
        return self.cube.rows

    @functools.cached_property
    def whole(self) -> Cube:
        """The states of all windows merged."""
        return self.cube.over_time()

    @functools.cached_property
    def blocks(self) -> list[Block]:
        """Estimates over the whole period, every dimension; of labels over windows whose labels are in."""
        chosen, reference = self.plan.chosen, self.baseline.cube
        blocks = [self._growing(b) for b in evaluate_all(chosen, self.whole, reference, self.level)]
        if self.mature is self.whole:
            return blocks
        late = evaluate_all([c for c in chosen if self._late(c.metric)], self.mature, reference, self.level)
        known = {(b.metric.key, b.metric.column, b.dimension): self._growing(b) for b in late}
        return [known.get((b.metric.key, b.metric.column, b.dimension), b) for b in blocks]

    @functools.cached_property
    def impacts(self) -> dict[str, Impact]:
        """What each column's drift over the whole period costs in points of the metric, the dearest first.

        Projected from the reference's errors by bin, so that no current label is needed; of a regression as a share
        of the reference's mean absolute error. Columns without a price are left out: the reference has no labels, or
        knows nothing of where they moved.
        """
        names = [c.name for c in self.baseline.layout.monitored() if c.role != "label"]
        found = of_columns(self.whole, self.baseline, names)
        return dict(sorted(found.items(), key=lambda one: (-one[1].certain, -abs(one[1].value))))

    @functools.cached_property
    def mature(self) -> Cube:
        """The states of all windows whose labels are in, merged; of all windows where none waits for labels."""
        chosen = (
            np.arange(len(self.windows)) if self.nowcasts is None else np.flatnonzero(self.nowcasts.mature)
        )
        if len(chosen) in (0, len(self.windows)):
            return self.whole
        return of_windows(self.cube, chosen.tolist()).over_time()

    def _late(self, metric: Metric) -> bool:
        """Tell whether a metric reads labels, which some windows wait for."""
        if self.nowcasts is None:
            return False
        return reads_labels(metric, self.baseline.layout.schema.roles().get("label", ()))

    def estimate(
        self,
        metric: str,
        column: str | None = None,
        segment: str | Segment | tuple[str, str] | None = None,
        window: str | int | None = None,
        *,
        which: Which = "current",
        **parameters: Any,
    ) -> Estimate:
        """Return one number with its interval.

        Parameters
        ----------
        metric : str
            Registered name.
        column : str, optional
            For metrics of a column, and the group column of fairness metrics.
        segment : str, optional
            ``"carrier=MQ"``; for fairness metrics the group.
        window : str or int, optional
            Label or number; default all windows together.
        which : {"current", "reference"}
        **parameters
            Of the metric, e.g. ``k=5``.

        Raises
        ------
        UnknownNameError
            Unknown metric, column, segment or window.
        ConfigError
            The counts it reads were not made in this run (``report.not-counted``).
        """
        block = self._block(metric, column, segment, window, parameters)
        place = self._place(block, segment)
        if which == "current":
            return block.current[place]
        if block.reference is None:
            return Estimate(None, reason="no reference")
        return block.reference[place]

    def series(
        self, metric: str, column: str | None = None, segment: str | Segment | None = None, **parameters: Any
    ) -> tuple[list[Window], Estimates]:
        """Return a metric over the windows: the windows, and estimates of the same length."""
        block = self._block(metric, column, segment, slice(None), parameters)
        place = self._place(block, segment)
        step = len(block.segments) * max(len(block.groups), 1)
        rows = range(place, len(block.current), step)
        taken = {f: getattr(block.current, f)[list(rows)] for f in Estimates.__struct_fields__}
        return self.windows, Estimates(**taken)

    def nowcast(self, metric: str, **parameters: Any) -> Nowcast:
        """Return a metric over the windows as its labels will show it, those that are out expected.

        Parameters
        ----------
        metric : str
            Registered name of a metric of predicted against true class, or of ``roc_auc`` and the like.
        **parameters
            Of the metric.

        Raises
        ------
        ConfigError
            Nothing tells when labels come (``nowcast.no-delays``), or the metric has no nowcast
            (``nowcast.not-defined``).
        """
        if self.nowcasts is None:
            raise ConfigError(
                "Nothing tells how late labels are, or what scores promise",
                "A binary model with scores, windows of time, a labelled reference, and when labels become known",
                "Name Schema(label_time=...), or give label_delay='30d'",
                code="nowcast.no-delays",
            )
        return self.nowcasts.of(named(metric, **parameters))

    def slices(self, *, reference: Any = None, **options: Any) -> list[Slice]:
        """Return the slices of one and two features whose loss rose, the dearest first; see `vedette.slices`.

        Parameters
        ----------
        reference : frame, mapping of arrays, or path, optional
            The reference rows, where the report was made with a baseline; labelled, as the current rows.
        **options
            ``columns`` and ``alpha`` of `vedette.slices`.

        Raises
        ------
        ConfigError
            The report has no rows (``report.no-rows``), or they have no losses (``slices.no-losses``).
        """
        rows = self._at_hand()
        made = sliced(self.baseline.layout, *rows.both(reference), rows.labels, level=self.level, **options)
        self.asked = self.asked._replace(slices=made)
        return made

    def disde(self, *, reference: Any = None, seed: int = 0) -> Disde:
        """Return the parts of the change of the mean loss; see `vedette.disde`.

        Parameters
        ----------
        reference : frame, mapping of arrays, or path, optional
            The reference rows, where the report was made with a baseline.
        seed : int

        Raises
        ------
        ConfigError
            The report has no rows (``report.no-rows``), or they have no losses (``slices.no-losses``).
        DataError
            Either side has fewer than 200 labelled rows (``disde.few-rows``).
        """
        rows = self._at_hand()
        made = split(self.baseline.layout, *rows.both(reference), rows.labels, self.level, seed)
        self.asked = self.asked._replace(disde=made)
        return made

    def _at_hand(self) -> Rows:
        if self._rows is None:
            raise no_rows("The report was made of counts alone")
        return self._rows

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values, with keys ``estimates`` and ``findings`` among them."""
        return {
            "vedette": 1,
            "model": self.model,
            "ok": self.ok,
            "verdict": self.verdict,
            "remedy": self.diagnosis.remedy,
            "causes": [msgspec.to_builtins(cause) for cause in self.diagnosis.causes],
            "rows": {"current": self.rows, "reference": self.baseline.rows},
            "baseline": self.baseline.hash,
            "task": self.baseline.layout.task,
            "windows": [msgspec.to_builtins(w) for w in self.windows],
            "findings": [finding.to_dict() for finding in self.findings],
            "incidents": [_brief(one) for one in self.incidents],
            "impacts": {name: msgspec.to_builtins(one) for name, one in self.impacts.items()},
            "estimates": [row for block in self.blocks for row in _plain(block)],
            **self.asked.plain(),
            "notes": [msgspec.to_builtins(note) for note in self.notes],
            "why": {name: str(why) for name, why in self.why.items()},
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """Return `to_dict` as JSON text, and write it when a path is given."""
        text = msgspec.json.format(msgspec.json.encode(self.to_dict()), indent=1).decode()
        if path is not None:
            Path(path).write_text(text, "utf-8")
        return text

    def to_html(self, path: str | Path | None = None, lang: Literal["en", "zh"] = "en") -> Path | str:
        """Write a self-contained page that opens offline, and return its path; without a path return its text."""
        from vedette.report.page import page_of
        from vedette.views.page import render

        html = render(page_of(self, lang))
        if path is None:
            return html
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(html, "utf-8")
        return target

    def to_junit(self) -> str:
        """Return JUnit XML: a test case a metric and column, failed by findings that call for action."""
        from vedette.report.junit import to_junit

        return to_junit(self)

    def print(self, lang: Literal["en", "zh"] = "en") -> None:
        """Print the report in words, as wide as the terminal."""
        from vedette.report.page import page_of
        from vedette.views.terminal import show

        show(page_of(self, lang))

    def __str__(self) -> str:
        from vedette.report.page import page_of
        from vedette.views.terminal import words

        return words(page_of(self))

    def __repr__(self) -> str:
        return f"Report({self.verdict})"

    def _repr_html_(self) -> str:
        from vedette.report.page import page_of
        from vedette.views.notebook import fragment

        return fragment(page_of(self))

    @property
    def why(self) -> dict[str, Sentence | str]:
        """Why the task, the classes and the metrics are what they are; metrics left out among them."""
        return {**self.baseline.layout.why, **self.plan.left_out}

    @property
    def verdict(self) -> str:
        """One sentence: what is wrong, since when and why, or that nothing is."""
        return self.diagnosis.verdict

    @functools.cached_property
    def diagnosis(self) -> Diagnosis:
        """Ranked causes with their evidence, and a first remedy.

        It is about all rows; of a history of windows it is about those of the gravest finding.
        """
        told = [f for f in self.findings if f.level != "info"]
        if not told:
            words = f"Nothing changed beyond chance in {self.rows:,} rows."
            return Diagnosis(causes=(), verdict=words, remedy="")
        if told[0].window is not None and len(self.windows) > 1:
            return self.diagnosis_of(told[0])
        return diagnose(self.cube, self.baseline, told, windows=None)

    def diagnosis_of(self, finding: Finding) -> Diagnosis:
        """Return the ranked causes of one finding, told by the windows it held in."""
        assert finding.window is not None
        starts = [w.start for w in self.windows]
        last = finding.until or finding.window
        span = slice(starts.index(finding.window.start), starts.index(last.start) + 1)
        return self._within_noise(
            diagnose(self.cube, self.baseline, [finding], windows=span, deploys=self.deploys), span
        )

    def _within_noise(self, found: Diagnosis, span: slice) -> Diagnosis:
        """Return the diagnosis without causes in columns that raised no alarm then.

        A column that always swings from window to window is no cause of one bad window.
        """
        if self.watched is None:
            return found
        alarmed = {a.column for a in self.watched.alarms if a.onset < span.stop and a.last >= span.start}
        causes = tuple(c for c in found.causes if c.column is None or c.column in alarmed)
        return Diagnosis.of(causes, found.context) if causes else found

    def _block(
        self, name: str, column: str | None, segment: Any, window: Any, parameters: dict[str, Any]
    ) -> Block:
        made = self._metric(name, column, parameters)
        group = made.scope == "group"
        dimension = TOTAL if segment is None or group else Segment.parse(segment).column
        late, cube = self._late(made), self.cube
        if window is None:
            cube = self.mature if late else self.whole
        elif not isinstance(window, slice):
            cube = self._at(window)
        if dimension not in cube.segments:
            raise unknown_name(
                "Segment column", dimension, [d for d in cube.segments if d], code="report.unknown-segment"
            )
        block = evaluate_one(
            choose(made, self.baseline.layout), cube, self.baseline.cube, dimension, self.level
        )
        if block is None:
            raise ConfigError(
                f"The counts behind {made.key!r} were not made in this run",
                "Metrics whose summaries were counted",
                f"Ask for it: metrics=['{name}', ...]",
                code="report.not-counted",
            )
        block = self._growing(block) if window is None else block
        return self._without_young(block, window) if late else block

    def _growing(self, block: Block) -> Block:
        """Return a block of the whole period, which grows where there are windows of time."""
        return at_every_look(block, self.level) if len(self.windows) > 1 and not self.by_row else block

    def _without_young(self, block: Block, window: Any) -> Block:
        """Return a block of labels without the windows that wait for theirs."""
        assert self.nowcasts is not None
        mature = self.nowcasts.mature
        if window is None:
            return block if mature.any() else without(block, np.array([True]))
        if isinstance(window, slice):
            return without(block, ~mature)
        labels = [w.label for w in self.windows]
        return without(block, ~mature[[labels.index(window) if isinstance(window, str) else window]])

    def _metric(self, name: str, column: str | None, parameters: dict[str, Any]) -> Metric:
        given = {**parameters, **({} if column is None else {"column": column})}
        made = named(name, **given)
        if made.scope != "model" and column is None:
            raise ConfigError(
                f"Metric {name!r} is about a column and none was named",
                f"One of {', '.join(c.name for c in self.baseline.layout.monitored())}",
                f"Call estimate({name!r}, column=...)",
                code="report.no-column",
            )
        return made

    def _at(self, window: str | int) -> Cube:
        labels = [w.label for w in self.windows]
        if isinstance(window, str) and window not in labels:
            raise unknown_name("Window", window, labels, code="report.unknown-window")
        number = labels.index(window) if isinstance(window, str) else window
        picked = Cube([self.windows[number]], {k: v for k, v in self.cube.segments.items() if k})
        for (dimension, spec), state in self.cube.states.items():
            size = len(self.cube.segments[dimension])
            picked.states[dimension, spec] = state.take(np.arange(number * size, (number + 1) * size))
        return picked

    def _place(self, block: Block, segment: Any) -> int:
        if segment is None:
            return 0
        choices = block.groups or block.segments
        value = (
            segment
            if block.groups and isinstance(segment, str) and "=" not in segment
            else Segment.parse(segment).value
        )
        if value not in choices:
            raise unknown_name("Segment value", value, choices, code="report.unknown-segment")
        return choices.index(value)


def _brief(one: Incident) -> dict[str, Any]:
    names = ("id", "cause", "level", "state", "since", "opened", "last")
    return {name: msgspec.to_builtins(getattr(one, name)) for name in names}


def _plain(block: Block) -> Iterator[dict[str, Any]]:
    """Yield the estimates of a block of one window as plain values."""
    for s, value in enumerate(block.segments):
        for g, group in enumerate(block.groups or ("",)):
            place = block.row(0, s, g)
            now = block.current[place]
            row: dict[str, Any] = {
                "metric": block.metric.key,
                "column": block.metric.column,
                "segment": f"{block.dimension}={value}" if block.dimension else None,
                **msgspec.structs.asdict(now),
            }
            if group:
                row["group"] = group
            if block.reference is not None:
                row["reference"] = msgspec.structs.asdict(block.reference[place % len(block.reference)])
            yield row
