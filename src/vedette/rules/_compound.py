"""Conditions joined: several rules over the same windows and segment, told as one finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.alerts.severity import gravest
from vedette.errors import ConfigError
from vedette.rules.base import Rule, Series, firing, runs
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Segment

Mask = npt.NDArray[np.bool_]


class Compound(Rule, frozen=True, kw_only=True):
    """Several conditions, each a rule.

    Attributes
    ----------
    rules : tuple of Rule
        In a monitor file: tables, or names of other rules. Each must name its metrics.
    """

    word: ClassVar[str]

    rules: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.rules) < 2 or any(not rule.metrics for rule in self.rules):
            raise ConfigError(
                f"Conditions are joined by {self.word!r} that are fewer than two or name no metric",
                "At least two rules, each with its metrics",
                "Write for example rules = [{ kind = 'threshold', metrics = ['recall'], below = 0.7 }, 'busy']",
                code="rules.no-part",
            )
        watched = dict.fromkeys(name for rule in self.rules for name in rule.metrics)
        msgspec.structs.force_setattr(self, "metrics", tuple(watched))

    def leaves(self) -> tuple[Rule, ...]:
        """Return the simple rules it is made of."""
        return tuple(leaf for rule in self.rules for leaf in rule.leaves())

    def fold(self, series: Series) -> Iterator[Finding]:
        """Yield nothing: one series is not enough to judge by; `join` is given all of them."""
        yield from ()

    def join(self, series: Sequence[Series]) -> Iterator[Finding]:
        """Yield one finding for each run of windows in which the conditions hold together, segment by segment."""
        watched = [one for one in series if one.metric in self.metrics]
        for segment in dict.fromkeys(one.segment for one in watched):
            yield from self._within([one for one in watched if one.segment == segment], segment)

    def combined(self, masks: Sequence[Mask]) -> Mask:
        """Return where the conditions hold together, given where each does."""
        raise NotImplementedError

    def holds(self, series: Sequence[Series]) -> tuple[Mask, Mask]:
        """Return in which windows it fires, and which windows count."""
        parts = [_holds(rule, series) for rule in self.rules]
        known = np.logical_or.reduce([known for _, known in parts])
        return firing(self.combined([fires for fires, _ in parts]), known, self.breaches, self.of), known

    def _within(self, series: Sequence[Series], segment: Segment | None) -> Iterator[Finding]:
        fires, _ = self.holds(series)
        windows = series[0].windows
        many = len(windows) > 1
        for start, end in runs(fires):
            parts = [part for leaf in self.leaves() for part in _parts(leaf, series, start, end)]
            if not parts:
                continue
            span = {"window": windows[start], "until": windows[end - 1]} if many else {}
            yield msgspec.structs.replace(self._told(parts), **span)

    def _told(self, parts: Sequence[Finding]) -> Finding:
        lead = parts[0]
        rule = "all_of" if self.word == "and" else "any_of"
        said = [part.told().plain() for part in parts]
        named = Sentence.of(f"{rule}.named", name=self.name, parts=said)
        return lead.retold(
            named if self.name else Sentence.of(rule, parts=said),
            rule=rule,
            level=gravest([part.level for part in parts]),
            also=tuple(dict.fromkeys(p.metric for p in parts if p.metric != lead.metric)),
        )


def _holds(rule: Rule, series: Sequence[Series]) -> tuple[Mask, Mask]:
    if isinstance(rule, Compound):
        return rule.holds(series)
    nothing = np.zeros(len(series[0].windows), bool)
    fires, known = nothing, nothing
    for one in series:
        if rule.applies(one):
            counted = one.kept(rule.known(one))
            fires = fires | firing(one.kept(rule.breached(one)), counted, rule.breaches, rule.of)
            known = known | counted
    return fires, known


def _parts(leaf: Rule, series: Sequence[Series], start: int, end: int) -> Iterator[Finding]:
    """Yield what a simple rule says of a run of windows, about its worst one."""
    for one in series:
        if not leaf.applies(one):
            continue
        breached = one.kept(leaf.breached(one))[start:end]
        if breached.any():
            severity = np.where(breached, leaf.severity(one)[start:end], -np.inf)
            yield leaf.finding(one, start + int(np.argmax(severity)))
