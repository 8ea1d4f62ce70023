"""What a summary is: a frozen spec with `empty`, `observe`, `merge`, and a codec that every release can read."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Self

import msgspec
import numpy as np
import numpy.typing as npt

from vedette import registry
from vedette.batch import Batch
from vedette.cells import Cells
from vedette.errors import StateError

Array = npt.NDArray[Any]
Merge = Literal["sum", "min", "max"]
_FOLD: dict[Merge, np.ufunc] = {"sum": np.add, "min": np.fmin, "max": np.fmax}
_START: dict[Merge, float] = {"sum": 0, "min": np.inf, "max": -np.inf}


class Field(NamedTuple):
    """One array of a state: its shape beyond the cell axis, its type, and how two of them merge."""

    shape: tuple[int, ...] = ()
    dtype: str = "i8"
    merge: Merge = "sum"

    @property
    def start(self) -> float:
        """Number that merging leaves as it is; whole numbers have no infinity and use their outermost ones."""
        if self.merge == "sum" or np.dtype(self.dtype).kind == "f":
            return _START[self.merge]
        bounds = np.iinfo(self.dtype)
        return bounds.max if self.merge == "min" else bounds.min


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen description of what is counted; its states merge.

    A subclass is one file. A *linear* summary declares `fields` and `observe`; `empty` and `merge` follow. One
    that is not linear (a sample, a distinct count) overrides `merge` too. The law suite finds it by itself.

    Two specs that are equal are the same summary: the engine computes it once.
    """

    #: Raised when the arrays of a state change their meaning; `decode` then must still read the older ones.
    codec: ClassVar[int] = 1
    #: Whether merging is exact to the bit; sketches say False and declare `error`.
    exact: ClassVar[bool] = True
    #: What an inexact summary promises, in words.
    error: ClassVar[str] = ""
    #: Field that names the column whose equal values must come in one batch (``"query"`` for rankings): the engine
    #: keeps such rows together, and the law suite splits only between them. Empty where every row stands alone.
    atom: ClassVar[str] = ""
    #: Whether it sees the rows that a later row with the same id replaces. The engine drops these before any other
    #: summary is observed, and marks them in the boolean column ``@repeated`` for those that say True.
    before_drop: ClassVar[bool] = False

    @property
    def kind(self) -> str:
        """Registered name."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        raise NotImplementedError

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        raise NotImplementedError

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows, one row of arrays a cell."""
        raise NotImplementedError

    @classmethod
    def examples(cls) -> tuple[Self, ...]:
        """Return a few specs that use every field at least once; the law suite tries each.

        They read the columns of `vedette.testing.rows.law_rows`: numbers ``x`` and ``y`` (null, nan and ±inf among
        them), small whole numbers ``i``, categories ``c`` and ``g``, text ``m`` that is partly numbers, scores
        ``s`` and ``s2`` about [0, 1], classes ``l`` (label) and ``p`` (prediction), weight ``w``, unique ``id``,
        time ``t``, query ``q``, vector ``e``. A summary that returns none fails the suite.
        """
        return ()

    def agrees(self, left: State, right: State) -> bool:
        """Tell whether two states are of the same rows as far as the summary promises.

        Counts and extremes agree to the bit, sums of floats to 1e-9, for the order of addition differs. A summary
        that is not `exact` overrides this with its declared error.
        """
        return all(_agree(left.arrays[name], right.arrays[name]) for name in self.fields())

    def empty(self, cells: int = 1) -> State:
        """Return the state of no rows."""
        arrays = {
            name: np.full((cells, *field.shape), field.start, field.dtype)
            for name, field in self.fields().items()
        }
        return State(self, arrays)

    def merge(self, left: State, right: State) -> State:
        """Return the state of both sides' rows together, cell by cell."""
        arrays = {
            name: _FOLD[field.merge](left.arrays[name], right.arrays[name]).astype(field.dtype, copy=False)
            for name, field in self.fields().items()
        }
        return State(self, arrays)

    def add_rows(self, total: State, rows: npt.NDArray[np.intp], part: State) -> None:
        """Merge each cell of `part` into cell ``rows[i]`` of `total` in place; `rows` are distinct."""
        for name, field in self.fields().items():
            mine, other = total.arrays[name], part.arrays[name]
            mine[rows] = _FOLD[field.merge](mine[rows], other)

    def fold(self, state: State, groups: Sequence[npt.NDArray[np.intp]]) -> State:
        """Return a state with one cell for each group of cells, merged."""
        arrays = {}
        for name, field in self.fields().items():
            parts = [
                _FOLD[field.merge].reduce(state.arrays[name][g], axis=0, initial=field.start) for g in groups
            ]
            arrays[name] = np.stack(parts).astype(field.dtype, copy=False)
        return State(self, arrays)


