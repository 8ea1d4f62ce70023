"""Classification metrics against scikit-learn on generated rows, weighted and not, of two, several and many labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from vedette.binning import Binning
from vedette.layout import Column, Layout
from vedette.metrics.base import metric
from vedette.metrics.classification.base import pr_points, roc_points
from vedette.schema import Schema
from vedette.summaries.score_bins import ScoreBins
from vedette.testing.rows import observed
from vedette.values import Estimate

Arrays = dict[str, np.ndarray]
Oracle = Callable[[Arrays], float]
NAN = {"zero_division": np.nan}
CLASSES = ("0", "1", "2", "3")
LABELS = ("red", "green", "blue")


def binary(seed: int, n: int = 400) -> Arrays:
    """Rows of two classes; scores are rounded, so that some are equal, and are no perfect probabilities."""
    rng = np.random.default_rng(seed)
    s = rng.beta(1, 2, n).round(2).clip(0.01, 0.99)
    y = (rng.random(n) < s**1.3).astype(int)
    return {"y": y, "p": (s >= 0.4).astype(int), "s": s, "w": rng.integers(0, 4, n).astype(float)}


def several(seed: int, n: int = 300) -> Arrays:
    """Rows of four classes with a probability for each."""
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet((2, 1, 1, 0.5), n).round(3)
    y = np.array([rng.choice(4, p=row / row.sum()) for row in scores])
    p = np.where(rng.random(n) < 0.3, rng.integers(0, 4, n), scores.argmax(axis=1))
    columns = {f"s{c}": scores[:, c] for c in range(4)}
    return {"y": y, "p": p, "w": rng.integers(0, 4, n).astype(float), **columns}


def many_labels(seed: int, n: int = 300) -> Arrays:
    """Rows with three labels each, correlated."""
    rng = np.random.default_rng(seed)
    base, rows = rng.normal(size=n), {}
    for i, label in enumerate(LABELS):
        s = stats.norm.cdf(base + rng.normal(size=n) - i).round(3)
        rows |= {label: (rng.random(n) < s).astype(int), f"p_{label}": (s > 0.5).astype(int), f"s_{label}": s}
    return {**rows, "w": rng.integers(0, 4, n).astype(float)}


def layout(task: str, rows: Arrays, *, weighted: bool = False) -> Layout:
    """Return a layout in which every distinct score has a bin of its own."""
    if task == "multilabel":
        roles: dict[str, Any] = {"label": list(LABELS), "prediction": [f"p_{name}" for name in LABELS]}
        roles["score"] = {name: f"s_{name}" for name in LABELS}
    else:
        score = "s" if task == "binary" else {c: f"s{c}" for c in CLASSES}
        roles = {"label": "y", "prediction": "p", "score": score}
    fitted = {name: Binning.fit(v, 1000) if v.dtype.kind == "f" else None for name, v in rows.items()}
    columns = tuple(
        Column(name=n, kind="number" if b else "category", binning=b, known=("0", "1"))
        for n, b in fitted.items()
    )
    classes = {"binary": ("0", "1"), "multiclass": CLASSES, "multilabel": ("0", "1")}[task]
    schema = Schema(**roles, weight="w" if weighted else None)
    return Layout(schema=schema, task=task, columns=columns, classes=classes)  # type: ignore[arg-type]


def answer(name: str, task: str, rows: Arrays, *, weighted: bool = False, **parameters: Any) -> Estimate:
    """Return what the metric says of the rows, by the way the engine goes."""
    asked = metric(name, **parameters)
    needs = asked.needs(layout(task, rows, weighted=weighted))
    return asked.compute({key: observed(spec, **rows) for key, spec in needs.items()})[0]


def stacked(rows: Arrays, prefix: str = "") -> np.ndarray:
    return np.column_stack([rows[f"{prefix}{name}"] for name in LABELS])


def class_scores(rows: Arrays) -> np.ndarray:
    return np.column_stack([rows[f"s{c}"] for c in CLASSES])


def of_top_tenth(r: Arrays) -> float:
    """Lift of the top 10 %, with rows of the threshold's score taken in proportion."""
    order = np.argsort(-r["s"], kind="stable")
    cut = r["s"][order][np.searchsorted(np.cumsum(r["w"][order]), 0.1 * r["w"].sum())]
    above, at = r["s"] > cut, r["s"] == cut
    part = (0.1 * r["w"].sum() - r["w"][above].sum()) / r["w"][at].sum()
    positive = r["w"] * r["y"]
    return (positive[above].sum() + part * positive[at].sum()) / positive.sum() / 0.1


