"""A folder that was logged to is read by a comparison and by a monitor."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import vedette as vd

START = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = vd.Schema(id="vd_id", time="vd_time", score="vd_score", label="vd_label", ignore=["vd_version"])


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """Four days of rows in several files, a feature that comes on the third, and the same rows as a mapping."""
    folder = tmp_path_factory.mktemp("logged")
    rng = np.random.default_rng(3)
    score = rng.random(800)
    rows = {
        "vd_id": [f"r{i}" for i in range(800)],
        "vd_time": [START + timedelta(minutes=7.2 * i) for i in range(800)],
        "vd_score": score,
        "vd_label": (rng.random(800) < score).astype(float),
        "age": rng.normal(40, 9, 800),
    }
    with vd.Logger(folder, "loans", version="2", interval=0.01) as log:
        for i in range(800):
            extra = {"late_comer": i} if i >= 400 else {}
            log.prediction(
                rows["vd_id"][i],
                {"age": rows["age"][i]} | extra,
                score=rows["vd_score"][i],
                time=rows["vd_time"][i],
            )
            log.label(rows["vd_id"][i], rows["vd_label"][i])
            if i % 200 == 199:
                log.flush(5)
    assert log.counts.sent == 1600
    return folder / "loans", rows


def test_compare_reads_the_folder(logged):
    folder, rows = logged
    assert len(list((folder / "predictions").glob("*.arrow"))) >= 4
    report = vd.compare(rows, folder / "predictions", SCHEMA, labels=folder / "labels", metrics=["default"])
    direct = vd.compare(rows, rows, SCHEMA)
    for name in ("roc_auc", "accuracy", "row_count"):
        assert report.estimate(name).value == pytest.approx(direct.estimate(name).value)
    assert report.ok


def test_a_monitor_replays_the_folder(logged, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder, rows = logged
    pq.write_table(pa.table(rows), tmp_path / "reference.parquet")
    monitor = vd.Monitor.from_toml(f"""
        version = 1
        model = "loans"
        [schema]
        id = "vd_id"
        time = "vd_time"
        score = "vd_score"
        label = "vd_label"
        [data]
        reference = "{tmp_path / "reference.parquet"}"
        current = "{folder / "predictions"}"
        labels = "{folder / "labels"}"
        [windows]
        every = "1d"
    """)
    report = vd.replay(monitor)
    assert len(report.windows) == 4
    assert report.estimate("label_coverage").value == 1.0


def test_a_folder_that_cannot_be_written_keeps_rows_until_it_can(tmp_path):
    place = tmp_path / "logs"
    place.mkdir()
    (place / "m").write_text("a file where the folder should be")
    with vd.Logger(place, "m", interval=0.02) as log:
        log.prediction("a")
        assert not log.flush(0.3)
        assert log.counts.queued == 1
        assert log.counts.error
        (place / "m").unlink()
        assert log.flush(5)
    assert log.counts.sent == 1
