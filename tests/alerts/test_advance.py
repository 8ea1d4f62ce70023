"""What is told, when, and which trouble is the same one."""

import msgspec
import pytest
from tests.alerts.conftest import HOUR, drift, fall, window

from vedette.alerts.advance import Moment, advance, digest, history
from vedette.alerts.mute import Mute
from vedette.alerts.policy import Policy
from vedette.errors import ConfigError

POLICY = Policy(recover_after=2, cooldown="5h", remind_every="")


def run(found, policy=POLICY, incidents=(), start=0, **more):
    """Return the incidents and the kinds of notices by window, for the findings of each window."""
    told = []
    for i, findings in enumerate(found, start):
        moment = Moment(window=window(i), now=(i + 1) * HOUR)
        incidents, notices = advance(incidents, findings, moment, policy, **more)
        told.append([n.kind for n in notices])
    return incidents, told


def test_one_trouble_is_told_once_and_again_when_it_is_over():
    (one,), told = run([[drift()]] * 5 + [[]] * 3)
    assert told == [["opened"], [], [], [], [], [], ["recovered"], []]
    assert (one.state, one.last, one.since) == ("resolved", window(4), window(0))


def test_a_gap_shorter_than_recovery_is_the_same_incident():
    (one,), told = run([[drift()], [], [drift()], [], [drift()]])
    assert told == [["opened"], [], [], [], []]
    assert one.state == "open"


def test_back_within_the_cooldown_is_the_same_incident_later_is_a_new_one():
    (one,), told = run([[drift()], [], [], [], [drift(first=4)]])
    assert told == [["opened"], [], ["recovered"], [], ["reopened"]]
    assert one.state == "open"
    both, told = run([[drift()], [], [], *[[]] * 6, [drift(first=9)]])
    assert told[-1] == ["opened"]
    assert [o.state for o in both] == ["resolved", "open"]
    assert both[0].id != both[1].id


def test_worse_is_told_and_wakes_who_acknowledged():
    (one,), _ = run([[drift()]])
    one = one.acknowledge("ann", HOUR)
    (after,), told = run([[drift()], [drift(level="act")], [drift(level="act")]], incidents=(one,), start=1)
    assert told == [[], ["worsened"], []]
    assert (after.state, after.level) == ("open", "act")


def test_another_finding_of_the_trouble_joins_it_quietly():
    (one,), told = run([[fall()], [fall(), fall(metric="recall")]])
    assert told == [["opened"], []]
    assert [f.metric for f in one.findings] == ["f1", "recall"]
    assert [e.kind for e in one.events] == ["open", "grow", "pulse"]


def test_what_a_person_closed_stays_closed_while_it_merely_goes_on():
    (one,), _ = run([[drift(first=0)]])
    one = one.resolve("ann", HOUR)
    (after,), told = run([[drift(first=0)]] * 3, incidents=(one,), start=1)
    assert after.state == "resolved"
    assert told == [[], [], []]
    (after,), told = run([[drift(first=0, level="act")]], incidents=(one,), start=1)
    assert told == [["reopened"]]
    (after,), told = run([[], [drift(first=2)]], incidents=(one,), start=1)
    assert told == [[], ["reopened"]]


def test_reminders_come_at_their_interval_until_somebody_acknowledges():
    policy = msgspec.structs.replace(POLICY, remind_every="3h")
    (one,), told = run([[drift()]] * 8, policy)
    assert [i for i, kinds in enumerate(told) if "reminder" in kinds] == [3, 6]
    (_,), told = run([[drift()]] * 6, policy, (one.acknowledge("ann", 9 * HOUR),), 9)
    assert told == [[]] * 6


def test_below_the_level_asked_for_nothing_is_told_and_all_is_recorded():
    (one,), told = run([[drift(level="watch")]] * 3, Policy(notify="act"))
    assert one.level == "watch"
    assert told == [[], [], []]


