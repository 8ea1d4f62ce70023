"""How large an Arrow stream becomes, read from its headers: compressed buffers can say much more than they are.

A record batch message is a FlatBuffer: ``Message{version, header_type, header, bodyLength}``, with
``RecordBatch{length, nodes, buffers, compression}`` in it; each compressed buffer begins with its size as a
64-bit integer, -1 when it is not compressed (Arrow columnar format 1.0, "Buffer compression").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_CONTINUED = 0xFFFFFFFF
_RECORD_BATCH, _DICTIONARY_BATCH = 3, 2


class _Table(NamedTuple):
    """A FlatBuffer table: its bytes and where it begins."""

    data: bytes
    at: int

    def field(self, number: int) -> int | None:
        """Return where a field lies, None when it has its default."""
        start = self.at - _number("<i", self.data, self.at)
        offset = 4 + 2 * number
        if offset >= _number("<H", self.data, start):
            return None
        found = _number("<H", self.data, start + offset)
        return self.at + found if found else None

    def table(self, number: int) -> _Table | None:
        """Return the table that a field points to."""
        at = self.field(number)
        return None if at is None else _Table(self.data, at + _number("<I", self.data, at))


def unpacked_size(stream: bytes) -> int:
    """Return the bytes that the batches of a stream take when they are unpacked, one a row at least.

    Raises
    ------
    ValueError
        When it is no stream of Arrow messages.
    """
    return sum(_batch_size(header, body) for header, body in _messages(stream))


def _messages(stream: bytes) -> Iterator[tuple[_Table, memoryview]]:
    at, whole = 0, memoryview(stream)
    while at + 4 <= len(stream):
        length = _number("<I", stream, at)
        at += 4
        if length == _CONTINUED:
            length = _number("<I", stream, at)
            at += 4
        if length == 0:
            return
        head = stream[at : at + length]
        message = _Table(head, _number("<I", head, 0))
        body = message.field(3)
        size = 0 if body is None else _number("<q", head, body)
        at += length
        if size < 0 or at + size > len(stream):
            raise ValueError("a message is longer than the body")
        yield message, whole[at : at + size]
        at += size


def _batch_size(message: _Table, body: memoryview) -> int:
    kind = message.field(1)
    batch = message.table(2)
    what = 0 if kind is None else message.data[kind]
    if what == _DICTIONARY_BATCH and batch is not None:
        batch = batch.table(1)
    if batch is None or what not in (_RECORD_BATCH, _DICTIONARY_BATCH):
        return len(body)
    length = batch.field(0)
    rows = 0 if length is None else _number("<q", batch.data, length)  # a column of nulls has no bytes
    buffers = batch.field(2)
    if batch.field(3) is None or buffers is None:
        return max(len(body), rows)
    first = buffers + _number("<I", batch.data, buffers)
    count = _number("<I", batch.data, first)
    if first + 4 + 16 * count > len(batch.data):
        raise ValueError("a message counts buffers that it does not have")
    return max(rows, sum(_buffer_size(batch.data, first + 4 + 16 * number, body) for number in range(count)))


def _buffer_size(head: bytes, at: int, body: memoryview) -> int:
    start, length = struct.unpack_from("<qq", head, at)
    if length < 8:
        return max(int(length), 0)
    said = _number("<q", body, start)
    return int(length) if said < 0 else said


def _number(form: str, data: bytes | memoryview, at: int) -> int:
    if not 0 <= at <= len(data) - struct.calcsize(form):
        raise ValueError("a message points outside itself")
    return int(struct.unpack_from(form, data, at)[0])
