"""Matrices of windows x places as bytes: the wire form of stored series.

A chunk holds one field of up to a few hundred windows; a row holds every field of one window. Numbers stay
float64, so that what is read is what was computed; a matrix is compressed where that makes it smaller.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.errors import StateError

Array = npt.NDArray[Any]

#: Fields of an estimate that are kept for each place, and the type of each. `first` is the value that the
#: window had when it closed: what was known then.
FLOATS = ("value", "low", "high", "n", "p", "first")
TYPES: dict[str, np.dtype[Any]] = {
    **{name: np.dtype("<f8") for name in FLOATS},
    "reason": np.dtype("<i1"),
    "revision": np.dtype("<i4"),
}
_HEADER = struct.Struct("<4sBBHII")
_MAGIC = b"vds1"
_RAW, _ZSTD = 0, 1
_CODEC = pa.Codec("zstd", compression_level=1)


class Block(msgspec.Struct, frozen=True):
    """Windows of one series with every field.

    Attributes
    ----------
    starts : ndarray of shape (w,), int64
        Begin of each window, ascending.
    fields : dict of ndarray of shape (w, k)
        `revision` has shape (w, 1).
    """

    starts: Array
    fields: dict[str, Array]

    def take(self, picked: Array | slice) -> Block:
        """Return some of the windows."""
        return Block(self.starts[picked], {name: array[picked] for name, array in self.fields.items()})


def absent(name: str) -> float:
    """Return what stands where a place had no estimate: nan, or -1 in fields of whole numbers."""
    return np.nan if TYPES[name].kind == "f" else -1


def widen(name: str, matrix: Array, places: int) -> Array:
    """Return a matrix with `places` columns: places that came later have no estimate before."""
    if name == "revision" or matrix.shape[1] >= places:
        return matrix
    wide = np.full((len(matrix), places), absent(name), TYPES[name])
    wide[:, : matrix.shape[1]] = matrix
    return wide


def encode(name: str, starts: Array, matrix: Array) -> bytes:
    """Return the bytes of one field of a chunk."""
    body = np.ascontiguousarray(matrix, TYPES[name]).tobytes()
    packed = _CODEC.compress(body, asbytes=True)
    small = len(packed) < 0.9 * len(body)
    head = _HEADER.pack(_MAGIC, _ZSTD if small else _RAW, 0, 0, len(starts), matrix.shape[1])
    return head + np.ascontiguousarray(starts, "<i8").tobytes() + (packed if small else body)


def decode(name: str, blob: bytes) -> tuple[Array, Array]:
    """Return the starts (w,) and the matrix (w, k) of one field of a chunk."""
    try:
        magic, codec, _, _, windows, places = _HEADER.unpack_from(blob)
        begin = _HEADER.size + 8 * windows
        starts = np.frombuffer(blob, "<i8", windows, _HEADER.size)
        body = memoryview(blob)[begin:]
        if codec == _ZSTD:
            body = _CODEC.decompress(body, windows * places * TYPES[name].itemsize)
        matrix = np.frombuffer(body, TYPES[name]).reshape(windows, places)
    except (struct.error, ValueError, OSError) as error:
        raise _damaged(name) from error
    if magic != _MAGIC:
        raise _damaged(name)
    return starts, matrix


def encode_row(fields: Mapping[str, Array], i: int) -> bytes:
    """Return the bytes of every field of window `i`."""
    return b"".join(
        np.ascontiguousarray(fields[name][i], TYPES[name]).tobytes() for name in (*FLOATS, "reason")
    )


def decode_rows(blobs: Sequence[bytes], places: int) -> dict[str, Array]:
    """Return the fields (w, places) of windows that were kept one by one, maybe with fewer places each."""
    names = (*FLOATS, "reason")
    fields = {name: np.full((len(blobs), places), absent(name), TYPES[name]) for name in names}
    width = 8 * len(FLOATS) + 1
    for length in {*map(len, blobs)} - {0}:  # most often one: each row by itself would cost
        k, rest = divmod(length, width)
        if rest or k > places:
            raise _damaged("row")
        at = [i for i, blob in enumerate(blobs) if len(blob) == length]
        whole = np.frombuffer(b"".join([blobs[i] for i in at]), np.uint8).reshape(len(at), length)
        for j, name in enumerate(names):
            size = TYPES[name].itemsize
            part = np.ascontiguousarray(whole[:, 8 * k * j : 8 * k * j + size * k])
            fields[name][at, :k] = part.view(TYPES[name]).reshape(len(at), k)
    return fields


def merge(old: Block, new: Block, places: int) -> Block:
    """Return both, `new` winning where a window is in both, except for what was known first."""
    starts = np.union1d(old.starts, new.starts)
    was, now = np.searchsorted(starts, old.starts), np.searchsorted(starts, new.starts)
    fields = {}
    for name, kind in TYPES.items():
        width = 1 if name == "revision" else places
        order = ((now, new), (was, old)) if name == "first" else ((was, old), (now, new))
        both = np.full((len(starts), width), absent(name), kind)
        for at, block in order:
            both[at] = widen(name, block.fields[name], width)
        fields[name] = both
    return Block(starts, fields)


def _damaged(name: str) -> StateError:
    return StateError(
        f"The stored series has a damaged {name!r}",
        "Bytes as vedette writes them",
        "Evaluate its windows again, or restore a backup",
        code="state.damaged",
    )
