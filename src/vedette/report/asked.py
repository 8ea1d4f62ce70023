"""What a report finds out on request, from rows: worst slices and the parts of a change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np

from vedette.diagnosis.disde import Disde
from vedette.diagnosis.slices import Slice
from vedette.engine.labels import LateLabels
from vedette.errors import ConfigError
from vedette.numerals import number
from vedette.sources.base import Source, open_source
from vedette.values import Estimates
from vedette.views.content import Figure, Section
from vedette.views.parts import Parts
from vedette.views.slices import Slices
from vedette.views.terminal import table_words
from vedette.views.words import Lang, say


class Rows(NamedTuple):
    """Rows that a report was made of; the reference is None where only its baseline was given."""

    reference: Source | None
    current: Source
    labels: LateLabels | None = None

    def both(self, reference: Any = None) -> tuple[Source, Source]:
        """Return reference and current rows.

        Raises
        ------
        ConfigError
            There are none of the reference (``report.no-rows``).
        """
        found = self.reference if reference is None else open_source(reference)
        if found is None:
            raise no_rows("The report was made with a baseline, which keeps no rows")
        return found, self.current


class Asked(NamedTuple):
    """What was found out on request so far."""

    slices: list[Slice] | None = None
    disde: Disde | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, only what was asked."""
        return {
            name: msgspec.to_builtins(found) for name, found in self._asdict().items() if found is not None
        }


def no_rows(found: str) -> ConfigError:
    """Return the error for a report without rows."""
    return ConfigError(
        found,
        "Labelled rows of both sides: slices and the parts of a change are read off them",
        "Give the reference rows, not a baseline of them",
        code="report.no-rows",
    )


def sections(asked: Asked, task: str, lang: Lang) -> Iterator[Section]:
    """Yield the sections of what was asked."""
    if asked.slices is not None:
        figures = (Figure(view=slices_view(asked.slices, task, lang)),) if asked.slices else ()
        intro = say(lang, "slices_intro" if figures else "slices_none")
        yield Section(title=say(lang, "slices_section"), figures=figures, anchor="slices", intro=intro)
    if asked.disde is not None:
        drawn = (Figure(view=disde_view(asked.disde, task, lang)),)
        title, intro = say(lang, "disde_section"), asked.disde.in_words(lang)
        yield Section(title=title, figures=drawn, anchor="disde", intro=intro)


def told(asked: Asked, task: str, lang: Lang = "en") -> str:
    """Return what was asked as words and tables for a terminal."""
    parts: list[str] = []
    if asked.slices is not None:
        table = slices_view(asked.slices, task, lang).table(lang) if asked.slices else None
        parts.append(table_words(table, lang) if table else say(lang, "slices_none"))
    if asked.disde is not None:
        parts += [
            asked.disde.in_words(lang),
            table_words(disde_view(asked.disde, task, lang).table(lang), lang),
        ]
    return "\n".join(parts)


def slices_view(found: list[Slice], task: str, lang: Lang = "en") -> Slices:
    """Return slices, at least one, as a chart and a table."""
    unit = "" if task == "regression" else "share"
    first = found[0]
    then, now = number(first.usual, unit), number(first.loss, unit)
    loss, usual, change, low, high, rows, before, share, cost = (
        np.array([getattr(one, name) for one in found])
        for name in ("loss", "usual", "change", "low", "high", "rows", "before", "share", "cost")
    )
    return Slices(
        title=say(lang, "slices_title", slice=first.in_words(lang), then=then, now=now),
        name=_loss(task, lang),
        unit=unit,
        slices=tuple(one.in_words(lang) for one in found),
        current=Estimates.of(loss, usual + low, usual + high, n=rows),
        reference=Estimates.of(usual, n=before),
        change=change,
        low=low,
        high=high,
        share=share,
        cost=cost,
    )


def _loss(task: str, lang: Lang) -> str:
    return say(lang, "mean_error" if task == "regression" else "error_rate")


def disde_view(found: Disde, task: str, lang: Lang = "en") -> Parts:
    """Return the parts of a change as a chart and a table."""
    terms = {
        "part_covariate": found.covariate,
        "part_concept": found.concept,
        "part_unseen": found.unseen,
    }
    value, low, high = (
        np.array([getattr(term, end) for term in terms.values()]).round(4) for end in ("value", "low", "high")
    )
    unit = "" if task == "regression" else "share"
    loss, then, now = _loss(task, lang), number(found.before, unit), number(found.now, unit)
    return Parts(
        title=say(lang, "slices_title", slice=loss, then=then, now=now),
        name=say(lang, "loss_change"),
        unit=unit,
        parts=tuple(say(lang, part) for part in terms),
        changes=Estimates.of(value, low, high, n=np.full(3, np.nan)),
    )
