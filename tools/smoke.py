"""The main job in a few lines, for an environment that holds vedette alone: compare, ask, write a page."""

from __future__ import annotations

import importlib.metadata
import tempfile
from pathlib import Path

import numpy as np

import vedette as vd


def main() -> None:
    """Compare two small samples, one with a shifted column, and fail unless the shift is found."""
    schema = vd.Schema(label="late", score="p_late")
    report = vd.compare(sample(0, shift=0.0), sample(1, shift=1.0), schema=schema)
    found = {finding.column for finding in report.findings}
    assert "distance" in found, f"The shifted column is not among the findings: {found}"
    auc = report.estimate("roc_auc")
    assert auc.low <= auc.value <= auc.high, auc
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        report.to_html(page)
        size = page.stat().st_size
    assert 10_000 < size < 3_000_000, size
    names = ["vedette", "numpy", "scipy", "pyarrow", "narwhals", "msgspec", "altair", "vl-convert-python"]
    print("  " + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names))
    print(f"  found {sorted(map(str, found))}, roc_auc {auc}, page of {size / 1e6:.2f} MB")


def sample(seed: int, *, shift: float) -> dict[str, np.ndarray]:
    """Return 2,000 flights with a score that knows something about the label."""
    rng = np.random.default_rng(seed)
    late = rng.random(2000) < 0.3
    return {
        "distance": rng.normal(shift, 1, 2000),
        "carrier": rng.choice(["MQ", "UA", "B6"], 2000),
        "p_late": np.clip(rng.normal(0.3 + 0.3 * late, 0.15), 0, 1),
        "late": late.astype(np.int64),
    }


if __name__ == "__main__":
    main()
