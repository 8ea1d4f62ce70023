"""Notices reach people: once where all is well, later where it is not, on a list where it never can."""

import json
from itertools import pairwise

import httpx
import msgspec
import pytest

from vedette.alerts.advance import Notice
from vedette.alerts.explanation import Explanation
from vedette.alerts.incident import Event, opened
from vedette.diagnosis.cause import Cause, Diagnosis
from vedette.errors import ConfigError
from vedette.sentences.sentence import Sentence
from vedette.server.delivery.compose import Address, composed, trial
from vedette.server.delivery.loop import PAUSES, SECOND, DeliveryLoop, announce
from vedette.server.delivery.sinks import made, of_monitor, of_server
from vedette.store import deliveries, settings
from vedette.store.database import Database
from vedette.testing.receiver import Receiver
from vedette.values import Estimate, Finding, Segment, Window

NOW = 1_700_000_000 * SECOND
DAY = Window(NOW - 86_400 * SECOND, NOW, "2023-11-14")


def explained():
    cause = Cause.of("missing burst", 0.9, "missing_burst", column="dep_delay", now=0.31, then=0.01)
    found = Diagnosis.of((cause,), {})
    evidence = {**cause.evidence, "context": {}}
    return Explanation(
        kind=cause.kind,
        columns=("dep_delay",),
        sentence=found.verdict,
        remedy=found.remedy,
        evidence=evidence,
    )


def incident(level="act", explanation=None, model="flights"):
    finding = Finding(
        "change",
        "recall",
        level,
        "Recall fell from .71 to .58",
        segment=Segment("carrier", "MQ"),
        window=DAY,
        current=Estimate(0.58, 0.55, 0.61, n=900),
        reference=Estimate(0.71, 0.70, 0.72, n=9000),
        effect=Estimate(-0.13, -0.15, -0.11, n=900),
        evidence=1e-7,
        impact=-0.13,
    )
    event = Event(
        at=NOW,
        who="vedette",
        kind="open",
        level=level,
        since=DAY,
        last=DAY,
        through=DAY,
        findings=(finding,),
        explanation=explanation,
    )
    return opened(model, "7", "missing burst:dep_delay", event)


def notice(kind="opened", **about):
    return Notice(kind=kind, at=NOW, incidents=(incident(**about),))


@pytest.fixture
def database(tmp_path):
    found = Database(tmp_path / "meta.sqlite")
    yield found
    found.close()


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


@pytest.fixture
def outbox(database, receiver):
    """A loop whose one sink is the receiver."""
    with httpx.Client() as client:
        sinks = {"server/hook": made({"kind": "webhook", "url": receiver.url, "secret": "s"})}
        yield DeliveryLoop(database, lambda _: sinks, client), sinks


def told(database, sinks, *notices, at=NOW):
    with database.write() as tx:
        return announce(tx, notices, sinks, at, Address())


def test_a_message_says_what_where_how_big_and_what_to_do():
    about = incident(explanation=explained())
    address = Address("https://v.example", {about.id: "/incidents/42"})
    message = composed(notice(explanation=explained()), "en", address)
    facts = {f.name: f.value for f in message.facts}
    assert "dep_delay" in message.title
    assert message.text
    assert facts["Effect"] == "0.710 → 0.580"
    assert facts["Where"] == "carrier=MQ"
    assert facts["Since"] == "2023-11-14"
    assert facts["Evidence"] == "p = 1e-07 over everything looked at"
    assert message.url == "https://v.example/incidents/42"


def test_in_chinese_sentence_remedy_and_facts_are_chinese():
    message = composed(notice(explanation=explained()), "zh", Address())
    english = composed(notice(explanation=explained()), "en", Address())
    assert "缺失" in message.title
    assert message.text != english.text
    assert [f.name for f in message.facts][:2] == ["幅度", "证据"]
    assert message.level_word == "处理"


def test_without_a_cause_the_finding_is_told_in_the_reader_s_language():
    """Title, effect and evidence of a message that no diagnosis explains."""
    late = Sentence.of("labels.late", now=0.2, window="2023-11-14", delay="2d", usual=0.9)
    found = Finding.saying(late, rule="promise", metric="label_coverage", level="act", evidence=1 / 900)
    quiet = notice()
    one = msgspec.structs.replace(quiet.incidents[0], findings=(found,))
    told = msgspec.structs.replace(quiet, incidents=(one,))
    message = composed(told, "zh", Address())
    assert message.title == "标签迟到：2d 之后 2023-11-14 有标签的行占 20%，通常为 90%"
    facts = {f.name: f.value for f in message.facts}
    assert facts["证据"] == "若仅出于偶然，900 个窗口中至多出现一次"
    assert composed(told, "en", Address()).title == found.message


def test_what_another_version_wrote_is_told_in_english_rather_than_not_at_all():
    odd = Explanation(
        kind="x", sentence="Something moved.", remedy="Look.", evidence={"form": "of the future"}
    )
    for lang in ("en", "zh"):
        message = composed(notice(explanation=odd), lang, Address())
        assert (message.title, message.text) == ("Something moved.", "Look.")


