"""Series: what is put is got, whatever the order, the tail, the chunks and the places that come later."""

import math

import numpy as np
import pytest

from vedette.errors import StateError
from vedette.store import matrices, series
from vedette.store.series import CHUNK, Piece, SeriesKey
from vedette.values import Estimates

KEY = SeriesKey("flights", "7", "psi")
FLOATS = ("value", "low", "high", "n", "p")


def places(k, begin=0):
    return [(f"c{i}", "") for i in range(begin, begin + k)]


def random_fields(rng, w, k):
    fields = {name: rng.random((w, k)) for name in FLOATS}
    fields["reason"] = rng.integers(-1, 5, (w, k))
    return fields


def put(database, windows, fields, k, *, key=KEY, **options):
    with database.write() as tx:
        series.put(tx, windows, [Piece(key, places(k), fields)], **options)


def got(database, *fields, key=KEY, **options):
    with database.read() as tx:
        return series.get(tx, key, fields or ("value",), **options)


def test_a_series_that_does_not_exist_is_empty(database):
    found = got(database, "value", "reason")
    assert len(found) == 0
    assert found.places == []
    assert found.fields["value"].shape == (0, 0)


@pytest.mark.parametrize(
    "sizes", [[1] * 9, [700], [3, 600, 1, 2, 70, 5]], ids=["one by one", "bulk", "mixed"]
)
def test_what_is_put_is_got_to_the_last_bit(database, sizes):
    rng = np.random.default_rng(0)
    begin, wanted = 0, []
    for size in sizes:
        fields = random_fields(rng, size, 3)
        put(database, np.arange(begin, begin + size) * 10, fields, 3, revision=begin)
        wanted.append(fields)
        begin += size
    found = got(database, *FLOATS, "reason", "first", "revision")
    assert found.windows.tolist() == [10 * i for i in range(begin)]
    assert found.places == places(3)
    for name in (*FLOATS, "reason"):
        assert np.array_equal(found.fields[name], np.concatenate([f[name] for f in wanted])), name
    assert np.array_equal(found.fields["first"], found.fields["value"])
    starts = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    assert found.fields["revision"][:, 0].tolist() == starts.tolist()


def test_any_order_of_writing_reads_as_the_last_value_and_the_first(database):
    """A model in a dictionary: random single and bulk writes, over and over, against what a dict remembers."""
    rng = np.random.default_rng(1)
    last, first = {}, {}
    for _ in range(60):
        size = int(rng.choice([1, 2, 5, 80, 150]))
        windows = rng.choice(900, size, replace=False)
        value = rng.random((size, 2))
        put(database, windows, {"value": value}, 2)
        for window, row in zip(windows.tolist(), value.tolist(), strict=True):
            last[window] = row
            first.setdefault(window, row)
    found = got(database, "value", "first")
    assert found.windows.tolist() == sorted(last)
    assert found.fields["value"].tolist() == [last[w] for w in sorted(last)]
    assert found.fields["first"].tolist() == [first[w] for w in sorted(first)]


def test_a_tail_settles_into_chunks_and_nobody_sees_it(database):
    rng = np.random.default_rng(2)
    value = rng.random((600, 2))
    with database.write() as tx:
        for i in range(600):
            series.put(tx, [i], [Piece(KEY, places(2), {"value": value[i : i + 1]})])
    with database.read() as tx:
        from sqlalchemy import func, select

        tail = tx.execute(select(func.count()).select_from(series.series_tail)).scalar_one()
        spans = select(series.series_chunks.c.size).where(series.series_chunks.c.field == "value")
        sizes = tx.execute(spans.order_by(series.series_chunks.c.first)).scalars().all()
    assert tail < CHUNK
    assert sum(sizes) == 600 - tail
    assert max(sizes) <= CHUNK
    assert np.array_equal(got(database).fields["value"], value)


def test_first_follows_until_the_window_closes_and_then_stays(database):
    for value, settled in ((1.0, False), (2.0, False), (3.0, True), (4.0, True), (5.0, False)):
        put(database, [0], {"value": [[value]]}, 1, settled=settled)
    found = got(database, "value", "first")
    assert found.fields["value"].tolist() == [[5.0]]
    assert found.fields["first"].tolist() == [[3.0]]


def test_open_windows_stay_in_the_tail(database):
    put(database, np.arange(200), {"value": np.ones((200, 1))}, 1, settled=np.arange(200) < 150)
    put(database, [199], {"value": [[7.0]]}, 1)
    found = got(database, "first")
    assert found.fields["first"][199, 0] == 7.0


def test_places_that_come_later_have_no_estimate_before(database):
    put(database, np.arange(100), {"value": np.ones((100, 2))}, 2)
    put(database, [100], {"value": np.ones((1, 2)), "reason": [[-1, 2]]}, 2)
    with database.write() as tx:
        later = Piece(KEY, [("c9", ""), ("c0", "")], {"value": [[9.0, 0.5]], "reason": [[1, 0]]})
        series.put(tx, [101], [later])
    found = got(database, "value", "reason")
    assert found.places == [*places(2), ("c9", "")]
    assert np.isnan(found.fields["value"][:101, 2]).all()
    assert found.fields["value"][101].tolist()[0::2] == [0.5, 9.0]
    assert math.isnan(found.fields["value"][101, 1])
    assert found.fields["reason"][100:].tolist() == [[-1, 2, -1], [0, -1, 1]]


