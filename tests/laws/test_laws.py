"""Each law is broken by some summary: the suite can fail, and says why."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import State, Summary
from vedette.summaries.moments import Moments
from vedette.testing import laws
from vedette.testing.rows import law_rows


class Sound(Moments, frozen=True, kw_only=True):
    """Moments, of which each summary below breaks one law."""

    @property
    def kind(self) -> str:
        return "moments"

    @classmethod
    def examples(cls):
        return (cls(column="x", weight="w"), cls(column="y"))


class EmptyIsOne(Sound, frozen=True, kw_only=True):
    def empty(self, cells: int = 1) -> State:
        state = super().empty(cells)
        state.arrays["n"] += 1
        return state


class LeftWins(Sound, frozen=True, kw_only=True):
    def merge(self, left: State, right: State) -> State:
        return left if left["n"][0] else right


class Halves(Sound, frozen=True, kw_only=True):
    def merge(self, left: State, right: State) -> State:
        return State(self, {name: (array + right.arrays[name]) / 2 for name, array in left.arrays.items()})


class CountsBatches(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        state = super().observe(batch, cells)
        state.arrays["n"] += min(len(batch), 1)
        return state


class FirstRowTwice(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        state = super().observe(batch, cells)
        state.arrays["total"] += np.nan_to_num(batch.numbers(self.column)[:1], posinf=0, neginf=0).sum()
        return state


class WeightSquared(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        if self.weight is not None:
            batch = batch.with_column(self.weight, pa.array(batch.numbers(self.weight) ** 2))
        return super().observe(batch, cells)


class OneCell(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        return super().observe(batch, Cells(np.zeros(len(batch), int), cells.size))


class AddsEverywhere(Sound, frozen=True, kw_only=True):
    def add_rows(self, total: State, rows: np.ndarray, part: State) -> None:
        super().add_rows(total, np.arange(len(part)), part)


class FoldsAll(Sound, frozen=True, kw_only=True):
    def fold(self, state: State, groups: list[np.ndarray]) -> State:
        return super().fold(state, [np.arange(len(state)) for _ in groups])


class Float32(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        state = super().observe(batch, cells)
        return State(self, {name: array.astype("f4") for name, array in state.arrays.items()})


class KeepsRows(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        rows = np.zeros((cells.size, len(batch)))
        return State(self, {**super().observe(batch, cells).arrays, "rows": rows})


class Overwrites(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        state = super().observe(batch, cells)
        batch.numbers(self.column)[:] = 0
        return state


class MergesInPlace(Sound, frozen=True, kw_only=True):
    def merge(self, left: State, right: State) -> State:
        left.arrays["n"] += right["n"]
        return left


class SharesCache(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        total = batch.keep(("total",), lambda: np.nansum(batch.numbers(self.column)))
        state = super().observe(batch, cells)
        state.arrays["total"][:] = total
        return state


class ReadsMore(Sound, frozen=True, kw_only=True):
    def observe(self, batch: Batch, cells: Cells) -> State:
        batch.numbers("z")
        return super().observe(batch, cells)


BROKEN: list[tuple[str, type[Summary]]] = [
    ("empty_is_identity", EmptyIsOne),
    ("merge_commutes", LeftWins),
    ("merge_associates", Halves),
    ("observe_is_homomorphism", CountsBatches),
    ("order_is_free", FirstRowTwice),
    ("weight_is_copies", WeightSquared),
    ("grouped_is_looped", OneCell),
    ("add_rows_is_merge", AddsEverywhere),
    ("fold_is_merge", FoldsAll),
    ("size_is_bounded", Float32),
    ("size_is_bounded", KeepsRows),
    ("inputs_stay", Overwrites),
    ("inputs_stay", MergesInPlace),
    ("batches_share_nothing", SharesCache),
    ("batches_share_nothing", ReadsMore),
]


def tried(law: str, summary: type[Summary]) -> None:
    """Try a law on a few rows without hypothesis, which would look long for the smallest that break it."""
    for spec in summary.examples():
        for seed in range(5):
            laws.LAWS[law](spec, law_rows(12 * seed, seed), np.random.default_rng(seed))


@pytest.mark.parametrize(("law", "broken"), BROKEN)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_broken_summary_is_found(law: str, broken: type[Summary]):
    """The law raises for the summary that breaks it, and not for the sound one."""
    tried(law, Sound)
    with pytest.raises((AssertionError, KeyError, ValueError)):
        tried(law, broken)


class TestCodec:
    """The laws of the wire, broken by hand: a state's class is found by its registered name."""

    @pytest.mark.parametrize(
        "change", [lambda wire: wire.replace(b"<f8", b"<i8"), lambda wire: wire[:-8] + b"\1" * 8]
    )
    def test_changed_bytes_are_found(self, change, monkeypatch):
        encode = State.encode
        monkeypatch.setattr(State, "encode", lambda state: change(encode(state)))
        with pytest.raises(AssertionError):
            laws.codec_returns_state(Moments(column="x"), law_rows(20), np.random.default_rng(0))

    def test_merging_anything_is_found(self, monkeypatch):
        monkeypatch.setattr(State, "merge", lambda left, _: left)
        with pytest.raises(AssertionError, match="merged with a state of"):
            laws.spec_is_identity(Moments(column="x"), law_rows(0), np.random.default_rng(0))


def test_every_law_is_broken_here():
    """A law that nothing breaks proves nothing."""
    assert {law for law, _ in BROKEN} | {"codec_returns_state", "spec_is_identity"} == set(laws.LAWS)


def test_summary_without_examples_fails():
    class Shy(Moments, frozen=True, kw_only=True):
        @classmethod
        def examples(cls):
            return ()

    with pytest.raises(AssertionError, match="nothing to try"):
        laws.check(Shy, "merge_commutes")


class TestAtoms:
    """Rows of one query are never separated."""

    @staticmethod
    def spec() -> Summary:
        from vedette.summaries.ranking_gains import RankingGains

        return RankingGains(query="q", score="x", label="i")

    def test_parts_do_not_split_queries(self):
        batch = law_rows(40)
        atoms = laws.atoms(self.spec(), batch)
        queries = np.array(batch.arrow("q").to_pylist())
        for atom in np.unique(atoms):
            assert len(set(queries[atoms == atom])) == 1

    def test_copies_of_a_query_are_queries(self):
        batch = law_rows(12)
        copies = laws.copied(self.spec(), batch, np.full(12, 2))
        assert len(copies) == 24
        assert len(set(copies.arrow("q").to_pylist())) == 2 * len(set(batch.arrow("q").to_pylist()))
