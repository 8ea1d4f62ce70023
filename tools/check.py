"""Every check of the house that is not a test: runs them all, shows what failed, counts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable
#: name -> command; a check that measures shows its numbers even when it passes
CHECKS = {
    "style": [f"{BIN}/ruff", "check", "--quiet", "--output-format", "concise"],
    "format": [f"{BIN}/ruff", "format", "--check", "--quiet", "--output-format", "concise"],
    "types": [f"{BIN}/mypy", "--no-error-summary"],
    "layers": [f"{BIN}/lint-imports", "--cache-dir", ".cache/imports"],
    "heavy imports": [PYTHON, "tools/heavy.py"],
    "generated pages": [PYTHON, "tools/gen.py", "--check"],
    "examples": [PYTHON, "tools/examples.py"],
    "budgets": [PYTHON, "tools/budgets.py"],
}
MEASURES = {"budgets"}


def main() -> int:
    """Run the checks named on the command line, or all; 1 when one failed."""
    names = sys.argv[1:] or list(CHECKS)
    failed = [name for name in names if not passes(name)]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return int(bool(failed))


def passes(name: str) -> bool:
    """Run one check, print its verdict, and its output when it says something."""
    start = time.perf_counter()
    done = subprocess.run(CHECKS[name], cwd=ROOT, text=True, capture_output=True, check=False)
    good = done.returncode == 0
    print(f"{'ok    ' if good else 'FAILED'} {name:<16}{time.perf_counter() - start:6.1f} s", flush=True)
    if not good or name in MEASURES:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
