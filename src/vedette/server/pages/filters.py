"""Values as pages write them: numbers, moments, badges, sparklines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from vedette import numerals
from vedette.server.pages.ready import ready
from vedette.server.pages.wording import say
from vedette.values import Estimate
from vedette.views import markup
from vedette.views.sparkline import drawn
from vedette.views.words import Lang, change_of

#: A day, or a moment of it, as windows are labelled.
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?\b", re.ASCII)
#: Units of time from long to short, in seconds.
_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def duration(span: timedelta, lang: Lang) -> str:
    """Return a length of time in its largest whole unit.

    Examples
    --------
    >>> duration(timedelta(hours=3, minutes=20), "en"), duration(timedelta(days=1), "zh")
    ('3 hours', '1 天')
    """
    seconds = max(int(span.total_seconds()), 0)
    name, size = next(((name, size) for name, size in _UNITS if seconds >= size), _UNITS[-1])
    return say(lang, f"unit.{name}", n=seconds // size)


#: Further away than this nobody counts days.
DATED = timedelta(days=60)


def ago(moment: datetime | None, now: datetime, lang: Lang) -> str:
    """Return how long ago something was, or how far ahead it is; its date where that says more."""
    if moment is None:
        return say(lang, "unit.never")
    span = now - moment
    if abs(span) > DATED:
        return f"{moment.astimezone(UTC):%Y-%m-%d}"
    if abs(span) < timedelta(seconds=2):
        return say(lang, "unit.now")
    key = "unit.ago" if span > timedelta(0) else "unit.ahead"
    return say(lang, key, span=duration(abs(span), lang))


def stamp(moment: datetime | None) -> str:
    """Return a moment to the minute, in UTC.

    Examples
    --------
    >>> stamp(datetime(2013, 7, 3, 14, 0, 30, tzinfo=UTC))
    '2013-07-03 14:00 UTC'
    """
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def time(moment: datetime | None, now: datetime, lang: Lang) -> Markup:
    """Return how long ago, with the exact moment on hover and for machines."""
    if moment is None:
        return ready(markup.text(say(lang, "unit.never")))
    exact = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    inside = markup.text(ago(moment, now, lang))
    return ready(markup.tag("time", inside, datetime=exact, title=stamp(moment)))


def badge(level: str, lang: Lang) -> Markup:
    """Return shape and word of a status."""
    return ready(markup.badge(level, lang))


def spark(values: tuple[float | None, ...], reference: float | None = None) -> Markup:
    """Return a series in the height of a line."""
    return ready(drawn(values, reference))


def estimate(value: Estimate, unit: str = "") -> Markup:
    """Return a number with its interval beside it in small."""
    between = numerals.interval(value.low, value.high, unit)
    small = ready(markup.tag("small", markup.text(between))) if between else ready("")
    return ready(markup.text(numerals.number(value.value, unit))) + small


def moved(now: Estimate, before: Estimate, unit: str, better: str, lang: Lang) -> Markup:
    """Return a change with its sign, marked where it is for the worse beyond both intervals."""
    if now.value is None or before.value is None:
        return ready(numerals.NOTHING)
    change = now.value - before.value
    adverse = better != "neither" and change != 0 and (change < 0) == (better == "higher")
    worse = adverse and _apart(now, before)
    word = say(lang, "worse" if adverse else "better") if better != "neither" and change else ""
    return ready(
        markup.tag(
            "span",
            markup.text(change_of(change, unit, lang)),
            title=word,
            class_="worse" if worse else "even",
        )
    )


def change(value: float | None, unit: str = "") -> str:
    """Return a change with its sign and without a unit, for the ends of an interval.

    Examples
    --------
    >>> change(-0.15, "share"), change(0.2)
    ('−15', '+0.200')
    """
    return numerals.signed(value, unit).removesuffix("%")


def _apart(one: Estimate, other: Estimate) -> bool:
    """Tell whether two intervals have nothing in common."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or one.low > other.high


def cleaned(value: Any) -> Any:
    """Return a value as a template may print it: names without what turns or breaks a line."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return markup.clipped(markup.plain(value))


def unbroken(words: str) -> Markup:
    """Return words in which no line ends within a date.

    Examples
    --------
    >>> unbroken("F1 < 0.7 since 2013-12-30: why")
    Markup('F1 &lt; 0.7 since <span class="whole">2013-12-30</span>: why')
    """
    told = _DATE.sub(lambda date: markup.tag("span", date[0], class_="whole"), markup.text(words))
    return ready(told)


def bound(lang: Lang, now: datetime) -> Mapping[str, Callable[..., Any]]:
    """Return the filters that depend on the reader."""
    return {
        "t": lambda key, **values: say(lang, key, **values),
        "time": lambda moment: time(moment, now, lang),
        "length": lambda start, end: duration((end or now) - start, lang),
        "points": lambda change, unit: change_of(change, unit, lang),
        "badge": lambda level: badge(level, lang),
        "moved": lambda now, before, unit, better: moved(now, before, unit, better, lang),
    }
