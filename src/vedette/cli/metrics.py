"""``vedette metrics``: what is measured."""

from __future__ import annotations

import inspect

import click


@click.group()
def metrics() -> None:
    """List the metrics, or show one."""


@metrics.command("list")
@click.option("--family", help="Only this family, e.g. drift.")
def list_(family: str | None) -> None:
    """List every metric by family; a star marks those a report shows unasked."""
    from vedette import registry

    known = registry.load_all("metric")
    families: dict[str, list[str]] = {}
    for name in known:
        families.setdefault(registry.family("metric", name), []).append(name)
    if family is not None and family not in families:
        from vedette.errors import unknown_name

        raise unknown_name("Family", family, families, code="cli.unknown-family")
    for title, names in sorted(families.items()):
        if family in (None, title):
            click.echo(f"\n{title}")
            for name in sorted(names):
                click.echo(f"  {'*' if known[name].default else ' '} {name:<28} {known[name].title}")


@metrics.command()
@click.argument("name")
def show(name: str) -> None:
    """Show what a metric answers, when it misleads, its formula and its facts."""
    from vedette import registry

    cls = registry.load("metric", name)
    low, high = cls.range
    click.echo(f"{name}: {cls.title}")
    click.echo(
        f"family {registry.family('metric', name)}, range [{low:g}, {high:g}], unit {cls.unit or 'none'}, ",
        nl=False,
    )
    click.echo(f"better: {cls.better}, tasks: {', '.join(cls.tasks) or 'all'}\n")
    click.echo(inspect.getdoc(cls))
