"""What a diagnosis reads: the summaries a pass must count for it to see everything."""

from __future__ import annotations

from vedette.diagnosis.outcomes import outcome_spec
from vedette.engine.scan import Wanted
from vedette.layout import Layout
from vedette.summaries.base import Summary


def wanted(layout: Layout) -> Wanted:
    """Return the summaries of a full diagnosis: bins and moments by column, outcomes and missing entries by segment.

    A diagnosis does with fewer and then sees less: without moments no factor that throws a whole column out of the
    reference's range, without counts by segment no segment.
    """
    watched = [c for c in layout.monitored() if c.kind in ("number", "category")]
    specs: list[Summary] = [layout.bins(c.name) for c in watched]
    specs += [layout.moments(c.name) for c in watched if c.kind == "number"]
    outcomes = outcome_spec(layout)
    by_model = () if outcomes is None else (outcomes,)
    if not layout.schema.segments:
        return Wanted((*specs, *by_model))
    missing = tuple(layout.counts(c.name) for c in watched)
    return Wanted((*specs, *by_model, *missing), (*by_model, *missing))
