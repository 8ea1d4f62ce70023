"""The wire form of one window's states: kept under the hash of their definition, read back only under the same."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.errors import StateError
from vedette.summaries.base import State
from vedette.values import Note, Window

#: Of the format; a reader takes this one and all before it.
VERSION = 1


def pack(cube: Cube, definition: Definition) -> bytes:
    """Return the wire form of the states of one window or more.

    The specs are not written: the definition tells them, and its hash is. Most counts of a window are zero, so the
    arrays are compressed.
    """
    states = [_plain(cube.states[key]) for key in definition.specs]
    body = msgspec.msgpack.encode(
        {
            "windows": msgspec.to_builtins(cube.windows),
            "rows": cube.rows,
            "notes": msgspec.to_builtins(cube.notes),
            "states": states,
        }
    )
    small = pa.compress(body, "zstd", asbytes=True)
    wire = {
        "vedette": VERSION,
        "definition": definition.hash,
        "size": len(body),
        "crc": zlib.crc32(small),
        "body": small,
    }
    return msgspec.msgpack.encode(wire)


def unpack(wire: bytes, definition: Definition) -> Cube:
    """Return the states behind a wire form.

    Raises
    ------
    StateError
        They are of another definition (``state.mismatch``), or damaged (``state.damaged``).
    """
    try:
        raw = msgspec.msgpack.decode(wire)
        whole = zlib.crc32(raw["body"]) == raw["crc"]
        body = pa.decompress(raw["body"], raw["size"], "zstd", asbytes=True) if whole else b""
        told = raw["definition"]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, OSError) as error:
        raise _damaged(str(error)) from error
    if not whole:
        raise _damaged("its checksum differs")
    if told != definition.hash:
        raise StateError(
            f"States of definition {told} met definition {definition.hash}",
            "States of one definition merge",
            "Count the window again from its rows",
            code="state.mismatch",
        )
    return _cube(msgspec.msgpack.decode(body), definition)


def _cube(plain: dict[str, Any], definition: Definition) -> Cube:
    cube = Cube(msgspec.convert(plain["windows"], list[Window]), definition.segments)
    cube.rows, cube.notes = plain["rows"], msgspec.convert(plain["notes"], list[Note])
    for (dimension, spec), arrays in zip(definition.specs, plain["states"], strict=True):
        found = {
            name: np.frombuffer(data, np.dtype(kind)).reshape(shape).copy()
            for name, (kind, shape, data) in arrays.items()
        }
        cube.states[dimension, spec] = State(spec, found)
    return cube


def _plain(state: State) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: array_to_plain(array) for name, array in state.arrays.items()}


def array_to_plain(array: np.ndarray[Any, Any]) -> tuple[str, tuple[int, ...], bytes]:
    """Return an array as (type, shape, little-endian bytes)."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return little.dtype.str, array.shape, little.tobytes()


def _damaged(why: str) -> StateError:
    return StateError(
        f"The states of a window cannot be read ({why})",
        "MessagePack as `vedette.engine.packing.pack` writes it",
        "Count the window again from its rows",
        code="state.damaged",
    )
