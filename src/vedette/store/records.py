"""Rows of the database as structs."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

from vedette.store.database import Transaction

S = TypeVar("S")


def structs(tx: Transaction, query: Select[Any], kind: type[S]) -> list[S]:
    """Return the rows of a query, each as a `kind` whose fields are the columns."""
    return [kind(**row) for row in tx.execute(query).mappings()]


def struct(tx: Transaction, query: Select[Any], kind: type[S]) -> S | None:
    """Return the first row of a query, None when there is none."""
    row = tx.execute(query).mappings().first()
    return None if row is None else kind(**row)
