"""Labels and scores that are not what they should be."""

import numpy as np
import pyarrow as pa
import pytest
from tests.badinput.conftest import ROWS, SCHEMA, make_log, noted

import vedette as vd


def test_labels_outside_the_known_classes(door, log):
    report = door(log | {"label": np.where(np.arange(ROWS) % 30 == 0, 7, log["label"])})
    assert noted(report) == {("labels.outside-classes", "label"): 20}
    assert report.estimate("accuracy").n == ROWS - 20
    assert report.estimate("unknown_label").value == pytest.approx(20 / ROWS)


def test_predictions_outside_the_known_classes(door, log):
    def predicted(rows, among=()):
        guess = np.where(rows["score"] >= 0.5, "1", "0").astype(object)
        guess[list(among)] = "maybe"
        return rows | {"prediction": guess.tolist()}

    schema = SCHEMA.with_(prediction="prediction", score=None)
    report = door(predicted(log, range(15)), predicted(make_log(0)), schema)
    assert noted(report) == {("rows.no-prediction", "prediction"): 15}


SPELLINGS = {
    "text": lambda label: label.astype(str),
    "floats": lambda label: label.astype(float),
    "booleans": lambda label: label.astype(bool),
    "small integers": lambda label: label.astype(np.int8),
    "dictionary": lambda label: pa.array(label.astype(str)).dictionary_encode(),
    "with nulls": lambda label: pa.array(label, mask=np.arange(len(label)) < 0),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_classes_that_look_like_numbers_are_the_same_in_every_type(door, log, spelling):
    as_integers = door(log)
    respelled = door(log | {"label": SPELLINGS[spelling](log["label"])})
    assert not noted(respelled)
    for metric in ("f1", "roc_auc", "log_loss"):
        assert respelled.estimate(metric) == as_integers.estimate(metric)


def test_classes_that_look_like_numbers_stand_in_the_order_of_numbers(log):
    labels = np.arange(ROWS) % 11
    report = vd.compare(
        {"y": labels.astype(str), "p": labels},
        {"y": labels, "p": labels},
        vd.Schema(label="y", prediction="p"),
    )
    assert report.baseline.layout.classes == tuple(str(c) for c in range(11))
    assert report.estimate("accuracy").value == 1.0


@pytest.mark.parametrize("known", [0, 60])
def test_labels_that_have_not_come_are_no_cause_for_action(door, log, known):
    label = pa.array(log["label"], mask=np.arange(ROWS) >= known)
    report = door(log | {"label": label})
    assert report.ok
    assert report.estimate("label_coverage").value == pytest.approx(known / ROWS)
    assert report.estimate("f1").n <= known
    assert (report.estimate("f1").reason == "unlabelled") == (known == 0)
    assert report.estimate("missing", column="label").value == pytest.approx(1 - known / ROWS)


def test_without_a_label_column_there_is_no_performance_and_it_is_said(door, log):
    report = door({name: column for name, column in log.items() if name != "label"})
    assert ("column.absent", "label") in {(n.code, n.column) for n in report.notes}
    assert report.estimate("roc_auc").reason == "unlabelled"
    assert report.ok


class TestLateLabels:
    """Labels in a table of their own."""

    def split(self, log, ids, labels):
        predictions = {name: column for name, column in log.items() if name != "label"}
        return vd.compare(make_log(0), predictions, SCHEMA, labels={"id": ids, "label": labels})

    def test_a_label_without_prediction(self, log):
        ids = np.append(log["id"], [5, 6, 7])
        report = self.split(log, ids, np.append(log["label"], [1, 1, 1]))
        assert noted(report) == {("labels.no-prediction", None): 3}
        assert report.estimate("f1") == vd.compare(make_log(0), log, SCHEMA).estimate("f1")

    def test_a_label_that_came_again(self, log):
        """The first ten were wrong."""
        ids = np.append(log["id"][:10], log["id"])
        report = self.split(log, ids, np.append(1 - log["label"][:10], log["label"]))
        assert noted(report) == {("labels.repeated", None): 10}
        assert report.estimate("f1") == vd.compare(make_log(0), log, SCHEMA).estimate("f1")

    @pytest.mark.parametrize(
        "blank", [pa.array, lambda ids: pa.array(ids, pa.float64())], ids=["null", "nan"]
    )
    def test_a_label_without_an_id(self, log, blank):
        """It belongs to nobody, not even to predictions without an id."""
        ids = [*log["id"].tolist(), *([float("nan")] * 4 if blank is not pa.array else [None] * 4)]
        log = log | {"id": pa.array([None if i < 2 else v for i, v in enumerate(log["id"].tolist())])}
        report = self.split(log, blank(ids), np.append(log["label"], [1, 1, 1, 1]))
        assert noted(report) == {
            ("rows.no-id", "id"): 2,
            ("labels.no-entry", "id"): 4,
            ("labels.no-prediction", None): 2,
        }
        assert report.estimate("label_coverage").value == pytest.approx(1 - 2 / ROWS)

    def test_labels_beside_those_that_are_there_in_another_type(self, log):
        """The rows hold half of the labels as numbers, the others come as text."""
        first = np.arange(ROWS) < ROWS // 2
        rows = log | {"label": pa.array(log["label"], mask=~first)}
        late = {"id": log["id"][~first], "label": log["label"][~first].astype(str)}
        report = vd.compare(make_log(0), rows, SCHEMA, labels=late)
        assert report.estimate("f1") == vd.compare(make_log(0), log, SCHEMA).estimate("f1")
        assert not noted(report)


def test_scores_outside_0_and_1(door, log):
    score = log["score"].copy()
    score[:25] = 1.5
    score[25:40] = -0.1
    report = door(log | {"score": score})
    assert noted(report)["scores.outside-range", "score"] == 40
    assert report.estimate("log_loss").n == ROWS - 40
    assert report.estimate("score_range").value == pytest.approx(40 / ROWS)


def test_rows_without_a_score(door, log):
    score = np.where(np.arange(ROWS) < 50, np.nan, log["score"])
    report = door(log | {"score": score})
    assert noted(report)["rows.no-prediction", "score"] == 50
    assert report.estimate("missing", column="score").value == pytest.approx(50 / ROWS)


def test_a_regression_with_words_for_labels(log):
    schema = vd.Schema(label="y", prediction="p")
    words = pa.array(["?" if i < 30 else str(v) for i, v in enumerate(log["x"])])
    report = vd.compare({"y": log["x"], "p": log["x"]}, {"y": words, "p": log["x"]}, schema)
    assert noted(report) == {("column.wrong-type", "y"): 30}
    assert (report.estimate("mae").value, report.estimate("mae").n) == (0.0, ROWS - 30)


def test_more_classes_than_a_binary_task_has(log):
    with pytest.raises(vd.VedetteError) as raised:
        vd.compare(log | {"label": np.arange(ROWS) % 3}, log, vd.Schema(label="label", task="binary"))
    assert raised.value.code == "schema.too-many-classes"
