"""JSON rows: what is accepted, what is refused and why, and that nothing a client says is a server error."""

import gzip
import json

import pyarrow as pa
import pytest

from vedette.server.ingest.naming import Naming

NOON_TEXT = "2024-10-04T12:00:00Z"


def receipt(answer):
    assert answer.status_code == 202, answer.text
    body = answer.json()
    return body["accepted"], body["quarantined"], body["duplicate"]


def test_one_object_an_array_and_rows_are_the_same(served):
    assert receipt(served.post("predictions", {"id": "a", "features": {"x": 1}})) == (1, 0, False)
    assert receipt(served.post("predictions", [{"id": "b", "x": 1}, {"id": "c", "x": 1}])) == (2, 0, False)
    assert receipt(served.post("predictions", {"rows": [{"id": 7, "x": 1}]})) == (1, 0, False)
    assert {key: row["x"] for key, row in served.rows().items()} == {"a": 1.0, "b": 1.0, "c": 1.0, "7": 1.0}


def test_a_whole_row_is_read_back(served):
    row = {
        "id": "a",
        "time": "2024-10-04T13:00:00+02:00",
        "version": 3,
        "score": {"late": 0.25, "early": 0.75},
        "prediction": "late",
        "weight": 2,
        "features": {"time": "noon", "n": {"deep": [1]}, "e": [0.5, 1]},
    }
    served.post("predictions", row)
    found = served.rows()["a"]
    assert found["vd_time"].isoformat() == "2024-10-04T11:00:00+00:00"
    assert (found["vd_version"], found["vd_prediction"], found["vd_weight"]) == ("3", "late", 2.0)
    assert (found["vd_score:late"], found["vd_score:early"]) == (0.25, 0.75)
    assert (found["time"], found["n"], found["e"]) == ("noon", '{"deep":[1]}', [0.5, 1.0])


def test_labels_and_labels_in_predictions_are_joined(served):
    served.post("predictions", [{"id": "a", "label": 1}, {"id": "b"}, {"id": "c", "label": None}])
    served.post("labels", [{"id": "b", "label": "0", "weight": 3}])
    rows = served.rows()
    assert {key: row["vd_label"] for key, row in rows.items()} == {"a": "1", "b": "0", "c": None}
    assert rows["b"]["vd_weight"] == 3.0
    assert "label" not in rows["a"]


def test_rows_without_an_id_get_one_that_a_repeat_gets_again(served):
    for _ in range(2):
        served.post("predictions", [{"x": 1}, {"x": 2}], headers={"Idempotency-Key": "app/7"})
    assert set(served.rows()) == {"app/7/0", "app/7/1"}


def test_a_repeated_number_changes_nothing(served):
    key = {"Idempotency-Key": "host.boot.1.2/5"}
    assert receipt(served.post("predictions", {"id": "a", "x": 1}, headers=key)) == (1, 0, False)
    assert receipt(served.post("predictions", {"id": "a", "x": 9}, headers=key)) == (0, 0, True)
    served.take()
    assert receipt(served.post("predictions", {"id": "a", "x": 9}, headers=key)) == (0, 0, True)
    assert served.rows()["a"]["x"] == 1.0


def test_numbers_may_come_out_of_order(served):
    for seq in (3, 1, 2):
        served.post("predictions", {"id": str(seq)}, headers={"Idempotency-Key": f"app/{seq}"})
        served.take()
    assert set(served.rows()) == {"1", "2", "3"}


def test_the_monitors_names_are_understood(served):
    served.naming = Naming(
        (("flight", "vd_id"), ("departed", "vd_time"), ("p", "vd_score"), ("late", "vd_label")),
        probability=True,
    )
    served.post("predictions", {"flight": "a", "departed": NOON_TEXT, "p": 0.5, "score": 77, "air": 1})
    served.post("labels", {"flight": "a", "late": 1})
    row = served.rows()["a"]
    assert (row["vd_score"], row["score"], row["vd_label"], row["air"]) == (0.5, 77.0, 1.0, 1.0)
    served.post("predictions", [{"flight": "b", "p": 1.5}, {"flight": "c", "p": None}])
    assert served.refused() == {"bad-score": 1}


