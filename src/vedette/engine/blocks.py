"""Blocks of estimates along time: the newest windows joined to those before, one evaluated again in its old place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vedette.engine.evaluate import Block
from vedette.values import Estimates

#: Estimates have one array for each of these.
FIELDS = Estimates.__struct_fields__


def key_of(block: Block) -> tuple[str, str | None, str]:
    """Return what a block is about: metric with its parameters, column, dimension."""
    return block.metric.key, block.metric.column, block.dimension


def along_time(old: Sequence[Block], new: Sequence[Block], keep: int) -> list[Block]:
    """Return the blocks of both in time order, at most `keep` windows of them, the newest.

    A window that both have is taken from `new`; so is the reference. A block that only one of them has, because the
    definition changed, is taken from `new` alone.

    Examples
    --------
    >>> from vedette.engine.baseline import Baseline
    >>> from vedette.engine.evaluate import evaluate
    >>> baseline = Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    >>> blocks = evaluate(baseline.plan.chosen, baseline.cube, None)
    >>> len(along_time(blocks, blocks, 10)) == len(blocks), len(along_time(blocks, blocks, 10)[0].windows)
    (True, 1)
    """
    known = {key_of(block): block for block in old}
    return [_joined(known.get(key_of(block)), block, keep) for block in new]


def _joined(old: Block | None, new: Block, keep: int) -> Block:
    if old is None or old.segments != new.segments or old.groups != new.groups:
        return new
    again = {window.start for window in new.windows}
    stays = [i for i, window in enumerate(old.windows) if window.start not in again]
    windows = [*(old.windows[i] for i in stays), *new.windows]
    order = sorted(range(len(windows)), key=lambda i: windows[i].start)[-keep:]
    width = len(new.segments) * max(len(new.groups), 1)
    rows = (np.asarray(order)[:, None] * width + np.arange(width)).ravel()
    kept = (np.asarray(stays, np.intp)[:, None] * width + np.arange(width)).ravel()
    estimates = {
        f: np.concatenate((getattr(old.current, f)[kept], getattr(new.current, f)))[rows] for f in FIELDS
    }
    return msgspec.structs.replace(
        new, windows=tuple(windows[i] for i in order), current=Estimates(**estimates)
    )


def as_of(blocks: Sequence[Block], start: int, keep: int) -> list[Block]:
    """Return the blocks as they are up to the window that begins at `start`, at most `keep` windows of them."""
    if not blocks:
        return []
    last = sum(window.start <= start for window in blocks[0].windows)
    first = max(last - keep, 0)
    return [_cut(block, first, last) for block in blocks]


def _cut(block: Block, first: int, last: int) -> Block:
    width = len(block.segments) * max(len(block.groups), 1)
    rows = slice(first * width, last * width)
    estimates = Estimates(*(getattr(block.current, f)[rows] for f in FIELDS))
    return msgspec.structs.replace(block, windows=block.windows[first:last], current=estimates)
