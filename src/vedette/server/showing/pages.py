"""What the routes ask for pages, answered from the store."""

from __future__ import annotations

from vedette.server.pages.data import DataPage
from vedette.server.pages.feature import FeaturePage
from vedette.server.pages.fleet import Fleet, FleetQuery
from vedette.server.pages.incident import IncidentPage
from vedette.server.pages.model import ModelPage
from vedette.server.pages.monitor import MonitorPage
from vedette.server.pages.protocol import Hit
from vedette.server.pages.segments import SegmentQuery, SegmentsPage
from vedette.server.pages.settings import SettingsPage
from vedette.server.pages.training import TrainingPage
from vedette.server.pages.versions import VersionsPage
from vedette.server.pages.visit import Visit
from vedette.server.showing import settings
from vedette.server.showing.data import data
from vedette.server.showing.feature import feature
from vedette.server.showing.fleet import fleet
from vedette.server.showing.incident import incident
from vedette.server.showing.model import model
from vedette.server.showing.monitor import monitor
from vedette.server.showing.numbers import References
from vedette.server.showing.search import pulse, search
from vedette.server.showing.segments import segments
from vedette.server.showing.versions import versions
from vedette.server.station import Station


class StorePages:
    """Pages of a station (`vedette.server.pages.protocol.Pages`)."""

    def __init__(self, station: Station) -> None:
        self._station, self._desk = station, station.desk
        self._references = References()

    def fleet(self, visit: Visit, query: FleetQuery) -> Fleet:
        """Return the lines that the query asks for."""
        return fleet(self._desk, visit, query)

    def model(self, visit: Visit, name: str, version: str, span: str, metric: str) -> ModelPage | None:
        """Return a model; an empty version means the newest, an empty metric the leading one."""
        return model(self._desk, self._references, visit, name, version, span, metric)

    def incident(self, visit: Visit, number: int) -> IncidentPage | None:
        """Return an incident."""
        return incident(self._desk, self._references, visit, number)

    def feature(self, visit: Visit, name: str, column: str, version: str, span: str) -> FeaturePage | None:
        """Return a column of a model."""
        return feature(self._desk, self._references, visit, name, column, version, span)

    def segments(self, visit: Visit, name: str, version: str, query: SegmentQuery) -> SegmentsPage | None:
        """Return the slices of a model."""
        return segments(self._desk, self._references, visit, name, version, query)

    def versions(self, visit: Visit, name: str, a: str, b: str, span: str) -> VersionsPage | None:
        """Return two versions side by side; empty names mean the two newest."""
        return versions(self._desk, self._references, visit, name, a, b, span)

    def data(self, visit: Visit, name: str, page: int) -> DataPage | None:
        """Return the log of a model."""
        return data(self._desk, self._station.ingest.lake, visit, name, page)

    def monitor(self, visit: Visit, name: str) -> MonitorPage | None:
        """Return the monitor of a model, or one suggested from its data."""
        return monitor(self._desk, visit, name)

    def training(self, visit: Visit) -> TrainingPage:
        """Return no runs: this version logs none, and the page says so."""
        return TrainingPage()

    def settings(self, visit: Visit) -> SettingsPage:
        """Return users, keys and sinks; a viewer gets their own share only."""
        return settings.page(self._station, visit)

    def search(self, visit: Visit, words: str) -> tuple[Hit, ...]:
        """Return at most about ten things whose names hold the words."""
        return search(self._desk, visit, words)

    def pulse(self, visit: Visit, name: str) -> str:
        """Return a text that changes when a page has something new; an empty name means the fleet."""
        return pulse(self._desk, visit, name)
