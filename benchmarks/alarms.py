"""How often each tool cries wolf, and how long it takes to see a change: ours beside the peers, on the same rows.

Two parts. *Still*: streams in which nothing changes; a window with an alarm is a false alarm. *Changed*: one column
of twenty changes after 100 still windows; the delay is the number of windows until the first alarm, at each tool's
own setting and at the threshold that gives it one false alarm in 1000 windows on still streams ("matched").
A run whose alarm comes before the change counts as not found.

    python benchmarks/alarms.py --quick                  # minutes
    python benchmarks/alarms.py --seeds 200 --windows 2000
    python benchmarks/alarms.py --page docs/false-alarms-measured.md   # writes the page from the CSV only
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import alarm_page
import alarm_rules
import cache
import peers
from alarm_worlds import CHANGES, STILL, Change, World, table

RESULTS = cache.BENCHMARKS / "results" / "alarms.csv"
ONSET = 100
#: Windows after the onset in which a change must be found.
HORIZON = 150
#: Windows to a false alarm at which delays are compared.
MATCHED = 1000

Said = tuple[np.ndarray, np.ndarray]
"""Of every window a score (the higher the more suspicious) and whether the tool's own setting alarms."""


@dataclass(frozen=True)
class Tool:
    """A way to raise alarms, and over how many seeds and windows it can be afforded (None: all).

    One that is not `graded` has no score to set a limit for: its own setting stands alone.
    """

    name: str
    said: Callable[[pa.Table, pa.Table], Said]
    seeds: int | None = None
    windows: int | None = None
    environment: str | None = None
    graded: bool = True


def ours(reference: pa.Table, current: pa.Table, *, together: bool = False) -> Said:
    """Log evidence of the whole model, and the alarms of ``1 per month`` (730 windows of an hour)."""
    import vedette as vd

    schema = vd.Schema(time="time", ignore=["window"], multivariate=together)
    report = vd.compare(reference, current, schema, every="1h", metrics=["psi"], rules=(), threads=1)
    watched = report.watched
    assert watched is not None
    alarms = np.zeros(len(watched.family), bool)
    alarms[[alarm.raised for alarm in watched.alarms]] = True
    return watched.family, alarms


def corrected(reference: pa.Table, current: pa.Table) -> Said:
    """Kolmogorov–Smirnov and chi-square at 5 % with Bonferroni over all columns and windows of the run."""
    p = alarm_rules.p_values(reference, current)
    return -np.log10(np.maximum(p.min(1), 1e-300)), (p < 0.05 / p.size).any(1)


def uncorrected(reference: pa.Table, current: pa.Table) -> Said:
    """The same tests at 5 % each."""
    p = alarm_rules.p_values(reference, current)
    return -np.log10(np.maximum(p.min(1), 1e-300)), (p < 0.05).any(1)


def stability(reference: pa.Table, current: pa.Table) -> Said:
    """Population stability index above .1."""
    psi = alarm_rules.stability(reference, current)
    return psi.max(1), (psi > 0.1).any(1)


def peer(job: str, environment: str, *words: str) -> Callable[[pa.Table, pa.Table], Said]:
    """Return a way to ask a peer in its own environment."""

    def said(reference: pa.Table, current: pa.Table) -> Said:
        interpreter = peers.python(peers.environment(cache.default_root(), environment))
        with tempfile.TemporaryDirectory() as folder:
            for name, rows in (("reference", reference), ("current", current)):
                pq.write_table(rows, Path(folder) / f"{name}.parquet")
            command = [
                str(interpreter),
                "-W",
                "ignore",
                str(cache.BENCHMARKS / "peers" / f"{job}_alarms_job.py"),
                folder,
                *words,
            ]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=_plain_environment()
            )
            if done.returncode:
                raise RuntimeError(
                    done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no message"
                )
            return tuple(_of_windows(np.load(Path(folder) / f"{part}.npy")) for part in ("scores", "alerts"))

    return said


def _of_windows(by_column: np.ndarray) -> np.ndarray:
    return by_column.max(1) if by_column.dtype != bool else by_column.any(1)


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "OMP_NUM_THREADS": "1"}


TOOLS = (
    Tool("vedette", ours),
    Tool("vedette together", partial(ours, together=True)),
    Tool("KS/χ², Bonferroni over the run", corrected),
    Tool("KS/χ², p < .05", uncorrected),
    Tool("PSI > .1", stability),
    Tool("NannyML", peer("nannyml", "nannyml"), 10, 500, "nannyml"),
    Tool("alibi-detect, Bonferroni", peer("alibi", "alibi-detect"), 5, 250, "alibi-detect"),
    Tool("river ADWIN", peer("river", "river", "adwin"), 5, 500, "river"),
    Tool("river PageHinkley", peer("river", "river", "pagehinkley"), 5, 250, "river", graded=False),
    Tool("river KSWIN", peer("river", "river", "kswin"), 1, 100, "river", graded=False),
    Tool("Evidently", peer("evidently", "evidently"), 1, 60, "evidently"),
)


