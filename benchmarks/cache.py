"""Where the benchmarks keep what can be made again: the generated Parquet and the peers' environments."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

VARIABLE = "VEDETTE_BENCH_DATA"
BENCHMARKS = Path(__file__).resolve().parent


def default_root() -> Path:
    """Folder named by the environment variable, else ``benchmarks/.cache``."""
    return Path(os.environ.get(VARIABLE) or BENCHMARKS / ".cache")


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--data`` to a benchmark's command line."""
    parser.add_argument(
        "--data",
        type=Path,
        default=default_root(),
        metavar="FOLDER",
        help=f"where data and environments lie (or ${VARIABLE}; default: %(default)s)",
    )


def reference_file(root: Path) -> Path:
    """The reference every run compares with."""
    return root / "reference.parquet"


def current_file(root: Path, rows: int) -> Path:
    """The current data of one size."""
    return root / f"current-{rows}.parquet"
