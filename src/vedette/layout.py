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
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import Summary
from vedette.summaries.bin_losses import BinLosses
from vedette.summaries.categories import Categories
from vedette.summaries.class_bins import ClassBins
from vedette.summaries.class_losses import ClassLosses
from vedette.summaries.class_ranks import ClassRanks
from vedette.summaries.clock import Clock
from vedette.summaries.confusion import Confusion
from vedette.summaries.counts import Counts
from vedette.summaries.distinct import Distinct
from vedette.summaries.error_bins import ErrorBins
from vedette.summaries.fingerprint import Fingerprint
from vedette.summaries.fourier import Fourier
from vedette.summaries.frequent import Frequent
from vedette.summaries.group_outcomes import GroupOutcomes
from vedette.summaries.histogram import Histogram
from vedette.summaries.moments import Moments
from vedette.summaries.multilabel_confusion import MultilabelConfusion
from vedette.summaries.outside import Outside
from vedette.summaries.pair_moments import PairMoments
from vedette.summaries.projections import Projections
from vedette.summaries.ranking_gains import Gain, RankingGains
from vedette.summaries.regression_errors import RegressionErrors
from vedette.summaries.repeats import Repeats
from vedette.summaries.residuals import Residuals
from vedette.summaries.sample import Sample
from vedette.summaries.score_bins import ScoreBins

