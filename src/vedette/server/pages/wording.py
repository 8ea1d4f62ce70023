"""The words of the pages: one TOML file a language, keys alike."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from vedette.views import words
from vedette.views.words import Lang


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
    """
    if "." not in key:
        return words.say(lang, key, **values)
    phrases = catalogue(lang)
    chosen = f"{key}_one" if values.get("n") == 1 and f"{key}_one" in phrases else key
    return phrases[chosen].format(**values)
