"""A home filled through the store's own functions, so that pages of a long life can be timed at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vedette.engine.baseline import Baseline
from vedette.engine.definition import Definition
from vedette.monitor import Monitor, Windows
from vedette.schema import Schema
from vedette.store import models, monitors, series, windows
from vedette.store.database import Database, Transaction
from vedette.store.home import Home
from vedette.store.series import Piece, SeriesKey
from vedette.store.windows import StoredWindow

HOUR = 3_600_000_000
#: Begin of the first window; the last of 10 000 hours is more than a year later.
START = 470_000 * HOUR
WIDE, VERSION = "wide", "v1"
SCHEMA = Schema(id="id", time="time", score="score", label="label")


def fill(folder: Path, *, hours: int, columns: int, fleet: int) -> None:
    """Make a home of one model of many windows and columns, and of a fleet of small ones of thirty days."""
    dice = np.random.default_rng(0)
    with Home(folder) as home:
        database = Database(home.database)
        names = [f"c{at:03d}" for at in range(columns)]
        wide = Baseline.fit(rows(dice, names), SCHEMA)
        small = Baseline.fit(rows(dice, names[:5]), SCHEMA)
        for baseline in (wide, small):
            baseline.save(home.baselines / f"{baseline.hash}.baseline")
        with database.write() as tx:
            one(tx, dice, WIDE, wide, hours, "1h", HOUR)
        with database.write() as tx:
            for at in range(fleet - 1):
                one(tx, dice, f"model-{at:03d}", small, 30, "1d", 24 * HOUR)
        database.close()


def watched(folder: Path, model: str, columns: Sequence[str]) -> None:
    """Make a home of one model without rows yet, whose monitor counts every hour of them."""
    dice = np.random.default_rng(0)
    with Home(folder) as home:
        database = Database(home.database)
        baseline = Baseline.fit(rows(dice, columns), SCHEMA)
        baseline.save(home.baselines / f"{baseline.hash}.baseline")
        monitor = Monitor(model=model, schema=SCHEMA, windows=Windows(every="1h"))
        with database.write() as tx:
            models.register(tx, model, at=START)
            models.add_baseline(tx, models.BaselineEntry(baseline.hash, model, None, START, "a benchmark"))
            monitors.save(tx, model, monitor.to_toml(), author="a benchmark", at=START)
        database.close()


def rows(dice: np.random.Generator, names: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Return 500 reference rows."""
    score = dice.random(500)
    times = START / 1e6 + np.arange(500) * 60.0
    found = {"id": np.arange(500.0), "time": times, "score": score}
    return {
        **found,
        "label": (dice.random(500) < score).astype(float),
        **{n: dice.normal(size=500) for n in names},
    }


def one(
    tx: Transaction,
    dice: np.random.Generator,
    name: str,
    baseline: Baseline,
    count: int,
    every: str,
    step: int,
) -> None:
    """Write one model with its monitor, windows and the series of every metric that its monitor chooses."""
    monitor = Monitor(model=name, schema=SCHEMA, windows=Windows(every=every))
    starts = START + np.arange(count) * step
    models.register(tx, name, at=START)
    models.saw_rows(
        tx, name, VERSION, first=int(starts[0]), last=int(starts[-1]) + step - 1, rows=100 * count
    )
    models.add_baseline(tx, models.BaselineEntry(baseline.hash, name, None, START, "a benchmark"))
    monitors.save(tx, name, monitor.to_toml(), author="a benchmark", at=START)
    windows.put(tx, [window(name, int(start), step) for start in starts])
    places: dict[str, list[tuple[str, str]]] = {}
    for chosen in Definition(monitor, baseline).plan.chosen:
        places.setdefault(chosen.metric.key, []).append((chosen.metric.column or "", ""))
    for metric, found in places.items():
        value = 0.5 + 0.1 * np.cumsum(dice.normal(size=(count, len(found))), axis=0) / np.sqrt(count)
        fields = {"value": value}
        if found == [("", "")]:  # pages draw intervals for the model's own metrics alone
            fields |= {"low": value - 0.05, "high": value + 0.05, "n": np.full(value.shape, 100.0)}
        series.put(tx, starts, [Piece(SeriesKey(name, VERSION, metric), found, fields)])


def window(model: str, start: int, step: int) -> StoredWindow:
    """Return a closed window with labels."""
    label = str(np.datetime64(start, "us").astype("datetime64[h]"))
    return StoredWindow(
        model,
        VERSION,
        start,
        start + step,
        label,
        rows=100,
        labelled=90,
        revision=1,
        evaluated_at=start + step,
        closed=True,
    )
