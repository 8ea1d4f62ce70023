"""Rows in, the right cause first; thin or hostile data never raise; the same data give the same words."""

import numpy as np
import pytest
from tests.diagnosis.conftest import MODEL, counted, fitted, model_rows

from vedette.diagnosis.diagnose import diagnose
from vedette.engine.baseline import Baseline
from vedette.engine.plan import plan
from vedette.engine.scan import scan
from vedette.engine.span import windows_over
from vedette.schema import Schema
from vedette.sources.base import open_source
from vedette.values import Finding, Segment, Window


def first(baseline, rows, *findings):
    return diagnose(counted(baseline, rows), baseline, findings)


def test_nothing_happened(baseline, rng):
    found = first(baseline, model_rows(rng))
    assert found.causes[0].kind == "stable"
    assert found.verdict == "Nothing changed beyond chance in 6,000 rows."


def test_covariate_shift(baseline, rng):
    found = first(baseline, model_rows(rng, shift=0.6))
    assert (found.causes[0].kind, found.causes[0].column) == ("covariate shift", "x")
    assert "Retrain" in found.remedy


def test_label_shift(baseline, rng):
    cause = first(baseline, model_rows(rng, prevalence=0.7)).causes[0]
    assert cause.kind == "label shift"
    assert cause.evidence["now"] == pytest.approx(0.7, abs=0.02)
    assert cause.evidence["logit"] == pytest.approx(np.log(0.7 / 0.3 * 0.5 / 0.5), abs=0.2)


def test_label_shift_without_labels(baseline, rng):
    rows = model_rows(rng, prevalence=0.7)
    rows["label"] = np.full(6000, np.nan)
    cause = first(baseline, rows).causes[0]
    assert cause.kind == "label shift"
    assert cause.evidence["now"] == pytest.approx(0.7, abs=0.03)


def test_concept_shift_in_a_segment(baseline, rng):
    rows = model_rows(rng)
    hit = (rows["region"] == "west") & (rng.random(6000) < 0.4)
    rows["label"] = np.where(hit, 1 - rows["label"], rows["label"])
    found = first(baseline, rows)
    assert found.causes[0].kind == "concept shift"
    assert found.causes[0].segment == Segment("region", "west")
    assert found.verdict.startswith("Accuracy went from")
    assert found.context["by_segment"]["region"]["within"] > 0.03


@pytest.mark.parametrize("way", ["flipped", "lost", "late"])
def test_label_pipeline(baseline, rng, way):
    rows = model_rows(rng)
    y, hit = rows["label"], rng.random(6000) < 0.4
    broken = {"flipped": 1 - y, "lost": 0 * y, "late": np.nan * y}[way]
    rows["label"] = np.where(hit & ((y == 1) | (way == "flipped")), broken, y)
    cause = first(baseline, rows).causes[0]
    assert cause.kind == "label pipeline"
    assert cause.evidence["form"] == f"labels_{way}"


def test_a_change_of_meaning_everywhere_that_is_no_fault_of_labels(baseline, rng):
    rows = model_rows(rng)
    rows["label"] = (
        rng.random(6000) < rows["score"] ** 2 / (rows["score"] ** 2 + (1 - rows["score"]) ** 2)
    ).astype(float)
    assert first(baseline, rows).causes[0].kind == "concept shift"


@pytest.mark.parametrize(
    ("kind", "column", "change"),
    [
        ("unit change", "z", lambda rows: rows["z"] * 1000),
        ("missing burst", "x", lambda rows: np.where(np.arange(6000) < 1500, np.nan, rows["x"])),
        ("default value", "z", lambda rows: np.where(np.arange(6000) % 2, -1.0, rows["z"])),
        ("new category", "plan", lambda rows: np.where(rows["plan"] == "c", "d", rows["plan"])),
    ],
)
def test_faults_come_first(baseline, rng, kind, column, change):
    rows = model_rows(rng)
    rows[column] = change(rows)
    cause = first(baseline, rows).causes[0]
    assert (cause.kind, cause.column) == (kind, column)


def test_swapped_columns(baseline, rng):
    rows = model_rows(rng)
    rows["x"], rows["z"] = rows["z"], rows["x"]
    found = first(baseline, rows)
    assert found.causes[0].kind == "swapped columns"
    assert [c.kind for c in found.causes].count("unit change") == 0


def test_drift_of_a_column_that_the_model_does_not_read_is_benign(baseline, rng):
    rows = model_rows(rng)
    rows["plan"] = rng.choice(["a", "b", "c"], 6000, p=[0.2, 0.3, 0.5])
    cause = first(baseline, rows).causes[0]
    assert (cause.kind, cause.column) == ("benign drift", "plan")


def test_windows_are_merged_or_chosen(baseline, rng):
    good, bad = model_rows(rng), model_rows(rng, shift=0.8)
    rows = {name: np.concatenate((good[name], bad[name])) for name in good}
    windows, _ = windows_over(open_source(rows), baseline.layout, "3000 rows")
    cube = counted(baseline, rows, windows, by_row=True)
    assert diagnose(cube, baseline, windows=slice(0, 2)).causes[0].kind == "stable"
    chosen, alone = diagnose(cube, baseline, windows=slice(2, 4)), diagnose(counted(baseline, bad), baseline)
    assert chosen.verdict == alone.verdict
    assert diagnose(cube, baseline).causes[0].kind == "covariate shift"


