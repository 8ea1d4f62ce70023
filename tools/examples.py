"""Runs the Python examples of the Markdown pages, so that a page cannot go stale.

A block with prompts is a doctest; a block without them is run as it stands, and a ``text`` block right after
it is what it must print. The blocks of a page share their names and one temporary working folder. A block
after the comment ``<!-- not run: REASON -->`` is left alone.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(
    r"(?P<skip><!-- not run: .+? -->\n)?```python\n(?P<code>.*?)```\n(\n*```text\n(?P<out>.*?)```)?",
    re.DOTALL,
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Example(NamedTuple):
    """One Python block: where it starts, what it says, what it must print (None when it does not say)."""

    line: int
    code: str
    printed: str | None


def main() -> int:
    """Run the examples of all pages; 1 when one failed."""
    pages = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    counts = [(page, *run(page)) for page in pages]
    ran, failed = sum(row[1] for row in counts), sum(row[2] for row in counts)
    print(f"  {ran} examples on {sum(row[1] > 0 for row in counts)} of {len(pages)} pages, {failed} failed")
    return int(failed > 0)


def run(page: Path) -> tuple[int, int]:
    """Run one page's examples in a folder of their own; return how many ran and failed."""
    names: dict[str, object] = {"__name__": page.stem}
    examples = list(blocks(page.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        failures = [why for example in examples if (why := attempt(example, names, page))]
    for why in failures:
        print(why, file=sys.stderr)
    return len(examples), len(failures)


def blocks(markdown: str) -> Iterator[Example]:
    """Yield the Python blocks of a page that are to be run."""
    for found in BLOCK.finditer(markdown):
        if not found["skip"]:
            yield Example(markdown.count("\n", 0, found.start("code")), found["code"], found["out"])


def attempt(example: Example, names: dict[str, object], page: Path) -> str:
    """Run one block and return what went wrong, or nothing."""
    where = f"{page.relative_to(ROOT)}:{example.line}"
    if ">>> " in example.code:
        return prompts(example, names, where)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(example.code, where, "exec"), names)  # noqa: S102 - our own pages
    except Exception:  # noqa: BLE001 - whatever it is, it is the verdict on the page
        return f"{where}\n{traceback.format_exc()}"
    checker = doctest.OutputChecker()
    if example.printed is not None and not checker.check_output(example.printed, printed.getvalue(), OPTIONS):
        return f"{where}\nexpected\n{example.printed}got\n{printed.getvalue()}"
    return ""


def prompts(example: Example, names: dict[str, object], where: str) -> str:
    """Run a block with prompts as a doctest."""
    test = doctest.DocTestParser().get_doctest(example.code, names, where, where, example.line)
    said = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(test, out=said.write, clear_globs=False)
    names.update(test.globs)
    return said.getvalue()


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
