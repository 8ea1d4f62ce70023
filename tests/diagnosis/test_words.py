"""Both languages say the same things with the same fields."""

import string

import pytest

from vedette.diagnosis.words import TEMPLATES, one_line, say


def fields(template):
    return {(name, form) for _, name, form, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("key", TEMPLATES)
def test_both_languages_use_the_same_fields(key):
    english, chinese = TEMPLATES[key]
    assert english.strip()
    assert chinese.strip()
    assert english != chinese
    assert fields(english) == fields(chinese)


def test_values_are_never_read_as_templates():
    assert "{now}" in say("en", "cause.missing_burst", column="{now}", now=0.5, then=0.0)


def test_one_line_is_short_and_printable():
    assert one_line("a\u2029b\x07c") == "a b c"
    assert len(one_line("é" * 1000)) == 80
