"""The whole server as an application, for `serve.py` and nothing else."""

from __future__ import annotations

from vedette.server.access.shield import Shield
from vedette.server.app import application
from vedette.server.serve import settle
from vedette.server.settings import Settings
from vedette.server.station import Station
from vedette.store.home import default_folder


def app() -> Shield:
    """Return the application over the home named by the environment."""
    made = application(Station(Settings(home=default_folder())))
    settle()
    return made
