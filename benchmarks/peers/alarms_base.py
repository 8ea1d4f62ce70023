"""Reads the streams a peer watches and writes what it said: ``scores.npy`` and ``alerts.npy``, (windows, columns)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd


def folder() -> Path:
    """Return where the streams lie."""
    return Path(sys.argv[1])


def read() -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, list[str]]:
    """Return reference, current rows, the window of each, and the columns to watch."""
    reference, current = (pd.read_parquet(folder() / f"{part}.parquet") for part in ("reference", "current"))
    names = [c for c in current.columns if c not in ("time", "window")]
    return reference[names], current[names], current["window"].to_numpy(), names


def windows(current: pd.DataFrame, numbers: np.ndarray) -> list[pd.DataFrame]:
    """Return the rows of every window."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = np.append(starts[1:], len(numbers))
    return [current.iloc[a:b].reset_index(drop=True) for a, b in zip(starts, ends, strict=True)]


def write(scores: npt.ArrayLike, alerts: npt.ArrayLike) -> None:
    """Write what a peer said of every window and column."""
    np.save(folder() / "scores.npy", np.asarray(scores, float))
    np.save(folder() / "alerts.npy", np.asarray(alerts, bool))
