"""What the API changes, without HTTP: monitors, planned and applied, and the references they need."""

from __future__ import annotations

from typing import Any

import msgspec

from vedette.alerts.deploy import Deploy
from vedette.engine.changes import Difference, difference
from vedette.engine.windows import Every, zone_named
from vedette.errors import ConfigError, UnknownNameError
from vedette.evidence.promise import Promise
from vedette.monitor import Monitor
from vedette.server.api.desk import Desk, missing_model
from vedette.server.delivery.sinks import of_monitor
from vedette.server.evaluation.baselines import Origin, suggested
from vedette.server.evaluation.closing import micros
from vedette.server.evaluation.marking import mark_all
from vedette.store import audit, models, monitors
from vedette.store.monitors import MonitorFile

#: Effects of a change after which every window is looked at anew.
_ANEW = ("refit", "recount", "evidence")
#: Microseconds of the log that a suggested monitor is made from.
_RECENT = 30 * 86_400_000_000


def current(desk: Desk, model: str) -> MonitorFile:
    """Return the monitor in force.

    Raises
    ------
    UnknownNameError
        It has none (``api.no-monitor``).
    """
    with desk.database.read() as tx:
        found = monitors.current(tx, model)
        if found is None:
            raise UnknownNameError(
                f"Model {model!r} has no monitor",
                "A monitor in force",
                "Put one: vedette apply monitor.toml",
                code="api.no-monitor",
            )
        return found


def history(desk: Desk, model: str) -> list[MonitorFile]:
    """Return every revision, newest first."""
    with desk.database.read() as tx:
        return monitors.history(tx, model)


def plan(desk: Desk, model: str, toml: str) -> Difference:
    """Return what differs from the monitor in force, and what would follow.

    Raises
    ------
    ConfigError
        The text is no monitor, or not one of this model (``api.other-model``), or none that a server can run.
    """
    monitor = read(model, toml)
    with desk.database.read() as tx:
        before = monitors.current(tx, model)
    return difference(Monitor.from_toml(before.toml) if before else None, monitor)


def apply(desk: Desk, model: str, toml: str, author: str) -> dict[str, Any]:
    """Put a monitor in force, and begin what follows from it.

    Returns
    -------
    dict
        ``revision``, ``effect``, ``changes``, ``windows`` (to be looked at anew), and ``lacks``: what it waits for,
        None when nothing.
    """
    monitor, now = read(model, toml), desk.clock()
    found = plan(desk, model, toml)
    if found.effect == "refit":
        desk.baselines.refit(model, monitor, now=now)
    with desk.database.write() as tx:
        models.register(tx, model, at=now)
        file = monitors.save(tx, model, toml, author=author, at=now)
        marked = mark_all(tx, model, monitor, at=now) if found.effect in _ANEW else 0
        paths = [change.path for change in found.changes]
        details = {"revision": file.revision, "changes": paths}
        audit.append(tx, "monitor.apply", at=now, actor=author, subject=model, details=details)
        version = next((v.version for v in models.versions_of(tx, model)), "")
        ready = desk.library.find(tx, model, version)
    desk.wake()
    return {
        "revision": file.revision,
        "effect": found.effect,
        "changes": msgspec.to_builtins(found.changes),
        "windows": marked,
        "lacks": ready if isinstance(ready, str) else None,
    }


def refer(desk: Desk, model: str, origin: Origin, author: str, version: str | None = None) -> dict[str, Any]:
    """Make a baseline of a model from logged or uploaded rows, and compare every window with it from now on."""
    monitor, now = Monitor.from_toml(current(desk, model).toml), desk.clock()
    entry = desk.baselines.make(model, monitor, origin, now=now, version=version)
    with desk.database.write() as tx:
        marked = mark_all(tx, model, monitor, at=now)
        details = {"hash": entry.hash, "origin": msgspec.to_builtins(origin)}
        audit.append(tx, "baseline.make", at=now, actor=author, subject=model, details=details)
    desk.wake()
    return {"baseline": entry.hash, "windows": marked}


def deploy(desk: Desk, model: str, version: str, time: str, note: str, *, author: str) -> dict[str, Any]:
    """Note that a version, or something around a model, was deployed; a change that begins with it says so.

    The same version at the same time again changes nothing: pipelines are run twice.
    """
    at = Deploy(time=time).at() if time else desk.clock()
    with desk.database.write() as tx:
        if models.get(tx, model) is None:
            raise missing_model(tx, model)
        before = next((d for d in models.deploys_of(tx, model) if (d.version, d.at) == (version, at)), None)
        number = (
            before.id if before else models.add_deploy(tx, model, version, at=at, note=note, author=author)
        )
        if before is None:
            details = {"version": version, "at": at, "note": note}
            audit.append(tx, "deploy", at=desk.clock(), actor=author, subject=model, details=details)
    return {"deploy": number, "at": at, "new": before is None}


def suggestion(desk: Desk, model: str, version: str = "") -> Monitor:
    """Return a monitor made from what a model logged last."""
    with desk.database.read() as tx:
        name = desk.version(tx, model, version)
        last = next(v.last_seen for v in models.versions_of(tx, model) if v.version == name)
    return suggested(model, desk.rows(model, name, last - _RECENT, last + 1))


def read(model: str, toml: str) -> Monitor:
    """Return the monitor in a text, if a server can run it for this model."""
    monitor = Monitor.from_toml(toml)
    if monitor.model != model:
        raise ConfigError(
            f"The monitor is of model {monitor.model!r} and was put to {model!r}",
            "One name",
            f"Write model = {model!r} in it, or put it to its own model",
            code="api.other-model",
        )
    if Every.parse(monitor.windows.every).unit == "rows" or monitor.schema.time is None:
        raise ConfigError(
            "The monitor cuts rows by their number, or names no time",
            "On a server windows are spans of time: rows come late and twice",
            "Write [schema] time = 'time' and [windows] every = '1d'",
            code="windows.by-row",
        )
    zone_named(monitor.windows.timezone)
    Promise.parse(monitor.alerts.false_alarms)
    of_monitor(model, monitor.sinks)
    for length in (monitor.windows.late, monitor.windows.label_delay):
        micros(length)
    return monitor
