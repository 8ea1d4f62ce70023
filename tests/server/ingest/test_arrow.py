"""Arrow streams and files: the rules of JSON rows by column, and bytes that are no Arrow are never a server error."""

import datetime as dt
import io
import random

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from vedette.server.ingest.arrow_bounds import unpacked_size
from vedette.server.ingest.naming import Naming

ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}
NOON = dt.datetime(2024, 10, 4, 12, tzinfo=dt.UTC)


def stream(table, compression=None):
    out = io.BytesIO()
    with pa.ipc.new_stream(
        out, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)
    ) as writer:
        writer.write_table(table)
    return out.getvalue()


def send(served, table, what="predictions", **headers):
    body = table if isinstance(table, bytes) else stream(table)
    return served.client.post(f"/v1/models/m/{what}", content=body, headers={**ARROW, **headers})


def receipt(answer):
    assert answer.status_code == 202, answer.text
    body = answer.json()
    return body["accepted"], body["quarantined"], body["duplicate"]


def test_a_table_is_read_back(served):
    table = pa.table(
        {
            "vd_id": ["a", "b"],
            "vd_time": pa.array([NOON, None], pa.timestamp("us", "UTC")),
            "vd_version": ["1", None],
            "vd_score": [0.25, None],
            "town": pa.array(["Ulm", None]).dictionary_encode(),
            "e": [[1.0], None],
        }
    )
    assert receipt(send(served, table, **{"Idempotency-Key": "app/1"})) == (2, 0, False)
    assert receipt(send(served, table, **{"Idempotency-Key": "app/1"})) == (0, 0, True)
    rows = served.rows()
    assert (rows["a"]["vd_score"], rows["a"]["town"], rows["a"]["e"]) == (0.25, "Ulm", [1.0])
    assert rows["b"]["vd_time"] == NOON  # when it came
    assert rows["b"]["vd_version"] == "unversioned"


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_buffers_may_be_compressed(served, compression):
    body = stream(pa.table({"vd_id": [str(at) for at in range(1000)], "x": [1.0] * 1000}), compression)
    assert receipt(send(served, body)) == (1000, 0, False)


def test_bad_rows_are_kept_aside_and_the_good_ones_go_on(served):
    table = pa.table(
        {
            "vd_id": ["good", None, "", "late", "inf", "weight", "nothing"],
            "vd_time": ["2024-10-04", "2024-10-04", "2024-10-04", "2024-10-05", None, None, "noon"],
            "vd_score": [0.5, 0.5, 0.5, 0.5, float("inf"), 0.5, None],
            "vd_weight": [1, 1, 1, 1, 1, -1, 1],
        }
    )
    assert receipt(send(served, table)) == (1, 6, False)
    assert set(served.rows()) == {"good"}
    assert served.refused() == {"bad-id": 2, "bad-score": 1, "bad-time": 1, "bad-weight": 1, "future-time": 1}


def test_a_time_that_is_bad_beside_one_that_is_ahead_is_bad(served):
    table = pa.table({"vd_id": ["a", "b"], "vd_time": ["noon", "2024-10-05"]})
    assert receipt(send(served, table)) == (0, 2, False)
    assert served.refused() == {"bad-time": 1, "future-time": 1}


@pytest.mark.parametrize(
    "name", ["vd_seq", "vd_received_at", "vd_source", "vd_day", "vd_label_time", "vd_x:61"]
)
def test_reserved_columns_are_refused(served, name):
    assert receipt(send(served, pa.table({"vd_id": ["a"], name: ["1"]}))) == (0, 1, False)
    assert served.refused() == {"reserved-name": 1}


def test_scores_that_are_text_are_no_scores(served):
    assert receipt(send(served, pa.table({"vd_id": ["a", "b"], "vd_score": ["0.5", None]}))) == (1, 1, False)


def test_a_probability_lies_in_its_range(served):
    served.naming = Naming((), probability=True)
    assert receipt(send(served, pa.table({"vd_id": ["a", "b", "c"], "vd_score": [1.0, 1.01, -0.1]}))) == (
        1,
        2,
        False,
    )


def test_labels_need_id_and_label(served):
    assert receipt(send(served, pa.table({"vd_id": ["a", "b"], "vd_label": [1, None]}), "labels")) == (
        1,
        1,
        False,
    )
    assert receipt(send(served, pa.table({"vd_label": [1]}), "labels")) == (0, 1, False)
    assert receipt(send(served, pa.table({"vd_id": ["a"]}), "labels")) == (0, 1, False)


def test_words_and_names_of_the_monitor_are_understood(served):
    served.naming = Naming((("flight", "vd_id"), ("late", "vd_label")))
    table = pa.table({"flight": [7, 8], "score": [0.5, 0.25], "late": [1, None], "id": ["x", "y"]})
    assert receipt(send(served, table)) == (2, 0, False)
    rows = served.rows()
    assert (rows["7"]["vd_score"], rows["7"]["vd_label"], rows["7"]["id"]) == (0.5, 1.0, "x")
    assert rows["8"]["vd_label"] is None