class State:
    """The numbers of a summary over some cells; plain arrays with the cell axis first.

    Parameters
    ----------
    spec : Summary
        What the numbers mean. States of different specs refuse to merge.
    arrays : dict of str to ndarray of shape (cells, ...)
    """

    __slots__ = ("arrays", "spec")

    def __init__(self, spec: Summary, arrays: dict[str, Array]) -> None:
        self.spec = spec
        self.arrays = arrays

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or self.spec != other.spec:
            return False
        return all(np.array_equal(a, other.arrays[k], equal_nan=_is_float(a)) for k, a in self.arrays.items())

    __hash__ = None  # type: ignore[assignment]

    def merge(self, other: State) -> State:
        """Return the merge of two states of the same definition.

        Raises
        ------
        StateError
            Code ``state.mismatch`` when the specs differ.
        """
        if self.spec != other.spec:
            raise StateError(
                f"A state of {self.spec!r} met one of {other.spec!r}",
                "States of one definition merge",
                "Compute both with the same baseline",
                code="state.mismatch",
            )
        return self.spec.merge(self, other)

    def take(self, rows: npt.ArrayLike | slice) -> State:
        """Return the cells of an index array, a mask or a slice."""
        index = rows if isinstance(rows, slice) else np.asarray(rows)
        return State(self.spec, {name: a[index] for name, a in self.arrays.items()})

    def fold(self, groups: Sequence[npt.NDArray[np.intp]]) -> State:
        """Return a state with one cell for each group of cells."""
        return self.spec.fold(self, groups)

    def total(self) -> State:
        """Return one cell: the merge of all."""
        return self.fold([np.arange(len(self))])

    def encode(self) -> bytes:
        """Return the wire form: MessagePack with raw little-endian arrays, no pickle."""
        arrays = {
            name: (
                a.dtype.newbyteorder("<").str,
                a.shape,
                np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes(),
            )
            for name, a in self.arrays.items()
        }
        wire = {"vedette": self.spec.codec, "spec": spec_to_dict(self.spec), "arrays": arrays}
        return msgspec.msgpack.encode(wire)

    @staticmethod
    def decode(wire: bytes) -> State:
        """Return the state behind a wire form.

        Raises
        ------
        StateError
            Code ``state.damaged``.
        """
        try:
            raw = msgspec.msgpack.decode(wire)
            spec = spec_from_dict(raw["spec"])
            arrays = {
                name: np.frombuffer(data, np.dtype(kind)).reshape(shape).copy()
                for name, (kind, shape, data) in raw["arrays"].items()
            }
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            raise StateError(
                f"The wire form of a state cannot be read ({error})",
                "MessagePack as `State.encode` writes it",
                "Compute the state again from its data",
                code="state.damaged",
            ) from error
        return State(spec, arrays)


def spec_to_dict(spec: Summary) -> dict[str, Any]:
    """Return a spec as plain values, its kind named."""
    plain: dict[str, Any] = msgspec.to_builtins(spec)
    return {"kind": spec.kind, **plain}


def spec_from_dict(plain: Mapping[str, Any]) -> Summary:
    """Return the spec behind `spec_to_dict`."""
    fields = {key: value for key, value in plain.items() if key != "kind"}
    spec: Summary = msgspec.convert(fields, registry.load("summary", plain["kind"]))
    return spec


@functools.lru_cache(maxsize=4096)
def spec_hash(spec: Summary) -> str:
    """Return 16 hexadecimal digits that name the definition."""
    wire = msgspec.json.encode(spec_to_dict(spec), order="deterministic")
    return hashlib.sha256(wire).hexdigest()[:16]


def one_cell(batch: Batch, spec: Summary) -> State:
    """Return the state of a whole batch as one cell."""
    return spec.observe(batch, Cells())


def weights(batch: Batch, column: str | None) -> npt.NDArray[np.float64] | None:
    """Return the weight of every row, missing and negative ones as 0; None when rows count one each."""
    if column is None:
        return None
    return np.maximum(np.nan_to_num(batch.numbers(column), nan=0.0, posinf=0.0, neginf=0.0), 0.0)


def _is_float(array: Array) -> bool:
    return array.dtype.kind == "f"


def _agree(left: Array, right: Array) -> bool:
    if not (_is_float(left) or _is_float(right)):
        return bool(np.array_equal(left, right))
    return left.shape == right.shape and bool(np.allclose(left, right, rtol=1e-9, atol=1e-9, equal_nan=True))


__all__ = [
    "Array",
    "Field",
    "Self",
    "State",
    "Summary",
    "one_cell",
    "spec_from_dict",
    "spec_hash",
    "spec_to_dict",
    "weights",
]
