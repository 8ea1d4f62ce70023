"""The cancer demo: two halves of one study, and a fault only where it was asked for."""

import sys

import pyarrow.parquet as pq
import pytest

from vedette.demo.cancer import BROKEN, FACTOR, prepare_cancer
from vedette.errors import MissingExtraError
from vedette.monitor import Monitor


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return prepare_cancer(tmp_path_factory.mktemp("cancer")).parent


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    return prepare_cancer(tmp_path_factory.mktemp("broken"), broken_unit=True).parent


def read(folder, name):
    return pq.read_table(folder / f"{name}.parquet")


def test_halves_share_no_case_and_lose_none(folder):
    """Every case of the study once."""
    past, present = (read(folder, name)["case_id"].to_pylist() for name in ("reference", "predictions"))
    assert sorted(past + present) == [f"case-{row:03d}" for row in range(569)]
    assert read(folder, "labels")["case_id"].to_pylist() == present


def test_model_is_worth_watching(folder):
    """Logistic regression is right in at least nine cases of ten, on rows it has not seen."""
    present = read(folder, "predictions").join(read(folder, "labels"), "case_id")
    for rows in (read(folder, "reference"), present):
        said, truth = rows["p_malignant"].to_numpy() >= 0.5, rows["malignant"].to_numpy()
        assert (said == truth).mean() > 0.9


def test_second_run_writes_the_same_bytes(folder, tmp_path):
    """Split and model are seeded."""
    prepare_cancer(tmp_path)
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_broken_unit_changes_one_column_and_the_scores(folder, broken):
    """Nothing else is touched: not the reference, not the labels, not another measurement."""
    right, wrong = read(folder, "predictions"), read(broken, "predictions")
    changed = [name for name in right.column_names if right[name] != wrong[name]]
    assert changed == [BROKEN, "p_malignant"]
    assert (wrong[BROKEN].to_numpy() == right[BROKEN].to_numpy() * FACTOR).all()
    for name in ("reference", "labels"):
        assert read(folder, name) == read(broken, name)


def test_injected_fault_is_labelled(folder, broken, tmp_path):
    """On the monitor file and in the words, and nowhere else."""
    lines = []
    prepare_cancer(tmp_path, broken_unit=True, progress=lines.append)
    assert "INJECTED" in lines[0]
    assert "INJECTED" in (broken / "monitor.toml").read_text(encoding="utf-8")
    assert "INJECTED" not in (folder / "monitor.toml").read_text(encoding="utf-8")


def test_monitor_names_what_is_there(folder):
    """Files and columns of the monitor file exist."""
    monitor = Monitor.load(folder / "monitor.toml")
    monitor.schema.check(pq.read_schema(monitor.data.reference).names)
    joined = {monitor.schema.id, monitor.schema.label}
    assert joined == set(pq.read_schema(monitor.data.labels).names)


def test_missing_scikit_learn_names_the_extra(monkeypatch, tmp_path):
    """The demo is an extra."""
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtraError, match=r"vedette\[demo\]"):
        prepare_cancer(tmp_path)
