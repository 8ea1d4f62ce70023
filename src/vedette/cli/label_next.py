"""``vedette label-next``: draw the rows whose labels would tell most."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("label-next")
@click.argument("rows", type=click.Path(path_type=Path))
@click.option("--baseline", required=True, type=click.Path(path_type=Path), help="A saved baseline.")
@click.option("--budget", required=True, type=click.IntRange(min=2), help="How many rows can be labelled.")
@click.option("--seed", default=0, show_default=True, help="Of the draw.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV file to write."
)
def label_next(rows: Path, baseline: Path, budget: int, seed: int, out: Path) -> None:
    """Draw BUDGET of ROWS (Parquet, CSV or a folder of them) to be labelled, and write them with their chances."""
    from pyarrow import csv

    from vedette.engine.label_next import label_next as draw

    table = draw(rows, baseline, budget, seed=seed)
    csv.write_csv(table, out)
    click.echo(f"Written: {out}, {table.num_rows:,} rows to label. Add the label column and keep the others.")
