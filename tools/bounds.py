"""The lower bounds of pyproject.toml as pip constraints, to try the oldest versions that it promises."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def main() -> None:
    """Print one `name==version` for each required dependency."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name, version, marker = re.fullmatch(r"([\w.-]+)>=([\w.]+)(;.*)?", requirement).groups()
        print(f"{name}=={version}{marker or ''}")


if __name__ == "__main__":
    main()
