"""One comparison by vedette, by its peers and by two hand-written scans, side by side on the same Parquet.

Each run is a fresh process. Wall, CPU seconds and peak memory are the kernel's numbers for the whole process;
the call is what the job itself timed: without imports, and for the peers without reading files into pandas,
while vedette and the scans read inside it. A run that fails or is killed is a row like any other.

    python benchmarks/peers.py install
    python benchmarks/compare.py --sizes 100k,1M,10M --repeat 3
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cache
from measure import Limits, Run, measure
from sizes import parse_sizes, spell
from tools import TOOLS, VEDETTE, Tool

FIELDS = (
    "tool",
    "version",
    "rows",
    "repeat",
    "wall_s",
    "cpu_s",
    "import_s",
    "read_s",
    "call_s",
    "peak_mb",
    "failure",
    "cpu",
    "cores",
    "python",
)
Row = dict[str, object]


def processor() -> str:
    """Name of the machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def warm(path: Path) -> None:
    """Read a file once, so that no tool pays for the disk."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


def row(tool: Tool, rows: int, repeat: int, run: Run) -> Row:
    """One line of the results."""
    printed = run.printed
    return {
        "tool": tool.name,
        "version": printed.get("version", ""),
        "rows": rows,
        "repeat": repeat,
        "wall_s": round(run.wall_s, 3),
        "cpu_s": round(run.cpu_s, 3),
        "import_s": printed.get("import_s"),
        "read_s": printed.get("read_s"),
        "call_s": printed.get("call_s"),
        "peak_mb": round(run.peak_mb, 1),
        "failure": run.failure,
        "cpu": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def runs(
    tools: Sequence[Tool], sizes: Iterable[int], repeats: int, root: Path, limits: Limits
) -> Iterator[Row]:
    """Run every tool on every size; repeats go round all tools, so that a busy minute is shared."""
    reference = cache.reference_file(root)
    environment = {"PYTHONPATH": str(cache.BENCHMARKS)}
    for rows in sizes:
        current = cache.current_file(root, rows)
        for repeat in range(1, repeats + 1):
            for tool in tools:
                command = tool.command(root, reference, current)
                if not Path(command[0]).exists():
                    run = Run(
                        0.0,
                        0.0,
                        0.0,
                        f"not installed: python benchmarks/peers.py install {tool.environment}",
                        {},
                    )
                else:
                    warm(reference)
                    warm(current)
                    run = measure(command, limits, environment)
                done = row(tool, rows, repeat, run)
                took = (
                    run.failure or f"call {done['call_s']} s, wall {run.wall_s:.1f} s, {run.peak_mb:,.0f} MB"
                )
                print(f"{spell(rows):>5} {repeat} {tool.name:12} {took}", file=sys.stderr, flush=True)
                yield done


def median(rows: Sequence[Row], field: str) -> float | None:
    """Median over the repeats that have the number."""
    values = [float(str(row[field])) for row in rows if row[field] is not None]
    return statistics.median(values) if values else None


def ratio(value: float | None, base: float | None) -> str:
    """How many times vedette's number another one is."""
    return (
        "-"
        if value is None or not base
        else f"{value / base:.2f}×"
        if value < 10 * base
        else f"{value / base:.0f}×"
    )


def seconds(value: float | None) -> str:
    """Seconds with the digits that mean something."""
    return "-" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(results: Sequence[Row], rows: int) -> str:
    """Markdown table of one size: medians, and every tool's call and memory beside vedette's."""
    by_tool = {
        tool: [row for row in results if row["tool"] == tool.name and row["rows"] == rows] for tool in TOOLS
    }
    good = {tool.name: [row for row in lines if not row["failure"]] for tool, lines in by_tool.items()}
    base_call, base_peak = (median(good[VEDETTE], field) for field in ("call_s", "peak_mb"))
    lines = [
        f"### {rows:,} rows",
        "",
        "| tool | call s | × vedette | rows/s | wall s | CPU s | peak MB | × vedette | the call covers |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for tool, measured in by_tool.items():
        if not measured:
            continue
        # A tool that failed every time still used time and memory: those are shown, the call is not.
        kept = good[tool.name] or measured
        call, wall, cpu, peak = (median(kept, field) for field in ("call_s", "wall_s", "cpu_s", "peak_mb"))
        rate = f"{rows / call:,.0f}" if call else "-"
        label = f"{tool.name} {kept[0]['version']}".strip()
        remark = tool.covers if good[tool.name] else f"**{measured[-1]['failure']}**"
        lines.append(
            f"| {label} | {seconds(call)} | {ratio(call, base_call)} | {rate} | {seconds(wall)} | "
            f"{seconds(cpu)} | {peak or 0:,.0f} | {ratio(peak, base_peak)} | {remark} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    names = {tool.name: tool for tool in TOOLS}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("--sizes", type=parse_sizes, default="100k,1M", help="rows of the current file")
    parser.add_argument("--tools", default=",".join(names), help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each tool; the table shows medians")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="kill a run after this")
    parser.add_argument("--memory", type=float, default=20_000, metavar="MB", help="kill a run above this")
    parser.add_argument("--out", type=Path, default=cache.BENCHMARKS / "results" / "compare.csv")
    asked = parser.parse_args()
    unknown = [name for name in asked.tools.split(",") if name not in names]
    if unknown:
        parser.error(f"{', '.join(unknown)} not among the tools: {', '.join(names)}")
    # In a process of its own: memory of the parent would count into its children's peak.
    subprocess.run(
        [
            sys.executable,
            str(cache.BENCHMARKS / "data.py"),
            "--data",
            str(asked.data),
            "--sizes",
            ",".join(map(spell, asked.sizes)),
        ],
        check=True,
    )
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    results: list[Row] = []
    with asked.out.open("w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        tools = [names[name] for name in asked.tools.split(",")]
        for done in runs(tools, asked.sizes, asked.repeat, asked.data, Limits(asked.limit, asked.memory)):
            writer.writerow(done)
            file.flush()
            results.append(done)
    print(
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"median of {asked.repeat}\n"
    )
    print("\n\n".join(table(results, rows) for rows in asked.sizes))


if __name__ == "__main__":
    main()
