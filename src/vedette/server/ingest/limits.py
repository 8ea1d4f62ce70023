"""How much one request may be, and the errors of what is not one."""

from __future__ import annotations

import msgspec

from vedette.errors import DataError

MB = 1 << 20


class Limits(msgspec.Struct, frozen=True):
    """Bounds of a request.

    Parameters
    ----------
    body, upload : int
        Bytes of a request, and of a file, compressed and not.
    ahead : float
        Seconds that the clock of a client may be ahead.
    chunk_rows : int
        Rows of an upload that lie in one entry of the spool.
    """

    body: int = 64 * MB
    upload: int = 512 * MB
    ahead: float = 300.0
    chunk_rows: int = 20_000


def too_large(size: str, limit: int) -> DataError:
    """Return the error of a body over the limit."""
    return DataError(
        f"The request is {size}",
        f"At most {limit:,} bytes, also after decompression",
        "Send fewer rows at once",
        code="ingest.too-large",
    )
