"""Pictures of the pages: drawn from their examples, described for who cannot see them, small, all of them used."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SHOWN = re.compile(r"!\[([^\]]*)\]\(images/([\w-]+)\.svg\)\n\n\*(What to see: [^*]+)\*")


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "tools" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(ROOT / "tools"))


def test_every_picture_is_drawn_by_the_tool(tool):
    assert {path.stem for path in (DOCS / "images").glob("*.svg")} == set(tool.PICTURES)


def test_every_picture_is_shown_described_and_explained_on_its_page(tool):
    for name in tool.PICTURES:
        found = SHOWN.findall((DOCS / f"{name}.md").read_text("utf-8"))
        assert [image for _, image, _ in found] == [name]
        described, _, explained = found[0]
        assert len(described) > 60, name
        assert len(explained) > 60, name
        assert (DOCS / "images" / f"{name}.svg").stat().st_size <= tool.LIMIT


def test_drawing_again_gives_the_same_picture(tool):
    """Seeded: one picture, twice, byte for byte."""
    page = tool.names_of("promise")
    first, second = (tool.picture(tool.promise(page)) for _ in range(2))
    assert first == second
    assert "dated back to 60" in first