def test_since_comes_from_the_findings(baseline, rng):
    findings = [
        Finding("shift", "psi", "act", "z moved", column="z", window=Window(0, 1, "1 May")),
        Finding("shift", "psi", "act", "x moved", column="x", window=Window(5, 6, "6 May")),
        Finding("shift", "psi", "act", "x moved", column="x", window=Window(3, 4, "4 May")),
    ]
    assert " since 4 May: x moved most" in first(baseline, model_rows(rng, shift=0.6), *findings).verdict
    day = Window(3, 4, "4 May")
    brief = Finding("shift", "psi", "act", "x moved", column="x", window=day, until=day)
    assert " on 4 May: x moved most" in first(baseline, model_rows(rng, shift=0.6), brief).verdict
    flipped = {**(rows := model_rows(rng)), "label": 1 - rows["label"]}
    assert " since 1 May: " in first(baseline, flipped, *findings).verdict


def test_the_same_rows_give_the_same_words(baseline):
    one, other = (first(baseline, model_rows(np.random.default_rng(5), shift=0.6)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("n", [0, 1, 2, 50, 99])
def test_thin_data_are_insufficient(baseline, n):
    rows = {name: values[:n] for name, values in model_rows(np.random.default_rng(3)).items()}
    found = first(baseline, rows)
    assert found.causes[0].kind == "insufficient"
    assert "too few" in found.verdict


def test_thin_references_and_odd_columns_never_raise():
    rng = np.random.default_rng(0)
    odd = {
        "constant": np.ones(300),
        "missing": np.full(300, np.nan),
        "huge": rng.normal(0, 1e150, 300),
        "infinite": np.where(np.arange(300) % 3, np.inf, 1.0),
        "score": rng.random(300),
        "label": np.zeros(300),
        "region": ["one"] * 300,
    }
    for reference in ({k: v[:3] for k, v in odd.items()}, odd):
        baseline = fitted(reference, MODEL)
        for current in (odd, {k: v[:120] for k, v in odd.items()}):
            assert first(baseline, current).verdict


def test_without_a_model_columns_are_all_there_is():
    rng = np.random.default_rng(0)
    baseline = fitted({"a": rng.normal(0, 1, 3000), "b": rng.normal(0, 1, 3000)})
    cause = first(baseline, {"a": rng.normal(0, 1, 2000), "b": rng.normal(0.5, 1, 2000)}).causes[0]
    assert (cause.kind, cause.column, cause.evidence["form"]) == ("covariate shift", "b", "input_drift")


def test_several_classes():
    rng = np.random.default_rng(0)
    schema = Schema(prediction="p", label="y")
    confused = np.array([[0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.1, 0.2, 0.7]])

    def rows(n, shares):
        y = rng.choice(3, n, p=shares)
        p = np.array([rng.choice(3, p=confused[c]) for c in y])
        return {"x": rng.normal(0, 1, n), "y": y.astype(str), "p": p.astype(str)}

    baseline = fitted(rows(5000, [0.5, 0.3, 0.2]), schema)
    found = first(baseline, rows(3000, [0.2, 0.3, 0.5]))
    assert found.causes[0].kind == "label shift"
    assert found.causes[0].evidence["now"] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "name", ["{0}", "{column}", "a\nb\u2028c", "<script>", "列 é", " ", "x" * 500, "%s", "\x00"]
)
def test_hostile_column_names(name):
    rng = np.random.default_rng(0)
    baseline = fitted({name: rng.gamma(9, 8, 2000)})
    found = first(baseline, {name: rng.gamma(9, 8, 2000) * 1000})
    assert (found.causes[0].kind, found.causes[0].column) == ("unit change", name)
    for text in (found.verdict, found.remedy, *found.in_words("zh")):
        assert len(text.splitlines()) == 1
        assert len(text) < 400


def test_a_design_effect_asks_for_more_evidence(baseline, rng):
    cube = counted(baseline, model_rows(rng, shift=0.12))
    assert diagnose(cube, baseline).causes[0].column == "x"
    assert diagnose(cube, baseline, deff=20.0).causes[0].kind == "stable"


def test_with_fewer_counts_it_says_less_and_nothing_false():
    """Bins only, as a run of psi counts them: a factor that leaves the range cannot be named any more."""
    rng = np.random.default_rng(0)
    baseline = Baseline.fit({"x": rng.gamma(9, 8, 3000)}, metrics=["psi"])
    needs = plan(baseline.layout, ["psi"]).wanted(baseline.layout)
    kinds = []
    for live in (rng.gamma(9, 8, 3000) * 1.8 + 32, rng.gamma(9, 8, 3000) * 1000):
        cube = scan(open_source({"x": live}), baseline.layout, needs)
        kinds.append(diagnose(cube, baseline).causes[0].kind)
    assert kinds == ["unit change", "covariate shift"]


@pytest.mark.parametrize(("reads", "kind"), [(True, "covariate shift"), (False, "benign drift")])
def test_a_regression_is_judged_by_its_predictions(reads, kind):
    rng = np.random.default_rng(0)

    def rows(n, shift):
        x = rng.normal(shift, 1, n)
        prediction = 3 * (x if reads else rng.normal(0, 1, n))
        return {"x": x, "prediction": prediction, "y": prediction + rng.normal(0, 1, n)}

    schema = Schema(prediction="prediction", label="y", task="regression")
    cause = first(fitted(rows(4000, 0.0), schema), rows(3000, 0.4)).causes[0]
    assert (cause.kind, cause.column) == (kind, "x")