def gap(r: Arrays) -> float:
    false, true, _ = sk.roc_curve(r["y"], r["s"], sample_weight=r["w"])
    return float((true - false).max())


def plain(function: Callable[..., float], **fixed: Any) -> Oracle:
    """A function of true and predicted classes."""
    return lambda r: function(r["y"], r["p"], sample_weight=r["w"], **fixed)


def scored(function: Callable[..., float], **fixed: Any) -> Oracle:
    """A function of true classes and scores."""
    return lambda r: function(r["y"], r["s"], sample_weight=r["w"], **fixed)


#: metric -> (task, parameters, oracle of rows whose weights are all 1 when there are none)
ORACLES: dict[str, tuple[str, dict[str, Any], Oracle]] = {
    "accuracy": ("binary", {}, plain(sk.accuracy_score)),
    "balanced_accuracy": ("multiclass", {}, plain(sk.balanced_accuracy_score)),
    "precision": ("binary", {}, plain(sk.precision_score)),
    "recall": ("binary", {}, plain(sk.recall_score)),
    "specificity": ("binary", {}, plain(sk.recall_score, pos_label=0)),
    "f1": ("binary", {}, plain(sk.f1_score)),
    "fbeta": ("binary", {"beta": 2.0}, plain(sk.fbeta_score, beta=2.0)),
    "mcc": ("multiclass", {}, plain(sk.matthews_corrcoef)),
    "kappa": ("multiclass", {}, plain(sk.cohen_kappa_score)),
    "hamming_loss": ("multiclass", {}, plain(sk.hamming_loss)),
    "roc_auc": ("binary", {}, scored(sk.roc_auc_score)),
    "gini": ("binary", {}, lambda r: 2 * sk.roc_auc_score(r["y"], r["s"], sample_weight=r["w"]) - 1),
    "average_precision": ("binary", {}, scored(sk.average_precision_score)),
    "log_loss": ("binary", {}, scored(sk.log_loss)),
    "brier": ("binary", {}, scored(sk.brier_score_loss)),
    "ks_score": ("binary", {}, gap),
    "lift": ("binary", {}, of_top_tenth),
    "cost": (
        "binary",
        {"fp": 2.0, "fn": 7.0, "tp": -3.0, "tn": 0.5},
        lambda r: np.average(np.array([[0.5, 2.0], [7.0, -3.0]])[r["y"], r["p"]], weights=r["w"]),
    ),
    "top_k_accuracy": (
        "multiclass",
        {"k": 2},
        lambda r: sk.top_k_accuracy_score(r["y"], class_scores(r), k=2, sample_weight=r["w"]),
    ),
    "subset_accuracy": (
        "multilabel",
        {},
        lambda r: sk.accuracy_score(stacked(r), stacked(r, "p_"), sample_weight=r["w"]),
    ),
    "prediction_rate": ("binary", {}, lambda r: np.average(r["p"], weights=r["w"])),
    "label_rate": ("binary", {}, lambda r: np.average(r["y"], weights=r["w"])),
    "label_coverage": ("binary", {}, lambda _: 1.0),
    "unknown_label": ("binary", {}, lambda _: 0.0),
    "score_range": ("binary", {}, lambda _: 0.0),
}
MAKE = {"binary": binary, "multiclass": several, "multilabel": many_labels}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str, weighted: bool):
    """The value is the oracle's, and lies within its interval."""
    task, parameters, oracle = ORACLES[name]
    for seed in range(3):
        rows = MAKE[task](seed)
        found = answer(name, task, rows, weighted=weighted, **parameters)
        want = oracle(rows if weighted else {**rows, "w": np.ones_like(rows["w"])})
        assert found.value == pytest.approx(want, rel=1e-9, abs=1e-12)
        assert found.low <= found.value <= found.high


