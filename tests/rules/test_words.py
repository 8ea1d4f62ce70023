"""What each rule says, in Chinese: nothing of it is left in English but names."""

import re

import numpy as np
import pytest
from tests.rules.conftest import series

from vedette import registry
from vedette.rules.all_of import AllOf
from vedette.rules.any_of import AnyOf
from vedette.rules.base import Rule, Series
from vedette.rules.change import Change
from vedette.rules.late_labels import LateLabels
from vedette.rules.missing_data import MissingData
from vedette.rules.seasonal_band import SeasonalBand
from vedette.rules.shift import Shift
from vedette.rules.threshold import Threshold
from vedette.values import Estimates, Finding, Segment, Window

LOW = Threshold(metrics=("recall",), below=0.7)
HIGH = Threshold(metrics=("mae",), above=0.5)
HERE = Segment("carrier", "MQ")
DAY = 86_400_000_000
#: Names that stay what they are: columns, segments, labels of windows, abbreviations of the field.
NAMES = re.compile(r"age|carrier=MQ|\b[dw]\d+\b|\bp\b|PSI|MAE|\b\dd\b|peak")


def daily(value, **facts):
    value = np.asarray(value, float)
    windows = tuple(Window(i * DAY, (i + 1) * DAY, f"d{i}") for i in range(len(value)))
    estimates = Estimates.of(value, value - 0.05, value + 0.05, n=500)
    return Series(windows=windows, current=estimates, evidence=np.full(len(value), np.nan), **facts)


def pair():
    worse = {"metric": "mae", "title": "mean absolute error", "better": "lower", "unit": "column"}
    return [series([0.6]), series([0.9], **worse)]


ROWS = {"metric": "row_count", "title": "rows", "unit": "rows", "better": "neither", "proportion": False}
DISTANCE = {"metric": "psi", "title": "population stability index", "better": "lower", "compares": True}
COVERAGE = {"metric": "label_coverage", "title": "label coverage", "unit": "share"}
#: name -> rules and the series they fire on.
CASES: dict[str, list[tuple[Rule, list[Series]]]] = {
    "all_of": [
        (AllOf(rules=(LOW, HIGH)), pair()),
        (AllOf(rules=(LOW, HIGH), name="peak"), pair()),
    ],
    "any_of": [
        (AnyOf(rules=(LOW, HIGH)), pair()),
        (AnyOf(rules=(LOW, HIGH), name="peak"), pair()),
    ],
    "change": [
        (Change(), [series(0.6, 0.01, evidence=1e-9, reference=(0.9, 0.88, 0.92), unit="share")]),
        (
            Change(),
            [
                series(
                    0.3,
                    0.01,
                    evidence=1e-9,
                    reference=(0.1, 0.09, 0.11),
                    metric="missing",
                    title="missing values",
                    better="lower",
                    column="age",
                    segment=HERE,
                )
            ],
        ),
    ],
    "late_labels": [(LateLabels(delay="2d"), [daily([0.9, 0.9, 0.2, 0.9, 0.9, 0.1], **COVERAGE)])],
    "missing_data": [
        (MissingData(), [series([100, 100, 40, 100, 100], **ROWS)]),
        (MissingData(), [series([0], **ROWS)]),
    ],
    "seasonal_band": [(SeasonalBand(), [daily([*([400, 402, 398, 401] * 20), 0, 400], **ROWS)])],
    "shift": [
        (Shift(), [series(low + 0.01, 0.01, evidence=1e-6, proportion=False, column="age", **DISTANCE)])
        for low in (0.03, 0.15, 0.3)
    ]
    + [(Shift(), [series(0.4, 0.01, evidence=1e-6, column="age", segment=HERE, **DISTANCE)])],
    "threshold": [
        (LOW, [series(0.6, 0.01, unit="share")]),
        (HIGH, [series(0.6, 0.01, metric="mae", title="mean absolute error", segment=HERE)]),
    ],
}


def found(rule: Rule, given: list[Series]) -> list[Finding]:
    return [
        *(f for one in given for f in rule.fold(one)),
        *(rule.join(given) if rule.leaves() != (rule,) else ()),
    ]


def test_every_rule_is_heard():
    assert set(CASES) == set(registry.names("rule"))


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_chinese(name):
    for rule, given in CASES[name]:
        findings = found(rule, given)
        assert findings
        for one in findings:
            assert one.message == one.in_words("en")
            said = one.in_words("zh")
            assert re.search("[\u4e00-\u9fff]", said)
            assert not re.search("[A-Za-z]{2,}", NAMES.sub("", said)), said
            for number in re.findall(r"\d[\d.,]*%?", NAMES.sub("", one.message)):
                assert number.strip(".,") in said
