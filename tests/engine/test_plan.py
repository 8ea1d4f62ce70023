"""Why a metric is not computed is said in the reader's language, whatever the schema lacks."""

import inspect
import re

import numpy as np
import pytest

import vedette as vd
from vedette.engine import plan as planning
from vedette.errors import ConfigError
from vedette.sentences.sentence import Sentence

ROWS = 120
#: What the schema lacks -> the schema, a metric that it refuses, and why in each language.
LACKING = {
    "prediction": (
        {"label": "paid", "task": "regression"},
        "mae",
        "mae needs predictions that are numbers; the schema names none",
        "mae 需要数值型的预测，schema 未声明",
    ),
    "query": (
        {"label": "stars", "score": "p", "task": "ranking"},
        "ndcg",
        "ndcg needs the query and the score of each row; the schema does not name both",
        "ndcg 需要每行的查询与得分，schema 未同时声明两者",
    ),
    "score of the ranking": (
        {"label": "stars", "query": "asked", "task": "ranking"},
        "mrr",
        "mrr needs the query and the score of each row; the schema does not name both",
        "mrr 需要每行的查询与得分，schema 未同时声明两者",
    ),
    "score of the positive class": (
        {"label": "late", "score": {"0": "p"}},
        "roc_auc",
        "roc_auc needs scores of 1, which the schema does not name",
        "roc_auc 需要 1 的得分，schema 未声明",
    ),
}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(5)
    return {
        "paid": rng.normal(size=ROWS),
        "stars": rng.integers(0, 4, ROWS),
        "asked": np.repeat(np.arange(ROWS // 4), 4),
        "late": rng.integers(0, 2, ROWS),
        "p": rng.random(ROWS),
    }


@pytest.mark.parametrize(("schema", "metric", "english", "chinese"), LACKING.values(), ids=LACKING)
def test_a_metric_that_lacks_a_column_says_which(rows, schema, metric, english, chinese):
    report = vd.compare(rows, rows, vd.Schema(**schema))
    why = report.why[metric]
    assert (str(why), why.in_words("zh")) == (english, chinese)
    assert all(said.form != "why.refused" for said in report.why.values() if isinstance(said, Sentence))
    assert chinese in report.to_html(lang="zh")


def test_the_words_of_an_error_unknown_here_are_quoted(rows, monkeypatch):
    """As a metric of somebody else may raise."""
    layout = vd.Baseline.fit(rows, vd.Schema(label="late", score="p")).layout

    def refuse(self, layout):
        raise ConfigError("The moon is full", "A new moon", "Wait", code="theirs.moon")

    monkeypatch.setattr("vedette.metrics.classification.f1.F1.needs", refuse)
    why = planning.plan(layout).left_out["f1"]
    assert (str(why), why.in_words("zh")) == ("The moon is full", "无法计算，原文说明：“The moon is full”")


def test_every_refusal_of_the_layout_is_known():
    """Codes that the layout raises for what a whole model lacks; those of single columns ask for a column."""
    source = inspect.getsource(planning.Layout)
    raised = set(re.findall(r'code="((?:schema\.no-|metric\.no-)[\w-]+)"', source))
    assert raised == set(planning.REFUSALS)
