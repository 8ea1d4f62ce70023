"""Performance without labels against the labels that came later, beside NannyML's CBPE on its own bundled data.

Every window is estimated from its scores and features alone; then its labels are opened. The error is the mean over
windows of |estimate - realised|; a band covers where the realised number lies in it. Part of every error is the luck
of the window's own labels, the same for all.

    python benchmarks/peers.py install nannyml
    python benchmarks/labelfree.py
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import cache
import peers
import vedette as vd
from vedette.metrics.base import metric

Floats = NDArray[np.float64]

JOB = cache.BENCHMARKS / "peers" / "nannyml_labelfree_job.py"
METRICS = ("accuracy", "roc_auc", "f1")
ROLES = ("id", "score", "prediction", "label", "timestamp", "year")
#: Windows with an induced shift, and the strengths of their tilts in standard deviations.
TILTED, STRENGTHS = 40, (0.25, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class Scenario:
    """A data set and the rows of its windows; `tilted` draws windows with an induced covariate shift instead."""

    name: str
    data: str
    rows: int
    tilted: bool = False


SCENARIOS = (
    Scenario("MA employment, 2015 to 2018", "employment", 5000),
    Scenario("MA employment, induced shift", "employment", 5000, tilted=True),
    Scenario("California housing", "california", 1000),
    Scenario("car loan (synthetic)", "car_loan", 5000),
)


@dataclass(frozen=True)
class Row:
    """One line of the results: errors and coverage of one metric over the windows of one scenario.

    Errors are over all windows, those that the gate holds back included; vedette's coverage is over the others.
    """

    scenario: str
    metric: str
    windows: int
    gated: int
    mae_constant: float
    mae_nannyml: float
    mae_score_only: float
    mae_vedette: float
    cover_nannyml: float
    cover_vedette: float
    width_nannyml: float
    width_vedette: float


def tilted(current: pa.Table, rows: int, rng: np.random.Generator) -> Iterator[pa.Table]:
    """Windows drawn without replacement, each leaning along one to three random features."""
    features = [name for name in current.column_names if name not in ROLES]
    for _ in range(TILTED):
        pull = np.zeros(len(current))
        for name in rng.choice(features, rng.integers(1, 4), replace=False):
            pull += rng.choice((-1.0, 1.0)) * direction(current[name], rng)
        keys = rng.choice(STRENGTHS) * pull + rng.gumbel(
            size=len(current)
        )  # exponential tilt, by the Gumbel trick
        yield current.take(np.sort(np.argpartition(-keys, rows)[:rows]))


def direction(column: pa.ChunkedArray, rng: np.random.Generator) -> Floats:
    """A number column in standard deviations, or membership of one random category."""
    if pa.types.is_floating(column.type):
        values = column.to_numpy()
        return np.nan_to_num((values - np.nanmean(values)) / np.nanstd(values))
    names = column.cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False)
    return np.asarray(names == rng.choice(np.unique(names)), np.float64)


def windows_file(root: Path, scenario: Scenario) -> Path:
    """Write the scenario's windows one after the other, all of the same length, and return the file."""
    current = pq.read_table(root / f"{scenario.data}-current.parquet")
    if scenario.tilted:
        current = pa.concat_tables(tilted(current, scenario.rows, np.random.default_rng(0)))
    path = root / f"{scenario.data}{'-tilted' * scenario.tilted}-windows.parquet"
    pq.write_table(current.slice(0, len(current) // scenario.rows * scenario.rows), path)
    return path


def run(root: Path, interpreter: Path, scenario: Scenario) -> Iterator[Row]:
    """Estimate every window with both libraries and open the labels."""
    reference, windows = root / f"{scenario.data}-reference.parquet", windows_file(root, scenario)
    out = windows.with_name(windows.stem + "-cbpe.parquet")
    command = [
        str(interpreter),
        str(JOB),
        "estimate",
        str(reference),
        str(windows),
        str(scenario.rows),
        str(out),
    ]
    subprocess.run(command, check=True)
    theirs = pq.read_table(out)
    asked = {
        "gated": {"band": "realised"},
        "open": {"band": "realised", "gate": "none"},
        "score": {"gate": "none", "adjust": False},
    }
    schema = vd.Schema(
        id="id",
        score="score",
        prediction="prediction",
        label="label",
        ignore=[name for name in ("timestamp", "year") if name in pq.read_schema(reference).names],
    )
    report = vd.compare(
        reference,
        windows,
        schema,
        metrics=[metric(f"estimated_{m}", **a) for m in METRICS for a in asked.values()]
        + [metric(m) for m in METRICS],
        every=f"{scenario.rows} rows",
    )
    for name in METRICS:
        realised = report.series(name)[1].value
        ours = {way: report.series(f"estimated_{name}", **chosen)[1] for way, chosen in asked.items()}
        constant = report.estimate(name, which="reference").value
        value, low, high = (theirs[f"{name}_{part}"].to_numpy() for part in ("value", "low", "high"))
        band = ours["open"]
        yield Row(
            scenario.name,
            name,
            len(realised),
            int((ours["gated"].reason >= 0).sum()),
            *(
                float(np.abs(estimate - realised).mean())
                for estimate in (constant, value, ours["score"].value, band.value)
            ),
            float(((low <= realised) & (realised <= high)).mean()),
            float(((band.low <= realised) & (realised <= band.high))[ours["gated"].reason < 0].mean()),
            *(float((hi - lo).mean()) for lo, hi in ((low, high), (band.low, band.high))),
        )


def table(rows: list[Row]) -> str:
    """Markdown table; the smaller error of CBPE and vedette is bold."""
    head = "data | metric | windows | gated | MAE constant | CBPE | vedette, score only | vedette"
    lines = [
        f"| {head} | CBPE's band covers | ours covers | CBPE's width | ours |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in rows:
        better = r.mae_vedette <= r.mae_nannyml
        cbpe, ours = f"{r.mae_nannyml:.5f}", f"{r.mae_vedette:.5f}"
        cbpe, ours = (cbpe, f"**{ours}**") if better else (f"**{cbpe}**", ours)
        lines.append(
            f"| {r.scenario} | {r.metric} | {r.windows} | {r.gated} | {r.mae_constant:.5f} | {cbpe} | "
            f"{r.mae_score_only:.5f} | {ours} | {r.cover_nannyml:.0%} | {r.cover_vedette:.0%} | "
            f"{r.width_nannyml:.4f} | {r.width_vedette:.4f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("--out", type=Path, default=cache.BENCHMARKS / "results" / "labelfree.csv")
    asked = parser.parse_args()
    interpreter = peers.python(peers.environment(asked.data, "nannyml"))
    if not interpreter.exists():
        parser.error("NannyML is not installed: python benchmarks/peers.py install nannyml")
    root = asked.data / "labelfree"
    root.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(interpreter), str(JOB), "data", str(root)], check=True)
    rows = [row for scenario in SCENARIOS for row in run(root, interpreter, scenario)]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with asked.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(astuple(row) for row in rows)
    print(table(rows))
    print(f"\n{len(rows)} lines written to {asked.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
