"""An error is one line: what was found, what was expected, what to do, and a code."""

import re

import pytest

from vedette import errors
from vedette.errors import MissingExtraError, UnknownNameError, VedetteError, nearest, require, unknown_name

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VedetteError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_three_sentences_and_its_code(kind):
    error = kind("Found this", "Expected that", "Do so", code="a.b")
    assert str(error) == "Found this. Expected that. Do so. [a.b]"
    assert error.to_dict() == {
        "code": "a.b",
        "found": "Found this",
        "expected": "Expected that",
        "fix": "Do so",
    }


def test_the_kinds_are_also_what_python_calls_them():
    parents = {kind.__name__: kind.__mro__[2] for kind in KINDS if kind is not VedetteError}
    assert parents == {
        "ConfigError": ValueError,
        "UnknownNameError": KeyError,
        "DataError": ValueError,
        "StateError": ValueError,
        "AccessError": Exception,
        "MissingExtraError": ImportError,
    }


def test_a_question_ends_with_its_own_mark():
    assert str(VedetteError("Found", "Expected", "Did you mean 'x'?", code="a.b")).endswith("'x'? [a.b]")


@pytest.mark.parametrize(
    ("name", "choices", "expected"),
    [
        ("scroe", ["score", "label"], "score"),
        ("SCORE", ["score", "label"], "score"),
        ("roc_auc_score", ["roc_auc", "roc", "ks_score"], "roc_auc"),
        ("ref", ["current", "reference"], "reference"),
        ("zzz", ["score", "label"], None),
        ("", ["score"], None),
        ("score", [], None),
    ],
)
def test_the_nearest_name(name, choices, expected):
    assert nearest(name, choices) == expected


def test_an_unknown_name_lists_the_choices_and_suggests_one():
    error = unknown_name("Column", "scroe", ["score", "label"], code="schema.unknown-column")
    assert isinstance(error, UnknownNameError)
    assert str(error) == (
        "Column 'scroe' is unknown. Known: label, score. Did you mean 'score'? [schema.unknown-column]"
    )
    assert "Choose one of them" in str(unknown_name("Column", "zzz", ["score"], code="a.b"))
    assert "Known: none. Install a package" in str(unknown_name("Sink", "zzz", [], code="a.b"))


def test_a_missing_extra_says_what_to_install():
    error = require("duckdb", "server")
    assert isinstance(error, MissingExtraError)
    assert re.search(r"pip install 'vedette\[server\]'", str(error))