def test_a_notice_arrives_once(database, receiver, outbox):
    loop, sinks = outbox
    assert told(database, sinks, notice()) == 1
    assert loop.step(NOW).delivered == 1
    assert loop.step(NOW + 1).delivered == 0
    assert len(receiver.requests) == 1
    assert json.loads(receiver.requests[0].body)["title"] == "Recall fell from .71 to .58"


def test_what_is_not_committed_is_not_told(database, receiver, outbox):
    loop, sinks = outbox
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        1 / (announce(tx, [notice()], sinks, NOW, Address()) - 1)
    assert loop.step(NOW) == msgspec.structs.replace(loop.step(NOW), delivered=0)
    assert not receiver.requests


def test_a_receiver_that_is_down_is_tried_with_growing_pauses_and_then_listed(database, receiver, outbox):
    loop, sinks = outbox
    receiver.reply = (503, b"down", {})
    told(database, sinks, notice())
    now, tries = NOW, []
    for _ in range(len(PAUSES) + 1):
        loop.step(now)
        tries.append(now)
        with database.read() as tx:
            following = deliveries.next_due(tx)
        assert loop.step(now).again == 0, "nothing is tried before its time"
        now = following or now
    pauses = [(b - a) / SECOND for a, b in pairwise(tries)]
    assert all(0.79 * p <= found <= 1.21 * p for p, found in zip(PAUSES, pauses, strict=True))
    with database.read() as tx:
        dead = deliveries.listing(tx, "dead")
    assert [d.attempts for d in dead] == [len(PAUSES) + 1]
    assert "503" in dead[0].error


def test_a_dead_message_can_be_sent_again(database, receiver, outbox):
    loop, sinks = outbox
    receiver.reply = (404, b"no such hook", {})
    told(database, sinks, notice())
    assert loop.step(NOW).dead == 1
    receiver.reply = (200, b"", {})
    with database.write() as tx:
        deliveries.revive(tx, deliveries.listing(tx, "dead")[0].id, at=NOW + 1)
    assert loop.step(NOW + 1).delivered == 1


def test_retry_after_is_heeded(database, receiver, outbox):
    loop, sinks = outbox
    receiver.reply = (429, b"", {"Retry-After": "900"})
    told(database, sinks, notice())
    loop.step(NOW)
    with database.read() as tx:
        assert deliveries.next_due(tx) >= NOW + 900 * SECOND


def test_a_sink_that_was_removed_does_not_hold_up_others(database, receiver, outbox):
    loop, sinks = outbox
    told(database, {"server/gone": sinks["server/hook"], **sinks}, notice())
    result = loop.step(NOW)
    assert (result.delivered, result.dead) == (1, 1)


def test_a_closed_port_and_a_bad_name_are_failures_of_one_message(database):
    with httpx.Client() as client:
        table = {"kind": "webhook", "url": "http://127.0.0.1:9/x"}
        sinks = {"server/a": made(table), "server/b": made({**table, "url": "http://no-such-host.invalid/"})}
        loop = DeliveryLoop(database, lambda _: sinks, client)
        told(database, sinks, notice())
        assert loop.step(NOW).again == 2


def test_the_end_is_told_under_the_same_key(database, receiver, outbox):
    loop, sinks = outbox
    told(database, sinks, notice(), notice("recovered"))
    loop.step(NOW)
    first, second = (json.loads(r.body) for r in receiver.requests)
    assert (first["status"], second["status"]) == ("firing", "resolved")
    assert first["key"] == second["key"]


def test_a_digest_is_one_message_with_the_gravest_first(database, receiver, outbox):
    loop, sinks = outbox
    both = (incident("watch", model="a"), incident("act", model="b"))
    told(database, sinks, Notice(kind="digest", at=NOW, incidents=both))
    loop.step(NOW)
    document = json.loads(receiver.requests[0].body)
    assert document["level"] == "act"
    assert document["text"].splitlines()[0].startswith("act · b")


def test_each_sink_is_told_in_its_language(database):
    sinks = {
        "server/en": made({"kind": "webhook", "url": "http://a"}),
        "server/zh": made({"kind": "webhook", "url": "http://a", "language": "zh"}),
    }
    told(database, sinks, notice())
    with database.read() as tx:
        words = {d.sink: json.loads(d.message)["level_word"] for d in deliveries.due(tx, NOW)}
    assert words == {"server/en": "act", "server/zh": "处理"}


def test_sinks_of_server_and_monitor_are_found_by_reference(database):
    table = {"kind": "slack", "url": "http://a"}
    with database.write() as tx:
        settings.put(tx, "sinks.room", table, at=NOW, author="me")
        settings.put(tx, "sinks.old", {"kind": "telex"}, at=NOW, author="me")
    with database.read() as tx:
        assert list(of_server(tx)) == ["server/room"]
    assert list(of_monitor("m", [{**table, "name": "ops"}, table])) == ["model/m/ops", "model/m/slack-1"]


@pytest.mark.parametrize(
    "table", [{"url": "http://a"}, {"kind": "slack", "ulr": "http://a"}, {"kind": "slack", "url": 7}]
)
def test_a_wrong_sink_is_refused(table):
    with pytest.raises(ConfigError) as caught:
        made(table)
    assert caught.value.code == "sinks.bad-sink"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_test_button_says_that_nothing_is_wrong(lang):
    message = trial("Slack", lang, NOW)
    assert message.status == "notice"
    assert "Slack" in message.title
