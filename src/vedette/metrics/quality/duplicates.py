"""Repeated ids."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Scope, States
from vedette.metrics.quality.base import ShareOfRows
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import Summary


class Duplicates(ShareOfRows, frozen=True, kw_only=True):
    """Share of rows whose id came again later: they are dropped, the last one counts.

    It answers whether a pipeline delivers twice. It misleads where an id names an entity instead of an event (a
    customer, a device): then nearly every row comes again, and the schema names the wrong column.

    ``duplicates = (rows with a later row of the same id) / rows``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows before any is dropped; Wilson's interval.

    Notes
    -----
    *Undefined when* there are no rows, or the schema names no id. All other metrics see the rows without these.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.repeats import Repeats
    >>> from vedette.testing.rows import observed
    >>> marked = observed(Repeats(), **{"@repeated": [True, False, False, False]})
    >>> Duplicates().compute({"repeats": marked})[0].value
    0.25
    """

    title: ClassVar[str] = "repeated ids"
    scope: ClassVar[Scope] = "model"

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts of rows and of those that come again."""
        return {"repeats": layout.repeats()}

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        return Sentence.of("why.needs_id", metric=self.name) if layout.schema.id is None else None

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return rows that come again and all rows."""
        return np.asarray(states["repeats"]["repeated"], float), np.asarray(states["repeats"]["rows"], float)
