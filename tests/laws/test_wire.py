"""States that any release wrote stay readable, and mean what they meant."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from vedette import registry
from vedette.batch import Batch
from vedette.cells import Cells
from vedette.errors import StateError
from vedette.summaries.base import State
from vedette.testing.laws import agree
from vedette.testing.rows import law_rows

WIRE = Path(__file__).parents[1] / "wire"
FILES = sorted(WIRE.glob("*.msgpack"))


@pytest.fixture(scope="module")
def batch() -> Batch:
    """The rows of which all files hold the states."""
    with (WIRE / "rows.arrow").open("rb") as source:
        return Batch(pa.ipc.open_stream(source).read_next_batch())


@pytest.mark.parametrize("kind", registry.names("summary"))
def test_every_codec_has_a_file(kind: str):
    """A new summary, or a new codec of one, is written down once: run ``python tools/wire.py``."""
    assert WIRE / f"{kind}-v{registry.load('summary', kind).codec}.msgpack" in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_old_file_is_readable(path: Path, batch: Batch):
    """The state of an old file is what observing its rows gives today, and merges with it."""
    states = [State.decode(wire) for wire in msgspec.msgpack.decode(path.read_bytes())]
    assert states
    for state in states:
        assert path.stem == f"{state.spec.kind}-v{state.spec.codec}"
        cells = Cells(batch.codes("g", ("u", "v", "w")), 3)
        today = state.spec.observe(batch, cells)
        agree(state, today, path.name)
        state.merge(today)


class TestDamaged:
    """A wire form that cannot be read says so with its code."""

    @staticmethod
    def wire() -> bytes:
        return registry.load("summary", "moments").examples()[0].observe(law_rows(5), Cells()).encode()

    @pytest.mark.parametrize("cut", [0, 1, 20, -1])
    def test_truncated(self, cut: int):
        with pytest.raises(StateError, match=r"state\.damaged"):
            State.decode(self.wire()[:cut])

    @pytest.mark.parametrize(
        ("old", "new"), [(b"moments", b"momints"), (b"arrays", b"arroys"), (b"<f8", b"<q9")]
    )
    def test_changed(self, old: bytes, new: bytes):
        with pytest.raises(StateError, match=r"state\.damaged"):
            State.decode(self.wire().replace(old, new))
