"""The chart of an incident as a picture, for messages that can show one."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict

from vedette.server.api.desk import Desk
from vedette.server.showing.beginning import beginning
from vedette.server.showing.numbers import References
from vedette.server.showing.spans import period
from vedette.store import incidents
from vedette.views.png import png
from vedette.views.words import Lang

LOG = logging.getLogger("vedette.server")
#: Pictures held at once; an incident told to many is drawn once.
KEPT = 64
#: Pixels wide, before they are doubled for dense screens.
WIDTH = 600


class Pictures:
    """Draws the number that moved around the beginning of an incident.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._references = desk, References()
        self._kept: OrderedDict[tuple[str, int, Lang], bytes | None] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, incident: str, lang: Lang) -> bytes | None:
        """Return the picture of an incident by its id, None where there is nothing to draw or it fails."""
        with self._lock:
            try:
                return self._picture(incident, lang)
            except Exception:  # a message without its picture is better than none
                LOG.exception("the picture of incident %s cannot be drawn", incident)
                return None

    def _picture(self, incident: str, lang: Lang) -> bytes | None:
        desk = self._desk
        with desk.database.read() as tx:
            stored = incidents.find(tx, incident)
            if stored is None:
                return None
            key = (incident, stored.last, lang)
            if key in self._kept:
                return self._kept[key]
            definition = desk.library.find_now(tx, stored.model, stored.version)
            if definition is None:
                return None
            whole = period(tx, stored.model, stored.version, "all")
            view = beginning(tx, self._references, definition, whole, stored, lang)
        self._kept[key] = png(view, lang, width=WIDTH) if view is not None else None
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]
