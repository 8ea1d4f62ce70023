"""A skeleton that passes every check but its own oracle: ``make new kind=metric name=drift/psi``."""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "vedette"
SKELETONS = ROOT / "tools" / "skeletons"
FOLDERS = {
    "metric": "metrics",
    "summary": "summaries",
    "rule": "rules",
    "source": "sources",
    "sink": "sinks",
}


def main() -> None:
    """Write one file, and say what to do next."""
    kind, name = [*sys.argv[1:], "", ""][:2]
    if kind not in FOLDERS or not name:
        sys.exit(f"Usage: make new kind={'|'.join(FOLDERS)} name=NAME (a metric: FAMILY/NAME)")
    path = place(kind, name)
    if path.exists():
        sys.exit(f"{path.relative_to(ROOT)} exists. Choose another name")
    words = path.stem.replace("_", " ")
    camel = "".join(part.title() for part in path.stem.split("_"))
    template = string.Template(skeleton(kind, path.parent.name).read_text("utf-8"))
    path.write_text(template.substitute(Name=camel, name=path.stem, words=words, Words=words.capitalize()))
    print(f"{path.relative_to(ROOT)} counts something, but not yet {words}.")
    print(f"Next: CONTRIBUTING.md, recipe '{kind}'")


def place(kind: str, name: str) -> Path:
    """Return the file of a new name, or stop with what is wrong about it."""
    family, _, stem = name.rpartition("/")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", stem):
        sys.exit(f"Name {stem!r} is not snake_case. A registered name is its file's name")
    folder = HOUSE / FOLDERS[kind]
    families = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    if kind == "metric" and family not in families:
        sys.exit(f"Metric {name!r} has no family. Known: {', '.join(families)}. Write FAMILY/{stem}")
    if kind != "metric" and family:
        sys.exit(f"A {kind} has no family. Write name={stem}")
    if not (folder / family).is_dir():
        sys.exit(f"There is no folder {folder.relative_to(ROOT)} yet")
    return folder / family / f"{stem}.py"


def skeleton(kind: str, family: str) -> Path:
    """Return the skeleton of a kind; a family of metrics may have its own."""
    own = SKELETONS / f"{kind}-{family}.txt"
    return own if own.exists() else SKELETONS / f"{kind}.txt"


if __name__ == "__main__":
    main()