AVERAGED = {
    "precision": lambda *a, **k: sk.precision_score(*a, **k, **NAN),
    "recall": lambda *a, **k: sk.recall_score(*a, **k, **NAN),
    "f1": lambda *a, **k: sk.f1_score(*a, **k, **NAN),
    "fbeta": lambda *a, **k: sk.fbeta_score(*a, beta=0.5, **k, **NAN),
}


class TestAverages:
    """Averages over classes and over labels, and the metric of one of them."""

    @pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
    @pytest.mark.parametrize("name", AVERAGED)
    @pytest.mark.parametrize("weighted", [False, True])
    def test_of_classes(self, name: str, average: str, weighted: bool):
        rows = several(1)
        parameters = {"beta": 0.5} if name == "fbeta" else {}
        found = answer(name, "multiclass", rows, weighted=weighted, average=average, **parameters)
        weight = rows["w"] if weighted else None
        assert found.value == pytest.approx(
            AVERAGED[name](rows["y"], rows["p"], average=average, sample_weight=weight)
        )
        assert found.low < found.value < found.high

    @pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
    @pytest.mark.parametrize("name", AVERAGED)
    def test_of_labels(self, name: str, average: str):
        rows = many_labels(1)
        parameters = {"beta": 0.5} if name == "fbeta" else {}
        found = answer(name, "multilabel", rows, average=average, **parameters)
        assert found.value == pytest.approx(
            AVERAGED[name](stacked(rows), stacked(rows, "p_"), average=average)
        )
        assert found.low < found.value < found.high

    @pytest.mark.parametrize("name", AVERAGED)
    def test_of_one(self, name: str):
        rows, parameters = several(2), {"beta": 0.5} if name == "fbeta" else {}
        each = AVERAGED[name](rows["y"], rows["p"], average=None)
        found = [answer(name, "multiclass", rows, of=c, **parameters).value for c in range(4)]
        assert found == pytest.approx(list(each))

    @pytest.mark.parametrize("name", AVERAGED)
    def test_of_one_label(self, name: str):
        rows, parameters = many_labels(2), {"beta": 0.5} if name == "fbeta" else {}
        each = AVERAGED[name](stacked(rows), stacked(rows, "p_"), average=None)
        found = [answer(name, "multilabel", rows, of=label, **parameters).value for label in LABELS]
        assert found == pytest.approx(list(each))

    def test_default(self):
        """Positive class of two, macro of several."""
        rows = several(3)
        assert answer("recall", "multiclass", rows) == answer("recall", "multiclass", rows, average="macro")
        rows = binary(3)
        assert answer("recall", "binary", rows) == answer("recall", "binary", rows, of="1")
        assert answer("recall", "binary", rows) != answer("recall", "binary", rows, average="macro")

    def test_specificity(self):
        """scikit-learn has none of several classes: from its tables of each class against the rest."""
        rows = several(4)
        tables = sk.multilabel_confusion_matrix(rows["y"], rows["p"])
        tn, fp = tables[:, 0, 0], tables[:, 0, 1]
        assert answer("specificity", "multiclass", rows).value == pytest.approx((tn / (tn + fp)).mean())
        micro = answer("specificity", "multiclass", rows, average="micro")
        assert micro.value == pytest.approx(tn.sum() / (tn + fp).sum())
        accuracy = answer("accuracy", "multiclass", rows)
        assert [1 - micro.low, 1 - micro.high] == pytest.approx(
            [(1 - accuracy.low) / 3, (1 - accuracy.high) / 3]
        )

    def test_absent_class_is_left_out(self):
        rows = several(5)
        kept = {name: values[(rows["y"] != 3) & (rows["p"] != 3)] for name, values in rows.items()}
        found = answer("f1", "multiclass", kept)
        assert found.value == pytest.approx(sk.f1_score(kept["y"], kept["p"], average="macro"))

    def test_micro_interval_is_the_accuracys(self):
        """With one class a row, all micro averages are the accuracy, their intervals too."""
        rows = several(6)
        accuracy = answer("accuracy", "multiclass", rows)
        for name in ("precision", "recall", "f1"):
            found = answer(name, "multiclass", rows, average="micro")
            assert (found.low, found.high) == pytest.approx((accuracy.low, accuracy.high))


