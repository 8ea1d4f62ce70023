"""What the reference fixed once: kind of each column, bin edges, categories, classes, task.

A `Layout` turns "the drift of column age" into the frozen `Summary` specs that every pane is counted with. Specs
come only from here, so two metrics that need the same counts name equal specs and share one pass.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vedette.binning import Binning
from vedette.errors import ConfigError, unknown_name
from vedette.schema import Schema, Task
from vedette.summaries.base import Summary
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.counts import Counts
from vedette.summaries.histogram import Histogram
from vedette.summaries.moments import Moments
from vedette.summaries.score_bins import ScoreBins

Kind = Literal["number", "category", "time", "text", "embedding", "empty"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column as the reference showed it.

    Attributes
    ----------
    name, kind, role : str
        `role` is "feature", "segment" or a role of the schema; a column with several has the first that applies.
    binning : Binning, optional
        For numbers.
    coarse : tuple of int
        First fine bin of each coarse bin (about ten of equal reference mass).
    known, rest : tuple of str
        For categories: those counted singly, and those counted together.
    unit : str
        As declared in the schema.
    low, high : float, optional
        Allowed range where declared, else the reference's range.
    """

    name: str
    kind: Kind
    role: str = "feature"
    binning: Binning | None = None
    coarse: tuple[int, ...] = ()
    known: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Columns, task and classes, frozen on a reference.

    Attributes
    ----------
    schema : Schema
    task : str
    columns : tuple of Column
        In the reference's order.
    classes : tuple of str
        Known classes; for a binary task (negative, positive).
    why : dict of str to str
        Why the task, the classes and the kinds were chosen, in words.
    """

    schema: Schema
    task: Task
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()
    why: dict[str, str] = {}

    def column(self, name: str) -> Column:
        """Return one column; the nearest name is suggested for an unknown one."""
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown_name("Column", name, [c.name for c in self.columns], code="schema.unknown-column")

    def monitored(self) -> list[Column]:
        """Return the columns whose drift and quality are watched: features, segments, score and prediction."""
        watched = ("feature", "segment", "score", "prediction", "label")
        return [c for c in self.columns if c.role in watched]

    def segments(self) -> list[Column]:
        """Return the segment columns."""
        return [self.column(name) for name in self.schema.segments]

    def bins(self, column: str) -> Histogram | Categories:
        """Return the counts of a number or category column."""
        found = self.column(column)
        if found.binning is not None:
            return Histogram(
                column=column, binning=found.binning, coarse=found.coarse, weight=self.schema.weight
            )
        if found.kind != "category":
            raise ConfigError(
                f"Column {column!r} holds {found.kind}",
                "Distances between distributions need numbers or categories",
                "Choose another column or declare its kind in the schema",
                code="metric.wrong-kind",
            )
        return Categories(column=column, known=found.known, rest=found.rest, weight=self.schema.weight)

    def counts(self, column: str) -> Counts:
        """Return the counts of missing, infinite and wrongly typed entries."""
        return Counts(column=column, number=self.column(column).kind == "number")

    def moments(self, column: str) -> Moments:
        """Return the moments of a number column."""
        binning = self.column(column).binning
        return Moments(column=column, centre=binning.centre if binning else 0.0, weight=self.schema.weight)

    def confusion(self) -> Confusion:
        """Return predicted class by true class."""
        schema = self.schema
        scores: tuple[str, ...] = ()
        if isinstance(schema.score, dict) and schema.prediction is None:
            scores = tuple(schema.score[c] for c in self.classes)
        return Confusion(
            classes=self.classes,
            label=self.label,
            prediction=schema.prediction,
            score=self.score if schema.prediction is None and not scores else None,
            scores=scores,
            threshold=schema.threshold,
            weight=schema.weight,
        )

    def score_bins(self, positive: str | None = None) -> ScoreBins:
        """Return the score bins of the positive class (binary) or of `positive` against the rest."""
        schema = self.schema
        score = self.score if positive is None else self._score_of(positive)
        binning = self.column(score).binning if score else None
        if score is None or binning is None:
            raise ConfigError(
                "The schema names no score",
                "ROC, calibration and log loss read the score of the positive class",
                "Name its column: Schema(score=...)",
                code="schema.no-score",
            )
        return ScoreBins(
            score=score,
            binning=binning,
            label=self.label,
            prediction=schema.prediction,
            classes=self.classes,
            threshold=schema.threshold,
            weight=schema.weight,
        )

    @property
    def label(self) -> str | None:
        """Label column, None without one (or when there are several: multi-label)."""
        return self.schema.label if isinstance(self.schema.label, str) else None

    @property
    def score(self) -> str | None:
        """Score column of the positive class, None without one."""
        if isinstance(self.schema.score, dict):
            return self.schema.score.get(self.classes[-1]) if self.task == "binary" else None
        return self.schema.score

    def _score_of(self, positive: str) -> str | None:
        return self.schema.score.get(positive) if isinstance(self.schema.score, dict) else self.score

    def specs(self, metrics: list[dict[str, Summary]]) -> list[Summary]:
        """Return the distinct specs among the needs of several metrics, in a stable order."""
        return list(dict.fromkeys(spec for needs in metrics for spec in needs.values()))
