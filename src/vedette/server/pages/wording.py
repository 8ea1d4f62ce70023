"""The words of the pages: one TOML file a language, keys alike."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from vedette.views import words
from vedette.views.words import Lang

_PARTED = re.compile(r"(?<=[\u4e00-\u9fff）]) (?=[\u4e00-\u9fff（])")


@functools.cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Return every phrase of a language, by ``"table.key"``."""
    file = resources.files("vedette.server").joinpath("words", f"{lang}.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {f"{table}.{key}": phrase for table, inner in tables.items() for key, phrase in inner.items()}


def say(lang: Lang, key: str, **values: Any) -> str:
    """Return a phrase with its values filled in; a key without a table is a word of every chart and report.

    Examples
    --------
    >>> say("en", "fleet.title"), say("zh", "act"), say("en", "unit.minutes", n=1)
    ('Fleet', '处理', '1 minute')
    >>> say("zh", "model.is_now", metric="缺失率", now=3), say("zh", "model.is_now", metric="F1", now=3)
    ('缺失率为 3', 'F1 为 3')
    """
    if "." not in key:
        return words.say(lang, key, **values)
    phrases = catalogue(lang)
    chosen = f"{key}_one" if values.get("n") == 1 and f"{key}_one" in phrases else key
    said = phrases[chosen].format(**values)
    # A blank parts Latin words from Chinese ones, and not two Chinese ones.
    return _PARTED.sub("", said) if lang == "zh" and values else said
