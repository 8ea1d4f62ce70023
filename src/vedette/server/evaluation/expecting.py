"""What is expected of the newest windows while their labels are out: how complete they are, nowcasts, stand-ins."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt

from vedette.engine.against import Against
from vedette.engine.ageing import aged
from vedette.engine.along import end_to_end
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import Block
from vedette.engine.nowcasts import Nowcasts, Replayed
from vedette.engine.stand_ins import labels_are_out
from vedette.late_labels.maturity import FINAL
from vedette.metrics.base import Metric
from vedette.report.overtime import SHOWN
from vedette.server.evaluation.labels import Labels
from vedette.store.series import Piece, SeriesKey, fields_of
from vedette.values import REASONS, Estimates, Window

#: The series of the share of a window's labels that must be in, and what the series of a nowcast begin with.
MATURITY, NOWCAST = "label_maturity", "nowcast_"
#: Newest windows that are looked at; older ones keep what was last said of them.
MOST = 96


class Expecting:
    """The newest windows of one version of a model, as far as what is expected of their labels needs them.

    Parameters
    ----------
    definition : Definition
    """

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        chosen = {(c.metric.key, c.metric.column) for c in definition.plan.chosen}
        lacking = [c for c in definition.plan.stand_ins if (c.metric.key, c.metric.column) not in chosen]
        self._stand_ins = Against(lacking, definition.baseline.cube)
        self._cubes: dict[int, Cube] = {}
        self._refused: set[int] = set()
        self._final: set[int] = set()
        self._said: dict[int, float] = {}
        self._before: Replayed | None = None

    @property
    def watches(self) -> bool:
        """Whether the model has labels to wait for."""
        return self._definition.layout.label is not None

    def lacking(self, windows: Sequence[Window]) -> list[Window]:
        """Return the windows among the newest of some that are not here yet."""
        return [w for w in windows[-MOST:] if w.start not in self._cubes] if self.watches else []

    def keep(self, cubes: Sequence[Cube]) -> list[Block]:
        """Take windows up that were counted; the estimates without labels of those whose labels are out."""
        if not self.watches:
            return []
        out = [cube for cube in cubes if labels_are_out(cube, self._definition.layout)]
        blocks = self._stand_ins.estimate(end_to_end(out)) if out and self._stand_ins.chosen else []
        self._refused -= {cube.windows[0].start for cube in cubes}
        for block in blocks:
            uncovered = block.current.reason == REASONS.index("not covered")
            self._refused |= {w.start for w, no in zip(block.windows, uncovered, strict=True) if no}
        for cube in cubes:
            self._cubes[cube.windows[0].start] = self._lean(cube)
            self._final.discard(cube.windows[0].start)
        for start in sorted(self._cubes)[:-MOST]:
            del self._cubes[start]
            self._refused.discard(start)
            self._final.discard(start)
        return blocks

    def _lean(self, cube: Cube) -> Cube:
        """Return a window with the states that a nowcast reads."""
        delays, layout = self._definition.delays, self._definition.layout
        lean = Cube(cube.windows, {})
        lean.rows = cube.rows
        wanted = [] if delays is None else [delays.score, layout.confusion(), delays]
        lean.states = {(TOTAL, spec): cube.states[TOTAL, spec] for spec in wanted}
        return lean

    def look(self, mark: int, labels: Labels) -> Expected | None:
        """Return what is to be expected at the watermark `mark`, None where all labels are in and that was said.

        `labels` tells when they are in where no law of delays does.
        """
        starts = sorted(self._cubes)
        if not starts or self._final.issuperset(starts):
            return None
        cube, delays = end_to_end([self._cubes[s] for s in starts]), self._definition.delays
        if delays is None:
            maturity, nowcasts = by_share(cube.windows, labels, mark, self._final), None
        else:
            seen = aged(cube, delays, mark)
            layout, declared = self._definition.layout, labels.delay
            reference = self._definition.baseline.cube
            nowcasts = Nowcasts(seen, reference, layout, delays, declared, before=self._before)
            self._before = nowcasts.replayed or self._before
            maturity = np.nan_to_num(nowcasts.maturity, nan=1.0)
        before = np.array([self._said.get(s, np.nan) for s in starts])
        told = np.array([s not in self._final for s in starts])
        if nowcasts is None:
            told &= before != maturity
        self._said = dict(zip(starts, maturity.tolist(), strict=True))
        if not told.any():
            return None
        self._final |= {s for s, m in zip(starts, maturity, strict=True) if m >= FINAL}
        blind = np.array([w.start in self._refused and not labels.share(w) for w in cube.windows])
        return Expected(self._definition, cube.windows, maturity, nowcasts, told, blind)


class Expected:
    """What is expected of some windows.

    Parameters
    ----------
    definition : Definition
    windows : list of Window
    maturity : ndarray of shape (w,)
    nowcasts : Nowcasts, optional
    told : ndarray of shape (w,), bool
        Windows of which it is news.
    blind : ndarray of shape (w,), bool
        Windows without any label in which scores promise nothing either: the reference has no such rows.
    """

    def __init__(
        self,
        definition: Definition,
        windows: Sequence[Window],
        maturity: npt.NDArray[np.float64],
        nowcasts: Nowcasts | None,
        told: npt.NDArray[np.bool_],
        blind: npt.NDArray[np.bool_],
    ) -> None:
        self._definition, self._maturity, self._nowcasts = definition, maturity, nowcasts
        self._told, self._blind = told, blind
        self.windows = [w for w, new in zip(windows, told, strict=True) if new]

    def pieces(self, model: str, version: str) -> list[Piece]:
        """Return the series to write for `windows`: how complete their labels are, and a nowcast for each metric."""
        share = np.where(self._told, self._maturity, np.nan)[self._told]
        whole = {"value": share[:, None], "reason": np.full((len(share), 1), -1, np.int8)}
        pieces = [Piece(SeriesKey(model, version, MATURITY), [("", "")], whole)]
        for metric in self._metrics() if self._nowcasts is not None else ():
            fields = fields_of(self._of(metric), len(self.windows))
            pieces.append(Piece(SeriesKey(model, version, NOWCAST + metric.key), [("", "")], fields))
        return pieces

    def _metrics(self) -> list[Metric]:
        """Return the metrics of labels that pages show over time."""
        planned = {c.metric.key: c.metric for c in self._definition.plan.chosen if c.metric.scope == "model"}
        shown = [planned[n] for n in SHOWN[self._definition.layout.task] if n in planned]
        return [m for m in shown if getattr(m, "needs_label", False)]

    def _of(self, metric: Metric) -> Estimates:
        """Return a metric as the labels will show it; where that is not to be said, nothing and why."""
        assert self._nowcasts is not None
        size = len(self._maturity)
        if self._nowcasts.defined(metric):
            found = self._nowcasts.of(metric).estimates
        else:
            found = Estimates.none(np.zeros(size), "immature")
        arrays = {name: np.array(getattr(found, name)) for name in Estimates.__struct_fields__}
        for name in ("value", "low", "high", "p"):
            arrays[name][self._blind] = np.nan
        arrays["reason"][self._blind] = REASONS.index("not covered")
        return Estimates(**{name: array[self._told] for name, array in arrays.items()})


def by_share(
    windows: Sequence[Window], labels: Labels, mark: int, final: Container[int] = ()
) -> npt.NDArray[np.float64]:
    """Return how complete the labels of some windows are where no law of delays tells, shape (w,).

    1 where they are in by what `Labels` knows, or were before (`final`, by the windows' beginnings); else the share of
    rows with a label, and less than final.
    """
    found = [
        1.0
        if w.start in final or labels.are_in(w, mark, windows[i + 1 :])
        else min(labels.share(w), FINAL - 0.01)
        for i, w in enumerate(windows)
    ]
    return np.array(found, float)