def main() -> None:
    """Command line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--windows", type=int, default=2000)
    asked.add_argument("--delay-seeds", type=int, default=100)
    asked.add_argument("--quick", action="store_true", help="3 seeds, 300 windows, no peers")
    asked.add_argument("--tools", help="names, or how they begin, by commas (default: all installed)")
    asked.add_argument("--worlds", action="append", help="a name or a part of some; may be repeated")
    asked.add_argument("--parts", default="still,changed")
    asked.add_argument("--workers", type=int, default=os.cpu_count())
    asked.add_argument("--page", type=Path, help="write this page from the results and do nothing else")
    given = asked.parse_args()
    if given.page:
        alarm_page.write(given.page, RESULTS)
        return
    if given.quick:
        given.seeds, given.windows, given.delay_seeds = 3, 300, 3
    tools = [t for t in TOOLS if _wanted(t, given.tools) and (not given.quick or t.environment is None)]
    with ProcessPoolExecutor(given.workers) as pool:
        for row in results(given, tools, pool):
            print("  ".join(str(v) for v in row.values()), flush=True)
            if not given.quick:
                keep(row)


def results(
    given: argparse.Namespace, tools: list[Tool], pool: ProcessPoolExecutor
) -> Iterator[dict[str, object]]:
    """Yield a row for each tool in each world."""
    names = given.worlds or [""]
    if "still" in given.parts:
        for world in STILL:
            if _meant(world.name, names):
                for group in together(tools, lambda tool: _afforded(tool, given)):
                    yield from still(world, group, given, pool)
    if "changed" in given.parts:
        chosen = [change for change in CHANGES if _meant(change.name, names)]
        limits: dict[tuple[str, World], float] = {}
        for change in chosen:
            for group in together(tools, lambda tool: (tool.seeds, tool.graded)):
                if (group[0].name, change.world) not in limits:
                    found = matched(change.world, group, given, pool)
                    limits |= {(tool.name, change.world): at for tool, at in zip(group, found, strict=True)}
                yield from changed(
                    change, group, [limits[tool.name, change.world] for tool in group], given, pool
                )


def together(tools: list[Tool], key: Callable[[Tool], object]) -> Iterator[list[Tool]]:
    """Yield tools that look at the same rows, so that these are made once."""
    for same in dict.fromkeys(map(key, tools)):
        yield [tool for tool in tools if key(tool) == same]


def still(
    world: World, tools: list[Tool], given: argparse.Namespace, pool: ProcessPoolExecutor
) -> Iterator[dict[str, object]]:
    """Yield the false alarms of tools in a still world."""
    seeds, windows = _afforded(tools[0], given)
    if world.columns > 20:
        seeds = max(seeds // 10, 1)
    for tool, runs, seconds in _runs(tools, world, range(seeds), windows, None, pool):
        alarmed = np.array([alarms for _, alarms in runs]) if runs else np.zeros((0, windows), bool)
        yield {
            "part": "still",
            "case": world.name,
            "tool": tool.name,
            "seeds": len(runs),
            "windows": int(alarmed.size),
            "alarms": int(alarmed.sum()),
            "runs_alarmed": int(alarmed.any(1).sum()) if runs else 0,
            "delay": "",
            "found": "",
            "matched_delay": "",
            "matched_found": "",
            "seconds": seconds,
        }


def changed(
    change: Change,
    tools: list[Tool],
    limits: list[float],
    given: argparse.Namespace,
    pool: ProcessPoolExecutor,
) -> Iterator[dict[str, object]]:
    """Yield the delays of tools on a change."""
    seeds = min(given.delay_seeds, tools[0].seeds or given.delay_seeds)
    every = _runs(tools, change.world, range(10_000, 10_000 + seeds), ONSET + HORIZON, change.name, pool)
    for (tool, runs, seconds), limit in zip(every, limits, strict=True):
        own = np.array([delay(alarms) for _, alarms in runs])
        same = np.array([delay(scores >= limit) for scores, _ in runs])
        yield {
            "part": "changed",
            "case": change.name,
            "tool": tool.name,
            "seeds": len(runs),
            "windows": len(runs) * (ONSET + HORIZON),
            "alarms": "",
            "runs_alarmed": "",
            "delay": _median(own),
            "found": round(float(np.mean(np.isfinite(own))), 3) if runs else "",
            "matched_delay": _median(same) if np.isfinite(limit) else "",
            "matched_found": round(float(np.mean(np.isfinite(same))), 3)
            if np.isfinite(limit) and runs
            else "",
            "seconds": seconds,
        }


def matched(
    world: World, tools: list[Tool], given: argparse.Namespace, pool: ProcessPoolExecutor
) -> list[float]:
    """Return the least score of each tool at which still streams alarm once in `MATCHED` windows.

    Infinite where too few windows can be afforded to say, and for tools that are not graded.
    """
    if not tools[0].graded:
        return [np.inf] * len(tools)
    seeds = min(max(given.delay_seeds // 2, 2), tools[0].seeds or given.delay_seeds)
    windows = min(2 * MATCHED, *(tool.windows or 2 * MATCHED for tool in tools))
    if seeds * windows < 2 * MATCHED:
        return [np.inf] * len(tools)
    every = _runs(tools, world, range(20_000, 20_000 + seeds), windows, None, pool)
    return [least_score([scores for scores, _ in runs]) for _, runs, _ in every]


def least_score(runs: list[np.ndarray]) -> float:
    """Return the least score that still runs reach once in `MATCHED` windows or less often."""
    if not runs:
        return np.inf
    levels = np.unique(np.concatenate(runs))
    levels = np.append(levels, np.nextafter(levels[-1], np.inf))  # which no still stream reached
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if run_length(runs, levels[middle]) >= MATCHED:
            high = middle
        else:
            low = middle + 1
    return float(levels[low])


def run_length(runs: list[np.ndarray], limit: float) -> float:
    """Return windows watched to a first alarm, runs without one counted to their end."""
    firsts = [np.flatnonzero(run >= limit) for run in runs]
    watched = sum(int(f[0]) + 1 if len(f) else len(run) for f, run in zip(firsts, runs, strict=True))
    return watched / max(sum(len(f) > 0 for f in firsts), 1)


def delay(alarms: np.ndarray) -> float:
    """Return the windows from the change to the first alarm, infinite when that comes before it or never."""
    first = np.flatnonzero(alarms)
    return float(first[0] - ONSET + 1) if len(first) and first[0] >= ONSET else np.inf


def _runs(
    tools: list[Tool],
    world: World,
    seeds: range,
    windows: int,
    change: str | None,
    pool: ProcessPoolExecutor,
) -> Iterator[tuple[Tool, list[Said], float]]:
    """Yield of each tool what it said of every seed, without the failed ones, and its processor seconds."""
    tasks = [(tuple(tool.name for tool in tools), world, seed, windows, change) for seed in seeds]
    by_seed = list(pool.map(_run, tasks))
    for place, tool in enumerate(tools):
        said = [run[place] for run in by_seed]
        yield (
            tool,
            [(scores, alarms) for scores, alarms, _ in filter(None, said)],
            round(sum(seconds for *_, seconds in filter(None, said)), 1),
        )


def _run(
    task: tuple[tuple[str, ...], World, int, int, str | None],
) -> list[tuple[np.ndarray, np.ndarray, float] | None]:
    # A change holds functions, which do not travel to another process: it goes by its name.
    names, world, seed, windows, change_name = task
    change = next((c for c in CHANGES if c.name == change_name), None)
    reference, current = table(world, seed, windows, change, ONSET)
    found: list[tuple[np.ndarray, np.ndarray, float] | None] = []
    for name in names:
        tool = next(t for t in TOOLS if t.name == name)
        start = time.perf_counter()
        try:
            found.append((*tool.said(reference, current), time.perf_counter() - start))
        except RuntimeError as error:
            print(f"{name} on {world.name}: {error}", file=sys.stderr)
            found.append(None)
    return found


def _median(delays: np.ndarray) -> float | str:
    return float(np.median(delays)) if len(delays) else ""


def _afforded(tool: Tool, given: argparse.Namespace) -> tuple[int, int]:
    return min(given.seeds, tool.seeds or given.seeds), min(given.windows, tool.windows or given.windows)


def _wanted(tool: Tool, names: str | None) -> bool:
    installed = (
        tool.environment is None
        or peers.python(peers.environment(cache.default_root(), tool.environment)).exists()
    )
    if names is None:
        return installed
    exact = {one.name for one in TOOLS}
    asked = [name.strip() for name in names.split(",")]
    return any(tool.name == name or (name not in exact and tool.name.startswith(name)) for name in asked)


def _meant(case: str, names: list[str]) -> bool:
    """Tell whether a case is named, or holds the part of a name that no case has as its whole name."""
    exact = {one.name for one in (*STILL, *CHANGES)}
    return any(name == case or (name not in exact and name in case) for name in names)


def keep(row: dict[str, object]) -> None:
    """Write a row into the results in place of an earlier one of the same case and tool."""
    known = list(csv.DictReader(RESULTS.open(encoding="utf-8"))) if RESULTS.exists() else []
    same = ("part", "case", "tool")
    kept = [old for old in known if any(old[k] != str(row[k]) for k in same)]
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows([*kept, row])


if __name__ == "__main__":
    main()
