"""Settings: JSON values under names, with who set them and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import delete, select

from vedette.store.database import Transaction, upsert
from vedette.store.tables import settings


def get(tx: Transaction, key: str, default: Any = None) -> Any:
    """Return the value of a setting, `default` when nobody set it."""
    value = tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
    return default if value is None else msgspec.json.decode(value)


def get_many(tx: Transaction, keys: Iterable[str]) -> dict[str, Any]:
    """Return the values of several settings; those that nobody set are left out."""
    query = select(settings.c.key, settings.c.value).where(settings.c.key.in_(list(keys)))
    return {key: msgspec.json.decode(value) for key, value in tx.execute(query)}


def listing(tx: Transaction, prefix: str = "") -> dict[str, Any]:
    """Return every setting whose name begins with `prefix`, sorted by name."""
    rows = tx.execute(select(settings.c.key, settings.c.value)).all()
    return {key: msgspec.json.decode(value) for key, value in sorted(rows) if key.startswith(prefix)}


def put(tx: Transaction, key: str, value: Any, *, at: int, author: str) -> None:
    """Set one setting; `value` is anything JSON can say."""
    text = msgspec.json.encode(value).decode()
    upsert(tx, settings, {"key": key, "value": text, "at": at, "author": author})


def remove(tx: Transaction, key: str) -> None:
    """Forget one setting, so that its default counts again."""
    tx.execute(delete(settings).where(settings.c.key == key))
