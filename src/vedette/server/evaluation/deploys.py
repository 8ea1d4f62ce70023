"""All deploys of a model that a server knows of: declared in its monitor, reported to it, or seen in its log."""

from __future__ import annotations

from vedette.monitor import Monitor
from vedette.store import models, monitors
from vedette.store.database import Transaction
from vedette.store.models import Deploy

#: Who is named as having told of a deploy that the monitor declares, and of a version that simply began to log.
DECLARED, SEEN = "monitor", "vedette"


def deploys_of(tx: Transaction, model: str) -> list[Deploy]:
    """Return the deploys of a model in order of time.

    A version is taken as deployed when its first row was logged, unless somebody said when it was; the first version
    of all is no deploy, for nothing was there before it.
    """
    told = [*_declared(tx, model), *models.deploys_of(tx, model)]
    named = {one.version for one in told}
    seen = sorted(models.versions_of(tx, model), key=lambda v: (v.first_seen, v.version))[1:]
    begun = [Deploy(0, model, v.version, v.first_seen, "", SEEN) for v in seen if v.version not in named]
    return sorted([*told, *begun], key=lambda one: (one.at, one.version))


def _declared(tx: Transaction, model: str) -> list[Deploy]:
    file = monitors.current(tx, model)
    if file is None:
        return []
    monitor = Monitor.from_toml(file.toml)
    zone = monitor.windows.timezone
    return [Deploy(0, model, one.version, one.at(zone), one.note, DECLARED) for one in monitor.deploys]
