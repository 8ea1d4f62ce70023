"""Bodies of requests: never more bytes than the limit, also not after decompression."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

import pyarrow as pa

from vedette.errors import DataError
from vedette.server.ingest.limits import MB, too_large


async def collected(chunks: AsyncIterable[bytes], announced: str | None, limit: int) -> bytes:
    """Return the body; it is refused as soon as it is known to be over the limit."""
    if announced is not None and announced.isdecimal() and int(announced) > limit:
        raise too_large(f"{int(announced):,} bytes", limit)
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise too_large(f"more than {limit:,} bytes", limit)
        parts.append(chunk)
    return b"".join(parts)


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """Return the body decompressed.

    Examples
    --------
    >>> import gzip
    >>> decoded(gzip.compress(b"[]"), "gzip", 100)
    b'[]'
    """
    try:
        match encoding.strip().lower():
            case "" | "identity":
                return body
            case "gzip" | "x-gzip":
                return _gunzipped(body, limit)
            case "zstd":
                return _unpacked(body, limit)
    except (zlib.error, OSError, pa.ArrowInvalid) as error:
        raise DataError(
            f"The body is no whole {encoding[:20]!r} stream: {str(error)[:200]}",
            "A body compressed as Content-Encoding says",
            "Compress it again, or leave Content-Encoding out",
            code="ingest.bad-encoding",
        ) from error
    raise DataError(
        f"Content-Encoding {encoding[:80]!r} is unknown",
        "gzip, zstd, or none",
        "Send the body in one of them",
        code="ingest.unknown-encoding",
    )


def _gunzipped(body: bytes, limit: int) -> bytes:
    parts, size = [], 0
    while body:  # a gzip file may have several members
        member = zlib.decompressobj(wbits=31)
        parts.append(member.decompress(body, limit - size + 1))
        size += len(parts[-1])
        if size > limit:
            raise too_large(f"more than {limit:,} bytes after decompression", limit)
        if not member.eof:
            raise zlib.error("it ends too early")
        body = member.unused_data
    return b"".join(parts)


def _unpacked(body: bytes, limit: int) -> bytes:
    parts, size = [], 0
    with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
        while chunk := stream.read(min(limit - size + 1, 4 * MB)):
            parts.append(chunk)
            size += len(chunk)
            if size > limit:
                raise too_large(f"more than {limit:,} bytes after decompression", limit)
    return b"".join(parts)
