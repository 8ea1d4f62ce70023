"""What the routes ask of the store: pages to show, and deeds to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from vedette.server.pages.data import DataPage
from vedette.server.pages.feature import FeaturePage
from vedette.server.pages.fleet import Fleet, FleetQuery
from vedette.server.pages.incident import Deed, IncidentPage
from vedette.server.pages.model import ModelPage
from vedette.server.pages.monitor import Check, MonitorPage, Preview
from vedette.server.pages.parts import Notice
from vedette.server.pages.segments import SegmentQuery, SegmentsPage
from vedette.server.pages.settings import SettingsPage
from vedette.server.pages.training import TrainingPage
from vedette.server.pages.versions import VersionsPage
from vedette.server.pages.visit import Visit


class Hit(msgspec.Struct, frozen=True):
    """Something that the search found: `kind` is model, incident or feature."""

    kind: str
    text: str
    href: str


class Pages(Protocol):
    """Page models. All sentences come in the language of the visit; None where there is no such thing.

    Methods run in a thread; they see nothing of requests, and templates see nothing of the store.
    """

    def fleet(self, visit: Visit, query: FleetQuery) -> Fleet:
        """Return the lines that the query asks for."""

    def model(self, visit: Visit, name: str, version: str, span: str, metric: str) -> ModelPage | None:
        """Return a model; an empty version means the newest, an empty metric the leading one."""

    def incident(self, visit: Visit, number: int) -> IncidentPage | None:
        """Return an incident."""

    def feature(self, visit: Visit, name: str, column: str, version: str, span: str) -> FeaturePage | None:
        """Return a column of a model."""

    def segments(self, visit: Visit, name: str, version: str, query: SegmentQuery) -> SegmentsPage | None:
        """Return the slices of a model."""

    def versions(self, visit: Visit, name: str, a: str, b: str, span: str) -> VersionsPage | None:
        """Return two versions side by side; empty names mean the two newest."""

    def data(self, visit: Visit, name: str, page: int) -> DataPage | None:
        """Return the log of a model."""

    def monitor(self, visit: Visit, name: str) -> MonitorPage | None:
        """Return the monitor of a model, or one suggested from its data."""

    def training(self, visit: Visit) -> TrainingPage:
        """Return the training runs."""

    def settings(self, visit: Visit) -> SettingsPage:
        """Return users, keys and sinks; a viewer gets their own share only."""

    def search(self, visit: Visit, words: str) -> tuple[Hit, ...]:
        """Return at most about ten things whose names hold the words."""

    def pulse(self, visit: Visit, name: str) -> str:
        """Return a text that changes when a page has something new; an empty name means the fleet."""


class Deeds(Protocol):
    """What people do on pages. The roles are checked before; the visit says who it was, for the audit."""

    def incident(self, visit: Visit, number: int, deed: Deed, value: str) -> Notice:
        """Do something about an incident: `value` is hours to mute, an owner's name or a comment."""

    def acknowledge_all(self, visit: Visit, name: str) -> Notice:
        """Acknowledge every open incident of a model."""

    def refeed(self, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
        """Read quarantined rows again, as the monitor understands them now."""

    def discard(self, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
        """Give quarantined rows up."""

    def upload(self, visit: Visit, name: str, kind: str, filename: str, body: bytes) -> Notice:
        """Take a CSV or Parquet file of predictions, labels or reference rows."""

    def check(self, visit: Visit, name: str, toml: str, changes: Mapping[str, str]) -> Check:
        """Return the text with the form's changes written into it, and what is wrong with it."""

    def preview(self, visit: Visit, name: str, toml: str) -> Preview:
        """Return what the monitor would have reported on the logged windows."""

    def save(self, visit: Visit, name: str, toml: str) -> Notice:
        """Put a monitor to work."""

    def setting(self, visit: Visit, what: str, values: Mapping[str, str]) -> tuple[Notice, str]:
        """Change a setting; `what` is one of `acting.SETTINGS`. The second text is a secret to show once."""