#: Bins from which a column has so many values that equal windows are no chance.
MANY = 50
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
    residual_binning : Binning, optional
        Bins of prediction minus label, for a regression whose reference has labels.
    projections : tuple of Projections
        Directions through all number features and through each column of vectors, where the schema asks for them.
    why : dict of str to Sentence or str
        Why the task, the classes and the kinds were chosen, in words.
    """

    schema: Schema
    task: Task
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()
    residual_binning: Binning | None = None
    projections: tuple[Projections, ...] = ()
    why: dict[str, Sentence | str] = {}

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

    def outside(self, column: str) -> Outside | None:
        """Return the counts of numbers outside the declared range, None where none is declared."""
        found = self.column(column)
        if found.low is None and found.high is None:
            return None
        return Outside(column=column, low=found.low, high=found.high, weight=self.schema.weight)

    def distinct(self, column: str) -> Distinct:
        """Return the smallest hashes of a column's values."""
        return Distinct(column=column, number=self.column(column).kind == "number")

    def frequent(self, column: str) -> Frequent:
        """Return the frequent values that the reference did not have."""
        found = self.column(column)
        return Frequent(column=column, besides=found.known + found.rest)

    def fingerprint(self, most: int = 8) -> Fingerprint | None:
        """Return the fingerprint of the rows: of the columns with most values; None where no column has many."""
        held = [c for c in self.monitored() if c.role != "label" and c.kind in ("number", "category")]
        sizes = {c.name: self.bins(c.name).fields()["counts"].shape[0] for c in held}
        chosen = sorted(held, key=lambda c: -sizes[c.name])[:most]
        if not chosen or chosen[0].kind != "number" or sizes[chosen[0].name] < MANY:
            return None
        return Fingerprint(
            numbers=tuple(c.name for c in chosen if c.kind == "number"),
            categories=tuple(c.name for c in chosen if c.kind == "category"),
        )

    def repeats(self) -> Repeats:
        """Return the counts of rows whose id comes again."""
        return Repeats()

    def clock(self) -> Clock:
        """Return the first and last event time."""
        if self.schema.time is None:
            raise ConfigError(
                "The schema names no time",
                "How far the rows reach is read from their event time",
                "Name its column: Schema(time=...)",
                code="schema.no-time",
            )
        return Clock(column=self.schema.time)

    def confusion(self) -> Confusion:
        """Return predicted class by true class."""
        schema = self.schema
        return Confusion(
            classes=self.classes,
            label=self.label,
            prediction=self.prediction,
            score=self.score if self.prediction is None else None,
            scores=self._class_scores() if self.prediction is None and self.score is None else (),
            threshold=schema.threshold,
            weight=schema.weight,
        )

    def multilabel_confusion(self) -> MultilabelConfusion:
        """Return predicted by true for each label column of a multi-label task."""
        schema, labels = self.schema, tuple(self.schema.label or ())
        predictions = tuple(schema.prediction) if isinstance(schema.prediction, list) else ()
        scores = schema.score if isinstance(schema.score, dict) and not predictions else {}
        return MultilabelConfusion(
            labels=labels,
            predictions=predictions,
            scores=tuple(scores[name] for name in labels if name in scores),
            threshold=schema.threshold,
            weight=schema.weight,
        )

    def outcomes(self, column: str) -> GroupOutcomes:
        """Return predicted class by true class for each group of a category column."""
        groups = self.bins(column)
        if not isinstance(groups, Categories):
            raise ConfigError(
                f"Column {column!r} holds numbers",
                "Groups are the values of a category column",
                "Name it in Schema(protected=[...]) or Schema(categorical=[...])",
                code="metric.wrong-kind",
            )
        return GroupOutcomes(groups=msgspec.structs.replace(groups, weight=None), confusion=self.confusion())

    def bin_losses(self, column: str) -> BinLosses | None:
        """Return the losses by bin of a column; None without labels, or where a row has no loss of its own."""
        bins, schema = self.bins(column), self.schema
        numbers = bins if isinstance(bins, Histogram) else None
        categories = bins if isinstance(bins, Categories) else None
        if self.label is None or not (self.prediction or self.score or self._class_scores()):
            return None
        if self.task in ("binary", "multiclass"):
            return BinLosses(numbers=numbers, categories=categories, confusion=self.confusion())
        if self.task != "regression":
            return None
        errors = RegressionErrors(prediction=self._predicted_value(), label=self.label, weight=schema.weight)
        return BinLosses(numbers=numbers, categories=categories, errors=errors)

    def score_bins(self, positive: str | None = None) -> ScoreBins:
        """Return the score bins of the positive class (binary), of `positive` against the rest, or of one label."""
        schema, one_label = self.schema, self.task == "multilabel" and positive is not None
        score = self.score if positive is None else self._score_of(positive)
        binning = self.column(score).binning if score else None
        if score is None or binning is None:
            raise ConfigError(
                "The schema names no score"
                if positive is None
                else f"The schema names no score of {positive!r}",
                "ROC, calibration and log loss read the score of the positive class",
                "Name its column: Schema(score=...)",
                code="schema.no-score",
            )
        return ScoreBins(
            score=score,
            binning=binning,
            label=positive if one_label else self.label,
            prediction=self._label_prediction(positive) if one_label else self.prediction,
            classes=("0", "1") if one_label else self.classes,
            positive=None if one_label or positive == self.classes[-1] else positive,
            threshold=schema.threshold,
            weight=schema.weight,
        )

    def class_losses(self) -> ClassLosses:
        """Return the sums of log loss and Brier score over the scores of all classes."""
        return ClassLosses(
            classes=self.classes, scores=self._all_scores(), label=self.label, weight=self.schema.weight
        )

    def class_ranks(self) -> ClassRanks:
        """Return the counts of the true class's rank among the scores of all classes."""
        return ClassRanks(
            classes=self.classes, scores=self._all_scores(), label=self.label, weight=self.schema.weight
        )

    def class_bins(self, bins: int = 40) -> ClassBins:
        """Return the bins of the scores of all classes, by predicted class."""
        scores = self._all_scores()
        held = [self.column(name).binning or Binning(()) for name in scores]
        return ClassBins(
            classes=self.classes,
            scores=scores,
            binnings=tuple(binning.coarser(bins) for binning in held),
            label=self.label,
            prediction=self.prediction,
            weight=self.schema.weight,
        )

    def errors(self) -> RegressionErrors:
        """Return the sums of prediction errors of a regression."""
        return RegressionErrors(
            prediction=self._predicted_value(),
            label=self.label,
            centre=next((c.binning.centre for c in self.columns if c.name == self.label and c.binning), 0.0),
            weight=self.schema.weight,
        )

    def error_bins(self) -> ErrorBins:
        """Return the sums of prediction errors by bin of the prediction."""
        prediction = self._predicted_value()
        binning = self.column(prediction).binning
        if binning is None:
            raise ConfigError(
                f"Column {prediction!r} holds no numbers",
                "Errors are prediction minus label",
                "Name a number column: Schema(prediction=...)",
                code="schema.no-prediction",
            )
        return ErrorBins(prediction=prediction, label=self.label, binning=binning, weight=self.schema.weight)

    def residuals(self) -> Residuals:
        """Return the counts of prediction errors in bins fitted on the reference's."""
        if self.residual_binning is None:
            raise ConfigError(
                "The reference has no prediction errors",
                "Quantiles of errors need bins fitted on rows with prediction and label",
                "Fit the baseline on a reference with labels",
                code="metric.no-residuals",
            )
        return Residuals(
            prediction=self._predicted_value(),
            label=self.label,
            binning=self.residual_binning,
            weight=self.schema.weight,
        )

    def gains(self, k: int = 10, gain: Gain = "linear") -> RankingGains:
        """Return the sums over queries of the first `k` rows' gains."""
        schema = self.schema
        if schema.query is None or self.score is None:
            raise ConfigError(
                "The schema names no query" if schema.query is None else "The schema names no score",
                "A ranking is the rows of one query in the order of their scores",
                "Name both columns: Schema(query=..., score=...)",
                code="schema.no-query",
            )
        return RankingGains(
            query=schema.query, score=self.score, label=self.label, k=k, gain=gain, weight=schema.weight
        )

    def sample(self, k: int = 2000) -> Sample:
        """Return a sample of the monitored columns' rows, the same rows for all of them."""
        held = self.monitored()
        return Sample(
            id=self.schema.id,
            numbers=tuple(c.name for c in held if c.kind == "number"),
            categories=tuple((c.name, c.known + c.rest) for c in held if c.kind == "category"),
            k=k,
        )

    def pairs(self) -> PairMoments:
        """Return the second moments of all pairs of number features."""
        held = [c for c in self.columns if c.kind == "number" and c.role == "feature"]
        return PairMoments(
            columns=tuple(c.name for c in held),
            centres=tuple(c.binning.centre if c.binning else 0.0 for c in held),
            weight=self.schema.weight,
        )

    def together(self) -> tuple[Column, ...] | None:
        """Return the number features that are looked at all at once; None with fewer than two."""
        held = tuple(c for c in self.columns if c.kind == "number" and c.role == "feature" and c.binning)
        return held if len(held) > 1 else None

    def fourier(self, *, products: bool = False) -> Fourier:
        """Return the random Fourier sums of all number features."""
        held = self.together()
        if held is None:
            raise ConfigError(
                "There are fewer than two number features",
                "How columns move together takes at least two of them",
                "Ask for the drift of single columns instead",
                code="metric.wrong-kind",
            )
        spreads = [spread(c.binning) for c in held if c.binning is not None]
        return Fourier(
            columns=tuple(c.name for c in held),
            centres=tuple(centre for centre, _ in spreads),
            scales=tuple(scale for _, scale in spreads),
            length=(2.0 * len(held)) ** 0.5,
            products=products,
        )

    def _predicted_value(self) -> str:
        name = self.prediction or self.score
        if name is None:
            raise ConfigError(
                "The schema names no prediction",
                "Errors are prediction minus label",
                "Name its column: Schema(prediction=...)",
                code="schema.no-prediction",
            )
        return name

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

    @property
    def prediction(self) -> str | None:
        """Column of predicted classes or values, None without one (or when there are several: multi-label)."""
        return self.schema.prediction if isinstance(self.schema.prediction, str) else None

    def _score_of(self, positive: str) -> str | None:
        if isinstance(self.schema.score, dict):
            return self.schema.score.get(positive)
        return self.score if positive == self.classes[-1] else None

    def _label_prediction(self, label: str | None) -> str | None:
        predictions = self.schema.prediction
        return (
            predictions[list(self.schema.label or ()).index(str(label))]
            if isinstance(predictions, list)
            else None
        )

    def _class_scores(self) -> tuple[str, ...]:
        """Return the score column of each class, empty unless every class has one."""
        scores = self.schema.score if isinstance(self.schema.score, dict) else {}
        return tuple(scores[c] for c in self.classes) if all(c in scores for c in self.classes) else ()

    def _all_scores(self) -> tuple[str, ...]:
        scores = self._class_scores()
        if not scores:
            raise ConfigError(
                f"The schema does not name a score for each of {', '.join(self.classes) or 'no classes'}",
                "Losses and ranks over several classes read one score column a class",
                "Name them: Schema(score={class: column, ...})",
                code="schema.no-score",
            )
        return scores

    def specs(self, metrics: list[dict[str, Summary]]) -> list[Summary]:
        """Return the distinct specs among the needs of several metrics, in a stable order."""
        return list(dict.fromkeys(spec for needs in metrics for spec in needs.values()))


def spread(binning: Binning) -> tuple[float, float]:
    """Return the middle of the reference's values, and half the span of their middle two thirds (about the sd)."""
    edges = binning.edges
    low, middle, high = (float(edges[round(share * (len(edges) - 1))]) for share in (0.16, 0.5, 0.84))
    scale = (high - low) / 2 or (float(edges[-1]) - float(edges[0])) / 2 or 1.0
    return middle, scale