class TestScores:
    """Ranking metrics of several classes, and losses."""

    @pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
    @pytest.mark.parametrize("task", ["multiclass", "multilabel"])
    def test_macro(self, name: str, task: str):
        rows = MAKE[task](1)
        if task == "multiclass":
            true, score = np.eye(4)[rows["y"]], class_scores(rows)
        else:
            true, score = stacked(rows), stacked(rows, "s_")
        want = getattr(sk, f"{name}_score")(true, score, average="macro")
        found = answer(name, task, rows)
        assert found.value == pytest.approx(want)
        assert found.low < found.value < found.high

    @pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
    def test_of_one(self, name: str):
        rows = several(2)
        for c in range(4):
            want = getattr(sk, f"{name}_score")(rows["y"] == c, rows[f"s{c}"])
            assert answer(name, "multiclass", rows, of=c).value == pytest.approx(want)

    @pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
    def test_of_the_negative_class(self, name: str):
        rows = binary(2)
        want = getattr(sk, f"{name}_score")(rows["y"] == 0, 1 - rows["s"])
        assert answer(name, "binary", rows, of=0).value == pytest.approx(want)

    @pytest.mark.parametrize("weighted", [False, True])
    def test_losses_of_several_classes(self, weighted: bool):
        """Scores are not divided by their sum: here they sum to 1 but for rounding, so nor does scikit-learn's."""
        rows = several(3)
        scores = class_scores(rows)
        exact = {**rows, **{f"s{c}": scores[:, c] / scores.sum(axis=1) for c in range(4)}}
        weight = rows["w"] if weighted else None
        found = answer("log_loss", "multiclass", exact, weighted=weighted)
        assert found.value == pytest.approx(sk.log_loss(rows["y"], class_scores(exact), sample_weight=weight))
        found = answer("brier", "multiclass", exact, weighted=weighted)
        assert found.value == pytest.approx(
            sk.brier_score_loss(rows["y"], class_scores(exact), sample_weight=weight)
        )

    def test_extreme_scores_are_clipped_as_in_scikit_learn(self):
        rows = {
            "y": np.array([1, 0, 1]),
            "p": np.array([1, 0, 0]),
            "s": np.array([1.0, 0.0, 0.0]),
            "w": np.ones(3),
        }
        assert answer("log_loss", "binary", rows).value == pytest.approx(sk.log_loss(rows["y"], rows["s"]))

    def test_scores_that_are_no_probabilities(self):
        """Ranking metrics take any number; losses leave out what is outside [0, 1], and its share is told."""
        rows = binary(4)
        margins = {**rows, "s": np.log(rows["s"] / (1 - rows["s"]))}
        assert answer("roc_auc", "binary", margins).value == pytest.approx(
            sk.roc_auc_score(rows["y"], rows["s"])
        )
        inside = (margins["s"] >= 0) & (margins["s"] <= 1)
        found = answer("brier", "binary", margins)
        assert found.value == pytest.approx(np.mean((margins["s"] - rows["y"])[inside] ** 2))
        assert found.n == inside.sum()
        assert answer("score_range", "binary", margins).value == pytest.approx(1 - inside.mean())

    def test_hamming_loss_of_labels(self):
        rows = many_labels(4)
        found = answer("hamming_loss", "multilabel", rows, weighted=True)
        wrong = (stacked(rows) != stacked(rows, "p_")).mean(axis=1)
        assert found.value == pytest.approx(
            sk.hamming_loss(stacked(rows), stacked(rows, "p_"), sample_weight=rows["w"])
        )
        found = answer("hamming_loss", "multilabel", rows)
        ends = stats.t.interval(0.95, len(wrong) - 1, wrong.mean(), stats.sem(wrong))
        assert (found.low, found.high) == pytest.approx(ends)


