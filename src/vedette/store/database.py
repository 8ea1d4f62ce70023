"""The database: one engine, transactions that read and transactions that write.

SQLite in WAL mode serves one machine; PostgreSQL is the same code. Writers stand in one queue on both (`BEGIN
IMMEDIATE`, an advisory lock), so what a writer read stays true until it commits; readers never wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from vedette.errors import ConfigError, StateError, require
from vedette.store import migrations

#: Seconds a writer waits for its turn before the caller hears "busy".
PATIENCE = 30.0
#: The advisory lock of PostgreSQL that writers of one database share ("vedette" in hexadecimal digits of ASCII).
_WRITERS = 0x76656465747465
_PRAGMAS = (
    f"busy_timeout = {int(PATIENCE * 1000)}",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "cache_size = -65536",
    "mmap_size = 268435456",
    "temp_store = MEMORY",
)

Transaction = sa.Connection


class Database:
    """An open database.

    Parameters
    ----------
    where : str or Path
        A file (made when absent), or the URL of a PostgreSQL database: ``postgresql://user@host/name``.

    Examples
    --------
    >>> import tempfile
    >>> from vedette.store import settings
    >>> database = Database(Path(tempfile.mkdtemp()) / "meta.sqlite")
    >>> with database.write() as tx:
    ...     settings.put(tx, "language", "zh", at=0, author="ada")
    >>> with database.read() as tx:
    ...     settings.get(tx, "language")
    'zh'
    >>> database.close()
    """

    def __init__(self, where: str | Path) -> None:
        self.url = address(where)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = threading.Lock()
        self._engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        try:
            with self.write() as tx:
                migrations.migrate(tx)
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database, None for a server's."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one moment of the database and changes nothing."""
        with self._engine.connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that may change everything; it commits at the end, or on an error leaves no trace.

        Transactions do not nest: the inner one would wait for the outer one.
        """
        # Threads of one process queue here: SQLite's own waiting sleeps and is not fair.
        if not self._turn.acquire(timeout=PATIENCE):
            raise busy()
        try:
            connection = self._engine.connect().execution_options(vedette_write=True)
            with connection, _begun(connection):
                yield connection
        finally:
            self._turn.release()

    def checkpoint(self) -> None:
        """Move the write-ahead log of SQLite into its file (nothing for PostgreSQL)."""
        if self.is_sqlite:
            with self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()


@contextmanager
def _begun(connection: Transaction) -> Iterator[None]:
    try:
        transaction = connection.begin()
    except sa.exc.OperationalError as error:
        if "locked" in str(error):
            raise busy() from error
        raise
    with transaction:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
        yield


def address(where: str | Path) -> URL:
    """Return the SQLAlchemy URL of a file or of a database server.

    Examples
    --------
    >>> address("postgres://ada@db/monitoring").drivername
    'postgresql+psycopg'
    >>> address("meta.sqlite").drivername
    'sqlite+pysqlite'
    """
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite+pysqlite", database=str(Path(where).absolute()))
    scheme, rest = where.split("://", 1)
    backend = scheme.split("+")[0]
    if backend == "sqlite":
        return URL.create("sqlite+pysqlite", database=str(Path(rest.removeprefix("/")).absolute()))
    if backend in ("postgres", "postgresql"):
        return make_url(f"postgresql+psycopg://{rest}")
    raise ConfigError(
        f"Database {scheme}:// is not supported",
        "A file (SQLite) or postgresql://user:password@host/name",
        "Give --database a PostgreSQL URL, or leave it out",
        code="store.unknown-database",
    )


def _sqlite_engine(url: URL) -> sa.Engine:
    engine = sa.create_engine(url, pool_size=8, max_overflow=56, pool_timeout=PATIENCE)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: it would open deferred ones.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Transaction) -> None:
        writes = connection.get_execution_options().get("vedette_write")
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: URL) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url, pool_size=8, max_overflow=56, pool_timeout=PATIENCE, pool_pre_ping=True
        )
        from psycopg import Cursor
        from psycopg.pq import Format
    except ImportError as error:
        raise require("psycopg", "scale") from error

    class BinaryCursor(Cursor[Any]):
        """Results as bytes: as text every byte of a blob would be two letters on the way."""

        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.format = Format.BINARY

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.cursor_factory = BinaryCursor

    return engine


def busy() -> StateError:
    """Return the error for a writer whose turn did not come."""
    return StateError(
        f"The database was busy for {PATIENCE:g} s",
        "One writer at a time, each done within milliseconds",
        "Try again; see which process holds the database when it stays so",
        code="store.busy",
    )


def upsert(
    tx: Transaction,
    table: sa.Table,
    rows: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    replace: Iterable[str] | None = None,
    **expressions: Any,
) -> None:
    """Insert rows; where the primary key exists, replace the named columns instead.

    Parameters
    ----------
    tx : Transaction
        A write transaction.
    table : Table
        Where to.
    rows : mapping or sequence of mappings
        Every row names the same columns.
    replace : iterable of str, optional
        Columns that take the new row's value; default: every given column outside the key.
    **expressions : SQL expressions
        Columns that take a computed value instead, e.g. ``mark=table.c.mark + 1``.
    """
    many = [rows] if isinstance(rows, Mapping) else list(rows)
    if not many:
        return
    keys = [column.name for column in table.primary_key]
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    names = [name for name in many[0] if name not in keys] if replace is None else list(replace)
    changes = {name: statement.excluded[name] for name in names} | expressions
    if changes:
        tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), many)
    else:
        tx.execute(statement.on_conflict_do_nothing(index_elements=keys), many)
