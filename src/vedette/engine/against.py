"""Estimates against one reference whose own numbers are worked out once, however many windows come."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vedette.engine.blocks import key_of
from vedette.engine.cube import Cube
from vedette.engine.evaluate import Block, evaluate_all
from vedette.engine.plan import Chosen
from vedette.values import Estimates


class Against:
    """A reference to compare window after window with.

    The same estimates as `vedette.engine.evaluate.evaluate_all` gives, at about half the price.

    Parameters
    ----------
    chosen : sequence of Chosen
    reference : Cube
        One window.

    Examples
    --------
    >>> from vedette.engine.baseline import Baseline
    >>> baseline = Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    >>> against = Against(baseline.plan.chosen, baseline.cube)
    >>> len(against.estimate(baseline.cube)) == len(evaluate_all(against.chosen, baseline.cube, baseline.cube))
    True
    """

    def __init__(self, chosen: Sequence[Chosen], reference: Cube, level: float = 0.95) -> None:
        self.chosen, self.reference, self.level = tuple(chosen), reference, level
        self._comparing = [one for one in chosen if one.metric.compares]
        self._alone = [one for one in chosen if not one.metric.compares]
        self._order = {key: i for i, key in enumerate((c.metric.key, c.metric.column) for c in chosen)}
        self._own: dict[tuple[str, str | None, str], Estimates] | None = None

    @property
    def own(self) -> dict[tuple[str, str | None, str], Estimates]:
        """Estimates of the reference itself, by (metric, column, dimension)."""
        if self._own is None:
            alone = evaluate_all(self._alone, self.reference, None, self.level)
            self._own = {key_of(block): block.current for block in alone}
        return self._own

    def estimate(self, cube: Cube) -> list[Block]:
        """Return the blocks of every dimension, in the order of `evaluate_all`."""
        alone = [
            msgspec.structs.replace(block, reference=self.own.get(key_of(block)))
            for block in evaluate_all(self._alone, cube, None, self.level)
        ]
        both = [*alone, *evaluate_all(self._comparing, cube, self.reference, self.level)]
        dimensions = list(cube.segments)
        return sorted(both, key=lambda b: (dimensions.index(b.dimension), self._order[key_of(b)[:2]]))
