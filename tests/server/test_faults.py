"""The whole server under bad input: whatever comes, an answer in one shape, never a 500, and what came stays text."""

import gzip
import io
import json
import re
import socket
import struct
import time
import zlib
from collections import Counter
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pytest

from vedette.server.ingest.limits import MB
from vedette.server.pages.addresses import part_of

pytestmark = pytest.mark.slow
ARROW = "application/vnd.apache.arrow.stream"
DAY = 86_400_000_000
#: Midnight ten days ago.
START = (time.time_ns() // 1000 // DAY - 10) * DAY
HOSTILE = {
    "html": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "path": "../../../etc/passwd",
    "windows path": "..\\..\\boot.ini\x7f",
    "sql": "x'; DROP TABLE users; --",
    "format": "%s%n%(x)s {0} {self} {{7*7}} ${7*7} {% raw %}",
    "control": "a\x00b\x1b[31m\r\nSet-Cookie: x=y",
    "direction": "\u202eevil\u2066 \ufeff\u200b",
    "wide": "温度" * 40 + "😀",
    "empty": "",
    "blank": " \t ",
    "long": "x" * 10_000,
}
#: What no page may contain as it stands.
LIVE = re.compile(rb"<script>alert|<img src=x|onerror=alert\(1\)>(?!&)|\r\nSet-Cookie: x")


def in_shape(answer, *statuses):
    """Check that an answer is a refusal in our one shape."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    error = answer.json()["error"]
    assert set(error) == {"found", "expected", "fix", "code", "docs"}, error
    assert error["docs"].endswith(error["code"])
    assert len(answer.content) < 4000  # what was sent is not sent back whole
    return error["code"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_every_field_of_a_row_is_stored_as_it_is_or_refused(live, text):
    rows = [
        {"id": text, "score": 0.5},
        {"id": f"v{hash(text)}", "version": text, "score": 0.5},
        {"id": f"t{hash(text)}", "time": text},
        {"id": f"s{hash(text)}", "score": text},
        {"id": f"c{hash(text)}", "score": {text: 0.5}},
        {"id": f"f{hash(text)}", "features": {text: 1.0}},
        {"id": f"x{hash(text)}", "features": {"word": text}},
        {"id": f"n{hash(text)}", text: text},
        {"id": f"p{hash(text)}", "prediction": text, "label": text, "weight": text},
        {text: text},
        text,
    ]
    answer = live.log(rows, "hostile")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["accepted"] + told["quarantined"] == len(rows)
    for kind, row in (("labels", {"label": text}), ("feedback", {"kind": text, "text": text})):
        assert live.log([{"id": text, **row}], "hostile", kind).status_code == 202
    stored = live.stored("hostile")
    assert stored[f"x{hash(text)}"]["word"] == text
    page = live.http.get("/models/hostile/data")
    assert page.status_code == 200
    assert not LIVE.search(page.content)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_every_part_of_an_address_is_no_fault(live, text):
    part = quote(text[:1000], safe="")
    paths = [
        f"/v1/models/{part}/predictions",
        f"/v1/models/flights/{part}",
        f"/v1/models/{part}/monitor",
        f"/v1/models/{part}/series/{part}",
        f"/v1/incidents/{part}",
        f"/v1/keys/{part}",
        f"/v1/{part}",
        f"/{part}",
        f"/models/{part}",
        f"/models/{part_of(text[:1000])}",
        f"/models/{part}/features/{part}",
        f"/models/hostile?version={part}&span={part}&metric={part}",
        f"/models/hostile/segments?dimension={part}&metric={part}&sort={part}&page={part}",
        f"/models/hostile/versions?a={part}&b={part}",
        f"/?q={part}&sort={part}&level={part}&page={part}&lang={part}",
        f"/search?q={part}",
        f"/pulse?model={part}",
        f"/assets/{part}/{part}",
        f"/charts/{part}",
        f"/v1/models/hostile/series/psi?version={part}&column={part}&segment={part}&start={part}",
        f"/v1/incidents?model={part}&only={part}&before={part}",
        f"/v1/audit?before={part}&limit={part}",
    ]
    for path in paths:
        for method in ("GET", "POST", "DELETE"):
            answer = live.http.request(method, path, json=[] if method == "POST" else None)
            assert answer.status_code < 500, (method, path, answer.text[:500])
            assert not LIVE.search(answer.content) or "json" in answer.headers["content-type"], path
            assert "x" not in answer.cookies


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_headers_and_documents_is_no_fault(live, text):
    for name in ("Idempotency-Key", "Content-Encoding", "Content-Type", "Authorization", "Cookie", "Accept"):
        value = re.sub(r"[\x00-\x1f\x7f]", "?", text[:2000]).encode("utf-8").strip()
        answer = live.http.post("/v1/models/flights/predictions", content=b"{}", headers={name: value})
        assert answer.status_code < 500, (name, answer.text)
    documents = [
        ("POST", "/v1/users", {"login": text, "password": "correct horse battery"}),
        ("POST", "/v1/keys", {"name": text, "scopes": [text], "project": text}),
        ("POST", "/v1/keys", {"name": text, "scopes": ["read"], "project": text, "days": 1e300}),
        ("POST", "/v1/models/hostile/baselines", {"kind": "log", "version": text, "for_version": text}),
        ("POST", "/v1/models/hostile/baselines", {"kind": "file", "name": text}),
        ("POST", "/v1/models/hostile/monitor/plan", {"toml": text}),
        ("PUT", "/v1/models/hostile/monitor", {"toml": text}),
        ("PUT", "/v1/models/hostile/monitor", {"toml": f"version = 1\nmodel = {json.dumps(text)}"}),
    ]
    for method, path, document in documents:
        if path == "/v1/users":
            continue  # the first user would close the server to us: `access` has these
        answer = live.http.request(method, path, json=document)
        assert answer.status_code < 500, (method, path, answer.text[:1000])


def test_a_watched_model_of_hostile_names_shows_them_as_text(live):
    """From rows to pages: names of columns, categories, versions and segments that are all hostile."""
    dice = np.random.default_rng(0)
    words = [HOSTILE[name] for name in ("html", "attribute", "path", "sql", "format", "direction")]
    rows = [
        {
            "id": f"w{at}",
            "time": (START + at * DAY // 300) / 1e6,
            "version": words[0],
            "score": float(dice.random()),
            "label": int(dice.random() < 0.4),
            "features": {
                words[1]: float(dice.normal(0 if at < 1800 else 9)),
                words[3]: words[int(dice.integers(6))],
            },
        }
        for at in range(3000)
    ]
    assert live.log(rows, "watched").json()["accepted"] == len(rows)
    live.stored("watched")
    made = live.http.get("/v1/models/watched/monitor/suggestion", params={"version": words[0]})
    assert made.status_code == 200, made.text
    toml = made.json()["toml"]
    applied = live.http.put("/v1/models/watched/monitor", json={"toml": toml})
    assert applied.status_code == 200, applied.text
    order = {"kind": "log", "version": words[0], "start": START, "end": START + 4 * DAY}
    based = live.http.post("/v1/models/watched/baselines", json=order)
    assert based.status_code == 201, based.text
    deadline = time.monotonic() + 90
    windows = []
    while len(windows) < 9:
        assert time.monotonic() < deadline, windows
        time.sleep(0.3)
        answer = live.http.get("/v1/models/watched/windows", params={"version": words[0]})
        windows = answer.json()
    pages = ["", "/segments", "/versions", "/data", "/monitor", "/monitor.toml"]
    pages += [f"/features/{part_of(words[at])}" for at in (1, 3)]
    for page in pages:
        answer = live.http.get(f"/models/watched{page}", params={"version": words[0]})
        assert answer.status_code == 200, (page, answer.text[:500])
        assert not LIVE.search(answer.content) or page == "/monitor.toml", page
    for path in ("/", "/metrics", "/v1/models", "/v1/models/watched", "/v1/incidents", "/settings"):
        answer = live.http.get(path)
        assert answer.status_code == 200, (path, answer.text[:500])
        assert path.startswith("/v1") or path == "/metrics" or not LIVE.search(answer.content)


def test_ten_megabytes_of_text_are_one_value_or_refused(live):
    text = "x" * (10 * MB)
    assert live.log({"id": "big", "features": {"word": text}}, "big").status_code == 202
    assert len(live.stored("big")["big"]["word"]) == len(text)
    page = live.http.get("/models/big/data")
    assert page.status_code == 200
    assert len(page.content) < MB  # no page carries the whole value
    told = live.log([{"id": text}, {"id": "v", "version": text}, {"id": "t", "time": text}], "big").json()
    assert (told["accepted"], told["quarantined"]) == (0, 3)
    assert live.http.put("/v1/models/big/monitor", content=text).status_code in (400, 413)
    assert live.http.get("/models/big/data").status_code == 200


def test_ten_thousand_unknown_columns_are_taken_and_shown(live):
    row = {"id": "wide", "features": {f"c{at}": at for at in range(10_000)}}
    assert live.log(row, "wide").json()["accepted"] == 1
    assert len(live.stored("wide")["wide"]) >= 2000  # the rest is counted, and named in the docs as a limit
    for page in ("", "/data", "/monitor", "/features/c7"):
        answer = live.http.get(f"/models/wide{page}")
        assert answer.status_code < 500, (page, answer.text[:500])
    made = live.http.get("/v1/models/wide/monitor/suggestion")
    assert made.status_code < 500, made.text[:500]


def test_a_hundred_megabytes_are_refused_before_they_are_read(live):
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as raw:
        head = f"POST /v1/models/flights/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {100 * MB}\r\n\r\n"
        raw.sendall(head.encode() + b"[")
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_hundred_megabytes_without_a_length_are_refused_on_the_way(live):
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as raw:
        head = (
            "POST /v1/models/flights/labels HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        raw.sendall(head.encode())
        chunk = b"%x\r\n" % MB + b" " * MB + b"\r\n"
        sent = 0
        try:
            for _ in range(100):
                raw.sendall(chunk)
                sent += 1
        except (ConnectionError, TimeoutError):
            pass  # the server hung up, having said why
        assert sent >= 64
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")


def arrow(table):
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


GOOD = arrow(pa.table({"vd_id": ["a", "b"], "vd_score": [0.1, 0.2], "x": [1, 2]}))
NOISE = np.random.default_rng(1).bytes(5000)
MALFORMED = {
    "no json": ("application/json", "", b'{"id": '),
    "json with nan": ("application/json", "", b'{"id": "a", "x": NaN}'),
    "deep json": ("application/json", "", b"[" * 100_000),
    "lone surrogate": ("application/json", "", b'{"id": "\\ud800"}'),
    "no utf-8": ("application/json", "", b'{"id": "\xff\xfe"}'),
    "json number": ("application/json", "", b"1"),
    "empty": ("application/json", "", b""),
    "noise as arrow": (ARROW, "", NOISE),
    "half an arrow stream": (ARROW, "", GOOD[: len(GOOD) // 2]),
    "arrow header that lies": (ARROW, "", struct.pack("<II", 0xFFFFFFFF, 1 << 31) + NOISE),
    "noise as gzip": ("application/json", "gzip", NOISE),
    "half a gzip": ("application/json", "gzip", gzip.compress(b"[]" * 999)[:-9]),
    "gzip of a wrong sum": ("application/json", "gzip", gzip.compress(b"[]")[:-8] + b"\0" * 8),
    "deflate": ("application/json", "deflate", zlib.compress(b"[]")),
    "noise as zstd": (ARROW, "zstd", NOISE),
    "half a zstd": (ARROW, "zstd", pa.Codec("zstd").compress(GOOD, asbytes=True)[:-9]),
    "unknown encoding": ("application/json", "br", b"[]"),
    "unknown type": ("image/png", "", NOISE),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_body_is_refused_in_the_one_shape(live, case):
    kind, encoding, body = MALFORMED[case]
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    answer = live.http.post("/v1/models/flights/predictions", content=body, headers=headers)
    assert in_shape(answer, 400, 415).startswith("ingest.")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_refused_for_what_it_becomes(live, encoding):
    zeros = b" " * (100 * MB)
    body = gzip.compress(zeros) if encoding == "gzip" else pa.Codec("zstd").compress(zeros, asbytes=True)
    assert len(body) < MB
    answer = live.http.post(
        "/v1/models/flights/predictions", content=body, headers={"Content-Encoding": encoding}
    )
    assert in_shape(answer, 413) == "ingest.too-large"


def test_a_clock_ahead_is_refused_and_one_behind_is_taken(live):
    now = time.time()
    rows = [
        {"id": "ahead", "time": now + 3600},
        {"id": "a little", "time": now + 60},
        {"id": "behind", "time": now - 86_400 * 365},
        {"id": "epoch", "time": 0},
        {"id": "year 9999", "time": "9999-12-31T23:59:59Z"},
        {"id": "year 1", "time": "0001-01-01T00:00:00Z"},
        {"id": "infinite", "time": 1e308},
    ]
    assert live.log(rows, "skewed").status_code == 202
    stored = live.stored("skewed")
    assert {"a little", "behind"} <= set(stored)
    assert not {"ahead", "year 9999", "infinite"} & set(stored)
    assert live.http.get("/models/skewed/data").status_code == 200


def test_a_schema_that_changes_midway_loses_no_row(live):
    sent = [
        {"id": "1", "features": {"x": 1, "y": "a"}},
        {"id": "2", "features": {"x": "one", "y": 2.5}},
        {"id": "3", "features": {"x": None, "z": True}},
        {"id": "4", "features": {"x": [1, 2], "y": {"deep": 1}}},
        {"id": "5", "features": {"X": 1, "Y": 2}},
    ]
    for row in sent:
        assert live.log(row, "changing").json()["accepted"] == 1
        live.stored("changing")
    body = arrow(pa.table({"vd_id": ["6"], "x": pa.array([b"bytes"], pa.binary()), "y": [[1.0]]}))
    answer = live.http.post("/v1/models/changing/predictions", content=body, headers={"Content-Type": ARROW})
    assert answer.status_code == 202, answer.text
    assert sorted(live.stored("changing")) == ["1", "2", "3", "4", "5", "6"]
    assert live.http.get("/models/changing/data").status_code == 200


def test_a_storm_of_labels_for_last_month_is_joined(live):
    """Labels of thirty days arrive at once, twice, some of them corrected, some of nobody."""
    n, begin = 6000, START - 30 * DAY
    times = pa.array(begin + np.arange(n) * (30 * DAY // n), pa.timestamp("us", tz="UTC"))
    rows = pa.table({"vd_id": [f"s{at}" for at in range(n)], "vd_time": times, "vd_score": np.full(n, 0.5)})
    headers = {"Content-Type": ARROW}
    assert live.http.post("/v1/models/storm/predictions", content=arrow(rows), headers=headers).is_success
    live.stored("storm")
    for label in (0, 1):
        names = [f"s{at}" for at in range(n)] + ["nobody"] * 10
        labels = arrow(pa.table({"vd_id": names, "vd_label": np.full(len(names), label)}))
        answer = live.http.post("/v1/models/storm/labels", content=labels, headers=headers)
        assert answer.json()["accepted"] == len(names)
    stored = live.stored("storm")
    assert Counter(row["vd_label"] for row in stored.values()) == {1: n}
    assert live.http.get("/ready").json()["ready"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404),
        ("GET", "/v1/models/nobody", 404),
        ("GET", "/v1/incidents/999999", 404),
        ("GET", "/v1/models/flights/predictions", 405),
        ("PATCH", "/v1/models", 405),
        ("DELETE", "/v1/models/flights/monitor", 405),
        ("GET", "/v1/incidents?limit=many", 400),
        ("POST", "/v1/keys", 400),
    ],
)
def test_a_mistake_in_an_address_is_told_in_the_one_shape(live, method, path, status):
    assert in_shape(live.http.request(method, path), status)


def test_a_page_that_does_not_exist_is_a_page(live):
    for path in ("/nowhere", "/models/nobody-logged-this", "/incidents/999999", "/models/a/b/c/d"):
        answer = live.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
        assert "text/html" in answer.headers["content-type"], path


def test_an_error_of_ours_is_told_in_the_one_shape_and_says_nothing_of_the_inside(live, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("vedette.server.api.reading.all_models", broken)
    monkeypatch.setattr(live.station.database, "read", broken)
    answer = live.http.get("/v1/models")
    assert in_shape(answer, 500)
    assert "hunter2" not in answer.text
