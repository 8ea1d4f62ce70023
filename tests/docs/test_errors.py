"""Every error code has a page whose example raises it, every note a line; no page is left behind."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from vedette import registry

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "errors"
#: Pages about all codes together.
OVERVIEWS = {"index", "notes"}


def calls():
    """Yield the name of every function called in the sources, and the call."""
    for path in sorted((ROOT / "src" / "vedette").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def texts(node):
    """Return every text an expression may be; the part of a formatted one that varies is the kind of a plug-in."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        return {fixed + kind for kind in registry.PACKAGES}
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def codes():
    keywords = (keyword for _, call in calls() for keyword in call.keywords if keyword.arg == "code")
    return {code for keyword in keywords for code in texts(keyword.value)}


def notes():
    return {
        code
        for name, call in calls()
        if name in ("Note", "counted", "saying") and call.args
        for code in texts(call.args[0])
    }


def examples():
    """Return the tool that runs the examples of pages."""
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tools" / "examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CODES = codes()


def test_codes_are_found_in_the_sources():
    assert {"schema.unknown-column", "source.missing-file", "registry.unknown-rule"} <= CODES
    assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", code) for code in CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_says_what_to_do_and_its_example_raises_the_error(code, capsys):
    page = PAGES / f"{code}.md"
    text = page.read_text("utf-8")
    assert text.startswith(f"# {code}\n")
    assert all(f"**{part}**" in text for part in ("Found.", "Expected.", "What to do."))
    raised = re.search(r"^vedette\.errors\.\w+: .*\[(.+?)\]\n```$", text, re.DOTALL | re.MULTILINE)
    assert raised
    assert raised[1] == code
    assert examples().run(page) == (1, 0), capsys.readouterr().err
    registry.paths.cache_clear()  # an example may have put a plug-in there


def test_no_page_is_left_behind():
    assert {path.stem for path in PAGES.glob("*.md")} - OVERVIEWS == CODES


def test_the_index_lists_every_page_once():
    listed = re.findall(r"\[`(.+?)`\]\((.+?)\.md\)", (PAGES / "index.md").read_text("utf-8"))
    assert sorted(code for code, _ in listed) == sorted(CODES)
    assert all(code == target for code, target in listed)


def test_every_note_has_its_line():
    listed = re.findall(r"^\| `(.+?)` \|", (PAGES / "notes.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(notes())


def test_an_example_on_the_page_of_notes_runs():
    assert examples().run(PAGES / "notes.md") == (1, 0)
