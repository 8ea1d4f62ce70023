"""Streams of windows for the benchmark of alarms: worlds in which nothing changes, and changes put into them.

Every column is a monotone transform of a normal driver, so that season, noise of windows and shifts act on numbers
and categories alike. A table has the columns ``x0 …`` (numbers), ``c0 …`` (categories), ``time`` and ``window``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy.special import ndtr, ndtri

HOUR = 3_600_000_000
#: A Monday.
START = 1_704_067_200_000_000
#: Numbers of categories of the category columns, one after the other.
SIZES = (3, 8, 200, 5, 20, 50)
#: Pearson's statistic of ten bins gains about this much a row from the square of a shift in standard deviations.
GAIN = 0.95


@dataclass(frozen=True)
class World:
    """A stationary stream.

    Parameters
    ----------
    name : str
    columns : int
        Of twenty, six are categories.
    rows : int
        In a window of an hour.
    reference : int
        Reference rows.
    correlation : float
        Between the drivers of any two columns.
    season : float
        Amplitude of the day, in standard deviations; weekends lie as much lower.
    dispersion : float
        Pearson's dispersion of the windows of a number column; 1 where rows are independent.
    persistence : float
        Autoregression of the windows' noise.
    repeats : int
        Rows that each entity sends with one and the same content.
    late : float
        Share of a window's rows that come after it was closed.
    """

    name: str
    columns: int = 20
    rows: int = 200
    reference: int = 10_000
    correlation: float = 0.0
    season: float = 0.0
    dispersion: float = 1.0
    persistence: float = 0.0
    repeats: int = 1
    late: float = 0.0

    def kinds(self) -> list[str]:
        """Return the kind of each column."""
        numbers = ("normal", "normal", "lognormal", "normal", "zero-inflated", "normal", "normal")
        kinds = [numbers[i % 7] if i % 10 < 7 else "category" for i in range(self.columns)]
        return ["normal"] if self.columns == 1 else kinds


#: Where nothing changes.
STILL = (
    World("independent rows, 1 column", columns=1),
    World("independent rows, 20 columns"),
    World("independent rows, 200 columns", columns=200),
    World("independent rows, 50 a window", rows=50),
    World("independent rows, 1000 a window", rows=1000),
    World("independent rows, reference of 500", reference=500),
    World("independent rows, reference of 50 000", reference=50_000),
    World("correlated .5, 20 columns", correlation=0.5),
    World("correlated .5, 200 columns", columns=200, correlation=0.5),
    World("daily and weekly season, 1 column", columns=1, season=0.3, reference=6 * 168 * 200),
    World("daily and weekly season, 20 columns", season=0.3, reference=6 * 168 * 200),
    World("daily and weekly season, 200 columns", columns=200, season=0.3, reference=6 * 168 * 200),
    World("windows vary: dispersion 3", dispersion=3.0, reference=6 * 168 * 200),
    World("windows vary: dispersion 10", dispersion=10.0, reference=6 * 168 * 200),
    World("windows vary, autoregression .5", dispersion=3.0, persistence=0.5, reference=6 * 168 * 200),
    World("each entity sends 5 equal rows", repeats=5, reference=6 * 168 * 200),
    World("5 % of the rows come late", late=0.05),
)


def table(
    world: World, seed: int, windows: int, change: Change | None = None, onset: int = 0
) -> tuple[pa.Table, pa.Table]:
    """Return reference rows and `windows` windows of current rows, changed from window `onset` on."""
    rng = np.random.default_rng(seed)
    past = -(-world.reference // world.rows)
    before, hours = _drivers(world, rng, past, -past)
    now, later = _drivers(world, rng, windows, 0)
    if change is not None:
        now[:, onset:] = change.drive(now[:, onset:], rng)
    reference, current = _frame(world, before, hours), _frame(world, now, later)
    if change is not None:
        current = change.spoil(current, onset * world.rows, rng)
    if world.late:
        current = current.filter(pa.array(rng.random(current.num_rows) >= world.late))
    return reference, current


def _drivers(
    world: World, rng: np.random.Generator, windows: int, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return normal drivers of shape (columns, windows, rows) and the hour of every window."""
    distinct = world.rows // world.repeats
    z = rng.standard_normal((world.columns, windows, distinct), dtype=np.float32)
    if world.correlation:
        common = rng.standard_normal((1, windows, distinct), dtype=np.float32)
        z = np.sqrt(1 - world.correlation) * z + np.sqrt(world.correlation) * common
    hours = first + np.arange(windows)
    level = np.zeros((world.columns, windows))
    if world.season:
        lag = np.arange(world.columns)[:, None]  # columns have their noon at different hours
        level += world.season * np.sin(2 * np.pi * (hours + lag) / 24) - world.season * (hours // 24 % 7 >= 5)
    if world.dispersion > 1:
        level += _noise(world, rng, windows)
    z += level[:, :, None].astype(np.float32)
    return np.repeat(z, world.repeats, axis=2), hours


def _noise(world: World, rng: np.random.Generator, windows: int) -> np.ndarray:
    """Return a level for every column and window that gives ten bins the dispersion asked for."""
    spread = np.sqrt((world.dispersion - 1) * 9 / (GAIN * world.rows))
    shocks = rng.standard_normal((world.columns, windows)) * spread
    rho = world.persistence
    for t in range(1, windows):
        shocks[:, t] = rho * shocks[:, t - 1] + np.sqrt(1 - rho**2) * shocks[:, t]
    return shocks


def _frame(world: World, z: np.ndarray, hours: np.ndarray) -> pa.Table:
    rows = z.shape[2]
    step = HOUR // rows
    times = (START + hours[:, None] * HOUR + np.arange(rows) * step).ravel()
    made: dict[str, pa.Array] = {
        "time": pa.array(times, pa.timestamp("us", "UTC")),
        "window": pa.array(np.repeat(np.arange(len(hours)), rows)),
    }
    for i, kind in enumerate(world.kinds()):
        made[f"{'c' if kind == 'category' else 'x'}{i}"] = _column(kind, z[i].ravel(), i)
    return pa.table(made)


def _column(kind: str, z: np.ndarray, place: int) -> pa.Array:
    if kind == "lognormal":
        return pa.array(np.exp(z))
    if kind == "zero-inflated":
        return pa.array(np.where(z < ndtri(0.3), 0.0, np.exp(z)))
    if kind == "category":
        size = SIZES[place % len(SIZES)]
        shares = 1 / np.arange(1, size + 1)
        codes = np.searchsorted(np.cumsum(shares / shares.sum())[:-1], ndtr(z)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(codes, [f"v{k:03d}" for k in range(size)]).cast(pa.string())
    return pa.array(z)


@dataclass(frozen=True)
class Change:
    """What happens to one column: `drive` moves its driver, `spoil` its values."""

    name: str
    world: World = World("independent rows, 20 columns", rows=500)
    drive: Callable[[np.ndarray, np.random.Generator], np.ndarray] = lambda z, _: z
    spoil: Callable[[pa.Table, int, np.random.Generator], pa.Table] = lambda t, *_: t


def shift(size: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Move the mean of the first column by `size` standard deviations."""
    return lambda z, _: _first(z, z[0] + size)


def ramp(size: float, windows: int) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Move it so far little by little."""
    return lambda z, _: _first(
        z, z[0] + size * np.minimum(np.arange(1, z.shape[1] + 1) / windows, 1)[:, None]
    )


def on_and_off(size: float, windows: int) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Move it for so many windows, and back, again and again."""
    return lambda z, _: _first(z, z[0] + size * (np.arange(z.shape[1]) // windows % 2 == 0)[:, None])


def tail(share: float, factor: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Spread a share of its values."""
    return lambda z, rng: _first(z, np.where(rng.random(z[0].shape) < share, z[0] * factor, z[0]))


def decorrelate(z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal the first column's values out anew within each window: only the correlation changes."""
    return _first(z, rng.permuted(z[0], axis=1))


def _first(z: np.ndarray, values: np.ndarray) -> np.ndarray:
    moved = z.copy()
    moved[0] = values
    return moved


def missing(share: float) -> Callable[[pa.Table, int, np.random.Generator], pa.Table]:
    """Lose a share of the first column's values."""
    return lambda t, first, rng: _replaced(
        t, "x0", first, lambda v: np.where(rng.random(len(v)) < share, None, v)
    )


def factor(by: float) -> Callable[[pa.Table, int, np.random.Generator], pa.Table]:
    """Change the unit of a column."""
    return lambda t, first, _: _replaced(t, "x2", first, lambda v: v * by)


def category(
    share: float, value: str, of: str | None = None
) -> Callable[[pa.Table, int, np.random.Generator], pa.Table]:
    """Turn a share of the rows (of those with the value `of`) of a category column into `value`."""

    def turned(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = rng.random(len(values)) < share
        return np.where(chosen if of is None else chosen & (values == of), value, values)

    return lambda t, first, rng: _replaced(t, "c7", first, lambda v: turned(v, rng))


def _replaced(t: pa.Table, name: str, first: int, become: Callable[[np.ndarray], np.ndarray]) -> pa.Table:
    column = t.column(name)
    values = column.slice(first).to_numpy(zero_copy_only=False)
    after = pa.array(become(values), column.type, from_pandas=False)
    joined = pa.chunked_array([*column.slice(0, first).chunks, after])
    return t.set_column(t.column_names.index(name), name, joined)


_FEW = World("independent rows, 20 columns", rows=500)
CHANGES = (
    Change("mean + .05 sd", drive=shift(0.05)),
    Change("mean + .1 sd", drive=shift(0.1)),
    Change("mean + .16 sd (PSI .025)", drive=shift(0.16)),
    Change("mean + .25 sd", drive=shift(0.25)),
    Change("mean + .4 sd", drive=shift(0.4)),
    Change("mean + .16 sd, one column alone", replace(_FEW, columns=1), drive=shift(0.16)),
    Change(
        "mean + .25 sd under a season of .3 sd",
        replace(_FEW, season=0.3, reference=6 * 168 * 500),
        drive=shift(0.25),
    ),
    Change("mean + .25 sd over 20 windows", drive=ramp(0.25, 20)),
    Change("mean + .25 sd over 100 windows", drive=ramp(0.25, 100)),
    Change("mean + .25 sd, 50 windows on and off", drive=on_and_off(0.25, 50)),
    Change("standard deviation × 1.2", drive=tail(1.0, 1.2)),
    Change("5 % of the values × 3", drive=tail(0.05, 3.0)),
    Change("missing values + 1 point", spoil=missing(0.01)),
    Change("a new category in .5 % of the rows", spoil=category(0.005, "new")),
    Change("a tenth of the commonest category moves to another", spoil=category(0.1, "v001", "v000")),
    Change("unit × 1000", spoil=factor(1000.0)),
    Change("correlation .6 to 0, margins as before", replace(_FEW, correlation=0.6), drive=decorrelate),
)
