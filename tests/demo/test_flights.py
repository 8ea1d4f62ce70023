"""The flights demo leaves a folder that a monitor can be run on."""

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from vedette.demo import download
from vedette.demo.flights import prepare_flights
from vedette.monitor import Monitor


@pytest.fixture(scope="module")
def lines():
    return []


@pytest.fixture(scope="module")
def folder(files, lines, tmp_path_factory):
    return prepare_flights(tmp_path_factory.mktemp("flights"), files, lines.append).parent


def read(folder, name):
    return pq.read_table(folder / f"{name}.parquet")


def test_reference_is_the_training_months(folder, year):
    """January and February by schedule, with labels; the rest has none beside the predictions."""
    left = [flight for flight in year if flight.dep_delay is not None]
    trained = [flight for flight in left if flight.row()["month"] <= 2]
    reference, predictions = read(folder, "reference"), read(folder, "predictions")
    assert reference.num_rows == len(trained)
    assert predictions.num_rows == len(left) - len(trained)
    assert reference.column_names == [*predictions.column_names, "late"]


def test_every_flight_that_left_has_a_score(folder):
    """Including the diverted ones."""
    for name in ("reference", "predictions"):
        scores = read(folder, name)["p_late"]
        assert scores.null_count == 0
        assert 0 <= pc.min(scores).as_py() <= pc.max(scores).as_py() <= 1


def test_labels_arrive_after_their_prediction(folder, year):
    """Each label belongs to one prediction, and is known later; a diverted flight has none."""
    predictions, labels = read(folder, "predictions"), read(folder, "labels")
    joined = labels.join(predictions.select(["flight_id", "departed_at"]), "flight_id", join_type="inner")
    landed = [f for f in year if f.arr_delay is not None and f.row()["month"] > 2]
    assert joined.num_rows == labels.num_rows == len(landed)
    assert pc.all(pc.less(joined["departed_at"], joined["landed_at"])).as_py()
    assert labels["late"].null_count == 0


def test_rows_are_in_order(folder):
    """Events by departure, labels by arrival: the year can be replayed as it lies there."""
    for name, time in (("reference", "departed_at"), ("predictions", "departed_at"), ("labels", "landed_at")):
        times = read(folder, name)[time].to_pylist()
        assert times == sorted(times)


def test_nothing_is_left_out_in_silence(lines, year):
    """Cancelled and diverted flights are counted and told."""
    cancelled = sum(flight.dep_delay is None for flight in year)
    diverted = sum(flight.arr_delay is None for flight in year) - cancelled
    assert lines[0] == f"{len(year)} flights; {cancelled} were cancelled and get no prediction"
    assert lines[1].startswith(f"{diverted} were diverted")


def test_second_run_writes_the_same_bytes(folder, files, tmp_path):
    """Over an older run as well as into a new folder."""
    for _ in range(2):
        prepare_flights(tmp_path, files)
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_monitor_names_what_is_there(folder):
    """Files, columns and units of the monitor file exist."""
    monitor = Monitor.load(folder / "monitor.toml")
    schema, data = monitor.schema, monitor.data
    reference, current, labels = (
        pq.read_schema(path).names for path in (data.reference, data.current, data.labels)
    )
    schema.check(reference)
    schema.check(current, optional=[schema.label])
    assert {schema.id, schema.label} < set(labels)
    assert set(schema.units) < set(reference)


@pytest.mark.slow
def test_real_year(tmp_path):
    """The counts that the documentation quotes, where the data are at hand."""
    archive = download.cache_folder() / download.ARCHIVE
    source = download.installed() or archive
    if not source.exists():
        pytest.skip(f"{download.ARCHIVE} is neither installed nor in {archive.parent}")
    lines = []
    folder = prepare_flights(tmp_path, source, lines.append).parent
    reference, predictions, labels = (read(folder, name) for name in ("reference", "predictions", "labels"))
    assert lines[0] == "336,776 flights; 8,255 were cancelled and get no prediction"
    assert lines[1].startswith("1,175 were diverted")
    assert (reference.num_rows, predictions.num_rows, labels.num_rows) == (50_173, 278_348, 277_337)
    assert pc.count_distinct(predictions["flight_id"]).as_py() == predictions.num_rows
    taxi = pc.subtract(reference["scheduled_minutes"], pc.divide(reference["distance"], 8))
    assert pc.min(taxi).as_py() > 0  # nobody schedules more than 480 mph from gate to gate
