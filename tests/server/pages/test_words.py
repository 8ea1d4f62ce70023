"""The words of the pages: complete in both languages, used, and safe to fill in."""

from __future__ import annotations

import re
import string
from importlib import resources

import pytest

from vedette.server.pages.wording import catalogue, say

EN, ZH = catalogue("en"), catalogue("zh")


def fields(phrase):
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


def source():
    """Return all that may name a key."""
    with resources.as_file(resources.files("vedette.server")) as folder:
        found = [*folder.rglob("*.html"), *folder.rglob("*.py")]
        return "".join(file.read_text("utf-8") for file in found)


def test_both_languages_have_the_same_keys():
    assert EN.keys() == ZH.keys()
    assert len(EN) > 200


@pytest.mark.parametrize("key", EN)
def test_phrase(key):
    """Both say something, with the same values in it; Chinese is Chinese and English is not."""
    assert EN[key].strip()
    assert ZH[key].strip()
    assert fields(EN[key]) == fields(ZH[key]) or key.endswith("_one")
    assert not re.search("[\u4e00-\u9fff]", EN[key])
    assert re.search("[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]", ZH[key])


def test_every_key_of_a_template_exists():
    """`say` raises for a key without words; these are the keys that stand whole in a template."""
    asked = set(re.findall(r'\bt\("([a-z_]+\.[a-z0-9_]+)"(?! ~)', source()))
    assert asked
    assert {key for key in asked if not key.endswith(("_", "."))} <= EN.keys()


def test_no_phrase_is_idle():
    text = source()
    named = {key for key in EN if f'"{key}"' in text or f'"{key.partition(".")[2]}"' in text}
    # Keys put together: f"unit.{name}" in Python, "state." ~ one.state in a template.
    begun = (*re.findall(r'f"([a-z_]+\.[a-z_]*)\{', text), *re.findall(r'"([a-z_]+\.[a-z_]*)" ~', text))
    composed = {key for key in EN if key.endswith("_one") or key.startswith(begun)}
    idle = EN.keys() - named - composed
    assert idle == set()


def test_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        say("en", "fleet.nonsense")
