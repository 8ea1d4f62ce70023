"""Each kind of sink against a receiver of its own kind: what arrives is what its documentation asks for."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from vedette import registry
from vedette.errors import ConfigError
from vedette.sinks.alertmanager import Alertmanager
from vedette.sinks.base import Fact, revealed
from vedette.sinks.dingtalk import Dingtalk
from vedette.sinks.feishu import Feishu
from vedette.sinks.http import Response
from vedette.sinks.pagerduty import Pagerduty
from vedette.sinks.slack import Slack
from vedette.sinks.teams import LIMIT, Teams
from vedette.sinks.webhook import Webhook
from vedette.sinks.wecom import Wecom


def arrived(sink, message, receiver, send):
    outcomes = [sink.outcome(send(request)) for request in sink.requests(message)]
    assert {o.kind for o in outcomes} == {"delivered"}
    return [(path, headers, json.loads(body)) for path, headers, body in receiver.requests]


def test_a_webhook_is_signed_over_time_and_body(message, receiver, send):
    sink = Webhook(url=receiver.url + "/hook", secret="s3cret")
    (path, headers, document), *_ = arrived(sink, message, receiver, send)
    raw = receiver.requests[0][2]
    expected = hmac.new(b"s3cret", headers["x-vedette-timestamp"].encode() + b"." + raw, hashlib.sha256)
    assert path == "/hook"
    assert headers["x-vedette-signature"] == f"v1={expected.hexdigest()}"
    assert headers["x-vedette-timestamp"] == "1700000360"
    assert document["title"] == message.title
    assert base64.b64decode(document["picture"]) == message.picture


def test_a_retry_of_a_delivery_carries_the_same_number(message):
    sink = Webhook(url="http://127.0.0.1/hook")
    one, two = sink.requests(message)[0], sink.requests(message)[0]
    later = sink.requests(msgspec.structs.replace(message, at=message.at + 1))[0]
    assert one.headers["X-Vedette-Delivery"] == two.headers["X-Vedette-Delivery"]
    assert one.headers["X-Vedette-Delivery"] != later.headers["X-Vedette-Delivery"]
    assert "X-Vedette-Signature" not in one.headers
    retried = sink.requests(msgspec.structs.replace(message, sent=message.at + 3_600_000_000))[0]
    assert retried.headers["X-Vedette-Delivery"] == one.headers["X-Vedette-Delivery"]
    assert retried.headers["X-Vedette-Timestamp"] == "1700003960"


def test_slack_shows_what_was_written_as_it_was_written(message, receiver, send):
    document = arrived(Slack(url=receiver.url), message, receiver, send)[0][2]
    blocks = document["attachments"][0]["blocks"]
    kinds = [b["type"] for b in blocks]
    assert kinds == ["header", "section", "section", "actions"]
    assert "<from>" not in document["text"]
    assert "&lt;from&gt;" in document["text"]
    assert len(blocks[0]["text"]["text"]) <= 150
    assert blocks[3]["elements"][0]["url"] == message.url


def test_pagerduty_opens_and_resolves_under_one_key(message, receiver, send):
    sink = Pagerduty(routing_key="r" * 32, url=receiver.url + "/v2/enqueue")
    over = msgspec.structs.replace(message, status="resolved")
    opened = sink.requests(message)[0]
    send(opened)
    send(sink.requests(over)[0])
    first, second = (json.loads(r[2]) for r in receiver.requests)
    assert (first["event_action"], second["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == second["dedup_key"]
    assert first["payload"]["severity"] == "critical"
    assert first["payload"]["custom_details"]["Effect"] == "−13 points (−15 to −11)"


def test_teams_gets_a_card_within_its_limit(message, receiver, send):
    document = arrived(Teams(url=receiver.url), message, receiver, send)[0][2]
    card = document["attachments"][0]["content"]
    kinds = [part["type"] for part in card["body"]]
    assert kinds == ["TextBlock", "TextBlock", "FactSet", "Image"]
    assert "\\*MQ\\*" in card["body"][0]["text"]
    large = msgspec.structs.replace(message, picture=b"x" * 40_000)
    request = Teams(url=receiver.url).requests(large)[0]
    assert len(request.body) <= LIMIT
    assert "Image" not in request.body.decode()


def test_dingtalk_is_signed_in_its_address(message, receiver, send):
    receiver.reply = (200, b'{"errcode":0,"errmsg":"ok"}', {})
    sink = Dingtalk(url=receiver.url + "/robot/send?access_token=t", secret="SEC1", keyword="[robot]")
    path, _, document = arrived(sink, message, receiver, send)[0]
    query = parse_qs(urlsplit(path).query)
    expected = hmac.new(b"SEC1", b"1700000360000\nSEC1", hashlib.sha256).digest()
    assert query == {
        "access_token": ["t"],
        "timestamp": ["1700000360000"],
        "sign": [base64.b64encode(expected).decode()],
    }
    assert document["markdown"]["text"].endswith("[robot]")


def test_feishu_is_signed_in_its_body(message, receiver, send):
    receiver.reply = (200, b'{"code":0,"msg":"success"}', {})
    document = arrived(Feishu(url=receiver.url, secret="k"), message, receiver, send)[0][2]
    expected = hmac.new(b"1700000360\nk", b"", hashlib.sha256).digest()
    assert (document["timestamp"], document["sign"]) == ("1700000360", base64.b64encode(expected).decode())
    assert document["card"]["header"]["template"] == "red"
    assert document["card"]["elements"][-1]["actions"][0]["url"] == message.url


def test_wecom_gets_text_within_4096_bytes_and_the_picture(message, receiver, send):
    receiver.reply = (200, b'{"errcode":0,"errmsg":"ok"}', {})
    long = msgspec.structs.replace(message, text="原因：" + "缺失" * 4000)
    text, image = (document for _, _, document in arrived(Wecom(url=receiver.url), long, receiver, send))
    assert len(text["markdown"]["content"].encode()) <= 4096
    assert base64.b64decode(image["image"]["base64"]) == message.picture
    assert image["image"]["md5"] == hashlib.md5(message.picture).hexdigest()


def test_an_alert_keeps_its_identity_when_its_numbers_change(message, receiver, send):
    sink = Alertmanager(url=receiver.url, labels={"team": "ml"})
    worse = msgspec.structs.replace(message, facts=(Fact("Effect", "−20 points"),), status="resolved")
    first = arrived(sink, message, receiver, send)[0][2][0]
    second = json.loads(sink.requests(worse)[0].body)[0]
    assert first["labels"] == second["labels"]
    assert first["annotations"]["effect"] != second["annotations"]["effect"]
    assert "endsAt" not in first
    assert second["endsAt"] == "2023-11-14T22:19:20+00:00"
    assert first["startsAt"] == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize(
    ("sink", "body", "kind"),
    [
        (Dingtalk(url="http://a"), b'{"errcode":310000,"errmsg":"sign not match"}', "refused"),
        (Dingtalk(url="http://a"), b'{"errcode":130101,"errmsg":"send too fast"}', "again"),
        (Feishu(url="http://a"), b'{"code":19021,"msg":"sign match fail"}', "refused"),
        (Feishu(url="http://a"), b'{"StatusCode":0,"StatusMessage":"success"}', "delivered"),
        (Wecom(url="http://a"), b'{"errcode":93000,"errmsg":"invalid webhook url"}', "refused"),
        (Wecom(url="http://a"), b"<html>proxy</html>", "refused"),
        (Wecom(url="http://a"), b"[]", "refused"),
    ],
)
def test_a_refusal_inside_a_200_is_a_refusal(sink, body, kind):
    assert sink.outcome(Response(200, {}, body)).kind == kind


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_passing_failure_is_tried_again(status):
    outcome = Slack(url="http://a").outcome(Response(status, {"retry-after": "7"}, b"later"))
    assert (outcome.kind, outcome.after) == ("again", 7.0)


def test_every_registered_sink_is_read_from_a_monitor_table():
    least = {
        "alertmanager": {"url": "http://a"},
        "dingtalk": {"url": "http://a"},
        "email": {"to": ["a@b.c"], "sender": "v@b.c", "host": "localhost"},
        "feishu": {"url": "http://a"},
        "pagerduty": {"routing_key": "k"},
        "slack": {"url": "http://a"},
        "teams": {"url": "http://a"},
        "webhook": {"url": "http://a"},
        "wecom": {"url": "http://a"},
    }
    assert set(registry.names("sink")) == set(least)
    for kind, table in least.items():
        sink = msgspec.convert(table, registry.load("sink", kind))
        assert sink.levels[0] == "act"


def test_secrets_are_read_from_the_environment(monkeypatch, message):
    monkeypatch.setenv("HOOK", "http://127.0.0.1:9/x")
    assert Slack(url="env:HOOK").requests(message)[0].url == "http://127.0.0.1:9/x"
    monkeypatch.delenv("HOOK")
    with pytest.raises(ConfigError) as caught:
        revealed("env:HOOK")
    assert caught.value.code == "sinks.no-secret"


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com/hook", "https:///nowhere", ""])
def test_what_is_no_address_is_refused(url, message):
    with pytest.raises(ConfigError) as caught:
        Slack(url=url).requests(message)
    assert caught.value.code == "sinks.bad-address"


def test_levels_decide_who_hears(message):
    quiet = msgspec.structs.replace(message, level="watch")
    assert Pagerduty(routing_key="k").wants(message)
    assert not Pagerduty(routing_key="k").wants(quiet)
    assert Pagerduty(routing_key="k").wants(msgspec.structs.replace(quiet, status="resolved"))
