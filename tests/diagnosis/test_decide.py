"""The decision table, row by row, from evidence made by hand."""

import pytest

from vedette.diagnosis.calibration_shift import Confined
from vedette.diagnosis.cause import KINDS, Cause, Diagnosis
from vedette.diagnosis.decide import Evidence, decide
from vedette.diagnosis.label_pipeline import LabelPattern
from vedette.diagnosis.marginals import Divergence
from vedette.diagnosis.split import Split
from vedette.diagnosis.words import TEMPLATES
from vedette.values import Segment

NONE = Divergence(0.0, 0.5, 9.0, 9.0, 1000.0)


def size(effect):
    return Divergence(effect, 1e-9, 200.0, 9.0, 1000.0) if effect else NONE


def parts(score=0.0, meaning=0.0, label=0.0, likelihood=0.0):
    return Split(
        size(max(score + meaning, label + likelihood)), *map(size, (score, meaning, label, likelihood))
    )


FAULT = Cause.of("missing burst", 0.96, "missing_burst", column="x", now=0.3, then=0.0)
PLACE = (Segment("region", "west"), Confined(2, 0.2, 0.1, 0.2, 0.0))
MOVED = {"drifted": (("x", 0.1), ("z", 0.01)), "columns": 4}
LABELS = {"shares": (0.5, 0.7), "coverage": (1.0, 1.0), "positive": "late = 1"}
ROWS = {
    "stable": Evidence(rows=5000, scores=NONE, parts=parts(), **LABELS),
    "benign drift": Evidence(rows=5000, scores=NONE, parts=parts(), **MOVED, **LABELS),
    "covariate shift": Evidence(
        rows=5000, scores=size(0.1), parts=parts(score=0.1, label=0.03, likelihood=0.07), **MOVED, **LABELS
    ),
    "label shift": Evidence(
        rows=5000, scores=size(0.06), parts=parts(0.06, 0.04, label=0.1), **MOVED, **LABELS
    ),
    "concept shift": Evidence(
        rows=5000, scores=NONE, parts=parts(meaning=0.05, likelihood=0.05), place=PLACE, **LABELS
    ),
    "label pipeline": Evidence(
        rows=5000,
        scores=NONE,
        parts=parts(meaning=0.1, likelihood=0.1),
        pattern=LabelPattern("flipped", 0.2, 0.99),
        **LABELS,
    ),
    "missing burst": Evidence(
        rows=5000,
        faults=(FAULT,),
        scores=size(0.1),
        parts=parts(score=0.1, likelihood=0.1),
        **MOVED,
        **LABELS,
    ),
    "insufficient": Evidence(rows=50, scores=size(0.5), faults=(FAULT,)),
}


@pytest.mark.parametrize("kind", ROWS)
def test_the_table(kind):
    causes = decide(ROWS[kind])
    assert causes[0].kind == kind
    assert [c.score for c in causes] == sorted((c.score for c in causes), reverse=True)
    assert all(0 <= c.score <= 1 for c in causes)


def test_labels_that_the_scores_contradict_are_not_a_label_shift():
    """Half the positives never came: class shares moved, the scores of all rows did not."""
    evidence = Evidence(
        rows=5000,
        scores=NONE,
        parts=parts(score=0.06, meaning=0.04, label=0.1),
        shares=(0.5, 0.3),
        coverage=(1.0, 0.75),
    )
    assert decide(evidence)[0].evidence["form"] == "labels_late"


def test_every_kind_of_cause_has_its_sentence_and_remedy():
    forms = {key.split(".")[1] for key in TEMPLATES if key.startswith("cause.")}
    assert forms == {key.split(".")[1] for key in TEMPLATES if key.startswith("remedy.")}
    assert {c.kind for e in ROWS.values() for c in decide(e)} <= set(KINDS)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_are_whole(kind, lang):
    context = {"since": "3 July", "then": 0.9, "now": 0.8, "measured": True}
    for text in Diagnosis.of(decide(ROWS[kind]), context).in_words(lang):
        assert "{" not in text
        assert text.endswith(("。", "."))


def test_a_verdict_begins_with_its_window_and_leaves_names_as_they_are():
    cause = decide(ROWS["benign drift"])
    assert Diagnosis.of(cause, {"since": "3 July"}).verdict.startswith("Since 3 July: x moved")
    assert Diagnosis.of(cause, {}).verdict.startswith("x moved")
    brief = Diagnosis.of(cause, {"since": "3 July", "brief": True})
    assert brief.verdict.startswith("On 3 July: x moved")
    assert brief.in_words("zh")[0].startswith("3 July：x")
    measured = {"since": "3 July", "brief": True, "then": 0.9, "now": 0.8, "measured": True}
    worse = decide(ROWS["covariate shift"])
    assert " on 3 July: " in Diagnosis.of(worse, measured).verdict
    assert Diagnosis.of(worse, measured).in_words("zh")[0].startswith("3 July 准确率从")
