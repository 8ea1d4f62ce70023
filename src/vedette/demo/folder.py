"""The folder a demo leaves behind: Parquet files and the monitor that names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from vedette.demo.progress import Progress

ROWS_PER_GROUP = 65_536  # row groups are what is read in parallel


def write_folder(folder: str | Path, tables: Mapping[str, pa.Table], monitor: str, tell: Progress) -> Path:
    """Write each table as Parquet and the monitor file beside them; return the path of the latter."""
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pyarrow.parquet.write_table(table, home / f"{name}.parquet", row_group_size=ROWS_PER_GROUP)
        tell(f"{home / name}.parquet: {table.num_rows:,} rows")
    path = home / "monitor.toml"
    path.write_text(monitor, encoding="utf-8")
    return path
