"""What a metric is: a frozen spec whose class states the facts and whose `compute` reads summaries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec
import numpy as np

from vedette import registry
from vedette.errors import UnknownNameError, unknown_name
from vedette.layout import Column, Layout
from vedette.sentences.filling import Lang
from vedette.sentences.sentence import Sentence
from vedette.sentences.titles import title_in
from vedette.summaries.base import State, Summary
from vedette.values import Direction, Estimates

States = Mapping[str, State]
Scope = Literal["model", "column", "group"]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen spec and a pure function of summaries.

    A subclass is one file named like the metric. It states the facts below and implements `needs` and `compute`;
    both work on arrays over cells (windows x segments), so a year of days costs one call.

    Attributes
    ----------
    column : str, optional
        The column it is about, for scope "column" (and the group column for scope "group").
    """

    #: What people read on axes and in tables.
    title: ClassVar[str]
    #: "share", "nats", "rows", "sd", "" (pure number) or "column" (the column's own unit).
    unit: ClassVar[str] = ""
    #: Smallest and largest value it can take.
    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    #: Which direction is better; a change for the better is never an alarm.
    better: ClassVar[Direction] = "neither"
    #: "model": one number; "column": one for each column of `kinds`; "group": one for each group of a column.
    scope: ClassVar[Scope] = "model"
    #: Column kinds it is defined for (scope "column").
    kinds: ClassVar[tuple[str, ...]] = ("number", "category")
    #: Tasks it is defined for; empty means all.
    tasks: ClassVar[tuple[str, ...]] = ()
    #: Whether it compares with a reference (then it has none of its own).
    compares: ClassVar[bool] = False
    #: Whether a report shows it unasked.
    default: ClassVar[bool] = False
    #: Sources, with DOI where there is one.
    references: ClassVar[tuple[str, ...]] = ()

    column: str | None = None

    @property
    def name(self) -> str:
        """Registered name: the file's name."""
        return type(self).__module__.rsplit(".", 1)[1]

    @property
    def key(self) -> str:
        """Name with the parameters that differ from the default, e.g. ``fbeta(beta=2.0)``."""
        # Not `msgspec.structs.fields`, which reads annotations anew at each call: this is asked of every estimate.
        names, defaults = self.__struct_fields__, self.__struct_defaults__
        given = zip(names[len(names) - len(defaults) :], defaults, strict=True)
        changed = [f"{f}={v}" for f, d in given if f != "column" and (v := getattr(self, f)) != d]
        return f"{self.name}({', '.join(changed)})" if changed else self.name

    def titled(self, lang: Lang = "en") -> str:
        """Return its title in a language."""
        return title_in(lang, self.title)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the summaries it reads, by the names `compute` uses."""
        raise NotImplementedError

    def remembers(self, layout: Layout) -> dict[str, Summary]:
        """Return what it reads of the reference alone, over all rows, beside `needs`; it may find it missing."""
        return {}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return one estimate for each cell of `current`.

        `reference` has the same cells, or one cell that stands for all.
        """
        raise NotImplementedError

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        if self.tasks and layout.task not in self.tasks:
            return Sentence.of("why.other_task", metric=self.name, tasks=list(self.tasks), task=layout.task)
        return None

    @classmethod
    def for_column(cls, column: Column) -> bool:
        """Tell whether it is computed for a column unasked."""
        return column.kind in cls.kinds


def over(counts: Any, total: Any) -> Any:
    """Return ``counts / total``, nan where the total is 0."""
    counts, total = np.asarray(counts, float), np.asarray(total, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, counts / total, np.nan)


def metric(name: str, **parameters: Any) -> Metric:
    """Return the metric registered as `name` with some parameters.

    Raises
    ------
    UnknownNameError
        Unknown metric, nearest one suggested (``registry.unknown-metric``), or an unknown parameter
        (``metric.unknown-parameter``).
    """
    cls = registry.load("metric", name)
    known = cls.__struct_fields__
    for parameter in parameters:
        if parameter not in known:
            raise unknown_name(f"Parameter of {name}", parameter, known, code="metric.unknown-parameter")
    made: Metric = cls(**parameters)
    return made


def words(name: str) -> str:
    """Return a registered name as words: ``log_loss`` -> ``log loss``."""
    return re.sub("_", " ", name)


def key_in_words(key: str, lang: Lang) -> str:
    """Return a metric's key as people read it; what is no metric keeps its name.

    Examples
    --------
    >>> key_in_words("log_loss", "en"), key_in_words("fbeta(beta=2.0)", "zh"), key_in_words("log_loss", "zh")
    ('log loss', 'F-beta', '对数损失')
    """
    if lang == "en":
        return words(key)
    try:
        return metric(key.partition("(")[0]).titled(lang)
    except UnknownNameError:
        return words(key)
