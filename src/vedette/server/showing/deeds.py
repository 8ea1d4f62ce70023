"""What forms of pages do, done on the store."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.errors import VedetteError
from vedette.server.api import changing
from vedette.server.pages.incident import Deed
from vedette.server.pages.monitor import Check, Preview
from vedette.server.pages.parts import Notice
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing import administration, feeding, handling
from vedette.server.showing.form import checked
from vedette.server.showing.rehearsal import preview
from vedette.server.station import Station
from vedette.store import models


class StoreDeeds:
    """Deeds on a station (`vedette.server.pages.protocol.Deeds`)."""

    def __init__(self, station: Station) -> None:
        self._station, self._desk = station, station.desk

    def incident(self, visit: Visit, number: int, deed: Deed, value: str) -> Notice:
        """Do something about an incident: `value` is hours to mute, an owner's name or a comment."""
        return handling.handle(self._desk, visit, number, deed, value)

    def acknowledge_all(self, visit: Visit, name: str) -> Notice:
        """Acknowledge every open incident of a model."""
        return handling.acknowledge_all(self._desk, visit, name)

    def refeed(self, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
        """Read quarantined rows again, as the monitor understands them now."""
        return self._hidden(visit, name) or feeding.refeed(self._station, visit, name, keys)

    def discard(self, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
        """Give quarantined rows up."""
        return self._hidden(visit, name) or feeding.discard(self._station, visit, name, keys)

    def upload(self, visit: Visit, name: str, kind: str, filename: str, body: bytes) -> Notice:
        """Take a CSV or Parquet file of predictions, labels or reference rows."""
        return self._hidden(visit, name, new=True) or feeding.upload(
            self._station, visit, name, kind, filename, body
        )

    def check(self, visit: Visit, name: str, toml: str, changes: Mapping[str, str]) -> Check:
        """Return the text with the form's changes written into it, and what is wrong with it."""
        return checked(name, toml, changes)

    def preview(self, visit: Visit, name: str, toml: str) -> Preview:
        """Return what the monitor would have reported on the logged windows."""
        hidden = self._hidden(visit, name)
        return Preview(sentence=hidden.text) if hidden else preview(self._desk, visit, name, toml)

    def save(self, visit: Visit, name: str, toml: str) -> Notice:
        """Put a monitor to work."""
        hidden = self._hidden(visit, name, new=True)
        if hidden:
            return hidden
        text = toml.replace("\r\n", "\n")  # as browsers send it
        try:
            planned = changing.plan(self._desk, name, text)
            done = changing.apply(self._desk, name, text, handling.actor(visit))
        except VedetteError as error:
            return feeding.failed(visit, error)
        if done["lacks"]:
            return Notice("watch", say(visit.lang, "notice.saved_waits"))
        return Notice("ok", say(visit.lang, "notice.saved", what=planned.in_words(visit.lang)))

    def setting(self, visit: Visit, what: str, values: Mapping[str, str]) -> tuple[Notice, str]:
        """Change a setting; `what` is one of `acting.SETTINGS`. The second text is a secret to show once."""
        return administration.setting(self._station, visit, what, values)

    def _hidden(self, visit: Visit, name: str, *, new: bool = False) -> Notice | None:
        """Return what is said of a model that the reader may not see, or that is not there (unless it may be `new`)."""
        with self._desk.database.read() as tx:
            known = models.get(tx, name)
        if new if known is None else visit.sees(known.project):
            return None
        return Notice("act", say(visit.lang, "notice.no_model"))