class TestCurves:
    """Points for the pictures."""

    @staticmethod
    def counts(rows: Arrays) -> np.ndarray:
        spec = ScoreBins(score="s", binning=Binning.fit(rows["s"], 1000), label="y")
        return observed(spec, **rows)["counts"][0]

    def test_roc(self):
        rows = binary(5)
        false, true = roc_points(self.counts(rows))
        want = sk.roc_curve(rows["y"], rows["s"], drop_intermediate=False)
        assert np.unique(np.c_[false, true], axis=0) == pytest.approx(
            np.unique(np.c_[want[0], want[1]], axis=0)
        )
        assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
        assert (np.diff(false) >= 0).all()

    def test_precision_recall(self):
        rows = binary(6)
        recall, precision = pr_points(self.counts(rows))
        want = sk.precision_recall_curve(rows["y"], rows["s"])
        assert np.unique(np.c_[recall, precision], axis=0) == pytest.approx(
            np.unique(np.c_[want[1], want[0]], axis=0)
        )
        assert (recall[0], precision[0], recall[-1]) == (0, 1, 1)

    def test_one_class_only(self):
        counts = np.zeros((3, 2, 3))
        counts[0, 0, 0] = 5
        false, true = roc_points(counts)
        assert false.tolist() == [0, 0, 1]
        assert np.isnan(true).all()


NO_LABELS = {"label_coverage", "prediction_rate", "score_range"}


class TestReasons:
    """A value that cannot be has the reason why, and rows without a label are in no denominator."""

    @pytest.mark.parametrize("name", ORACLES)
    def test_no_rows(self, name: str):
        task = ORACLES[name][0]
        rows = {key: values[:0] for key, values in MAKE[task](1).items()}
        assert self.with_bins_of(name, task, rows).reason == "insufficient"

    @pytest.mark.parametrize("name", sorted(set(ORACLES) - NO_LABELS))
    def test_unlabelled(self, name: str):
        task = ORACLES[name][0]
        rows: dict[str, Any] = dict(MAKE[task](1))
        for label in LABELS if task == "multilabel" else ("y",):
            rows[label] = np.full(len(rows["w"]), np.nan)
        found = self.with_bins_of(name, task, rows)
        assert (found.value, found.reason) == (None, "unlabelled")

    @pytest.mark.parametrize("name", sorted(set(ORACLES) - {"label_coverage"}))
    def test_unlabelled_rows_do_not_count(self, name: str):
        task = ORACLES[name][0]
        rows = MAKE[task](2)
        doubled = {key: np.concatenate((values, values)) for key, values in rows.items()}
        for label in LABELS if task == "multilabel" else ("y",):
            known = np.arange(len(doubled["w"])) < len(rows["w"])
            doubled[label] = np.where(known, doubled[label], np.nan)
        alone, both = (self.with_bins_of(name, task, made) for made in (rows, doubled))
        assert both.value == pytest.approx(alone.value)
        assert both.n == alone.n * (2 if name in NO_LABELS else 1)

    def test_nothing_predicted_positive(self):
        rows = {"y": np.array([1, 0]), "p": np.array([0, 0]), "s": np.array([0.1, 0.2]), "w": np.ones(2)}
        assert answer("precision", "binary", rows).reason == "undefined"
        assert answer("recall", "binary", rows).value == 0
        assert answer("f1", "binary", rows).value == 0
        assert answer("mcc", "binary", rows).reason == "undefined"

    @pytest.mark.parametrize(
        "name", ["accuracy", "precision", "f1", "balanced_accuracy", "mcc", "cost", "hamming_loss"]
    )
    def test_labelled_without_prediction(self, name: str):
        rows = {
            "y": np.array([1, 0]),
            "p": np.array([np.nan, np.nan]),
            "s": np.array([0.1, 0.2]),
            "w": np.ones(2),
        }
        assert answer(name, "binary", rows).reason == "undefined"

    def test_one_class_only(self):
        rows = {"y": np.array([0, 0]), "p": np.array([1, 0]), "s": np.array([0.6, 0.2]), "w": np.ones(2)}
        for name in ("recall", "roc_auc", "average_precision", "ks_score", "lift"):
            assert answer(name, "binary", rows).reason == "undefined"
        assert answer("log_loss", "binary", rows).value == pytest.approx(-np.log([0.4, 0.8]).mean())

    def test_unknown_labels(self):
        rows = {
            "y": np.array([0, 1, 7, 1]),
            "p": np.array([0, 1, 1, 0]),
            "s": np.full(4, 0.5),
            "w": np.ones(4),
        }
        assert answer("unknown_label", "binary", rows).value == 0.25
        assert answer("label_coverage", "binary", rows).value == 1
        assert answer("accuracy", "binary", rows).value == pytest.approx(2 / 3)
        assert answer("label_rate", "binary", rows).value == pytest.approx(2 / 3)

    @staticmethod
    def with_bins_of(name: str, task: str, rows: dict[str, Any]) -> Estimate:
        """Return the answer with bins fitted elsewhere."""
        asked = metric(name, **ORACLES[name][1])
        needs = asked.needs(layout(task, MAKE[task](2)))
        return asked.compute({key: observed(spec, **rows) for key, spec in needs.items()})[0]


