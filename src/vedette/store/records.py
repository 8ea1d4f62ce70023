"""Rows of the database as structs."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

from vedette.store.database import Transaction

S = TypeVar("S")


def structs(tx: Transaction, query: Select[Any], kind: type[S]) -> list[S]:
    """Return the rows of a query, each as a `kind` whose fields are the columns."""
    result = tx.execute(query)
    names = tuple(result.keys())  # asked once, since a page may be ten thousand windows
    if names == getattr(kind, "__struct_fields__", None):
        return [kind(*row) for row in result.all()]
    return [kind(**dict(zip(names, row, strict=True))) for row in result.all()]


def struct(tx: Transaction, query: Select[Any], kind: type[S]) -> S | None:
    """Return the first row of a query, None when there is none."""
    row = tx.execute(query).mappings().first()
    return None if row is None else kind(**row)
