"""Reference rows that were uploaded: one Parquet file each, named by what it holds."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vedette.store.durable import write_durably
from vedette.store.home import Home
from vedette.store.names import safe_name


class References:
    """Files of reference rows in a home."""

    def __init__(self, home: Home) -> None:
        self._folder = home.references

    def keep(self, model: str, table: pa.Table) -> str:
        """Write a table; return its name. The same rows have the same name."""
        out = io.BytesIO()
        pq.write_table(table, out, compression="zstd")
        name = hashlib.sha256(out.getbuffer()).hexdigest()[:32]
        path = self.path(model, name)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_durably(path, out.getvalue())
        return name

    def path(self, model: str, name: str) -> Path:
        """Return where the rows of one name lie."""
        return self._folder / safe_name("model", model) / f"{safe_name('reference', name)}.parquet"

    def listing(self, model: str) -> list[str]:
        """Return the names of a model's references, sorted."""
        return sorted(path.stem for path in (self._folder / safe_name("model", model)).glob("*.parquet"))
