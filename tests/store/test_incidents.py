"""Incidents come back whole, are found by what people ask, and keep their number."""

import pytest

from vedette.alerts.incident import Event, opened
from vedette.alerts.mute import Mute
from vedette.store import incidents, models
from vedette.values import Estimate, Finding, Segment, Window

DAY = 86_400_000_000


def window(i):
    return Window(i * DAY, (i + 1) * DAY, f"day {i}")


def incident(day=1, *, model="flights", cause="column:dep_delay", level="watch"):
    finding = Finding(
        "promise",
        "psi",
        level,
        "dep_delay moved",
        column="dep_delay",
        segment=Segment("carrier", "MQ"),
        window=window(day),
        current=Estimate(0.4, 0.3, 0.5, n=100),
        effect=Estimate(None, n=0, reason="unlabelled"),
        evidence=1e-9,
    )
    event = Event(
        at=day * DAY + 5, who="vedette", kind="open", level=level, since=window(day), last=window(day),
        findings=(finding,),
    )  # fmt: skip
    return opened(model, "7", cause, event)


@pytest.fixture
def tx(database):
    with database.write() as transaction:
        yield transaction


def test_an_incident_comes_back_whole_under_its_number(tx):
    one = incident()
    number = incidents.put(tx, one)
    stored = incidents.get(tx, number)
    assert stored.incident == one
    assert incidents.find(tx, one.id) == stored
    assert (stored.since, stored.last, stored.opened_at) == (DAY, DAY, DAY + 5)


def test_the_same_incident_later_keeps_its_number(tx):
    one = incident()
    number = incidents.put(tx, one)
    later = (
        one.acknowledge("ada", 2 * DAY).assign("ada", 2 * DAY + 1, "bob").mute("bob", 3 * DAY, until=9 * DAY)
    )
    assert incidents.put(tx, later) == number
    stored = incidents.get(tx, number)
    assert stored.incident == later
    assert (stored.state, stored.owner, stored.muted_until) == ("muted", "bob", 9 * DAY)
    assert [event.kind for event in incidents.recent_events(tx, "flights")] == [
        "mute",
        "assign",
        "acknowledge",
        "open",
    ]
    assert incidents.recent_events(tx, "other") == []


def test_standing_ones_are_those_that_are_open_or_only_just_resolved(tx):
    a, b, c = (incident(i, cause=f"column:{i}") for i in (1, 2, 3))
    incidents.put(tx, a)
    incidents.put(tx, b.resolve("ada", 10 * DAY))
    incidents.put(tx, c.resolve("ada", 20 * DAY))
    found = incidents.standing(tx, "flights", "7", resolved_after=15 * DAY)
    assert [one.id for one in found] == [a.id, c.id]
    assert incidents.standing(tx, "flights", "8", resolved_after=0) == []


def test_lists_by_project_model_and_state_in_pages(tx):
    models.register(tx, "flights", at=0, project="air")
    models.register(tx, "churn", at=0)
    for i in range(4):
        incidents.put(tx, incident(i, cause=f"column:{i}"))
    incidents.put(tx, incident(model="churn", level="act"))
    incidents.put(tx, incident(9, cause="gone").resolve("ada", 10 * DAY))
    assert [one.model for one in incidents.listing(tx, limit=2)] == ["churn", "flights"]
    assert [one.number for one in incidents.listing(tx, project="air")] == [4, 3, 2, 1]
    assert [one.number for one in incidents.listing(tx, model="flights", before=3)] == [2, 1]
    assert [one.cause for one in incidents.listing(tx, states=["resolved"])] == ["gone"]
    assert incidents.counts(tx) == {("flights", "7"): {"watch": 4}, ("churn", "7"): {"act": 1}}


def test_mutes_and_downtimes(tx):
    mute = Mute(column="dep_delay", until="2024-07-01", reason="known")
    number = incidents.add_mute(tx, "flights", mute, at=1, author="ada")
    assert [(one.mute, one.author) for one in incidents.mutes_of(tx, "flights")] == [(mute, "ada")]
    incidents.remove_mute(tx, number)
    assert incidents.mutes_of(tx, "flights") == []
    first = incidents.add_downtime(tx, "flights", 10, 20, author="ada", reason="holiday")
    incidents.add_downtime(tx, "flights", 5, 8, author="ada")
    assert [one.start for one in incidents.downtimes_of(tx, "flights")] == [5, 10]
    assert [one.reason for one in incidents.downtimes_of(tx, "flights", after=8)] == ["holiday"]
    incidents.remove_downtime(tx, first)
    assert incidents.downtimes_of(tx, "flights", after=8) == []
