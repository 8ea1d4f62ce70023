"""What follows from a cause joins its incident windows later; what showed first becomes part of it."""

import msgspec
import pytest
from tests.alerts.conftest import HOUR, drift, fall, window

from vedette.alerts.advance import Moment, advance
from vedette.alerts.explanation import Explanation, distinct
from vedette.alerts.grouping import about, grouped
from vedette.alerts.policy import Policy

POLICY = Policy(recover_after=9, cooldown="5h", remind_every="")
OUTPUTS = ("p",)
SHIFT_OF_MODEL = Explanation(kind="concept shift")
UNIT = Explanation(kind="unit change", columns=("a",), sentence="a is in minutes")
SHIFT = Explanation(kind="covariate shift", columns=("b", "a"), sentence="b moved most")


def lived(found, outputs=OUTPUTS):
    """Return the incidents and the kinds of notices by window, for findings and explanations of each window."""
    incidents, told = (), []
    for i, (findings, explanations) in enumerate(found):
        moment = Moment(window=window(i), now=(i + 1) * HOUR)
        incidents, notices = advance(
            incidents, findings, moment, POLICY, explanations=explanations, outputs=outputs
        )
        told.append([n.kind for n in notices])
    return incidents, told


def test_score_and_performance_that_follow_a_column_join_its_incident():
    (one,), told = lived(
        [([drift("a")], [UNIT]), ([drift("p")], []), ([fall()], []), ([drift("p"), fall()], [])]
    )
    assert {f.column for f in one.findings} == {"a", "p", None}
    assert (one.cause, one.explanation) == ("unit change:a", UNIT)
    assert told == [["opened"], [], ["worsened"], []]


def test_a_fall_long_after_the_one_that_a_column_explained_is_another_trouble():
    """The incident of the column goes on by the column alone; what it said of the model is over."""
    first = ([drift("a", last=2), fall(last=2)], [UNIT])
    between = [([drift("a", last=i)], []) for i in range(3, 20)]
    last = ([drift("a", last=20), fall(20, 20)], [SHIFT_OF_MODEL])
    incidents, _ = lived([first, *between, last])
    assert [one.cause for one in incidents] == ["unit change:a", "concept shift"]


def test_without_an_explanation_a_column_and_the_answers_of_the_model_are_two():
    incidents, _ = lived([([drift("a")], []), ([drift("p")], []), ([fall()], [])])
    assert [{f.column for f in one.findings} for one in incidents] == [{"a"}, {"p", None}]


def test_a_column_that_does_not_account_for_the_model_takes_nothing_of_it():
    harmless = msgspec.structs.replace(UNIT, performance=False)
    incidents, _ = lived([([drift("a")], [harmless]), ([fall()], [harmless])])
    assert [{f.column for f in one.findings} for one in incidents] == [{"a"}, {None}]


def test_answers_that_fell_first_become_part_of_the_column_once_it_explains_them():
    """The column was only noted when its alarm came; two windows later its cause is known."""
    found = [([fall()], []), ([fall(), drift("a")], []), ([fall(), drift("a")], [UNIT]), ([fall()], [])]
    (answers, column), told = lived(found)
    assert (answers.state, column.state) == ("resolved", "open")
    assert answers.events[-1].text == f"Part of {column.id}: column:a"
    assert {f.column for f in column.findings} == {"a", None}
    assert column.level == "act"
    assert told == [["opened"], ["opened"], ["worsened"], []]


def test_an_incident_of_another_column_is_never_taken_away():
    found = [([drift("a")], []), ([drift("a"), drift("b")], []), ([drift("a"), drift("b")], [SHIFT])]
    incidents, _ = lived(found)
    assert [one.state for one in incidents] == ["open", "open"]


def test_two_columns_that_changed_places_become_one_incident_when_that_is_known():
    swap = Explanation(kind="swapped columns", columns=("b", "a"), performance=False)
    found = [([drift("a")], []), ([drift("a"), drift("b")], []), ([drift("a"), drift("b")], [swap])]
    incidents, _ = lived(found)
    (one,) = [one for one in incidents if one.state == "open"]
    assert {f.column for f in one.findings} == {"a", "b"}
    assert one.explanation == swap


def test_a_fault_stays_the_cause_when_something_else_hides_it_later():
    found = [([drift("a"), fall()], [UNIT]), ([drift("a"), drift("b"), fall()], [SHIFT])]
    first, second = lived(found)[0]
    assert (first.explanation, second.explanation) == (UNIT, None)
    assert [f.column for f in second.findings] == ["b"]


def test_the_newest_words_of_a_fault_are_kept():
    again = msgspec.structs.replace(UNIT, sentence="a is in minutes: 99% fits")
    (one,), _ = lived([([drift("a")], [UNIT]), ([drift("a")], [again])])
    assert one.explanation == again


def test_each_thing_is_explained_by_the_best_cause_alone():
    other = Explanation(kind="swapped columns", columns=("b", "c"))
    meaning = Explanation(kind="concept shift")
    found = distinct([UNIT, other, SHIFT, meaning])
    assert [(one.kind, one.columns, one.performance) for one in found] == [
        ("unit change", ("a",), True),
        ("swapped columns", ("b", "c"), False),
    ]


def test_rows_that_came_twice_explain_how_many_there_are():
    twice = Explanation(kind="duplicated data")
    assert twice.subjects == {"model", "volume"}


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("unit change", "watch"),
        ("swapped columns", "watch"),
        ("missing burst", "watch"),
        ("covariate shift", "info"),
    ],
)
def test_a_fault_of_the_data_is_a_warning_whatever_it_costs(kind, level):
    cheap = drift("a", level="info", impact=0.0)
    (case,) = grouped([cheap], [Explanation(kind=kind, columns=("a",))])
    assert case.level == level
    (doubtful,) = grouped(
        [msgspec.structs.replace(cheap, evidence=0.3)], [Explanation(kind=kind, columns=("a",))]
    )
    assert doubtful.level == "info"


def test_what_the_model_writes_is_the_model():
    assert about(drift("p"), OUTPUTS) == {"model", "column:p"}
    assert about(drift("p")) == {"column:p"}
