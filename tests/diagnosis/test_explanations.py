"""A cause accounts for the model's fall only where it touches enough rows."""

import pytest

from vedette.diagnosis.cause import Cause, Diagnosis
from vedette.diagnosis.explanations import reaches


@pytest.mark.parametrize(
    ("kind", "form", "evidence", "fall", "expected"),
    [
        ("new category", "new_category", {"share": 0.008}, 0.0, False),
        ("new category", "new_category", {"share": 0.03}, 0.05, True),
        ("new category", "new_category", {"share": 0.03}, 0.08, False),
        ("missing burst", "missing_burst", {"now": 0.5, "then": 0.45}, 0.13, False),
        ("missing burst", "missing_burst", {"now": 0.5, "then": 0.0}, 0.13, True),
        ("default value", "default_value", {"value": "0", "share": 0.4, "then": 0.1}, 0.13, True),
        ("concept shift", "concept_shift", {"explained": 0.5, "bias": 0.1}, 0.5, True),
    ],
)
def test_a_share_of_the_rows_costs_no_more_accuracy_than_it_is(kind, form, evidence, fall, expected):
    cause = Cause.of(kind, 0.9, form, column="x", **evidence)
    found = Diagnosis.of((cause,), {"then": 0.9, "now": 0.9 - fall, "measured": True} if fall else {})
    assert reaches(cause, found) is expected
