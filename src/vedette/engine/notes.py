"""What the reader must know about the data: nothing is left out, replaced or reinterpreted without a count."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State
from vedette.summaries.confusion import Confusion
from vedette.summaries.counts import Counts
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Note, counted


def about_data(baseline: Baseline, cube: Cube) -> list[Note]:
    """Return what the reader must know about the rows and about the reference they are compared with."""
    empty = [c.name for c in baseline.layout.columns if c.kind == "empty"]
    then = [*remarks(baseline.cube), *baseline.cube.notes]
    return [
        *remarks(cube),
        *(Note.saying("column.empty", Sentence.of("note.column_empty", column=n), n) for n in empty),
        *(note.in_reference() for note in then),
    ]


def remarks(cube: Cube) -> list[Note]:
    """Return what the states say about rows that a number leaves out, each with its count."""
    if not cube.rows:
        return [counted("rows.none", 0, Sentence.of("note.rows"))]
    states = [state for (dimension, _), state in cube.states.items() if dimension == TOTAL]
    return list(dict.fromkeys(note for state in states for note in _of_state(state)))


def _of_state(state: State) -> Iterator[Note]:
    spec = state.spec
    if isinstance(spec, Confusion):
        yield from _outside_classes(spec, state)
    elif isinstance(spec, ScoreBins) and state["outside"].sum():
        text = Sentence.of("note.scores_outside", column=spec.score)
        yield counted("scores.outside-range", int(state["outside"].sum()), text, spec.score)
    elif isinstance(spec, Counts) and state["wrong"].sum():
        text = Sentence.of("note.wrong_type", column=spec.column)
        yield counted("column.wrong-type", int(state["wrong"].sum()), text, spec.column)


def _outside_classes(spec: Confusion, state: State) -> Iterator[Note]:
    k, counts = len(spec.classes), state["counts"].sum(axis=0)
    known = ", ".join(spec.classes[:6]) + (", ..." if k > 6 else "")
    labels, predictions = int(counts[:, k + 1].sum()), int(counts[k].sum())
    if labels:
        text = Sentence.of("note.labels_outside", classes=known)
        yield counted("labels.outside-classes", labels, text, spec.label)
    if predictions and (spec.prediction or spec.score or spec.scores):
        text = Sentence.of("note.no_prediction", classes=known)
        yield counted("rows.no-prediction", predictions, text, spec.prediction or spec.score)
