"""Every deed of a page: what it changes, what it refuses, and the line it leaves in the audit log."""

from __future__ import annotations

import httpx
import pytest

from vedette.server.pages.visit import Visit
from vedette.server.showing.administration import declared
from vedette.server.showing.fleet import moment
from vedette.server.showing.settings import target
from vedette.store import accounts, audit, incidents, monitors, settings

ADA = Visit(user="ada")
STRANGER = Visit(user="eve", projects=frozenset({"sea"}))
PASSWORD = "correct horse battery"


def actions(home):
    with home.database.read() as tx:
        return [line.action for line in audit.listing(tx)]


def numbers(home, *states):
    with home.database.read() as tx:
        return [one.number for one in incidents.listing(tx, model="flights", states=states or ("open",))]


def state(home, number):
    with home.database.read() as tx:
        return incidents.get(tx, number).incident


def test_an_incident_goes_through_its_life(home, visit):
    number = numbers(home, "open", "acknowledged", "muted", "resolved")[0]
    if state(home, number).state == "resolved":
        assert home.deeds.incident(visit, number, "reopen", "").level == "ok"
    for deed, value, then in (
        ("acknowledge", "", "acknowledged"),
        ("mute", "4", "muted"),
        ("unmute", "", "acknowledged"),
        ("comment", "<b>seen</b>", "acknowledged"),
        ("own", "ada", "acknowledged"),
        ("resolve", "", "resolved"),
        ("reopen", "", "open"),
    ):
        notice = home.deeds.incident(visit, number, deed, value)
        assert notice.level == "ok", (deed, notice.text)
        assert state(home, number).state == then
        ended = home.pages.incident(visit, number).ended
        # Of a history that was sent today, it ended with its windows and not when it was closed.
        assert ended == (moment(state(home, number).last.end) if then == "resolved" else None)
    assert actions(home)[0] == "incident.reopen"
    page = home.pages.incident(visit, number)
    assert page.owner == "ada"
    assert "<b>seen</b>" in [event.text for event in page.events]


@pytest.mark.parametrize(
    ("deed", "value"), [("unmute", ""), ("mute", "nan"), ("mute", "-1"), ("comment", " ")]
)
def test_what_makes_no_sense_is_said_and_changes_nothing(home, deed, value):
    number = numbers(home, "open", "acknowledged", "resolved")[0]
    before = state(home, number)
    assert home.deeds.incident(ADA, number, deed, value).level == "act"
    assert state(home, number) == before


def test_nobody_handles_incidents_of_another_project(home):
    number = numbers(home, "open", "acknowledged", "resolved")[0]
    before = state(home, number)
    assert home.deeds.incident(STRANGER, number, "comment", "hello").level == "act"
    assert home.deeds.acknowledge_all(STRANGER, "flights").level == "act"
    assert home.deeds.save(STRANGER, "flights", 'model = "flights"').level == "act"
    assert home.deeds.discard(STRANGER, "flights", ("x",)).level == "act"
    assert home.deeds.preview(STRANGER, "flights", "").windows == 0
    assert state(home, number) == before
    assert home.deeds.incident(ADA, 10**6, "resolve", "").level == "act"


def test_all_open_incidents_are_acknowledged(home, visit):
    first = numbers(home, "acknowledged", "open", "resolved")[0]
    if state(home, first).state != "open":
        if state(home, first).state != "resolved":
            home.deeds.incident(visit, first, "resolve", "")
        home.deeds.incident(visit, first, "reopen", "")
    assert home.deeds.acknowledge_all(visit, "flights").level == "ok"
    assert numbers(home) == []
    assert state(home, first).state == "acknowledged"


# Data -----------------------------------------------------------------------------------------------------


def refuse(own, *rows):
    intake = own.station.ingest.intake
    intake.rows("flights", "predictions", list(rows), intake.sender(None)).stored.result()
    own.station.ingest.writer.step(2**60, at_once=True)


def keys(own):
    return tuple(row.key for row in own.pages.data(ADA, "flights", 1).quarantine)


def test_a_batch_is_fed_again_as_the_monitor_now_understands_it(own, visit):
    refuse(
        own, *({"id": str(i), "score": 3.5, "time": 1.7e9} for i in range(3)), {"id": "t", "time": "never"}
    )
    own.watch_regression()
    chosen = [key for key in keys(own) if key.endswith("bad-score")]
    assert len(chosen) <= 1
    notice = own.deeds.refeed(visit, "flights", keys(own))
    own.station.ingest.writer.step(2**60, at_once=True)
    left = own.pages.data(visit, "flights", 1)
    assert notice.level == "watch", "the time is still none"
    assert [row.rows for row in left.quarantine] == [1]
    assert actions(own)[0] == "data.refeed"


