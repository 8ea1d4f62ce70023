"""Labels that came later, joined by id into the prediction they belong to; label time never moves a prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.batch import Batch
from vedette.engine.as_known import AsKnown
from vedette.errors import ConfigError
from vedette.schema import Schema
from vedette.sentences.sentence import Sentence
from vedette.sources.base import DAMAGE, Broken, Source, open_source, quarantined
from vedette.spelling import canonical, decoded, one_array
from vedette.values import Note, counted


class LateLabels:
    """Labels by id, sorted by the id's hash: 8 bytes an id beside the labels themselves.

    The last label of an id counts. `matched` and `len` say how many labels found their prediction, `notes` what
    became of the others.
    """

    def __init__(
        self, given: Any, schema: Schema, *, until: int | None = None, as_of: int | None = None
    ) -> None:
        """Read the labels.

        Parameters
        ----------
        until : int, optional
            Labels of later events are left out: where labels carry no time of their own, a declared delay says which.
        as_of : int, optional
            Labels that became known later are left out.
        """
        source = open_source(given)
        names = label_columns(schema)
        if schema.id is None or not names:
            raise ConfigError(
                "Labels were given in a table of their own",
                "They are joined by the id column, which the schema must name beside the label",
                "Name both: Schema(id=..., label=...)",
                code="labels.no-id",
            )
        schema.with_(**_only(schema, names)).check(source.names)
        self.until, self.time = until, str(schema.time)
        if schema.label_time in source.names:
            names = [*names, str(schema.label_time)]
            if as_of is not None:
                source = AsKnown(source, as_of + 1, happened=schema.label_time)
        self.names, self.id = names, schema.id
        hashes, columns, self.nameless, damaged = _read(source, schema.id, names)
        self.broken = [*source.broken, *damaged]
        self.given = len(hashes)
        order = np.argsort(hashes, kind="stable")
        last = np.append(hashes[order][1:] != hashes[order][:-1], True)[: len(order)]
        self.hashes = hashes[order][last]
        self.columns = [column.take(pa.array(order[last])) for column in columns]
        self._used = np.zeros(len(self.hashes), bool)

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def matched(self) -> int:
        """How many labels found a prediction so far."""
        return int(self._used.sum())

    def notes(self) -> list[Note]:
        """Return which labels were not used, and why."""
        found = [
            counted("labels.no-prediction", len(self) - self.matched, Sentence.of("note.labels_unmatched")),
            counted("labels.repeated", self.given - len(self), Sentence.of("note.labels_repeated")),
            counted(
                "labels.no-entry",
                self.nameless,
                Sentence.of("note.labels_nameless", column=self.id),
                self.id,
            ),
        ]
        return [*(n for n in found if n.count), *quarantined(self.broken)]

    def join(self, batch: Batch, id_column: str) -> Batch:
        """Return the batch with its label columns filled in; a label already in the batch stays where none came."""
        if not len(self):
            return batch
        keys = batch.keys(id_column)
        at = np.minimum(np.searchsorted(self.hashes, keys), len(self.hashes) - 1)
        found = self.hashes[at] == keys
        if self.until is not None and self.time in batch:
            found &= batch.times(self.time) <= self.until
        self._used[at[found]] = True
        index = pa.array(np.where(found, at, 0), mask=~found)
        for name, column in zip(self.names, self.columns, strict=True):
            batch = batch.with_column(name, _filled(column.take(index), batch, name, found))
        return batch


def _filled(joined: pa.Array, batch: Batch, name: str, found: npt.NDArray[np.bool_]) -> pa.Array:
    """Return the labels that came, and those already in the rows where none did."""
    if name not in batch:
        return joined
    old = batch.arrow(name)
    if old.null_count == len(old):
        return joined
    new, old = decoded(joined), decoded(old)
    if new.type != old.type:
        new, old = canonical(new), canonical(old)
    return pc.if_else(pa.array(found), new, old)


def label_columns(schema: Schema) -> list[str]:
    """Return the label columns a schema names."""
    if schema.label is None:
        return []
    return [schema.label] if isinstance(schema.label, str) else list(schema.label)


def _only(schema: Schema, names: list[str]) -> dict[str, Any]:
    """Return changes that leave of a schema its id and labels."""
    roles = ("time", "score", "prediction", "label_time", "weight", "query", "features")
    cleared: dict[str, Any] = dict.fromkeys(roles)
    lists = ("segments", "protected", "categorical", "numeric", "text", "embedding")
    return {**cleared, **{f: [] for f in lists}, "ranges": {}, "units": {}, "label": names}


def _read(
    source: Source, id_column: str, names: list[str]
) -> tuple[npt.NDArray[np.uint64], list[pa.Array], int, list[Broken]]:
    """Return hashes of the ids, the label columns, how many rows have no id, and what could not be read."""
    hashes, nameless, damaged = [np.zeros(0, np.uint64)], 0, []
    parts: list[list[pa.Array]] = [[] for _ in names]
    for partition in source.partitions():
        try:
            for table in partition.read([id_column, *names], []):
                blank = Batch(table).nameless(id_column)
                batch = Batch(table) if blank is None else Batch(table).take(~blank)
                nameless += len(table) - len(batch)
                hashes.append(batch.keys(id_column))
                for part, name in zip(parts, names, strict=True):
                    part.append(batch.arrow(name))
        except DAMAGE as error:
            damaged.append(Broken(partition.name, partition.rows, str(error)))
    return np.concatenate(hashes), [one_array(part) for part in parts], nameless, damaged
