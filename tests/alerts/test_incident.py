"""An incident is the fold of its events, and never in a state that cannot be."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerts.conftest import HOUR, drift, fall, window

from vedette.alerts.advance import Moment, advance
from vedette.alerts.incident import LEGAL, Event, Incident, opened, replayed
from vedette.alerts.policy import Policy
from vedette.errors import StateError


def fresh():
    event = Event(
        at=HOUR,
        who="vedette",
        kind="open",
        level="watch",
        since=window(0),
        last=window(3),
        findings=(drift(),),
    )
    return opened("flights", "7", "column:delay", event)


STEP = st.one_of(
    st.tuples(st.just("look"), st.sampled_from(["none", "drift", "fall", "both", "grave"])),
    st.tuples(st.sampled_from(["acknowledge", "resolve", "unmute", "comment", "assign"]), st.just("")),
    st.tuples(st.just("mute"), st.sampled_from([None, 2, 5])),
)
FOUND = {
    "none": [],
    "drift": [drift()],
    "fall": [fall()],
    "both": [drift(), fall()],
    "grave": [drift(level="act")],
}


def act(one, kind, value, at):
    """Return an incident after a person did something, unchanged where they may not."""
    if kind not in LEGAL[one.state]:
        return one
    if kind == "mute":
        return one.mute("ann", at, None if value is None else at + value * HOUR)
    if kind in ("comment", "assign"):
        return getattr(one, kind)("ann", at, "bob")
    return getattr(one, kind)("ann", at)


def lived(steps, policy):
    """Return the incidents of a life, and every notice."""
    incidents, told = (), []
    for i, (kind, value) in enumerate(steps):
        if kind == "look":
            moment = Moment(window=window(i), now=(i + 1) * HOUR, model="m")
            incidents, notices = advance(incidents, FOUND[value], moment, policy)
            told += notices
        else:
            incidents = tuple(act(one, kind, value, (i + 1) * HOUR) for one in incidents)
    return incidents, told


POLICY = Policy(recover_after=2, cooldown="4h", remind_every="3h")


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=25))
def test_replaying_the_events_gives_the_same_incident(steps):
    for one in lived(steps, POLICY)[0]:
        assert replayed(one.model, one.version, one.cause, one.events) == one


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=25))
def test_no_illegal_state(steps):
    incidents, told = lived(steps, POLICY)
    assert len({one.id for one in incidents}) == len(incidents)
    for one in incidents:
        assert (one.closed is not None) == (one.state == "resolved")
        assert one.muted_until is None or one.state == "muted"
        assert one.since.start <= one.opened.start <= one.last.start <= one.through.start
        assert one.acknowledged or one.state != "acknowledged"
        assert one.findings
        assert [e.at for e in one.events] == sorted(e.at for e in one.events)
        assert one.quiet < POLICY.recover_after or one.state == "resolved"
    assert all(one.incidents[0].state != "muted" for one in told)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEP, max_size=15), st.sampled_from(sorted(FOUND)))
def test_looking_twice_at_a_window_changes_and_tells_nothing(steps, found):
    incidents, _ = lived(steps, POLICY)
    moment = Moment(window=window(len(steps)), now=(len(steps) + 1) * HOUR, model="m")
    once, _ = advance(incidents, FOUND[found], moment, POLICY)
    twice, told = advance(once, FOUND[found], moment, POLICY)
    assert (twice, told) == (once, ())


@settings(max_examples=80, deadline=None)
@given(st.lists(STEP, max_size=15))
def test_an_incident_survives_its_wire_form(steps):
    for one in lived(steps, POLICY)[0]:
        assert msgspec.json.decode(msgspec.json.encode(one), type=Incident) == one
        events = msgspec.msgpack.encode(one.events)
        assert msgspec.msgpack.decode(events, type=tuple[Event, ...]) == one.events


def test_the_identity_is_of_the_content():
    assert fresh().id == fresh().id
    event = fresh().events[0]
    assert opened("flights", "8", "column:delay", event).id != fresh().id
    later = msgspec.structs.replace(event, last=window(4))
    assert opened("flights", "7", "column:delay", later).id != fresh().id


def test_what_cannot_happen_is_refused():
    closed = fresh().resolve("ann", 2 * HOUR)
    for step in (closed.acknowledge, closed.mute, closed.unmute, closed.resolve):
        with pytest.raises(StateError) as raised:
            step("ann", 3 * HOUR)
        assert raised.value.code == "alerts.illegal-step"
    with pytest.raises(StateError):
        fresh().unmute("ann", 2 * HOUR)


def test_acknowledged_stays_so_through_a_mute():
    one = fresh().acknowledge("ann", 1).mute("ann", 2, until=9)
    assert (one.state, one.unmute("bob", 3).state) == ("muted", "acknowledged")


def test_many_quiet_windows_are_one_event():
    one = fresh()
    for i in range(1, 50):
        one = one.happened(Event(at=i, who="vedette", kind="pulse", through=window(i), quiet=i))
    assert [e.kind for e in one.events] == ["open", "pulse"]
    assert one.quiet == 49


def test_what_stands_first():
    event = msgspec.structs.replace(fresh().events[0], findings=(fall(), drift(impact=0.01)))
    one = opened("flights", "7", "model", event)
    assert (one.direction, one.evidence, one.impact) == ("down", 1e-9, 0.01)
    assert one.effect is None
    assert one.remedy == ""