def test_a_batch_is_given_up(own, visit):
    refuse(own, {"id": "t", "time": "never"}, {"id": "u", "time": "never"})
    assert own.deeds.discard(visit, "flights", keys(own)).level == "ok"
    assert keys(own) == ()
    assert own.deeds.discard(visit, "flights", ("a~b~c", "'; drop", "~~~")).level == "ok"


def test_files_are_taken(own, visit):
    own.watch()
    made = own.deeds.upload(visit, "flights", "labels", "l.csv", b"id,label\n7,1\n8,0\n")
    assert (made.level, "2" in made.text) == ("ok", True)
    assert own.deeds.upload(visit, "flights", "labels", "l.csv", b"\x00\xff").level == "act"
    assert own.deeds.upload(visit, "flights", "nonsense", "l.csv", b"id\n1\n").level == "act"
    assert own.deeds.upload(visit, "../up", "labels", "l.csv", b"id,label\n7,1\n").level == "act"
    own.station.ingest.writer.step(2**60, at_once=True)
    assert {"2"} & {fact.value for fact in own.pages.data(visit, "flights", 1).counts}


# Monitor --------------------------------------------------------------------------------------------------


def test_the_form_is_written_into_the_text_and_comments_stay(home):
    toml = home.pages.monitor(ADA, "flights").check.toml
    found = home.deeds.check(
        ADA, "flights", toml, {"every": "6h", "false_alarms": "2 per month", "metrics": "f1, psi"}
    )
    assert found.problems == ()
    assert (found.form.every, found.form.false_alarms, found.form.metrics) == ("6h", "2 per month", "f1, psi")
    assert 'every = "6h"  # days' in found.toml
    assert found.toml.startswith("# ours")
    back = home.deeds.check(
        ADA, "flights", found.toml, {"metrics": "default", "false_alarms": "", "every": "1d"}
    )
    assert back.form == home.deeds.check(ADA, "flights", toml, {}).form
    inline = 'model = "flights"\nschema = {time = "t"}\nwindows = {every = "1d"}'
    assert home.deeds.check(ADA, "flights", inline, {"late": "2d"}).form.late == "2d"
    assert home.deeds.check(ADA, "flights", "[[", {"late": "2d"}).toml == "[["


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("every =", "evry =", 13),
        ('"flights"', '"others"', 3),
        ("[windows]", "[windows", 12),
        ('"1d"  # days', '"1000 rows"', 0),
        ("label_delay =", 'timezone = "Mars/Base"\nlabel_delay =', 14),
    ],
)
def test_a_problem_names_its_line(home, old, new, line):
    toml = home.pages.monitor(ADA, "flights").check.toml.replace(old, new)
    (found,) = home.deeds.check(ADA, "flights", toml, {}).problems
    assert found.line == line
    assert found.fix


def test_preview_from_kept_counts_reports_what_the_loop_reported(home, visit):
    toml = home.pages.monitor(ADA, "flights").check.toml
    found = home.deeds.preview(visit, "flights", toml)
    with home.database.read() as tx:
        real = [i for i in incidents.listing(tx, model="flights", states=("open", "acknowledged", "resolved"))
                if i.version == "8" and i.level != "info"]  # fmt: skip
    assert found.windows == 12
    assert found.problems == ()
    assert {alarm.at.timestamp() * 1e6 for alarm in found.alarms} == {i.incident.opened.start for i in real}


def test_preview_of_other_windows_reads_rows_again(home, visit):
    toml = home.pages.monitor(ADA, "flights").check.toml.replace('every = "1d"', 'every = "12h"')
    found = home.deeds.preview(visit, "flights", toml)
    assert found.windows > 12
    assert str(found.windows) in found.sentence
    assert home.deeds.preview(visit, "flights", "[[").problems


def test_save_puts_a_monitor_to_work_or_says_why_not(own, visit):
    own.watch()
    toml = own.pages.monitor(visit, "flights").check.toml
    done = own.deeds.save(
        visit, "flights", toml.replace("\n", "\r\n") + '\r\n[alerts]\r\nfalse_alarms = "1 per year"\r\n'
    )
    assert done.level == "ok", done.text
    with own.database.read() as tx:
        file = monitors.current(tx, "flights")
    assert (file.revision, "\r" in file.toml) == (2, False)
    assert own.deeds.save(visit, "flights", toml.replace("every", "evry")).level == "act"
    bad = toml + '\n[[sinks]]\nkind = "slack"\nulr = "x"\n'
    assert own.deeds.save(visit, "flights", bad).level == "act", "sinks are looked at too"
    assert own.deeds.save(visit, "flights", toml + "\n[[sinks]]\nurl = 'x'\n").level == "act"
    with own.database.read() as tx:
        assert monitors.current(tx, "flights").revision == 2


# Settings -------------------------------------------------------------------------------------------------


