"""Halves of inferences: paired in any order, once, also over a restart; what cannot be paired is not lost."""

import base64
import datetime as dt
import json
import struct

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from vedette.server.ingest.halves import Halves
from vedette.server.ingest.naming import Naming

V1 = {"instances": [[1, 2], [3, 4]]}, {"predictions": [0.25, 0.75]}
V2 = (
    {
        "inputs": [
            {"name": "age", "shape": [2], "datatype": "FP32", "data": [31, 44]},
            {"name": "v", "shape": [2, 2], "datatype": "FP32", "data": [[1, 2], [3, 4]]},
        ]
    },
    {
        "model_version": "9",
        "outputs": [{"name": "probability", "shape": [2, 1], "datatype": "FP32", "data": [0.1, 0.9]}],
    },
)


def headers(side, event="e1", **more):
    told = {
        "id": event,
        "type": f"org.kubeflow.serving.inference.{side}",
        "inferenceservicename": "m",
        "endpoint": "canary",
        "time": "2024-10-04T10:00:00Z",
        "source": "x",
        "specversion": "1.0",
        **more,
    }
    return {f"ce-{name}": value for name, value in told.items()}


def send(served, side, payload, event="e1", **more):
    answer = served.client.post("/v1/ingest/kserve", json=payload, headers=headers(side, event, **more))
    assert answer.status_code == 200, answer.text


def test_v1_is_one_row_for_each_instance(served):
    send(served, "request", V1[0])
    send(served, "response", V1[1])
    rows = served.rows()
    assert set(rows) == {"e1/0", "e1/1"}
    row = rows["e1/1"]
    assert (row["f0"], row["f1"], row["vd_prediction"], row["vd_version"]) == (3.0, 4.0, 0.75, "canary")
    assert row["vd_time"].isoformat() == "2024-10-04T10:00:00+00:00"


def test_v2_names_its_columns_and_version(served):
    send(served, "request", V2[0])
    send(served, "response", V2[1])
    row = served.rows()["e1/1"]
    assert (row["age"], row["v_0"], row["v_1"], row["vd_score"], row["vd_version"]) == (
        44.0,
        3.0,
        4.0,
        0.9,
        "9",
    )


def test_the_monitor_says_that_a_number_is_a_probability(served):
    served.naming = Naming((), probability=True)
    send(served, "request", V1[0])
    send(served, "response", V1[1])
    assert served.rows()["e1/0"]["vd_score"] == 0.25


@pytest.mark.parametrize("apart", [False, True])
def test_halves_come_in_any_order_and_may_be_repeated(served, apart):
    for side, payload in (
        ("response", V1[1]),
        ("response", V1[1]),
        ("request", V1[0]),
        ("request", V1[0]),
        ("response", V1[1]),
    ):
        send(served, side, payload)
        if apart:
            served.take()
    assert len(served.rows()) == 2
    assert served.service.pairs.counts["paired"] == 1
    served.service.pairs.expire(served.now + 10**12)
    assert len(served.rows()) == 2
    assert list(served.home.halves.iterdir()) == []


def test_a_half_waits_over_a_restart(served):
    send(served, "request", V1[0])
    served.take()
    served.service.pairs = Halves(served.home, served.service.intake)
    assert len(served.service.pairs) == 1
    send(served, "response", V1[1])
    assert len(served.rows()) == 2


def test_a_half_alone_is_a_row_after_its_time(served):
    send(served, "request", V1[0], "in")
    send(served, "response", V1[1], "out")
    served.take()
    served.service.pairs.expire(served.now + 1)
    assert served.rows() == {}
    served.service.pairs.expire(served.now + 601_000_000)
    rows = served.rows()
    assert (rows["in/0"]["f0"], rows["in/0"]["vd_prediction"]) == (1.0, None)
    assert rows["out/1"]["vd_prediction"] == 0.75
    assert served.service.pairs.counts["unpaired"] == 2


