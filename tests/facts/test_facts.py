"""Each fact is broken by some metric: the suite can fail, and says why."""

from __future__ import annotations

import warnings
from typing import ClassVar

import msgspec
import numpy as np
import pytest

from vedette.metrics.base import Metric
from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer, size_of
from vedette.summaries.base import State
from vedette.testing import facts
from vedette.values import Estimates


class Sound(ErrorMetric, frozen=True, kw_only=True):
    """A metric that keeps every fact.

    Parameters
    ----------
    times : float
        Factor.

    Returns
    -------
    Estimates
        A number.

    Notes
    -----
    *Undefined when* there is none.

    References
    ----------
    Somebody (2000), doi:10.1000/182.

    Examples
    --------
    >>> 1
    1
    """

    title: ClassVar[str] = "sound metric"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1000/182",)

    times: float = 2.0

    def answer(self, errors: State, level: float) -> Answer:
        powers = errors["powers"]
        return mean_answer(
            size_of(errors), errors["absolute"] * self.times, powers[:, 2, 0] * self.times**2, level
        )


class Untitled(Sound, frozen=True, kw_only=True):
    title: ClassVar[str] = ""


class InFurlongs(Sound, frozen=True, kw_only=True):
    unit: ClassVar[str] = "furlong"


class UpsideDown(Sound, frozen=True, kw_only=True):
    range: ClassVar[tuple[float, float]] = (1.0, 0.0)


class Elsewhere(Sound, frozen=True, kw_only=True):
    references: ClassVar[tuple[str, ...]] = ("somewhere",)


class Speechless(Sound, frozen=True, kw_only=True):
    """No sections."""


class Unsourced(Sound, frozen=True, kw_only=True):
    __doc__ = str(Sound.__doc__).replace("doi:10.1000/182", "doi:10.1000/183")


class Forgets(Sound, frozen=True, kw_only=True):
    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "times", self.times + 1)


class Warns(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        warnings.warn("invalid value", RuntimeWarning, stacklevel=1)
        return super().answer(errors, level)


class ZeroOfNothing(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(value=np.nan_to_num(found.value))


class NeverKnows(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(value=found.value * np.nan)


class BelowZero(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(low=-found.low)


class BesideItsInterval(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(value=found.high * 2)


class HalfAnInterval(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(low=found.low * np.nan)


class LooksAround(Sound, frozen=True, kw_only=True):
    def answer(self, errors: State, level: float) -> Answer:
        found = super().answer(errors, level)
        return found._replace(value=found.value * len(errors))


class BlamesTheData(Sound, frozen=True, kw_only=True):
    def compute(self, current, reference=None, level=0.95) -> Estimates:
        return super().compute(current, reference, level).because("undefined")


class LikesErrors(Sound, frozen=True, kw_only=True):
    better: ClassVar = "higher"


class Nowhere(Sound, frozen=True, kw_only=True):
    def why_not(self, layout) -> str:
        return "never"


BROKEN: list[tuple[str, type[Metric]]] = [
    ("states_its_facts", Untitled),
    ("states_its_facts", InFurlongs),
    ("states_its_facts", UpsideDown),
    ("states_its_facts", Elsewhere),
    ("documents_itself", Speechless),
    ("documents_itself", Unsourced),
    ("comes_back_from_files", Forgets),
    ("is_quiet", Warns),
    ("no_rows_is_no_value", ZeroOfNothing),
    ("many_rows_is_a_value", NeverKnows),
    ("many_rows_is_a_value", Nowhere),
    ("stays_in_range", BelowZero),
    ("interval_brackets_value", BesideItsInterval),
    ("interval_brackets_value", HalfAnInterval),
    ("cells_are_independent", LooksAround),
    ("missing_labels_are_the_reason", BlamesTheData),
    ("worse_predictions_are_worse", LikesErrors),
]


@pytest.mark.parametrize(("fact", "broken"), BROKEN)
def test_broken_metric_is_found(fact: str, broken: type[Metric]):
    """The fact fails for the metric that breaks it, and not for the sound one."""
    facts.check(Sound, fact)
    with pytest.raises((AssertionError, RuntimeWarning)):
        facts.check(broken, fact)


def test_every_fact_is_broken_here():
    """A fact that nothing breaks proves nothing."""
    assert {fact for fact, _ in BROKEN} == set(facts.FACTS)
