"""The phrases: complete in both languages, used, and safe to fill in."""

from __future__ import annotations

import re
import string
from importlib import resources
from typing import get_args

import pytest

from vedette.schema import Task
from vedette.values import REASONS
from vedette.views.words import LANGS, PHRASES, say


def fields(phrase):
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


@pytest.mark.parametrize("key", PHRASES)
def test_every_phrase_is_in_every_language(key):
    """Both languages say something, with the same values in it; Chinese is Chinese."""
    phrases = PHRASES[key]
    assert len(phrases) == len(LANGS)
    assert all(phrase.strip() for phrase in phrases)
    assert fields(phrases[0]) == fields(phrases[1]) or key.endswith("_one")
    assert re.search("[\u4e00-\u9fff]", phrases[1])
    assert not re.search("[\u4e00-\u9fff]", phrases[0])


def test_every_reason_has_words():
    assert set(REASONS) <= set(PHRASES)


def test_no_phrase_is_idle():
    """Each key stands somewhere in the package, as itself or as the end of a composed one."""
    source = "".join(
        f.read_text("utf-8")
        for package in ("vedette.views", "vedette.report")
        for f in resources.files(package).iterdir()
        if f.name.endswith((".py", ".js")) and f.name != "words.py"
    )
    composed = {
        "higher_is_better",
        "lower_is_better",
        *REASONS,
        "ok",
        "info",
        "watch",
        "act",
        "silent",
        "points",
        *get_args(Task),
    }
    idle = {
        key
        for key in PHRASES
        if not key.endswith("_one") and key not in composed and f'"{key}"' not in source
    } - {key for key in PHRASES if f"words.{key}" in source}
    assert idle == set()


def test_one_is_singular():
    assert say("en", "more_findings", n=1) == "1 more finding"
    assert say("en", "more_findings", n=2) == "2 more findings"
