"""The libraries vedette is measured against: what is installed, with which pins, and what each one runs.

A plain ``pip install`` of several of them does not work today (``install.py`` shows which and why), so the
timed environments carry the pins that make each one run at its best.

    python benchmarks/peers.py list
    python benchmarks/peers.py install [NAME ...]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cache


@dataclass(frozen=True)
class Peer:
    """One library: the plain install a reader would type, and the pins under which it is timed.

    Parameters
    ----------
    name : str
        Name on the command line and of the environment.
    plain : tuple of str
        What a first user gives to pip; a bare name, so that it means "today".
    pinned : tuple of str
        What is installed for the timed runs. Empty: not timed, only installed.
    """

    name: str
    plain: tuple[str, ...]
    pinned: tuple[str, ...] = ()


PEERS = (
    # pandas 3 removed a private name it imports; pyarrow only reads the Parquet.
    Peer("evidently", ("evidently",), ("evidently==0.7.23", "pandas<3", "pyarrow")),
    # statsmodels is imported and not declared.
    Peer("nannyml", ("nannyml",), ("nannyml==0.13.1", "statsmodels", "pyarrow")),
    # Uses names that NumPy 2 removed; newer pyarrow needs it. It takes pandas frames and brings no pandas.
    Peer("whylogs", ("whylogs", "pandas"), ("whylogs[viz]==1.6.4", "numpy<2", "pandas<3", "pyarrow<20")),
    # Asks scikit-learn for a scorer that is gone, and NumPy for `np.Inf`.
    Peer(
        "deepchecks",
        ("deepchecks",),
        (
            "deepchecks==0.19.1",
            "scikit-learn<1.6",
            "category-encoders<2.7",
            "numpy<2",
            "pandas<3",
            "pyarrow<20",
        ),
    ),
    # The resolver does not end by itself: these four are what it should have found. No wheels above 3.11.
    Peer(
        "tfdv",
        ("tensorflow-data-validation",),
        (
            "tensorflow-data-validation==1.16.1",
            "pyarrow==10.0.1",
            "apache-beam[gcp]==2.59.0",
            "tensorflow==2.16.2",
        ),
    ),
    Peer("alibi-detect", ("alibi-detect",), ("alibi-detect==0.13.0", "pyarrow<20")),
    Peer("river", ("river",), ("river==0.26.1", "pandas<3", "pyarrow")),
)
#: Ourselves and the hand-written scans, as a first user would have them: pyarrow imports pandas, where it is
#: installed, inside the first call that builds an array.
OURS = Peer("vedette", (str(cache.BENCHMARKS.parent),), (str(cache.BENCHMARKS.parent),))
SCANS = Peer("scans", (), ("numpy", "polars", "pyarrow"))
TIMED = (OURS, SCANS, *(peer for peer in PEERS if peer.pinned))


def environment(root: Path, name: str) -> Path:
    """Folder of one peer's virtual environment."""
    return root / "environments" / name


def python(folder: Path) -> Path:
    """Interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def create_environment(folder: Path) -> Path:
    """Make an empty environment where perhaps another one was, and return its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return python(folder)


def install(root: Path, peer: Peer) -> bool:
    """Install the pinned peer in a fresh environment; say on stderr how it ended."""
    folder = environment(root, peer.name)
    interpreter = create_environment(folder)
    done = subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *peer.pinned], check=False)
    print(f"{peer.name}: {'installed' if done.returncode == 0 else 'FAILED'} in {folder}", file=sys.stderr)
    if done.returncode:
        # A half-filled environment would look installed to the next run.
        shutil.rmtree(folder, ignore_errors=True)
    return done.returncode == 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("verb", choices=("list", "install"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: every timed peer")
    asked = parser.parse_args()
    known = {peer.name: peer for peer in TIMED}
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)} not among the timed peers: {', '.join(known)}")
    chosen = [known[name] for name in asked.names or known]
    if asked.verb == "list":
        for peer in chosen:
            state = "installed" if python(environment(asked.data, peer.name)).exists() else "missing"
            print(f"{peer.name:12} {state:10} {' '.join(peer.pinned)}")
        return 0
    # Every one is tried, also after a failure.
    outcomes = [install(asked.data, peer) for peer in chosen]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
