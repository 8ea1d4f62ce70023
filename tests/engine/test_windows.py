"""Calendar windows cover every instant once, across clock changes, and begin where people say a day begins."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from vedette.engine.windows import Every, calendar, window_of
from vedette.errors import ConfigError

NEW_YORK = "America/New_York"


def micros(*args):
    return int(datetime(*args, tzinfo=UTC).timestamp() * 1e6)


def hours(windows):
    return [(w.end - w.start) / 3.6e9 for w in windows]


def test_a_day_begins_at_local_midnight_and_lasts_23_hours_in_march():
    windows = calendar(micros(2013, 3, 9, 12), micros(2013, 3, 11, 12), Every.parse("1d"), NEW_YORK)
    assert [w.label for w in windows] == ["2013-03-09", "2013-03-10", "2013-03-11"]
    assert hours(windows) == [24, 23, 24]
    assert windows[0].start == micros(2013, 3, 9, 5)


def test_a_day_lasts_25_hours_in_november():
    windows = calendar(micros(2013, 11, 3, 12), micros(2013, 11, 3, 13), Every.parse("1d"), NEW_YORK)
    assert hours(windows) == [25]


@pytest.mark.parametrize("every", ["15min", "1h", "6h", "1d", "2d", "1w", "1mo"])
@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, "Asia/Kolkata", "Asia/Shanghai", "Australia/Lord_Howe"])
def test_windows_touch_and_cover(every, zone):
    first, last = micros(2013, 3, 1, 7, 13), micros(2013, 4, 12, 23, 59)
    windows = calendar(first, last, Every.parse(every), zone)
    assert all(a.end == b.start for a, b in pairwise(windows))
    assert windows[0].start <= first < windows[0].end
    assert windows[-1].start <= last < windows[-1].end


def test_two_day_windows_do_not_depend_on_the_first_event():
    one = calendar(micros(2013, 3, 1), micros(2013, 3, 9), Every.parse("2d"))
    other = calendar(micros(2013, 3, 2), micros(2013, 3, 9), Every.parse("2d"))
    assert {w.start for w in other} <= {w.start for w in one}


def test_a_time_outside_all_windows_has_none():
    windows = calendar(micros(2013, 3, 1), micros(2013, 3, 2), Every.parse("1d"))
    times = np.array([windows[0].start - 1, windows[0].start, windows[-1].end - 1, windows[-1].end])
    assert window_of(times, windows).tolist() == [-1, 0, len(windows) - 1, -1]


@pytest.mark.parametrize("text", ["", "day", "0d", "1 fortnight", "-1d"])
def test_a_length_that_is_not_understood_says_what_is(text):
    with pytest.raises(ConfigError, match="1d") as raised:
        Every.parse(text)
    assert raised.value.code == "windows.bad-length"
