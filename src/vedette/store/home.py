"""The home of a server: one folder, its layout, and the lock that keeps a second server out."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
import weakref
from pathlib import Path
from typing import Self

from vedette.errors import ConfigError, StateError
from vedette.store.names import safe_name

#: File systems over a network: locks and fsync mean too little there.
NETWORK = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "9p",
        "ncpfs",
        "glusterfs",
        "fuse.sshfs",
        "ceph",
        "lustre",
    )
)


class Folders:
    """Where everything lies in a home; looking there needs no lock.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> Folders(Path("/home")).model_lake("flights").as_posix()
    '/home/lake/flights'
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()

    @property
    def database(self) -> str:
        """URL of the embedded database."""
        return f"sqlite:///{self.folder / 'meta.sqlite'}"

    @property
    def spool(self) -> Path:
        """Requests accepted and not yet in the lake."""
        return self.folder / "spool"

    @property
    def lake(self) -> Path:
        """Delta tables, ``<model>/<table>``."""
        return self.folder / "lake"

    @property
    def baselines(self) -> Path:
        """Saved baselines, ``<hash>.baseline``."""
        return self.folder / "baselines"

    @property
    def quarantine(self) -> Path:
        """Rows refused, ``<model>/<n>.arrow``, and what cannot be read at all."""
        return self.folder / "quarantine"

    @property
    def halves(self) -> Path:
        """Requests and responses of KServe that wait for each other."""
        return self.folder / "halves"

    @property
    def references(self) -> Path:
        """Uploaded reference rows, ``<model>/<hash>.parquet``."""
        return self.folder / "references"

    def model_lake(self, model: str) -> Path:
        """Return the folder of one model's tables; a name that is no folder is refused."""
        return self.lake / safe_name("model", model)


class Home(Folders):
    """A folder with everything that a server keeps, locked while it is open.

    Parameters
    ----------
    folder : Path
        Made when it does not exist, readable by its owner alone.

    Raises
    ------
    StateError
        ``store.home-in-use`` when another server holds it.
    ConfigError
        ``store.network-home`` when it lies on a network file system.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Home(Path(folder) / "home") as home:
    ...     home.spool.relative_to(home.folder).as_posix()
    'spool'
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        _refuse_network(self.folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._unlock = weakref.finalize(self, os.close, _locked(self.folder))
        for part in (self.spool, self.lake, self.baselines, self.quarantine, self.halves, self.references):
            part.mkdir(exist_ok=True)
        #: One name for each start, in the order of starts: what is numbered within it needs no memory of others.
        self.epoch = f"{time.time_ns():016x}-{secrets.token_hex(4)}"

    def close(self) -> None:
        """Let another server have it."""
        self._unlock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def default_folder() -> Path:
    """Return ``$VEDETTE_HOME``, or ``.vedette`` in the person's own folder."""
    return Path(os.environ.get("VEDETTE_HOME") or Path.home() / ".vedette")


def _locked(folder: Path) -> int:
    """Return the open lock file with the number of this process in it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(lock, 20).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise StateError(
            f"The home {str(folder)!r} is in use by process {holder}",
            "One server for each home",
            "Stop the other server, or choose another folder with --home",
            code="store.home-in-use",
        ) from error
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _refuse_network(folder: Path) -> None:
    system = file_system(folder)
    if system in NETWORK:
        raise ConfigError(
            f"The home {str(folder)!r} lies on the network file system {system!r}",
            "A local disk: locks and fsync on a network disk do not keep what was acknowledged",
            "Choose a local folder with --home, and --database for a shared database",
            code="store.network-home",
        )


def file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the type of the file system a folder lies on, empty where the kernel does not say."""
    try:
        rows = [line.split() for line in mounts.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    real = str(folder.resolve())
    above = [(len(row[1]), row[2]) for row in rows if len(row) > 2 and _holds(row[1], real)]
    return max(above, default=(0, ""), key=lambda pair: pair[0])[1]


def _holds(mount: str, path: str) -> bool:
    mount = mount.replace("\\040", " ").rstrip("/")
    return path == mount or path.startswith(f"{mount}/")
