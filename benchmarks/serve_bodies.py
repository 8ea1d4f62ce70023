"""Bodies of requests for `serve.py`: each row has an id of its own, and each label belongs to one prediction."""

from __future__ import annotations

import functools
import io
import time

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: Columns of features, and rows of an Arrow request.
FEATURES = [f"f{at}" for at in range(20)]
ROWS = 2000
#: Event time begins so long ago, in microseconds; requests of Arrow rows cover ten minutes each, JSON rows a second.
START = (time.time_ns() // 1000 // 86_400_000_000 - 90) * 86_400_000_000
STEP, SECOND = 600_000_000, 1_000_000
_NUMBER = b"########"


def json_row(number: int, step: int = SECOND) -> bytes:
    """One prediction of 20 features as JSON."""
    instant = np.datetime64(START + number * step, "us")
    features = {name: number * 0.5 + at for at, name in enumerate(FEATURES)}
    row = {"id": f"j{number}", "time": f"{instant}Z", "score": number % 100 / 100, "features": features}
    return msgspec.json.encode(row)


def arrow_rows(number: int) -> bytes:
    """Rows of 20 features with id, time and score, as the SDK sends them."""
    instants = START + number * STEP + np.arange(ROWS) * (STEP // ROWS)
    times = pa.array(instants, pa.timestamp("us", tz="UTC"))
    return stream(pa.table({"vd_id": ids(number), "vd_time": times, **_values(number % 12)}))


def label_rows(number: int) -> bytes:
    """Labels of the rows above."""
    return stream(pa.table({"vd_id": ids(number), "vd_label": np.arange(ROWS) % 2}))


def ids(number: int) -> pa.Array:
    """Ids of the rows of a request."""
    offsets, names = _names()
    return pa.StringArray.from_buffers(ROWS, offsets, pa.py_buffer(names.replace(_NUMBER, b"%08d" % number)))


@functools.cache
def _names() -> tuple[pa.Buffer, bytes]:
    # Made once: a client that spends its time on names takes the processor from the server.
    names = [b"a" + _NUMBER + b"-%04d" % row for row in range(ROWS)]
    return pa.py_buffer(np.arange(ROWS + 1, dtype=np.int32) * len(names[0])), b"".join(names)


@functools.cache
def _values(seed: int) -> dict[str, npt.NDArray[np.float64]]:
    dice = np.random.default_rng(seed)
    return {"vd_score": dice.random(ROWS), **{name: dice.normal(size=ROWS) for name in FEATURES}}


def stream(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()
