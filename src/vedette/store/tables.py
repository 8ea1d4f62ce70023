"""The tables of the database: what is derived from rows, and what people decided.

Instants are microseconds since the epoch (UTC) in 64-bit integers; documents are JSON text; states and series
are bytes. The same definitions make SQLite and PostgreSQL.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

#: What neither database stores as text: the NUL character (PostgreSQL) and lone surrogates (both).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    r"""Return a text with U+FFFD in place of each character that no database can keep.

    Examples
    --------
    >>> storable("nul \x00 here") == "nul \ufffd here"
    True
    """
    return _UNSTORABLE.sub("\ufffd", text)


class Words(TypeDecorator[str]):
    """Text from anywhere: a character that no database can keep becomes U+FFFD instead of an error."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it is kept."""
        return value if value is None else storable(value)


METADATA = MetaData()
Instant = BigInteger
#: SQLite numbers rows by itself only in a column of type INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Words, nullable=options.pop("nullable", False), **options)


def _key(name: str) -> Column[str]:
    return Column(name, Words, primary_key=True)


def _instant(name: str, **options: Any) -> Column[int]:
    return Column(name, Instant, nullable=options.pop("nullable", False), **options)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False)


def _bytes(name: str = "blob") -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _number(name: str = "id") -> Column[int]:
    return Column(name, RowNumber, primary_key=True, autoincrement=True)


# Models

projects = Table("projects", METADATA, _key("name"), _text("title"), _instant("created"))

models = Table(
    "models",
    METADATA,
    _key("name"),
    Column("project", Words, ForeignKey("projects.name"), nullable=False),
    _text("task", nullable=True),
    _instant("created"),
    _flag("archived"),
)

versions = Table(
    "versions",
    METADATA,
    _key("model"),
    _key("version"),
    _instant("first_seen"),
    _instant("last_seen"),
    _count("rows"),
)

monitors = Table(
    "monitors",
    METADATA,
    _key("model"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    _text("toml"),
    _text("author"),
    _instant("at"),
)

baselines = Table(
    "baselines",
    METADATA,
    _key("hash"),
    _text("model"),
    _text("version", nullable=True),
    _instant("at"),
    _text("source"),
    Index("baselines_of_model", "model", "at"),
)

deploys = Table(
    "deploys",
    METADATA,
    _number(),
    _text("model"),
    _text("version"),
    _instant("at"),
    _text("note"),
    _text("author"),
    Index("deploys_of_model", "model", "at"),
)

# Windows and what is computed from them

windows = Table(
    "windows",
    METADATA,
    _key("model"),
    _key("version"),
    Column("start", Instant, primary_key=True, autoincrement=False),
    _instant("end"),
    _text("label"),
    _count("rows"),
    _count("labelled"),
    Column("revision", Integer, nullable=False, default=0),
    _instant("evaluated_at", nullable=True),
    _flag("closed"),
)

dirty_windows = Table(
    "dirty_windows",
    METADATA,
    _key("model"),
    _key("version"),
    Column("start", Instant, primary_key=True, autoincrement=False),
    _instant("since"),
    _count("mark"),
)

states = Table(
    "states",
    METADATA,
    _key("model"),
    _key("version"),
    Column("start", Instant, primary_key=True, autoincrement=False),
    _key("def_hash"),
    _bytes(),
)

partials = Table(
    "partials",
    METADATA,
    _key("model"),
    _key("version"),
    Column("start", Instant, primary_key=True, autoincrement=False),
    _key("def_hash"),
    _key("source"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _bytes(),
)

series = Table(
    "series",
    METADATA,
    _number(),
    _text("model"),
    _text("version"),
    _text("metric"),
    _text("dimension"),
    _text("places"),
    UniqueConstraint("model", "version", "metric", "dimension"),
)

series_chunks = Table(
    "series_chunks",
    METADATA,
    Column("series", RowNumber, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    _key("field"),
    Column("first", Instant, primary_key=True, autoincrement=False),
    _instant("last"),
    Column("size", Integer, nullable=False),
    _bytes(),
)

series_tail = Table(
    "series_tail",
    METADATA,
    Column("series", RowNumber, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("start", Instant, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    _flag("settled"),
    _bytes(),
)

detectors = Table(
    "detectors",
    METADATA,
    _key("model"),
    _key("version"),
    _text("def_hash"),
    _instant("last"),
    _bytes(),
)

# Incidents and messages

incidents = Table(
    "incidents",
    METADATA,
    _number("number"),
    Column("id", Words, nullable=False, unique=True),
    _text("model"),
    _text("version"),
    _text("state"),
    _text("level"),
    _instant("opened_at"),
    _instant("closed_at", nullable=True),
    _instant("since"),
    _instant("last"),
    _text("cause"),
    _text("owner"),
    _instant("muted_until", nullable=True),
    _text("document"),
    Index("incidents_of_model", "model", "version", "state"),
    Index("incidents_by_state", "state", "opened_at"),
)

incident_events = Table(
    "incident_events",
    METADATA,
    Column("incident", RowNumber, ForeignKey("incidents.number", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _instant("at", index=True),
    _text("kind"),
    _text("who"),
    _text("text"),
)

mutes = Table(
    "mutes",
    METADATA,
    _number(),
    _text("model"),
    _text("document"),
    _instant("at"),
    _text("author"),
    Index("mutes_of_model", "model"),
)

downtimes = Table(
    "downtimes",
    METADATA,
    _number(),
    _text("model"),
    _instant("start"),
    _instant("end"),
    _text("author"),
    _text("reason"),
    Index("downtimes_of_model", "model", "start"),
)

deliveries = Table(
    "deliveries",
    METADATA,
    _number(),
    _text("sink"),
    _text("message"),
    _text("state"),
    Column("attempts", Integer, nullable=False, default=0),
    _instant("queued_at"),
    _instant("next_at"),
    _instant("done_at", nullable=True),
    _text("error", nullable=True),
    Index("deliveries_due", "state", "next_at"),
)

# People and decisions

users = Table(
    "users",
    METADATA,
    _number(),
    Column("login", Words, nullable=False, unique=True),
    _text("name"),
    _text("password", nullable=True),
    Column("subject", Words, nullable=True, unique=True),
    _flag("admin"),
    _flag("disabled"),
    _instant("created"),
)

sessions = Table(
    "sessions",
    METADATA,
    _key("hash"),
    Column("user", RowNumber, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    _instant("created"),
    _instant("seen"),
    _instant("expires"),
    _text("agent"),
    _text("address"),
)

api_keys = Table(
    "api_keys",
    METADATA,
    _key("id"),
    _text("name"),
    _text("hash"),
    _text("scopes"),
    Column("project", Words, ForeignKey("projects.name"), nullable=True),
    Column("user", RowNumber, ForeignKey("users.id", ondelete="CASCADE"), nullable=True),
    _instant("created"),
    _instant("expires", nullable=True),
    _instant("last_used", nullable=True),
    _instant("revoked", nullable=True),
)

memberships = Table(
    "memberships",
    METADATA,
    Column("user", RowNumber, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("project", Words, ForeignKey("projects.name"), primary_key=True),
    _text("role"),
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", RowNumber, primary_key=True, autoincrement=False),
    _instant("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("details"),
    _text("previous"),
    _text("hash"),
)

settings = Table(
    "settings",
    METADATA,
    _key("key"),
    _text("value"),
    _instant("at"),
    _text("author"),
)

# What is counted over restarts

counters = Table(
    "counters",
    METADATA,
    _key("name"),
    _key("labels"),
    Column("value", Float(53), nullable=False),
)

schema_version = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("name"),
    _instant("at"),
)
