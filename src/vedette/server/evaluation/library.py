"""Definitions of models: the monitor in force and the baseline it is compared with, read once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from vedette.engine.baseline import Baseline
from vedette.engine.definition import Definition
from vedette.errors import VedetteError
from vedette.monitor import Monitor
from vedette.store import models, monitors
from vedette.store.database import Transaction
from vedette.store.models import BaselineEntry

#: Why a model cannot be evaluated yet, in words that people can do something about.
UNREADY = ("no monitor", "no reference", "reference of another schema")
#: Definitions held in memory at once.
KEPT = 64


class Library:
    """Definitions by model and version, from what the store has at the moment.

    Parameters
    ----------
    baselines : Path
        Folder with ``<hash>.baseline`` files.
    """

    def __init__(self, baselines: Path) -> None:
        self._folder = baselines
        self._kept: OrderedDict[tuple[str, int, str], Definition] = OrderedDict()
        self._lock = threading.Lock()  # pages and the API ask too

    def find(self, tx: Transaction, model: str, version: str) -> Definition | str:
        """Return the definition of a version, or in words why there is none: one of `UNREADY`, or an error.

        A baseline of the version goes before one of the model; the newest of each.
        """
        with self._lock:
            return self._find(tx, model, version)

    def _find(self, tx: Transaction, model: str, version: str) -> Definition | str:
        file = monitors.current(tx, model)
        if file is None:
            return UNREADY[0]
        entry = baseline_for(models.baselines_of(tx, model), version)
        if entry is None:
            return UNREADY[1]
        key = (model, file.revision, entry.hash)
        if key not in self._kept:
            try:
                monitor, baseline = Monitor.from_toml(file.toml), self.baseline(entry.hash)
                if monitor.schema != baseline.layout.schema:
                    return UNREADY[2]
                self._kept[key] = Definition(monitor, baseline)
            except (VedetteError, OSError) as error:
                return str(error)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def find_now(self, tx: Transaction, model: str, version: str) -> Definition | None:
        """Return the definition of a version, None where there is none."""
        found = self.find(tx, model, version)
        return None if isinstance(found, str) else found

    def baseline(self, name: str) -> Baseline:
        """Return a baseline by its hash."""
        return Baseline.load(self.path(name))

    def path(self, name: str) -> Path:
        """Return the file of a baseline."""
        return self._folder / f"{name}.baseline"


def baseline_for(entries: Sequence[BaselineEntry], version: str) -> BaselineEntry | None:
    """Return the newest baseline of a version, else the newest of the whole model."""
    own = [e for e in entries if e.version == version]
    common = [e for e in entries if e.version is None]
    return next(iter([*own, *common]), None)
