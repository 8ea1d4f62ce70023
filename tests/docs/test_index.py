"""The list of the documentation: every page stands in it."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_every_page_stands_in_the_list():
    listed = set(re.findall(r"\]\(([\w/.-]+\.md)\)", (DOCS / "README.md").read_text("utf-8")))
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    folders = {
        f"{page.parent.name}/{page.name}" for page in DOCS.glob("*/*.md") if page.stem in ("README", "index")
    }
    assert listed == pages | folders
