"""A folder of about ten gigabytes: the 10M-row file of the comparison eight times, by links.

Run: ``python benchmarks/data.py`` first, then ``python benchmarks/big.py``. Prints rows, seconds and peak memory.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

import cache
import vedette as vd
from columns import ID, LABEL, PREDICTION, SCORE, SEGMENT, TIME

COPIES = 8


def main() -> None:
    """Compare the folder with the reference; ids repeat in it, so they are left out."""
    root = cache.default_root()
    with tempfile.TemporaryDirectory(dir=root) as folder:
        for copy in range(COPIES):
            os.link(cache.current_file(root, 10_000_000), Path(folder) / f"part-{copy}.parquet")
        schema = vd.Schema(
            time=TIME, score=SCORE, prediction=PREDICTION, label=LABEL, segments=[SEGMENT], ignore=[ID]
        )
        start = time.perf_counter()
        report = vd.compare(cache.reference_file(root), folder, schema)
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{report.rows:,} rows, {seconds:.0f} s, {peak} MB")


if __name__ == "__main__":
    main()
