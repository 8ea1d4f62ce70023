"""A line and the store: states, windows and estimates written together, read back under the same definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from vedette.engine.blocks import as_of
from vedette.engine.counting import no_rows
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import Block
from vedette.engine.packing import pack, unpack
from vedette.server.evaluation.expecting import Expected
from vedette.server.evaluation.line import Line, evidence_key
from vedette.store import series, states, windows
from vedette.store.database import Transaction
from vedette.values import Window

#: The series that holds the log evidence of the whole model ("" as its column) and of each stream.
EVIDENCE = "evidence"
_NAMES = ("value", "low", "high", "n", "p", "reason")


def put_windows(
    tx: Transaction,
    line: Line,
    cubes: Sequence[Cube],
    labelled: Mapping[int, int],
    blocks: Sequence[Block],
    *,
    settled: Sequence[bool],
    now: int,
) -> None:
    """Write some windows with their states and estimates, in place of what they had, as one more revision."""
    first, last = cubes[0].windows[0].start, cubes[-1].windows[0].start
    known = {w.start: w for w in windows.listing(tx, line.model, line.version, start=first, end=last + 1)}
    made = []
    for cube in cubes:
        window = cube.windows[0]
        packed = {line.definition.hash: pack(cube, line.definition)}
        states.put(tx, line.model, line.version, window.start, packed)
        old = known.get(window.start) or windows.StoredWindow(
            line.model, line.version, window.start, window.end, window.label
        )
        made.append(
            msgspec.structs.replace(
                old,
                end=window.end,
                label=window.label,
                rows=cube.rows,
                labelled=labelled.get(window.start, 0),
                revision=old.revision + 1,
                evaluated_at=now,
            )
        )
    windows.put(tx, made)
    put_estimates(tx, line, blocks, revision=max(w.revision for w in made), settled=settled)


def put_estimates(
    tx: Transaction, line: Line, blocks: Sequence[Block], *, revision: int, settled: Sequence[bool]
) -> None:
    """Write the estimates of some windows, one series for each metric and dimension.

    A window is `settled` once it has closed: the first value it then has stays as what was known first.
    """
    groups: dict[tuple[str, str], list[Block]] = {}
    for block in blocks:
        groups.setdefault((block.metric.key, block.dimension), []).append(block)
    windows = blocks[0].windows
    pieces = [
        series.Piece(
            series.SeriesKey(line.model, line.version, metric, dimension),
            [place for block in parts for place in places_of(block)],
            {
                name: np.concatenate(
                    [getattr(b.current, name).reshape(len(windows), -1) for b in parts], axis=1
                )
                for name in _NAMES
            },
        )
        for (metric, dimension), parts in groups.items()
    ]
    series.put(tx, [w.start for w in windows], pieces, revision=revision, settled=np.array(settled))


def put_stand_ins(tx: Transaction, line: Line, blocks: Sequence[Block], mark: int) -> None:
    """Write estimates without labels of windows whose labels are out, whichever windows these are."""
    if blocks:
        among = blocks[0].windows
        settled = [w.end + line.late <= mark for w in among]
        put_estimates(tx, line, blocks, revision=_revision(tx, line, among), settled=settled)


def put_expected(tx: Transaction, line: Line, expected: Expected, mark: int) -> None:
    """Write how complete the labels of some windows are, and nowcasts; the first of a closed window stays beside."""
    among = expected.windows
    settled = np.array([w.end + line.late <= mark for w in among])
    pieces = expected.pieces(line.model, line.version)
    revision = _revision(tx, line, among)
    series.put(tx, [w.start for w in among], pieces, revision=revision, settled=settled)


def _revision(tx: Transaction, line: Line, among: Sequence[Window]) -> int:
    known = windows.listing(tx, line.model, line.version, start=among[0].start, end=among[-1].start + 1)
    return max((w.revision for w in known), default=0)


def places_of(block: Block) -> list[tuple[str, str]]:
    """Return the places of a block in its series: column, and segment value or group."""
    column = block.metric.column or ""
    return [(column, group or value) for value in block.segments for group in block.groups or ("",)]


def put_evidence(
    tx: Transaction, line: Line, starts: Sequence[int], found: Sequence[Mapping[str, float]]
) -> None:
    """Write where the detectors stand, and the evidence after each of the windows just stepped."""
    blob, key = line.evidence(), evidence_key(line.definition)
    states.put_detectors(tx, states.DetectorState(line.model, line.version, key, starts[-1], blob))
    if not found[0]:
        return
    names = list(found[0])
    values = np.array([[one[name] for name in names] for one in found])
    key_of = series.SeriesKey(line.model, line.version, EVIDENCE)
    series.put(tx, starts, [series.Piece(key_of, [(name, "") for name in names], {"value": values})])


def put_label_evidence(tx: Transaction, line: Line, window: Window, found: Mapping[str, float]) -> None:
    """Write the evidence of a window's labels beside that of its rows, which was spent before."""
    key = series.SeriesKey(line.model, line.version, EVIDENCE)
    before = series.get(tx, key, start=window.start, end=window.start + 1)
    values = dict(zip((name for name, _ in before.places), before.fields["value"].ravel(), strict=False))
    put_evidence(tx, line, [window.start], [{**values, **found}])


def close(tx: Transaction, line: Line, starts: Sequence[int]) -> None:
    """Mark windows as closed, once their evidence is spent."""
    known = windows.listing(tx, line.model, line.version, start=min(starts), end=max(starts) + 1)
    chosen = set(starts)
    windows.put(tx, [msgspec.structs.replace(w, closed=True) for w in known if w.start in chosen])


def load(
    tx: Transaction, model: str, version: str, definition: Definition, wanted: Sequence[Window]
) -> list[Cube]:
    """Return the states of some windows, oldest first; a window of which nothing is kept has no rows.

    Raises
    ------
    StateError
        Code ``state.damaged``.
    """
    if not wanted:
        return []
    found = states.between(tx, model, version, wanted[0].start, wanted[-1].start + 1)
    kept = {start: blobs.get(definition.hash) for start, blobs in found.items()}
    return [
        unpack(blob, definition) if (blob := kept.get(w.start)) else no_rows(w, definition) for w in wanted
    ]


def begin(tx: Transaction, line: Line, now: int) -> None:
    """Forget what another definition left of a version, and mark all of its windows; states are replaced one by one."""
    series.remove(tx, series.catalogue(tx, line.model, line.version))
    windows.remove(tx, line.model, line.version)
    blob, key = line.evidence(), evidence_key(line.definition)
    states.put_detectors(tx, states.DetectorState(line.model, line.version, key, 0, blob))
    windows.mark_dirty(tx, ((line.model, line.version, w.start) for w in line.axis.windows), at=now)


def settle(tx: Transaction, line: Line, closing: Sequence[Window]) -> None:
    """Write the estimates of windows that close as what was known first, where they were counted while open."""
    chosen = [w for w in closing if w.start not in line.settled]
    if not chosen:
        return
    known = windows.listing(tx, line.model, line.version, start=chosen[0].start, end=chosen[-1].start + 1)
    revisions = {w.start: w.revision for w in known}
    for window in chosen:
        blocks = as_of(line.blocks, window.start, 1)
        put_estimates(tx, line, blocks, revision=revisions.get(window.start, 1), settled=[True])
