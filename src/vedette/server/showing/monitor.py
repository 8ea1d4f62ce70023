"""The page of a model's monitor: the one in force, or one suggested from what it logged."""

from __future__ import annotations

from vedette.errors import UnknownNameError
from vedette.monitor import Monitor
from vedette.server.api import changing
from vedette.server.api.desk import Desk
from vedette.server.pages.monitor import MonitorPage
from vedette.server.pages.visit import Visit
from vedette.server.showing.fleet import moment
from vedette.server.showing.form import checked
from vedette.server.showing.model import found
from vedette.store import monitors


def monitor(desk: Desk, visit: Visit, name: str) -> MonitorPage | None:
    """Return the page, None where there is no such model."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, "", "30d")
        file = monitors.current(tx, name)
    if head is None:
        return None
    if file is None:
        return MonitorPage(
            subject=head.subject, check=checked(name, _suggested(desk, name), {}), suggested=True
        )
    return MonitorPage(
        subject=head.subject,
        check=checked(name, file.toml, {}),
        saved=moment(file.at),
        saved_by=file.author,
    )


def _suggested(desk: Desk, name: str) -> str:
    """Return a monitor made from the log; of a model that never logged one that says its name alone."""
    try:
        return changing.suggestion(desk, name).to_toml()
    except UnknownNameError:
        return Monitor(model=name).to_toml()
