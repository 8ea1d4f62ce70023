"""Every registered summary keeps every law; a new one is found by its file or entry point."""

from __future__ import annotations

import msgspec
import pytest

from vedette import registry
from vedette.testing import laws


@pytest.mark.parametrize("law", laws.LAWS)
@pytest.mark.parametrize("kind", registry.names("summary"))
def test_law(kind: str, law: str):
    """The law holds for every example spec of the summary."""
    laws.check(registry.load("summary", kind), law)


@pytest.mark.parametrize("kind", registry.names("summary"))
def test_inexact_says_so(kind: str):
    """Only a summary that is not exact may bring its own idea of agreement, and then it names its error."""
    summary = registry.load("summary", kind)
    own = "agrees" in vars(summary)
    assert own == bool(summary.error) == (not summary.exact)


@pytest.mark.parametrize("kind", registry.names("summary"))
def test_examples_use_every_field(kind: str):
    """Each field that has a default differs from it in some example, so that the laws try it."""
    summary = registry.load("summary", kind)
    for field in msgspec.structs.fields(summary):
        used = [getattr(spec, field.name) for spec in summary.examples()]
        assert any(value != field.default for value in used), f"no example sets {field.name}"