def test_a_pair_of_other_lengths_is_kept_aside(served):
    send(served, "request", V1[0])
    send(served, "response", {"predictions": [1]})
    assert served.refused() == {"bad-payload": 1}
    assert served.rows() == {}


def test_raw_tensors_follow_their_json(served):
    number = {"name": "x", "shape": [2], "datatype": "FP64", "parameters": {"binary_data_size": 16}}
    text = {"name": "t", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 11}}
    told = json.dumps({"inputs": [number, text]}).encode()
    raw = struct.pack("<dd", 1.5, 2.5) + struct.pack("<I", 1) + b"u" + struct.pack("<I", 2) + b"vw"
    metadata = f'{{"Inference-Header-Content-Length": ["{len(told)}"]}}'
    answer = served.client.post(
        "/v1/ingest/kserve", content=told + raw, headers=headers("request", metadata=metadata)
    )
    assert answer.status_code == 200
    send(
        served,
        "response",
        {"outputs": [{"name": "label", "shape": [2], "datatype": "BYTES", "data": ["no", "yes"]}]},
    )
    row = served.rows()["e1/1"]
    assert (row["x"], row["t"], row["vd_prediction"]) == (2.5, "vw", "yes")


@pytest.mark.parametrize("bind", [to_binary, to_structured])
def test_events_of_the_cloudevents_library(served, bind):
    for side, payload in zip(("request", "response"), V1, strict=True):
        about = {
            "id": "lib",
            "source": "/x",
            "type": f"org.kubeflow.serving.inference.{side}",
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "inferenceservicename": "m",
            "time": dt.datetime(2024, 10, 4, 10, tzinfo=dt.UTC),
        }
        message = bind(CloudEvent(attributes=about, data=payload), JSONFormat())
        answer = served.client.post("/v1/ingest/kserve", content=message.body, headers=message.headers)
        assert answer.status_code == 200, answer.text
    assert set(served.rows()) == {"lib/0", "lib/1"}


def test_structured_events_may_carry_bytes(served):
    about = {name[3:]: value for name, value in headers("request").items()}
    event = {**about, "data_base64": base64.b64encode(b'{"instances": [{"age": 3}]}').decode()}
    answer = served.client.post(
        "/v1/ingest/kserve", json=event, headers={"Content-Type": "application/cloudevents+json"}
    )
    assert answer.status_code == 200
    send(served, "response", {"predictions": [{"label": "yes", "score": 0.5}]})
    row = served.rows()["e1/0"]
    assert (row["age"], row["vd_prediction"], row["vd_score"]) == (3.0, "yes", 0.5)


BAD = [
    ({}, b"{}", "ingest.bad-event"),
    (headers("rubbish"), b"{}", "ingest.bad-event"),
    (headers("request", "x" * 201), b"{}", "ingest.bad-event"),
    (headers("request", inferenceservicename="../x"), b"{}", "store.bad-name"),
    (headers("request"), b"\x00", "ingest.bad-payload"),
    (headers("request"), b"[]", "ingest.bad-payload"),
    ({"content-type": "application/cloudevents+json"}, b"[]", "ingest.bad-event"),
    ({"content-type": "application/cloudevents+json"}, b'{"data_base64": "?"}', "ingest.bad-event"),
]


@pytest.mark.parametrize(("told", "body", "code"), BAD)
def test_what_is_no_event_is_refused(served, told, body, code):
    answer = served.client.post("/v1/ingest/kserve", content=body, headers=told)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"instances": 3},
        {"inputs": [{"name": "x", "shape": [3], "datatype": "FP32", "data": [1]}]},
        {"inputs": [{"name": "x", "shape": "no", "data": []}]},
        {"inputs": [{"name": "x", "shape": [1 << 40], "data": None}]},
    ],
)
def test_a_payload_without_rows_is_kept_aside(served, payload):
    send(served, "request", payload)
    send(served, "response", V1[1])
    assert served.refused() == {"bad-payload": 1}