def test_a_schema_may_change_midway(served):
    for column in ([1, 2], ["n/a", None], [True, False], [[1.0], None], [{"a": 1}, None]):
        assert receipt(send(served, pa.table({"x": column}))) == (2, 0, False)
        served.take()
    assert sorted(str(row["x"]) for row in served.rows().values()) == [
        "0",
        "1",
        "1",
        "2",
        "None",
        "None",
        "None",
        "[1.0]",
        "n/a",
        '{"a":1}',
    ]


VALID = stream(
    pa.table(
        {"vd_id": ["a", "b"] * 50, "x": [1.0, 2.0] * 50, "d": pa.array(["u", "v"] * 50).dictionary_encode()}
    )
)
PACKED = stream(pa.table({"vd_id": ["a", "b"] * 50, "x": [1.0, 2.0] * 50}), "zstd")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 64,
        b"\xff\xff\xff\xff\x10\x00\x00\x00",
        b"ARROW1\x00\x00",
        b'[{"id": "a"}]',
        VALID[:-30],
        VALID[40:],
        stream(pa.table([pa.array([1]), pa.array([2])], ["x", "x"])),
    ],
)
def test_what_is_no_stream_is_refused_as_a_whole(served, body):
    answer = send(served, body)
    assert answer.status_code == 400 or receipt(answer)[0] == 0
    if answer.status_code == 400:
        assert answer.json()["error"]["code"] == "ingest.not-arrow"


@pytest.mark.parametrize("valid", [VALID, PACKED], ids=["plain", "zstd"])
def test_no_damaged_byte_is_a_server_error(served, valid):
    dice = random.Random(7)
    for _ in range(60):
        body = bytearray(valid)
        for _ in range(dice.randint(1, 4)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        assert send(served, bytes(body)).status_code in (202, 400, 413)
    assert served.client.post("/v1/models/m/predictions", json={"id": "still here"}).status_code == 202


def test_a_bomb_in_the_buffers_is_seen_before_it_is_unpacked(served):
    body = stream(pa.table({"x": pa.array([0.0] * 4_000_000)}), "zstd")
    assert len(body) < 100_000
    assert unpacked_size(body) >= 32_000_000
    assert send(served, body).status_code == 413


def test_a_bomb_in_a_dictionary_is_seen_before_it_is_written_out(served):
    table = pa.table({"x": pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int8()), ["y" * 1000])})
    body = stream(table)
    assert len(body) < 100_000
    assert send(served, body).status_code == 413


def test_a_bomb_of_nulls_is_seen(served):
    assert send(served, stream(pa.table({"x": pa.nulls(1 << 22)}))).status_code == 413


def test_uploads_are_rows(served):
    csv = b"id,time,score,label,town\n1,2024-10-04,0.5,1,Ulm\n2,2024-10-03,,0,\n3,noon,0.5,,\n"
    answer = served.client.post("/v1/models/m/upload", content=csv)
    assert receipt(answer) == (2, 1, False)
    rows = served.rows()
    assert (rows["1"]["vd_score"], rows["1"]["vd_label"], rows["1"]["town"]) == (0.5, 1.0, "Ulm")
    assert rows["2"]["vd_label"] == 0.0


def test_a_parquet_upload_of_labels(served):
    served.post("predictions", [{"id": "a"}])
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["a"], "label": ["late"]}), out)
    assert receipt(served.client.post("/v1/models/m/upload?kind=labels", content=out.getvalue())) == (
        1,
        0,
        False,
    )
    assert served.rows()["a"]["vd_label"] == "late"


def test_a_large_upload_is_cut_into_entries(served):
    csv = b"x\n" + b"1\n" * 50_000
    assert receipt(served.client.post("/v1/models/m/upload", content=csv)) == (50_000, 0, False)
    assert len(served.rows()) == 50_000


def test_a_reference_is_kept_under_the_name_of_its_content(served):
    csv = b"x,y\n1,2\n"
    names = {
        served.client.post("/v1/models/m/upload?kind=reference", content=csv).json()["reference"]
        for _ in range(2)
    }
    assert len(names) == 1
    assert served.service.references.listing("m") == list(names)
    assert pq.read_table(served.service.references.path("m", *names)).to_pylist() == [{"x": 1, "y": 2}]


@pytest.mark.parametrize("body", [b"", b"PAR1rubbishPAR1", b"a,a\n1,2\n", b"a,b\n1\n", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(served, body):
    answer = served.client.post("/v1/models/m/upload", content=body)
    assert answer.status_code in (400, 202)
    if answer.status_code == 400:
        assert answer.json()["error"]["code"] == "ingest.bad-upload"


def test_an_unknown_kind_is_named(served):
    answer = served.client.post("/v1/models/m/upload?kind=quarantine", content=b"x\n1\n")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "ingest.unknown-kind"


def test_profiles_are_passed_on_once(served):
    import msgspec

    body = msgspec.msgpack.encode({"layout_hash": "h", "windows": [], "states": []})
    for expected in (False, True):
        answer = served.client.post(
            "/v1/models/m/profiles", content=body, headers={"Idempotency-Key": "app/1"}
        )
        assert answer.json()["duplicate"] is expected
    served.take()
    assert [entry.body for entry in served.summaries] == [body]
    for bad in (b"", b"\xc1", msgspec.msgpack.encode({"x": 1}), b"\x91" * 100_000):
        answer = served.client.post("/v1/models/m/profiles", content=bad)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ingest.bad-profile")
