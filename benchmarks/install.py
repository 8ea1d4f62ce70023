"""What a plain install brings today: seconds, megabytes, packages, and whether the first call works.

Every library gets a fresh environment, one `pip install NAME` without a version or a pin and without pip's
cache of earlier downloads, then its first call; the environment is removed afterwards. A failure is quoted as
it was printed.

    python benchmarks/install.py [NAME ...]
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import shutil
import subprocess
import sys
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cache
import peers
from measure import Limits, Run, measure

# What `python -m venv` puts there by itself.
BUNDLED = frozenset({"pip", "setuptools"})
CALL_LIMITS = Limits(seconds=120, memory_mb=8_000)
VEDETTE = peers.OURS
LIBRARIES = (VEDETTE, *peers.PEERS)


@dataclass(frozen=True)
class Installed:
    """One line of the table. ``trouble`` is empty when the first call worked."""

    name: str
    version: str
    seconds: float
    megabytes: float
    packages: int
    first_call_s: float
    trouble: str


def size_mb(folder: Path) -> float:
    """Megabytes of all files below a folder."""
    return (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        / 1e6
    )


def packages(interpreter: Path) -> dict[str, str]:
    """Distributions of an environment and their versions, without those of an empty one."""
    listed = subprocess.run(
        [str(interpreter), "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True
    ).stdout
    return {
        line["name"].lower().replace("_", "-"): line["version"]
        for line in json.loads(listed)
        if line["name"] not in BUNDLED
    }


def site_packages(interpreter: Path) -> Path:
    """Folder the environment installs into."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([str(interpreter), "-c", asked], check=True, capture_output=True, text=True)
    return Path(answer.stdout.strip())


def try_out(library: peers.Peer, folder: Path, limit: float) -> Installed:
    """Install one library in an environment of its own and make its first call."""
    interpreter = peers.create_environment(folder)
    site = site_packages(interpreter)
    empty = size_mb(site)
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--no-cache-dir", *library.plain]
    installing = measure(pip, Limits(limit, 8_000), {})
    found = packages(interpreter)
    version = found.get("vedette" if library is VEDETTE else library.plain[0], "")
    call_s, trouble = 0.0, installing.failure and f"pip: {installing.failure}"
    if not trouble:
        calling = first_call(interpreter, library)
        call_s, trouble = calling.wall_s, calling.failure.replace(f"{site}/", "")
    grown = round(size_mb(site) - empty)
    return Installed(
        library.name, version, round(installing.wall_s, 1), grown, len(found), round(call_s, 2), trouble
    )


def first_call(interpreter: Path, library: peers.Peer) -> Run:
    """Import the library and use it, with nothing importable but what was installed."""
    script = str(cache.BENCHMARKS / "first_call.py")
    return measure([str(interpreter), "-P", script, library.name], CALL_LIMITS, {"PYTHONPATH": ""})


def table(lines: list[Installed]) -> str:
    """Markdown table of the outcome."""
    rows = ["| library | install s | MB | packages | first call works | s |", "|---|--:|--:|--:|---|--:|"]
    for line in lines:
        # Errors quote names in backticks themselves: two around them keep them whole.
        trouble = line.trouble.replace("|", r"\|")
        verdict = f"**no**: `` {trouble} ``" if trouble else "yes"
        took = "-" if line.trouble else f"{line.first_call_s:.1f}"
        rows.append(
            f"| {line.name} {line.version} | {line.seconds:.0f} | {line.megabytes:,.0f} | {line.packages} | "
            f"{verdict} | {took} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Command line."""
    known = {library.name: library for library in LIBRARIES}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {', '.join(known)}")
    parser.add_argument(
        "--limit", type=float, default=480, metavar="SECONDS", help="give an install up after this"
    )
    parser.add_argument("--out", type=Path, default=cache.BENCHMARKS / "results" / "install.csv")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)} not among the libraries: {', '.join(known)}")
    lines = []
    for name in asked.names or known:
        folder = asked.data / "plain" / name
        lines.append(try_out(known[name], folder, asked.limit))
        shutil.rmtree(folder, ignore_errors=True)
        print(lines[-1], file=sys.stderr, flush=True)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with asked.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Installed))
        writer.writerows(map(astuple, lines))
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}\n\n{table(lines)}")


if __name__ == "__main__":
    main()
