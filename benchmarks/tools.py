"""What `compare.py` runs: a command and what its timed call covers, for each tool."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cache
import peers


@dataclass(frozen=True)
class Tool:
    """One row of the comparison.

    Parameters
    ----------
    name : str
        Name on the command line and in the results.
    job : str
        Script below ``benchmarks/``.
    covers : str
        What the call does, and whether it reads the files itself.
    environment : str
        Name of the peer whose environment runs it. Empty: the interpreter that runs the benchmark.
    before, after : tuple of str
        Arguments before and after the two files.
    """

    name: str
    job: str
    covers: str
    environment: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def command(self, root: Path, reference: Path, current: Path) -> list[str]:
        """Full command of one run."""
        folder = peers.environment(root, self.environment)
        interpreter = str(peers.python(folder)) if self.environment else sys.executable
        script = str(cache.BENCHMARKS / self.job)
        return [interpreter, script, *self.before, str(reference), str(current), *self.after]


VEDETTE = "vedette"
_QUALITY = "drift, quality, classification"
_EVERYTHING = f"{_QUALITY}, duplicates, segments; reads the files"

TOOLS = (
    Tool(VEDETTE, "peers/vedette_job.py", _EVERYTHING, environment="vedette"),
    Tool("scan-numpy", "scans.py", _EVERYTHING, environment="scans", before=("numpy",)),
    Tool("scan-polars", "scans.py", _EVERYTHING, environment="scans", before=("polars",)),
    Tool("tfdv", "peers/tfdv_job.py", "drift, quality", environment="tfdv"),
    Tool("whylogs", "peers/whylogs_job.py", _QUALITY, environment="whylogs"),
    Tool("nannyml", "peers/nannyml_job.py", f"{_QUALITY}, in 10 chunks", environment="nannyml"),
    Tool(
        "nannyml-all",
        "peers/nannyml_job.py",
        f"{_QUALITY}, PCA, CBPE, in 10 chunks",
        environment="nannyml",
        after=("all",),
    ),
    Tool(
        "nannyml-stream",
        "peers/nannyml_job.py",
        f"{_QUALITY}, PCA, CBPE, in chunks of 10k rows",
        environment="nannyml",
        after=("all", "10000"),
    ),
    Tool("deepchecks", "peers/deepchecks_job.py", _QUALITY, environment="deepchecks"),
    Tool("evidently", "peers/evidently_job.py", _QUALITY, environment="evidently"),
)
