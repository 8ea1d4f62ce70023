"""What a logger was told, checked when it is made: a wrong argument raises at once, a wrong row never."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from vedette.errors import ConfigError

Policy = Literal["drop_oldest", "drop_newest", "block", "sample_down"]
_Positive = Annotated[int, msgspec.Meta(gt=0)]
_Seconds = Annotated[float, msgspec.Meta(gt=0)]
#: Names of models that are safe in a path and in a URL; those that begin with a dot or underscore are hidden.
_MODEL = re.compile(r"[^\W_][\w.-]{0,99}")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Arguments of a `Logger`, as they are documented there."""

    target: str
    model: str
    version: str | None = None
    key: str | None = None
    spool: str | Literal[False] | None = None
    policy: Policy = "drop_oldest"
    block_timeout: _Seconds = 1.0
    max_rows: _Positive = 100_000
    max_bytes: _Positive = 64 << 20
    spool_bytes: _Positive = 1 << 30
    batch_rows: _Positive = 2_000
    interval: _Seconds = 1.0
    timeout: _Seconds = 10.0
    mode: Literal["raw", "profile"] = "raw"
    every: str = "1d"
    timezone: str = "UTC"
    report_every: _Seconds = 30.0
    recent: _Positive = 50_000

    @property
    def remote(self) -> bool:
        """Whether the target is a server."""
        return self.target.startswith(("http://", "https://"))

    @property
    def spool_folder(self) -> Path | None:
        """Folder in which segments wait, None where they wait in memory only."""
        if self.spool is False or not self.remote:
            return None
        return Path(self.spool) if self.spool else _usual_spool()


def checked(arguments: dict[str, Any]) -> Settings:
    """Return the settings, or raise what is wrong with the arguments.

    Raises
    ------
    ConfigError
        Codes ``logger.bad-argument`` and ``logger.bad-target``.
    """
    for name in ("target", "spool"):
        if isinstance(arguments.get(name), os.PathLike):
            arguments = {**arguments, name: os.fspath(arguments[name])}
    try:
        settings = msgspec.convert(arguments, Settings)
    except msgspec.ValidationError as error:
        raise _bad_argument(str(error), "Look at the signature of Logger") from error
    if not _MODEL.fullmatch(settings.model):
        raise _bad_argument(
            f"The model is called {settings.model!r}",
            "Use at most 100 letters, digits, dots, dashes and underscores, the first a letter or digit",
        )
    _check_target(settings)
    return settings


def _bad_argument(found: str, fix: str) -> ConfigError:
    return ConfigError(
        f"A logger cannot be made: {found}",
        "Arguments as Logger documents them",
        fix,
        code="logger.bad-argument",
    )


def _check_target(settings: Settings) -> None:
    foreign = "://" in settings.target and not settings.remote
    if foreign or not settings.target or Path(settings.target).is_file():
        raise ConfigError(
            f"A logger cannot send to {settings.target!r}",
            "The address of a server (http:// or https://) or a folder",
            "Give for example 'http://localhost:8000' or 'logs'",
            code="logger.bad-target",
        )


def _usual_spool() -> Path:
    """Return the folder for what programs of this person keep from run to run."""
    named = os.environ.get("VEDETTE_SPOOL")
    if named:
        return Path(named)
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:  # nobody's process, in a container
        state = Path(tempfile.gettempdir())
    return state / "vedette" / "spool"
