"""Labels that come in a table of their own belong to the prediction, not to the time they arrive."""

import numpy as np
import pyarrow as pa
import pytest

from vedette.engine.fit import fit_layout
from vedette.engine.labels import LateLabels
from vedette.engine.scan import Wanted, scan
from vedette.engine.span import windows_over
from vedette.errors import ConfigError
from vedette.schema import Schema
from vedette.sources.base import open_source


def split(rows):
    return rows.drop_columns(["label"]), rows.select(["id", "label"])


@pytest.fixture
def layout(rows, schema):
    return fit_layout(open_source(rows), schema)


def counted(source, layout, **kwargs):
    spec = layout.confusion()
    return scan(open_source(source), layout, Wanted((spec,)), **kwargs).state(spec)["counts"]


def test_joined_labels_equal_labels_in_the_rows(rows, schema, layout):
    predictions, labels = split(rows)
    shuffled = labels.take(np.random.default_rng(2).permutation(labels.num_rows))
    joined = counted(predictions, layout, labels=LateLabels(shuffled, schema))
    np.testing.assert_array_equal(joined, counted(rows, layout))


def test_a_label_belongs_to_the_window_of_its_prediction(rows, schema, layout):
    predictions, labels = split(rows)
    windows, _ = windows_over(open_source(rows), layout, "6h")
    joined = counted(predictions, layout, windows=windows, labels=LateLabels(labels, schema))
    np.testing.assert_array_equal(joined, counted(rows, layout, windows=windows))


def test_the_last_label_of_an_id_counts(rows, schema, layout):
    predictions, labels = split(rows)
    wrong = pa.table({"id": labels["id"], "label": pa.array(np.zeros(labels.num_rows, np.int64))})
    late = LateLabels(pa.concat_tables([wrong, labels.drop_null()]), schema)
    known = labels.filter(labels["label"].is_valid())
    expected = LateLabels(pa.concat_tables([wrong, known]), schema)
    np.testing.assert_array_equal(
        counted(predictions, layout, labels=late), counted(predictions, layout, labels=expected)
    )
    assert len(late) == rows.num_rows


def test_an_id_as_text_finds_its_number(rows, schema, layout):
    predictions, labels = split(rows)
    spelled = labels.set_column(0, "id", labels["id"].cast(pa.string()))
    joined = counted(predictions, layout, labels=LateLabels(spelled, schema))
    np.testing.assert_array_equal(joined, counted(rows, layout))


def test_a_label_without_prediction_is_counted(rows, schema, layout):
    predictions, labels = split(rows)
    stray = pa.table({"id": pa.array([10**9, 10**9 + 1]), "label": pa.array([1, 0])})
    late = LateLabels(pa.concat_tables([labels, stray]), schema)
    cube = scan(open_source(predictions), layout, Wanted((layout.confusion(),)), labels=late)
    assert [n.count for n in cube.notes if n.code == "labels.no-prediction"] == [2]


def test_labels_without_an_id_column_say_what_is_needed(rows):
    with pytest.raises(ConfigError, match="id") as raised:
        LateLabels(rows, Schema(label="label"))
    assert raised.value.code == "labels.no-id"