def test_a_mute_records_and_tells_when_it_ends_and_the_trouble_stands():
    mute = Mute(column="delay", until="1970-01-01T03:00")
    (one,), told = run([[drift()]] * 5, mutes=[mute])
    assert told == [[], [], ["opened"], [], []]
    assert [e.kind for e in one.events if e.kind != "pulse"] == ["open", "mute", "unmute"]


def test_a_muted_trouble_that_is_over_by_then_is_never_told():
    _, told = run([[drift()], [], [], [], []], mutes=[Mute(column="delay", until="1970-01-01T04:00")])
    assert told == [[]] * 5


def test_a_mute_of_one_column_leaves_another_heard():
    incidents, told = run([[drift("a"), drift("b")]], mutes=[Mute(column="a")])
    assert told == [["opened"]]
    assert sorted(o.state for o in incidents) == ["muted", "open"]


def test_planned_downtime_tells_nothing_and_what_outlasts_it_is_told():
    incidents = ()
    told = []
    for i in range(4):
        moment = Moment(window=window(i), now=(i + 1) * HOUR, planned=i < 2)
        incidents, notices = advance(incidents, [drift()], moment, POLICY)
        told.append([n.kind for n in notices])
    assert told == [[], [], ["opened"], []]


def test_versions_have_incidents_of_their_own():
    incidents, told = (), []
    for version in ("6", "7"):
        moment = Moment(window=window(0), now=HOUR, version=version)
        incidents, notices = advance(incidents, [drift()], moment, POLICY)
        told += notices
    assert [one.version for one in incidents] == ["6", "7"]
    assert len(told) == 2


def test_a_digest_holds_what_was_not_told_at_once():
    policy = msgspec.structs.replace(POLICY, digest="1d")
    incidents, told = run([[drift("a"), fall()]], policy)
    assert told == [["opened"]]  # the fall calls for action
    notice = digest(incidents, 0, 24 * HOUR, policy)
    assert [one.cause for one in notice.incidents] == ["column:a"]
    assert digest(incidents, 24 * HOUR, 48 * HOUR, policy) is None


def test_a_history_is_its_windows_one_by_one():
    findings = [drift("a", 2, 5), fall(20, 30), drift("a", 40, 41)]
    windows = [window(i) for i in range(60)]
    incidents, told = history(findings, windows, POLICY)
    assert [(o.cause, o.since.label, o.last.label, o.state) for o in incidents] == [
        ("column:a", "h2", "h5", "resolved"),
        ("model", "h20", "h30", "resolved"),
        ("column:a", "h40", "h41", "resolved"),
    ]
    assert [n.kind for n in told] == ["opened", "recovered"] * 3


def test_an_alarm_opens_when_it_was_found_and_began_at_its_onset():
    windows = [window(i) for i in range(10)]
    (one,), _ = history([drift("a", 2, 6)], windows, POLICY, found=[window(4)])
    assert (one.since.label, one.opened.label, one.last.label) == ("h2", "h4", "h6")


def test_a_finding_without_windows_holds_in_all():
    always = msgspec.structs.replace(fall(), window=None, until=None)
    (one,), told = history([always], [window(i) for i in range(5)], POLICY)
    assert (one.state, one.last.label, len(told)) == ("open", "h4", 1)


@pytest.mark.parametrize("wrong", [{"cooldown": "soon"}, {"digest": "1 month"}, {"recover_after": 0}])
def test_a_policy_that_cannot_be_kept_is_refused(wrong):
    with pytest.raises(ConfigError):
        Policy(**wrong)


def test_drift_under_the_promise_is_not_over_while_its_evidence_gathers():
    """A column that stays elsewhere shows it again only every few windows; that is one trouble, not five."""
    gathering = drift(rule="promise")
    (one,), told = run([[gathering], *([[]] * 10), [gathering], *([[]] * 14)])
    assert [news for window in told for news in window] == ["opened", "recovered"]
    assert one.state == "resolved"