def test_a_range_is_half_open_across_chunks_and_tail(database):
    put(database, np.arange(0, 600), {"value": np.arange(600.0)[:, None]}, 1)
    for i in range(600, 610):
        put(database, [i], {"value": [[float(i)]]}, 1)
    for start, end in ((0, 0), (5, 9), (250, 260), (590, 605), (605, None), (None, 3), (700, 800)):
        found = got(database, start=start, end=end)
        wanted = range(610)[slice(start, end)]
        assert found.windows.tolist() == list(wanted)
        assert found.fields["value"][:, 0].tolist() == [float(i) for i in wanted]


def test_series_of_several_keys_do_not_mix(database):
    keys = [SeriesKey("m", v, metric, d) for v in "12" for metric in ("psi", "ks") for d in ("", "carrier")]
    with database.write() as tx:
        pieces = [Piece(key, [("", "")], {"value": [[float(i)]]}) for i, key in enumerate(keys)]
        series.put(tx, [0], pieces)
    with database.read() as tx:
        found = series.get_many(tx, [*keys, SeriesKey("other", "1", "psi")])
        assert {key: one.fields["value"].item() for key, one in found.items()} == dict(
            zip(keys, range(8), strict=True)
        )
        assert series.catalogue(tx, "m") == sorted(keys)
        assert series.catalogue(tx, "m", "2") == sorted(keys[4:])
    with database.write() as tx:
        series.remove(tx, keys[:7])
    with database.read() as tx:
        assert series.catalogue(tx, "m") == [keys[7]]
        assert series.get(tx, keys[7]).fields["value"].item() == 7.0


def test_retention_drops_what_lies_before(database):
    put(database, np.arange(600), {"value": np.ones((600, 1))}, 1)
    for i in range(600, 605):
        put(database, [i], {"value": [[1.0]]}, 1)
    with database.write() as tx:
        series.remove_before(tx, "flights", 603)
    found = got(database)
    assert found.windows[-2:].tolist() == [603, 604]
    assert len(found) < 300  # whole chunks went


def test_estimates_go_in_and_come_out(database):
    value = np.array([0.1, np.nan, 0.3, 0.4])
    estimates = Estimates.of(value, value - 0.05, value + 0.05, n=[10, 0, 10, 10], p=value / 2)
    with database.write() as tx:
        series.put(tx, [0, 1], [Piece(KEY, places(2), series.fields_of(estimates, 2))])
    found = got(database, *FLOATS, "reason")
    assert repr(found.estimates(0)[1]) == repr(estimates[2])
    assert repr(found.estimates(1)[0]) == repr(estimates[1])


@pytest.mark.parametrize(
    "damage", [lambda b: b[:40], lambda b: b"no" + b[2:], lambda b: b[:30] + b"\xff" * (len(b) - 30)]
)
def test_damaged_bytes_are_an_error(damage):
    starts, matrix = np.arange(5), np.zeros((5, 100))
    blob = matrices.encode("value", starts, matrix)
    assert np.array_equal(matrices.decode("value", blob)[1], matrix)
    with pytest.raises(StateError) as error:
        matrices.decode("value", damage(blob))
    assert error.value.code == "state.damaged"


def test_rows_of_any_number_of_places_are_decoded_in_their_order():
    rng = np.random.default_rng(0)
    fields = {**random_fields(rng, 5, 3), "first": rng.random((5, 3))}
    widths = (3, 0, 1, 3, 2)
    blobs = [
        matrices.encode_row({name: array[:, :k] for name, array in fields.items()}, i)
        for i, k in enumerate(widths)
    ]
    found = matrices.decode_rows(blobs, 3)
    for name, array in fields.items():
        for i, k in enumerate(widths):
            assert np.array_equal(found[name][i, :k], array[i, :k])
            assert np.array_equal(
                found[name][i, k:], np.full(3 - k, matrices.absent(name)), equal_nan=name in matrices.FLOATS
            )


def test_series_of_many_versions_are_told_apart(database):
    keys = [SeriesKey(model, str(v), "psi") for model in ("a", "b") for v in range(10)]
    with database.write() as tx:
        for number, key in enumerate(keys):
            series.put(tx, [0], [Piece(key, places(1), {"value": [[number]]})])
        for chosen in (keys[3:5], keys[::2]):
            found = series.get_many(tx, chosen)
            assert {key: one.fields["value"].item() for key, one in found.items()} == {
                key: keys.index(key) for key in chosen
            }
            assert series.existing(tx, [*chosen, SeriesKey("a", "none", "psi")]) == set(chosen)


def test_a_damaged_row_is_an_error():
    with pytest.raises(StateError):
        matrices.decode_rows([b"x" * 50], 3)
