"""``vedette init``: look at data and write a monitor file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from vedette.cli.roles import guess, role_options, schema_from


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--reference", type=click.Path(path_type=Path), help="Rows to compare with (default: DATA itself)."
)
@click.option("--model", default="model", show_default=True, help="Name of the model.")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("monitor.toml"), show_default=True)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@role_options
def init(data: Path, reference: Path | None, model: str, out: Path, *, force: bool, **roles: Any) -> None:
    """Look at DATA (Parquet, CSV or a folder of them), guess the roles of its columns and write a monitor file."""
    from vedette.engine.fit import fit_layout
    from vedette.errors import ConfigError
    from vedette.monitor import Data, Monitor, Windows
    from vedette.schema import Schema
    from vedette.sources.base import open_source

    if out.exists() and not force:
        raise ConfigError(
            f"{out} exists already",
            "A new file",
            "Choose another with --out, or overwrite it with --force",
            code="cli.file-exists",
        )
    source = open_source(str(reference or data))
    guessed = {k: v for k, v in guess(source.names).items() if v not in {*roles.values(), *roles["segments"]}}
    given = schema_from(roles, None) or Schema()
    schema = given.with_(**{k: v for k, v in guessed.items() if getattr(given, k) is None})
    layout = fit_layout(source, schema)
    folder = out.parent
    paths = Data(os.path.relpath(reference or data, folder), os.path.relpath(data, folder))
    every = "1d" if schema.time else "1000 rows"
    out.write_text(
        Monitor(model=model, schema=schema, data=paths, windows=Windows(every=every)).to_toml(), "utf-8"
    )
    for role, column in {**guessed, **{k: v[0] for k, v in given.roles().items()}}.items():
        click.echo(f"{role:<11} {column}{'' if getattr(given, role) else '  (guessed from its name)'}")
    click.echo(f"{'task':<11} {layout.task}: {layout.why['task']}")
    kinds = [c.kind for c in layout.columns if c.role == "feature"]
    click.echo(f"{'features':<11} " + ", ".join(f"{kinds.count(k)} {k}" for k in sorted(set(kinds))))
    click.echo(f"Written: {out}. Look it over, then run: vedette replay {out}")
