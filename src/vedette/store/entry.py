"""One accepted request as it waits in the spool, and the file that holds several of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from vedette.store.columns import QUARANTINE

#: What an entry's body is: an Arrow stream, MessagePack rows, or bytes that only their receiver understands.
Form = Literal["arrow", "rows", "bytes"]

_REFUSED = f"{QUARANTINE}:"
_MAGIC = b"vedette spool 1\n"
_HEAD = struct.Struct("<II")  # length and CRC-32 of the record that follows


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What one request leaves behind in one place.

    Parameters
    ----------
    model, kind : str
        Where it goes: a table of the lake, ``profiles``, ``halves`` or ``lost``; ``quarantine:<table>`` for rows that
        were refused on their way to a table.
    form : str
        What `body` is.
    source, seq : str, int
        Who sent it and its number there; a server numbers what comes without.
    received : int
        Microseconds since the epoch.
    rows : int
        How many rows `body` holds.
    """

    model: str
    kind: str
    form: Form
    source: str
    seq: int
    received: int
    rows: int
    body: bytes

    @property
    def sent_to(self) -> str:
        """What the client addressed, refused or not."""
        return self.kind.removeprefix(_REFUSED)

    @property
    def goes_to(self) -> str:
        """Where the rows belong."""
        return QUARANTINE if self.kind.startswith(_REFUSED) else self.kind


def refused_on_the_way_to(table: str) -> str:
    """Return the kind of an entry with rows that a table does not get."""
    return _REFUSED + table


class Batch(NamedTuple):
    """What could be read of one file; `damaged` counts the records that could not."""

    entries: list[Entry]
    damaged: int


_ENTRY = msgspec.msgpack.Decoder(Entry)
_ENCODER = msgspec.msgpack.Encoder()


def packed(entries: Iterable[Entry]) -> bytes:
    """Return the bytes of a spool file.

    Examples
    --------
    >>> entry = Entry("m", "labels", "rows", "s", 1, 0, 0, b"")
    >>> unpacked(packed([entry])).entries == [entry]
    True
    """
    parts = [_MAGIC]
    for entry in entries:
        record = _ENCODER.encode(entry)
        parts += (_HEAD.pack(len(record), zlib.crc32(record)), record)
    return b"".join(parts)


def unpacked(data: bytes) -> Batch:
    """Return the entries of a spool file, every record that is whole; never an error."""
    entries: list[Entry] = []
    damaged = int(not data.startswith(_MAGIC))
    at = len(_MAGIC)
    while not damaged and at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        record = data[at + _HEAD.size : at + _HEAD.size + length]
        at += _HEAD.size + length
        try:
            entries.append(_checked(record, length, checksum))
        except (msgspec.MsgspecError, ValueError):
            damaged += 1  # nothing after it can be trusted to begin where it should
    return Batch(entries, damaged or int(at != len(data)))


def _checked(record: bytes, length: int, checksum: int) -> Entry:
    if len(record) != length or zlib.crc32(record) != checksum:
        raise ValueError(length)
    return _ENTRY.decode(record)
