"""The whole server as an application, for `serve.py` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.server.memory import steady

if TYPE_CHECKING:
    from vedette.server.access.shield import Shield


def app() -> Shield:
    """Return the application over the home named by the environment, as `vedette serve` puts it together."""
    steady()  # before the first import of Arrow

    from vedette.server.app import application
    from vedette.server.serve import settle
    from vedette.server.settings import Settings
    from vedette.server.station import Station
    from vedette.store.home import default_folder

    made = application(Station(Settings(home=default_folder())))
    settle()
    return made
