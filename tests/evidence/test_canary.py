"""Two live arms through the front door: function, command, page."""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import vedette as vd
from vedette.cli.main import main
from vedette.errors import ConfigError

ROOT = Path(__file__).parents[2]
SCHEMA = vd.Schema(time="at", score="score", label="label")


def arm(seed, rows=3000, missed=0.0, turned=0.0):
    rng = np.random.default_rng(seed)
    hours = np.sort(rng.integers(0, 48, rows))
    x = rng.normal(np.sin(hours * np.pi / 12), 1)
    score = 1 / (1 + np.exp(-x))
    label = rng.random(rows) < np.where(rng.random(rows) < turned, 1 - score, score)
    x[rng.random(rows) < missed] = np.nan
    at = np.datetime64("2026-03-02", "us") + hours * np.timedelta64(1, "h")
    return pl.DataFrame({"at": at, "x": x, "score": score, "label": label.astype(int)})


def test_equal_arms_under_one_season_are_not_told_apart():
    """P(ever) is at most .05 a pair; three or more of ten would happen once in 90 at worst, and seeds are fixed."""
    found = [vd.canary(arm(2 * s), arm(2 * s + 1), SCHEMA, every="1h").different for s in range(10)]
    assert sum(found) <= 2


def test_a_worse_model_is_told_by_its_metric():
    found = vd.canary(arm(0), arm(1, turned=0.3), SCHEMA, every="1h")
    lead = next(d for d in found.differences if d.name == "accuracy")
    assert found.different
    assert lead.proved
    assert lead.effect.high < 0
    assert "accuracy fell" in found.verdict
    moved = {d.name for d in found.differences if d.proved}
    assert "x" not in moved
    assert "score" not in moved


def test_missing_values_of_one_arm_are_named():
    found = vd.canary(arm(0), arm(1, missed=0.1), SCHEMA, every="1h")
    assert {(d.name, d.part) for d in found.differences if d.proved} == {("x", "missing")}
    assert "missing values of x rose" in str(found)


def test_the_outcome_is_told_in_chinese():
    worse = vd.canary(arm(0), arm(1, turned=0.3), SCHEMA, every="1h").in_words("zh")
    assert worse.startswith("两组存在差异，在 48 个窗口、3,000 与 3,000 行中于 ")
    assert "准确率从" in worse
    assert not re.search("[A-Za-z]{3,}", re.sub("ROC AUC|Brier", "", worse))
    gone = vd.canary(arm(0), arm(1, missed=0.1), SCHEMA, every="1h").in_words("zh")
    assert "x 的缺失率从" in gone
    equal = vd.canary(arm(2), arm(3), SCHEMA, every="1h").in_words("zh")
    assert equal.startswith("48 个窗口、3,000 与 3,000 行中未能证明存在差异")


def test_arms_of_different_size_without_time():
    small, large = arm(3, 500).drop("at"), arm(4, 5000).drop("at")
    found = vd.canary(small, large, vd.Schema(score="score", label="label"))
    assert found.rows == (500, 5000)
    assert found.windows == 50
    assert not found.different


def test_arms_too_small_to_say_anything():
    found = vd.canary({"x": [1.0]}, {"x": [2.0, 3.0]})
    assert not found.different
    assert "No difference is proved" in found.verdict


@pytest.mark.parametrize(
    ("given", "code"), [({"alpha": 0}, "bad-alpha"), ({"every": "9 rows"}, "bad-windows")]
)
def test_what_cannot_be_done_is_said(given, code):
    with pytest.raises(ConfigError) as error:
        vd.canary(arm(0), arm(1), SCHEMA, **given)
    assert error.value.code == f"canary.{code}"


def test_the_command_ends_with_what_it_found(tmp_path, capsys):
    for name, frame in (("a", arm(0)), ("b", arm(1)), ("c", arm(2, turned=0.3))):
        frame.write_parquet(tmp_path / f"{name}.parquet")
    roles = ["--time", "at", "--score", "score", "--label", "label", "--every", "1h"]
    for other, code in (("b", 0), ("c", 1)):
        out = tmp_path / f"{other}.json"
        line = ["canary", str(tmp_path / "a.parquet"), str(tmp_path / f"{other}.parquet")]
        with pytest.raises(SystemExit) as ended:
            main([*line, "--json", str(out), *roles])
        assert ended.value.code == code
        told = json.loads(out.read_text())
        assert told["different"] is bool(code)
        assert told["verdict"] in capsys.readouterr().out


def test_the_page_runs(capsys):
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tools" / "examples.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for page in ("canary", "promise"):
        ran, failed = tool.run(ROOT / "docs" / f"{page}.md")
        assert ran >= 1
        assert not failed, capsys.readouterr().err