BAD = {
    "not-an-object": [3, "x", None, [1]],
    "bad-id": [{"id": ""}, {"id": None}, {"id": 1.5}, {"id": True}, {"id": "x" * 257}, {"id": {"a": 1}}],
    "bad-time": [
        {"id": "a", "time": value} for value in ("yesterday", "", True, [], {}, 1e30, -1e30, "2024-13-01")
    ],
    "future-time": [{"id": "a", "time": "2024-10-04T12:05:01Z"}, {"id": "a", "time": "8999-01-01"}],
    "bad-score": [{"id": "a", "score": value} for value in ("0.5", True, [0.5], {"late": "x"})],
    "bad-prediction": [{"id": "a", "prediction": [1]}],
    "bad-version": [{"id": "a", "version": value} for value in ("", [], "v" * 121, True)],
    "bad-weight": [{"id": "a", "weight": value} for value in (-1, "1", True)],
    "reserved-name": [
        {"id": "a", "vd_seq": 1},
        {"id": "a", "features": {"vd_id": "b"}},
        {"id": "a", "vd_new": 1},
    ],
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_kept_aside_with_its_reason_and_the_good_ones_go_on(served, reason):
    rows = [*BAD[reason], {"id": "good"}]
    assert receipt(served.post("predictions", rows)) == (1, len(BAD[reason]), False)
    assert set(served.rows()) == {"good"}
    assert served.refused() == {reason: len(BAD[reason])}


def test_labels_and_feedback_have_their_own_rules(served):
    assert receipt(served.post("labels", [{"label": 1}, {"id": "a"}, {"id": "a", "label": [1]}])) == (
        0,
        3,
        False,
    )
    assert served.refused() == {"bad-id": 1, "bad-label": 2}
    rows = [{"id": "a", "kind": "wrong", "text": "no"}, {"id": "a", "kind": 3}]
    assert receipt(served.post("feedback", rows)) == (1, 1, False)


def test_a_clock_that_is_a_little_ahead_is_forgiven(served):
    assert receipt(served.post("predictions", {"id": "a", "time": "2024-10-04T12:04:59Z"})) == (1, 0, False)
    assert receipt(served.post("predictions", {"id": "b", "time": 86_400})) == (
        1,
        0,
        False,
    )  # late, not wrong


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "../../../etc/passwd",
    "'; DROP TABLE models; --",
    "%s%n{0.__class__}",
    "\u202e",
    "\x00",
    "\U0001d518",
    "${jndi:ldap://x}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_data(served, text):
    row = {
        "id": text,
        "version": text,
        "prediction": text,
        "features": {text: text, "x": text},
        "score": {text: 0.5},
    }
    assert receipt(served.post("predictions", row)) == (1, 0, False)
    assert receipt(served.post("labels", {"id": text, "label": text})) == (1, 0, False)
    assert receipt(served.post("feedback", {"id": text, "kind": text, "text": text})) == (1, 0, False)
    found = served.rows()[text]
    assert (found["vd_version"], found["vd_prediction"], found[text], found["vd_label"]) == (text,) * 4
    assert found[f"vd_score:{text}"] == 0.5


@pytest.mark.parametrize(
    "model", ["..%2f..%2fetc", "%2e%2e", "a%20b", "<b>", "'; DROP", "é", "%00", "a" * 121]
)
def test_a_model_that_is_no_name_is_refused(served, model):
    for what in ("predictions", "labels", "feedback", "upload"):
        answer = served.client.post(f"/v1/models/{model}/{what}", json={"id": "a", "label": 1})
        assert answer.status_code in (400, 404)
    assert list(served.home.lake.iterdir()) == []


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "a/b",
        "/1",
        "../x/1",
        "a/-1",
        "a/1.5",
        "a/٣",
        "a b/1",
        f"a/{1 << 64}",
        "'/1",
        f"{'a' * 121}/1",
        "a/",
    ],
)
def test_an_idempotency_key_that_is_none_is_refused(served, key):
    answer = served.post("predictions", {"id": "a"}, headers={"Idempotency-Key": key.encode()})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("ingest.bad-key", "store.bad-name")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,", b"\xff", b'{"id": NaN}', b"[" * 100_000, b'"text"', b"7", b'["\\ud800"]']
)
def test_what_is_no_json_is_refused_as_a_whole(served, body):
    answer = served.client.post("/v1/models/m/predictions", content=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] in ("ingest.not-json", "ingest.no-rows")
    assert set(error) == {"found", "expected", "fix", "code", "docs"}


def test_a_body_may_be_compressed(served):
    body = json.dumps([{"id": "a"}]).encode()
    zstd = pa.Codec("zstd").compress(body, asbytes=True)
    for encoding, packed in {"gzip": gzip.compress(body), "zstd": zstd, "identity": body}.items():
        answer = served.client.post(
            "/v1/models/m/predictions", content=packed, headers={"Content-Encoding": encoding}
        )
        assert receipt(answer) == (1, 0, False)


@pytest.mark.parametrize(
    ("encoding", "status"), [("gzip", 400), ("zstd", 400), ("br", 415), ("gzip, gzip", 415)]
)
def test_a_body_that_is_not_compressed_as_it_says_is_refused(served, encoding, status):
    answer = served.client.post(
        "/v1/models/m/predictions", content=b"[{}]", headers={"Content-Encoding": encoding}
    )
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == (
        "ingest.bad-encoding" if status == 400 else "ingest.unknown-encoding"
    )


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_stopped_at_the_limit(served, encoding):
    zeros = b" " * (64 << 20)
    bomb = gzip.compress(zeros) if encoding == "gzip" else pa.Codec("zstd").compress(zeros, asbytes=True)
    assert len(bomb) < 100_000
    answer = served.client.post(
        "/v1/models/m/predictions", content=bomb, headers={"Content-Encoding": encoding}
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "ingest.too-large"


def test_a_hundred_megabytes_are_refused_announced_or_not(served):
    def chunks():
        for _ in range(100):
            yield b" " * (1 << 20)

    assert served.client.post("/v1/models/m/predictions", content=chunks()).status_code == 413
    announced = served.client.post("/v1/models/m/predictions", content=b" " * (100 << 20))
    assert announced.status_code == 413


def test_ten_thousand_columns_keep_the_row(served):
    assert receipt(
        served.post("predictions", {"id": "a", "features": {f"c{at}": at for at in range(10_000)}})
    ) == (1, 0, False)
    assert served.rows()["a"]["c0"] == 0.0
    assert served.service.writer.counts["values_beyond_columns", "m"] == 8000


def test_an_unknown_form_is_named(served):
    answer = served.client.post(
        "/v1/models/m/predictions", content=b"x", headers={"Content-Type": "image/png"}
    )
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "ingest.unknown-type"


def test_a_full_disk_is_said_and_can_be_tried_again(served, monkeypatch):
    from vedette.store import durable

    def full(handle, data):
        raise OSError(28, "No space left on device")

    key = {"Idempotency-Key": "app/1"}
    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "write", full)
        answer = served.post("predictions", {"id": "a"}, headers=key)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["error"]["code"] == "store.disk-full"
    assert receipt(served.post("predictions", {"id": "a"}, headers=key)) == (1, 0, False)