def test_rates_of_one_class():
    rows = several(7)
    assert answer("prediction_rate", "multiclass", rows, of=2).value == pytest.approx((rows["p"] == 2).mean())
    assert answer("label_rate", "multiclass", rows, of=2).value == pytest.approx((rows["y"] == 2).mean())
    rows = many_labels(7)
    assert answer("label_rate", "multilabel", rows, of="blue").value == pytest.approx(rows["blue"].mean())
    assert answer("prediction_rate", "multilabel", rows, of="red").value == pytest.approx(
        rows["p_red"].mean()
    )


def test_textbook_f1():
    """P = .9 and R = .8 give .847, neither the mean of accuracy and recall nor (1 - P)(1 - R) below the line."""
    y = np.repeat([1, 0, 1, 0], [720, 80, 180, 20])
    p = np.repeat([1, 1, 0, 0], [720, 80, 180, 20])
    rows = {"y": y, "p": p, "s": p.astype(float), "w": np.ones(1000)}
    assert (answer("precision", "binary", rows).value, answer("recall", "binary", rows).value) == (0.9, 0.8)
    assert round(answer("f1", "binary", rows).value or 0, 3) == 0.847


def test_key_names_what_differs():
    assert metric("precision", of=3).key == "precision(of=3)"
    assert metric("fbeta", beta=2.0, average="macro").key == "fbeta(average=macro, beta=2.0)"
    assert metric("lift").key == "lift"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("precision", {"average": "mean"}),
        ("precision", {"of": "1", "average": "macro"}),
        ("fbeta", {"beta": 0.0}),
        ("lift", {"share": 10.0}),
        ("top_k_accuracy", {"k": 0}),
        ("cost", {"fp": 0.0, "fn": 0.0}),
        ("cost", {"fp": np.inf}),
    ],
)
def test_bad_parameters(name: str, parameters: dict[str, Any]):
    with pytest.raises(ValueError, match=r"metric\.bad-parameter"):
        metric(name, **parameters)


@pytest.mark.parametrize("name", ["recall", "roc_auc", "label_rate"])
def test_unknown_class(name: str):
    with pytest.raises(KeyError, match=r"Did you mean 'green'\?.*metric\.unknown-class"):
        answer(name, "multilabel", many_labels(1), of="gren")


def test_rate_of_no_class():
    with pytest.raises(ValueError, match=r"metric\.bad-parameter"):
        answer("label_rate", "multiclass", several(1))


class TestWhyNot:
    """What is missing is said in words."""

    @staticmethod
    def without(name: str, task: str = "binary", **roles: Any) -> str | None:
        layout = Layout(schema=Schema(**roles), task=task, columns=(), classes=("0", "1"))  # type: ignore[arg-type]
        why = metric(name).why_not(layout)
        return None if why is None else str(why)

    def test_labels(self):
        assert self.without("accuracy", prediction="p") == "accuracy needs labels; the schema names none"
        assert self.without("prediction_rate", prediction="p") is None

    def test_scores(self):
        assert (
            self.without("roc_auc", label="y", prediction="p")
            == "roc_auc needs scores; the schema names none"
        )

    def test_predictions(self):
        assert (
            self.without("recall", label="y")
            == "recall needs predictions or scores; the schema names neither"
        )
        assert self.without("label_rate", label="y") is None

    def test_task(self):
        assert self.without("recall", "regression", label="y", prediction="p") is not None

    def test_several_classes(self):
        """Score bins of every class are too much unasked; a rate needs the class."""
        roles = {"label": "y", "score": {"0": "a", "1": "b"}}
        assert "ask for it by name" in (self.without("roc_auc", "multiclass", **roles) or "")
        assert "name it with of=" in (self.without("prediction_rate", "multiclass", **roles) or "")
        assert self.without("log_loss", "multiclass", **roles) is None