def test_people_come_and_go(own, visit):
    first = {"name": "Ada", "password": PASSWORD, "role": "viewer"}
    assert own.deeds.setting(visit, "add-user", first)[0].level == "act", "the first is an administrator"
    assert own.deeds.setting(visit, "add-user", {**first, "role": "admin"})[0].level == "ok"
    assert not own.station.gate.open
    assert (
        own.deeds.setting(ADA, "add-user", {"name": "bob", "password": "short", "role": "viewer"})[0].level
        == "act"
    )
    assert (
        own.deeds.setting(ADA, "add-user", {"name": "bob", "password": PASSWORD + "!", "role": "editor"})[
            0
        ].level
        == "ok"
    )
    assert {(u.name, u.role) for u in own.pages.settings(ADA).users} == {("ada", "admin"), ("bob", "editor")}
    assert own.deeds.setting(ADA, "remove-user", {"key": "ada"})[0].level == "act", "not oneself"
    assert own.deeds.setting(ADA, "remove-user", {"key": "bob"})[0].level == "ok"
    assert [u.name for u in own.pages.settings(ADA).users] == ["ada"]
    assert (
        own.deeds.setting(ADA, "add-user", {"name": "bob", "password": PASSWORD + "?", "role": "viewer"})[
            0
        ].level
        == "ok"
    )
    with own.database.read() as tx:
        bob = accounts.user_by_login(tx, "bob")
        assert (bob.disabled, accounts.roles(tx, bob.id)) == (False, {"default": "viewer"})
    mine = own.pages.settings(Visit(user="bob", role="viewer"))
    assert [u.name for u in mine.users] == ["bob"]
    assert (mine.keys, mine.sinks, mine.home) == ((), (), "")


def test_a_key_is_shown_once_and_can_be_revoked(own, visit):
    notice, text = own.deeds.setting(visit, "add-key", {"name": "<b>", "scope": "write", "days": "30"})
    assert notice.level == "ok"
    at = own.station.desk.clock()
    assert own.station.gate.keys.who(text, at=at).may("ingest")
    assert not own.station.gate.keys.who(text, at=at).may("read")
    (row,) = own.pages.settings(visit).keys
    assert row.scopes == ("write",)
    assert text not in str(own.pages.settings(visit))
    assert own.deeds.setting(visit, "revoke-key", {"key": row.key})[0].level == "ok"
    assert own.pages.settings(visit).keys == ()
    for wrong in ({"scope": "all"}, {"scope": "read", "days": "-3"}, {"scope": "read", "days": "99999"}):
        assert own.deeds.setting(visit, "add-key", {"name": "k", **wrong})[0].level == "act"
    assert own.deeds.setting(visit, "revoke-key", {"key": "none"})[0].level == "act"


def test_sinks_are_added_tried_and_removed(own, visit):
    answers = [httpx.Response(200), httpx.Response(404, text="no such hook")]
    asked = []

    def receive(request):
        asked.append(request)
        return answers[len(asked) - 1]

    own.station.client = httpx.Client(transport=httpx.MockTransport(receive))
    given = {"name": "ops", "kind": "slack", "target": "https://hooks.example.org/services/secret"}
    assert own.deeds.setting(visit, "add-sink", given)[0].level == "ok"
    (row,) = own.pages.settings(visit).sinks
    assert (row.target, row.kind, row.level) == ("https://hooks.example.org/…", "slack", "ok")
    assert own.deeds.setting(visit, "test-sink", {"key": "ops"})[0].level == "ok"
    refused = own.deeds.setting(visit, "test-sink", {"key": "ops"})[0]
    assert refused.level == "act"
    assert "no such hook" in refused.text
    assert len(asked) == 2
    assert own.deeds.setting(visit, "remove-sink", {"key": "ops"})[0].level == "ok"
    assert own.pages.settings(visit).sinks == ()
    assert own.deeds.setting(visit, "test-sink", {"key": "ops"})[0].level == "act"
    assert actions(own)[:4] == ["sink.remove", "sink.test", "sink.test", "sink.add"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "kind": "slack", "target": "https://a.b/c"},
        {"name": "a", "kind": "pigeon", "target": "https://a.b/c"},
        {"name": "a", "kind": "email", "target": "a@b.c"},
        {"name": "a", "kind": "email", "target": "{ to = "},
        {"name": "a/../b", "kind": "slack", "target": "https://a.b/c"},
    ],
)
def test_a_sink_that_cannot_work_is_refused(own, values):
    assert own.deeds.setting(ADA, "add-sink", values)[0].level == "act"
    with own.database.read() as tx:
        assert settings.listing(tx) == {}


def test_one_field_declares_every_kind_of_sink():
    assert declared("pagerduty", "env:KEY") == {"kind": "pagerduty", "routing_key": "env:KEY"}
    mail = declared("email", '{ to = ["a@b.org"], sender = "v@b.org", host = "smtp.b.org" }')
    assert target(mail) == "a@b.org"
    assert target({"kind": "pagerduty", "routing_key": "secret"}) == ""
