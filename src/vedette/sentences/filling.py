"""How the fields of a sentence are printed, in each language."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from vedette.numerals import number
from vedette.sentences.catalogue import TEMPLATES
from vedette.sentences.titles import title_in
from vedette.sentences.windows import window_in

Lang = Literal["en", "zh"]
#: Below this a p-value is an order of magnitude at most.
TINY = 1e-12
_HOUR, _DAY = 3_600_000_000, 86_400_000_000
_SEASONS = {
    "none": "无",
    "weekday": "星期",
    "hour": "小时",
    "weekday x hour": "星期 × 小时",
}
_TASKS = {
    "binary": "二分类",
    "multiclass": "多分类",
    "multilabel": "多标签",
    "regression": "回归",
    "ranking": "排序",
    "none": "无模型输出",
}
_PER = {
    "hour": "每小时",
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "year": "每年",
}


def say(lang: Lang, form: str, fields: Mapping[str, Any]) -> str:
    """Return a sentence of the catalogue with its fields filled in.

    Examples
    --------
    >>> fields = {"subject": {"title": "F1"}, "then": [0.81, 0.8, 0.82], "now": [0.7, None, None], "unit": "share"}
    >>> say("en", "change.fell", fields)
    'F1 fell from 81% (80% to 82%) to 70%'
    >>> say("zh", "change.fell", fields)
    'F1 从 81%（80% 至 82%）降至 70%'
    """
    return fill(lang, TEMPLATES[form], fields)


def fill(lang: Lang, template: tuple[str, str], fields: Mapping[str, Any]) -> str:
    """Return a template, given in English and Chinese, with its fields filled in."""
    said = _Filler(lang).vformat(template[lang == "zh"], (), fields)
    return said.replace("） ", "）") if lang == "zh" else said  # a full-width bracket brings its own room


class _Filler(string.Formatter):
    """Formats by name, ``{field:name argument}``; any other format is Python's own."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        name, _, argument = format_spec.partition(" ")
        printed = FORMATS.get(name)
        return printed(value, argument, self.lang) if printed else format(value, format_spec)


def _number(value: float | None, unit: str, lang: Lang) -> str:
    return number(value, unit)


def span(value: Sequence[float | None], unit: str, lang: Lang) -> str:
    """Return an estimate, given as value, low and high, with its interval."""
    middle, low, high = value
    if low is None or high is None:
        return number(middle, unit)
    between = _ends([low, high], unit, lang)
    return f"{number(middle, unit)} ({between})" if lang == "en" else f"{number(middle, unit)}（{between}）"


def _ends(value: Sequence[float | None], unit: str, lang: Lang) -> str:
    """Return the ends of a band, those that it has."""
    return (" to " if lang == "en" else " 至 ").join(number(v, unit) for v in value if v is not None)


def _subject(value: Mapping[str, str], _: str, lang: Lang) -> str:
    """Return what a series is about: the metric's title, its class, its column, its segment."""
    title = title_in(lang, value["title"])
    of, column, segment = (value.get(key, "") for key in ("of", "column", "segment"))
    if lang == "en":
        parts = [title, *(f"of {name}" for name in (of, column) if name)]
        return " ".join([*parts, f"where {segment}"] if segment else parts)
    whose = f"类别 {of} 的" if of else f"{column} 的" if column else ""
    named = f"{segment} 中 {whose}{title}" if segment else f"{whose}{title}"
    return f"{named} " if named[-1].isascii() else named


def _where(value: str, _: str, lang: Lang) -> str:
    return (f" where {value}" if lang == "en" else f"{value} 中 ") if value else ""


def _within(value: str, _: str, lang: Lang) -> str:
    told = window_in(lang, value)
    return (f" in {told}" if lang == "en" else f"{told}：") if value else ""


def _tasks(value: Sequence[str], _: str, lang: Lang) -> str:
    named = value if lang == "en" else [_TASKS.get(task, task) for task in value]
    return (" and " if lang == "en" else "、").join(named)


def _names(value: Sequence[str], _: str, lang: Lang) -> str:
    return (", " if lang == "en" else "、").join(value)


def _said(value: Mapping[str, Any], _: str, lang: Lang) -> str:
    """Return a sentence within a sentence."""
    return say(lang, value["form"], value["fields"])


def _joined(words: tuple[str, str]) -> Callable[[Any, str, Lang], str]:
    def printed(value: Sequence[Mapping[str, Any]], _: str, lang: Lang) -> str:
        return words[lang == "zh"].join(dict.fromkeys(_said(part, "", lang) for part in value))

    return printed


def _both(value: Sequence[int], _: str, lang: Lang) -> str:
    return (" and " if lang == "en" else " 与 ").join(f"{rows:,}" for rows in value)


def _lasting(value: int, _: str, lang: Lang) -> str:
    """Return a span given in microseconds, in the unit that suits it."""
    hours = value / _HOUR
    units = ("min", "h", "days") if lang == "en" else ("分钟", "小时", "天")
    size, unit = (hours * 60, 0) if hours < 1 else (hours, 1) if hours < 48 else (value / _DAY, 2)
    return f"{size:.0f} {units[unit]}"


def _promise(value: str, _: str, lang: Lang) -> str:
    """Return a promise such as ``1 per month``."""
    count, per, unit = value.partition(" per ")
    return value if lang == "en" or not per else f"{_PER.get(unit, unit)} {count} 次"


def _seasons(value: Sequence[str], _: str, lang: Lang) -> str:
    return _names(value if lang == "en" else [_SEASONS.get(name, name) for name in value], "", lang)


def _p(value: float, _: str, lang: Lang) -> str:
    return f"< {TINY:g}" if value < TINY else f"= {value:.2g}"


#: How a field is printed, by the name of its format: called with value, argument and language.
FORMATS: dict[str, Callable[[Any, str, Lang], str]] = {
    "number": _number,
    "span": span,
    "ends": _ends,
    "subject": _subject,
    "title": lambda value, _, lang: title_in(lang, value),
    "where": _where,
    "within": _within,
    "window": lambda value, _, lang: window_in(lang, value),
    "tasks": _tasks,
    "task": lambda value, _, lang: _tasks([value], "", lang),
    "names": _names,
    "said": _said,
    "and": _joined((" and ", "，且")),
    "or": _joined((" or ", "，或")),
    "both": _both,
    "int": lambda value, _, __: f"{value:,.0f}",
    "lasting": _lasting,
    "promise": _promise,
    "seasons": _seasons,
    "p": _p,
}
