"""The table of severity, the mutes and the silence of a monitor."""

import msgspec
import pytest
from tests.alerts.conftest import HOUR, drift, fall

from vedette.alerts.mute import Mute
from vedette.alerts.severity import severity
from vedette.alerts.silence import Heartbeat, silence
from vedette.errors import ConfigError
from vedette.values import Segment


@pytest.mark.parametrize(
    ("level", "evidence", "impact", "expected"),
    [
        ("act", 0.06, 0.5, "info"),
        ("act", 0.04, None, "act"),
        ("watch", None, None, "watch"),
        ("watch", 0.01, 0.02, "act"),
        ("info", None, 0.03, "act"),
        ("info", 0.01, 0.006, "watch"),
        ("act", 0.01, 0.001, "watch"),
        ("info", 0.01, 0.001, "info"),
    ],
)
def test_each_row_of_the_table(level, evidence, impact, expected):
    assert severity(drift(level=level, evidence=evidence, impact=impact)) == expected


def test_all_that_a_mute_names_must_agree():
    finding = msgspec.structs.replace(fall(), segment=Segment("carrier", "MQ"))
    assert Mute(metric="f1").silences(finding, 0)
    assert Mute(metric="f1", segment="carrier=MQ").silences(finding, 0)
    assert not Mute(metric="f1", segment="carrier=UA").silences(finding, 0)
    assert not Mute(metric="f1", column="delay").silences(finding, 0)
    assert not Mute(metric="f1", up_to="watch").silences(finding, 0)
    assert Mute(cause="unit change").silences(finding, 0, "unit change:delay")
    assert not Mute(cause="unit change").silences(finding, 0, "column:delay")


@pytest.mark.parametrize(
    ("facts", "code"), [({}, "alerts.empty-mute"), ({"column": "a", "until": "soon"}, "alerts.bad-date")]
)
def test_a_mute_of_nothing_or_until_never_is_refused(facts, code):
    with pytest.raises(ConfigError) as raised:
        Mute(**facts)
    assert raised.value.code == code


def test_silence_waits_two_windows_and_what_rows_may_take():
    beat = Heartbeat(received=0)
    assert silence(beat, 2 * HOUR, "1h") is None
    assert silence(beat, 2 * HOUR + 1, "1h").level == "act"
    assert silence(beat, 7 * HOUR, "1h", late="6h") is None
    assert silence(Heartbeat(), 10**15, "1h") is None
    assert silence(beat, 10**15, "1000 rows") is None
    assert silence(beat, 40 * 24 * HOUR, "1mo") is None


def test_rows_that_nobody_judges_are_told():
    now = 10 * HOUR
    running = Heartbeat(received=now, evaluated=9 * HOUR, closed=9 * HOUR)
    assert silence(running, now, "1h") is None
    stuck = Heartbeat(received=now, evaluated=3 * HOUR, closed=7 * HOUR)
    assert "judged" in silence(stuck, now, "1h").message
