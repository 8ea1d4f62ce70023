"""Sizes of the house against its budgets: prints every number, fails when one is over."""

from __future__ import annotations

import ast
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "vedette"
Row = tuple[str, float, float]  # what, measured, budget (at most)


def main() -> int:
    """Print the table; 1 when a number is over its budget."""
    rows = [*modules(), *functions(), *shape(), *start_up()]
    for what, measured, budget in rows:
        verdict = "" if measured <= budget else "  OVER"
        print(f"  {what:<34}{measured:>8.4g}   at most {budget:g}{verdict}")
    tests, code = lines(ROOT / "tests"), lines(HOUSE)
    print(f"  {'lines of tests / lines of code':<34}{tests / max(code, 1):>8.2f}   (no budget)")
    return int(any(measured > budget for _, measured, budget in rows))


def modules() -> list[Row]:
    """Lines of a module, blank lines and docstrings included; `__init__` files are not modules."""
    files = [path for path in sources(HOUSE) if path.name != "__init__.py"]
    sizes = sorted((len(text(path).splitlines()), path) for path in files)
    counts = [size for size, _ in sizes]
    longest = sizes[-1][1].relative_to(HOUSE)
    return [
        ("module lines, median", statistics.median(counts), 150),
        ("module lines, p90", percentile(counts, 90), 350),
        (f"module lines, max ({longest})", counts[-1], 600),
    ]


def functions() -> list[Row]:
    """Lines of a function without its docstring, decorators not counted."""
    counts = sorted(
        body_lines(node)
        for path in sources(HOUSE)
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [
        ("function lines, median", statistics.median(counts), 8),
        ("function lines, p95", percentile(counts, 95), 40),
    ]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from `def` to the end, less the docstring."""
    total = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return total
    return total - (first.end_lineno - first.lineno + 1)


def shape() -> list[Row]:
    """Folder depth below the package, and what `import vedette` offers."""
    import vedette

    depth = max(len(path.relative_to(HOUSE).parents) - 1 for path in sources(HOUSE))
    public = getattr(vedette, "__all__", [name for name in dir(vedette) if not name.startswith("_")])
    return [("folder depth", depth, 3), ("public names", len(public), 40)]


def start_up() -> list[Row]:
    """Seconds of a fresh process, best of five: what a person waits for before anything happens."""
    command = str(Path(sys.executable).with_name("vedette"))
    return [
        ("import vedette, seconds", fastest([sys.executable, "-c", "import vedette"]), 0.3),
        ("vedette --help, seconds", fastest([command, "--help"]), 0.4),
    ]


def fastest(command: list[str], tries: int = 5) -> float:
    """Return the least wall time of `tries` runs in seconds, infinity for a command that fails."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=ROOT)
        times.append(math.inf if done.returncode else time.perf_counter() - start)
    return min(times)


def sources(folder: Path) -> Iterator[Path]:
    """Yield the Python files below `folder`."""
    yield from sorted(folder.rglob("*.py"))


def text(path: Path) -> str:
    """Return the text of a source file."""
    return path.read_text(encoding="utf-8")


def lines(folder: Path) -> int:
    """Return the lines of all Python files below `folder`."""
    return sum(len(text(path).splitlines()) for path in sources(folder))


def percentile(counts: list[int], q: int) -> float:
    """Return the q-th percentile of sorted counts (the nearest rank, so that it is a size that exists)."""
    return counts[max(-(-len(counts) * q // 100) - 1, 0)]


if __name__ == "__main__":
    sys.exit(main())
