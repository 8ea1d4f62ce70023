"""Which files a path, a folder, a pattern or a list of them names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: File endings that hold rows.
ENDINGS = (".parquet", ".pq", ".arrow", ".arrows", ".feather", ".csv", ".tsv", ".csv.gz")


def files_of(given: Any) -> list[Path]:
    """Return the files that `given` names, sorted; an empty list when it is not a path at all."""
    if isinstance(given, str | Path):
        return _files(Path(given))
    if isinstance(given, Sequence) and len(given) and all(isinstance(p, str | Path) for p in given):
        return [file for path in given for file in _files(Path(path))]
    return []


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = (p for p in path.rglob("*") if p.is_file() and p.name.endswith(ENDINGS))
        return sorted(
            p for p in inside if not any(part.startswith((".", "_")) for part in p.relative_to(path).parts)
        )
    if any(c in str(path) for c in "*?[") and not path.exists():
        root = path.anchor or "."
        return sorted(Path(root).glob(str(path.relative_to(root) if path.anchor else path)))
    return [path]
