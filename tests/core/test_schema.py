"""A schema names columns; contradictions and typing errors are told at once, with the nearest name."""

import msgspec
import numpy as np
import pytest

from vedette.errors import ConfigError, UnknownNameError
from vedette.schema import Schema, spelled

COLUMNS = ["id", "at", "age", "carrier", "score", "late"]


def code_of(make):
    with pytest.raises((ConfigError, UnknownNameError)) as raised:
        make()
    return raised.value.code


def test_roles_are_listed_by_name():
    schema = Schema(id="id", score={"x": "p_x", "y": "p_y"}, label=["x", "y"], segments=["carrier"])
    assert schema.roles() == {"id": ["id"], "score": ["p_x", "p_y"], "label": ["x", "y"]}
    assert set(schema.named()) == {"id", "p_x", "p_y", "x", "y", "carrier"}


@pytest.mark.parametrize(
    "fields",
    [
        {"score": "scroe"},
        {"id": "idd"},
        {"segments": ["carier"]},
        {"features": ["agee"]},
        {"categorical": ["carier"]},
        {"ranges": {"agee": (0, 1)}},
        {"units": {"agee": "years"}},
        {"score": {"0": "score", "1": "scroe"}},
    ],
    ids=str,
)
def test_an_unknown_column_suggests_the_nearest(fields):
    with pytest.raises(UnknownNameError, match="Did you mean") as raised:
        Schema(**fields).check(COLUMNS)
    assert raised.value.code == "schema.unknown-column"


def test_the_role_of_an_unknown_column_is_named():
    with pytest.raises(UnknownNameError, match=r"\(segments\) 'carier'"):
        Schema(segments=["carier"]).check(COLUMNS)
    with pytest.raises(UnknownNameError, match=r"\(units\) 'agee'"):
        Schema(units={"agee": "years"}).check(COLUMNS)


def test_columns_that_may_be_absent_are_excused():
    Schema(label="truth").check(COLUMNS, optional=["truth"])


@pytest.mark.parametrize(
    "fields",
    [{"id": "a", "label": "a"}, {"label": ["a", "b"], "time": "b"}, {"weight": "a", "query": "a"}],
    ids=str,
)
def test_a_column_has_one_role(fields):
    assert code_of(lambda: Schema(**fields)) == "schema.two-roles"


@pytest.mark.parametrize(
    "fields",
    [
        {"label": ["x", "y"], "score": {"x": "p", "z": "q"}},
        {"label": ["x", "y"], "prediction": ["p"]},
        {"label": "x", "prediction": ["p", "q"]},
    ],
    ids=str,
)
def test_several_labels_want_a_partner_each(fields):
    assert code_of(lambda: Schema(**fields)) == "schema.unpaired-labels"


def test_a_score_may_also_be_the_prediction():
    assert Schema(score="p", prediction="p").roles() == {"prediction": ["p"], "score": ["p"]}


def test_classes_are_compared_in_one_spelling():
    schema = Schema(label="y", classes=[0, 1.0, True], positive=np.int64(1))
    assert schema.classes == ["0", "1", "1"]
    assert schema.positive == "1"
    assert Schema(score={0: "a", True: "b"}).score == {"0": "a", "1": "b"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (1, "1"),
        (1.0, "1"),
        ("1", "1"),
        (np.float32(1), "1"),
        (np.bool_(False), "0"),
        (0.5, "0.5"),
        ("dog", "dog"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
    ids=repr,
)
def test_spelling_of_a_class(value, text):
    assert spelled(value) == text


def test_a_positive_class_is_one_of_the_classes():
    assert (
        code_of(lambda: Schema(label="y", classes=["no", "yes"], positive="yess")) == "schema.unknown-class"
    )


def test_a_range_has_its_lower_end_first():
    assert code_of(lambda: Schema(ranges={"age": (100, 0)})) == "schema.bad-range"
    assert code_of(lambda: Schema(ranges={"age": (0, float("nan"))})) == "schema.bad-range"


def test_one_name_is_taken_where_a_list_is_wanted():
    assert Schema(segments="carrier").segments == ["carrier"]
    assert Schema(label=("a", "b")).label == ["a", "b"]


def test_columns_named_by_numbers_are_found_under_their_text():
    schema = Schema(label=0, score=1, features=[2, 3])
    assert schema.roles() == {"label": ["0"], "score": ["1"]}
    assert schema.features == ["2", "3"]


def test_a_changed_copy_is_checked_too():
    schema = Schema(id="a", label="b")
    assert schema.with_(label="c").label == "c"
    assert code_of(lambda: schema.with_(label="a")) == "schema.two-roles"


def test_a_schema_survives_json():
    schema = Schema(
        id="a", score={"0": "p", "1": "q"}, segments=["s"], ranges={"x": (0.0, 1.0)}, classes=["0", "1"]
    )
    assert msgspec.json.decode(msgspec.json.encode(schema), type=Schema) == schema
