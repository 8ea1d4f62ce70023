"""Rules that learn from far more windows than are at hand: each series is followed, window by window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from vedette.alerts.calendar import Planned, covered
from vedette.engine.evaluate import Block
from vedette.engine.judge import series_of
from vedette.rules._course import Course
from vedette.rules._slots import slots_of
from vedette.rules.base import Series
from vedette.rules.seasonal_band import SeasonalBand
from vedette.values import Finding, Window

#: The same block over up to so many windows, ending with its last.
Earlier = Callable[[Block, int], Block]
_Place = tuple[int, str, str | None, str]


class Following:
    """Bands that go along the series of a model for as long as it runs.

    They begin with what `Earlier` still has of a series, as many windows as the rule asks for, and then take each
    window as it is judged: what came before is not read again.

    Parameters
    ----------
    rules : sequence of SeasonalBand
    calendar : sequence of Planned
        Windows that it excludes are not learnt from.
    """

    def __init__(self, rules: Sequence[SeasonalBand], calendar: Sequence[Planned], zone: str) -> None:
        self.rules, self._calendar, self._zone = rules, calendar, zone
        self._courses: dict[_Place, Course] = {}

    def findings(
        self, blocks: Sequence[Block], noise: Mapping[tuple[str, str | None], float], earlier: Earlier
    ) -> Iterator[Finding]:
        """Yield what the rules find in blocks that end with the window to judge."""
        for number, rule in enumerate(self.rules):
            for block in blocks:
                if block.metric.key in rule.metrics:
                    yield from self._of_block(number, rule, block, noise, earlier)

    def _of_block(
        self,
        number: int,
        rule: SeasonalBand,
        block: Block,
        noise: Mapping[tuple[str, str | None], float],
        earlier: Earlier,
    ) -> Iterator[Finding]:
        past: dict[_Place, Series] | None = None
        for one in self._series(block, noise):
            place = (number, *_about(one))
            course = self._courses.get(place)
            if course is None or not _goes_on(course, one.windows):
                if past is None:
                    whole = earlier(block, rule.horizon(block.windows[-1].end - block.windows[-1].start))
                    past = {(number, *_about(s)): s for s in self._series(whole, noise)}
                course = self._courses[place] = rule.course(one)
                rule.go_on(course, past.get(place, one))
            rule.go_on(course, one)
            cycle = slots_of(one.windows, rule.timezone).cycle
            yield from rule.beside(one, course.beside(one.windows), cycle)

    def _series(self, block: Block, noise: Mapping[tuple[str, str | None], float]) -> Iterator[Series]:
        skip = covered(self._calendar, block.windows, self._zone)
        for one in series_of(block, noise):
            yield msgspec.structs.replace(one, skip=skip) if skip.any() else one


def _about(series: Series) -> tuple[str, str | None, str]:
    return series.metric, series.column, str(series.segment or "")


def _goes_on(course: Course, windows: Sequence[Window]) -> bool:
    """Tell whether some windows leave no gap after those a band has come to."""
    return course.last is not None and windows[0].start <= course.last
