"""Projects, models and their versions; baselines and deploys."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import insert, select, update

from vedette.store.database import Transaction, upsert
from vedette.store.records import struct, structs
from vedette.store.tables import baselines, deploys, models, projects, versions

#: Where a model goes that nobody put elsewhere.
DEFAULT_PROJECT = "default"


class Project(msgspec.Struct, frozen=True):
    """A group of models that the same people may see."""

    name: str
    title: str
    created: int


class Model(msgspec.Struct, frozen=True):
    """A model by name; `task` is None until a monitor says what it predicts."""

    name: str
    project: str
    task: str | None
    created: int
    archived: bool


class Version(msgspec.Struct, frozen=True):
    """A version of a model, as seen in its predictions: event times of the first and last row, and how many."""

    model: str
    version: str
    first_seen: int
    last_seen: int
    rows: int


class BaselineEntry(msgspec.Struct, frozen=True):
    """A stored baseline: the hash names its file; `source` says where its rows came from."""

    hash: str
    model: str
    version: str | None
    at: int
    source: str


class Deploy(msgspec.Struct, frozen=True):
    """A mark on the time axis: this version went live."""

    id: int
    model: str
    version: str
    at: int
    note: str
    author: str


def add_project(tx: Transaction, name: str, *, at: int, title: str = "") -> None:
    """Make a project; one that exists keeps its date, and its title unless there is a new one."""
    row = {"name": name, "title": title or name, "created": at}
    upsert(tx, projects, row, replace=["title"] if title else [])


def all_projects(tx: Transaction) -> list[Project]:
    """Return every project, sorted by name."""
    return sorted(structs(tx, select(projects), Project), key=lambda project: project.name)


def register(tx: Transaction, name: str, *, at: int, project: str = DEFAULT_PROJECT) -> Model:
    """Return the model, made (in `project`) when it is new."""
    found = get(tx, name)
    if found:
        return found
    add_project(tx, project, at=at)
    model = Model(name, project, None, at, archived=False)
    tx.execute(insert(models), msgspec.structs.asdict(model))
    return model


def get(tx: Transaction, name: str) -> Model | None:
    """Return one model."""
    return struct(tx, select(models).where(models.c.name == name), Model)


def listing(tx: Transaction, project: str | None = None, *, archived: bool = False) -> list[Model]:
    """Return the models of a project (None: of all), sorted by name; archived ones only on request."""
    query = select(models) if project is None else select(models).where(models.c.project == project)
    found = structs(tx, query, Model)
    return sorted((m for m in found if archived or not m.archived), key=lambda model: model.name)


def change(
    tx: Transaction,
    name: str,
    *,
    project: str | None = None,
    task: str | None = None,
    archived: bool | None = None,
) -> None:
    """Change what is given of a model."""
    values = {"project": project, "task": task, "archived": archived}
    given = {key: value for key, value in values.items() if value is not None}
    if given:
        tx.execute(update(models).where(models.c.name == name).values(**given))


def saw_rows(tx: Transaction, model: str, version: str, *, first: int, last: int, rows: int) -> None:
    """Count rows of a version; `first` and `last` are the earliest and latest event times among them."""
    query = select(versions).where(versions.c.model == model, versions.c.version == version)
    old = struct(tx, query, Version)
    new = Version(model, version, first, last, rows)
    if old:
        new = Version(
            model,
            version,
            min(first, old.first_seen),
            max(last, old.last_seen),
            rows + old.rows,
        )
    upsert(tx, versions, msgspec.structs.asdict(new))


def versions_of(tx: Transaction, model: str) -> list[Version]:
    """Return the versions of a model, the most recently used first."""
    found = structs(tx, select(versions).where(versions.c.model == model), Version)
    return sorted(found, key=lambda v: (-v.last_seen, -v.first_seen, v.version))


def all_versions(tx: Transaction) -> list[Version]:
    """Return the versions of all models (the fleet page asks once)."""
    found = structs(tx, select(versions), Version)
    return sorted(found, key=lambda v: (v.model, -v.last_seen, -v.first_seen, v.version))


def add_baseline(tx: Transaction, entry: BaselineEntry) -> None:
    """Note a baseline; the same hash again changes nothing."""
    upsert(tx, baselines, msgspec.structs.asdict(entry), replace=[])


def baselines_of(tx: Transaction, model: str) -> list[BaselineEntry]:
    """Return the baselines of a model, newest first."""
    query = select(baselines).where(baselines.c.model == model).order_by(baselines.c.at.desc())
    return structs(tx, query, BaselineEntry)


def baselines_by_model(tx: Transaction, names: Iterable[str]) -> dict[str, list[BaselineEntry]]:
    """Return the baselines of several models, the newest of each first."""
    found: dict[str, list[BaselineEntry]] = {name: [] for name in names}
    query = select(baselines).where(baselines.c.model.in_(list(found)))
    for entry in structs(tx, query.order_by(baselines.c.at.desc()), BaselineEntry):
        found[entry.model].append(entry)
    return found


def add_deploy(tx: Transaction, model: str, version: str, *, at: int, note: str = "", author: str) -> int:
    """Mark a deploy; the number of the mark."""
    row = {"model": model, "version": version, "at": at, "note": note, "author": author}
    return int(tx.execute(insert(deploys).returning(deploys.c.id), row).scalar_one())


def deploys_of(tx: Transaction, model: str) -> list[Deploy]:
    """Return the deploys of a model in order of time."""
    query = select(deploys).where(deploys.c.model == model).order_by(deploys.c.at, deploys.c.id)
    return structs(tx, query, Deploy)
