"""Causes as incidents remember them: which columns each explains, and which of them the model's fall is due to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from vedette.alerts.explanation import Explanation, distinct
from vedette.diagnosis.cause import Cause, Diagnosis
from vedette.diagnosis.diagnose import timing
from vedette.diagnosis.indifference import indifferent
from vedette.diagnosis.new_category import LARGE
from vedette.engine.baseline import Baseline
from vedette.values import Finding, Window

#: Causes that say that there is nothing to explain.
NOTHING = ("stable", "insufficient", "benign drift")
#: What a verdict says of the time and the deploy, which is not the same for all causes.
_TIMING = ("since", "brief", "deploy")
#: Causes that touch some of the rows only, and where their evidence says how many.
_TOUCHED = {"new category": "share", "missing burst": "now", "default value": "share"}


def explanations_of(
    diagnoses: Sequence[Diagnosis],
    baseline: Baseline,
    findings: Sequence[Finding],
    newest: Window,
    deploys: Sequence[int] = (),
) -> list[Explanation]:
    """Return the causes as explanations, best first; none where nothing is known or nothing changed.

    Each column is explained by its best cause alone, and so is the model's performance: by the best cause that is not
    a column on which the model's errors do not depend.

    Parameters
    ----------
    diagnoses : sequence of Diagnosis
        One for each time at which something began.
    findings : sequence of Finding
        All that held; they say since when each cause did.
    newest : Window
        The last window looked at.
    deploys : sequence of int
        Microseconds since the epoch.
    """
    told = [(cause, found) for found in diagnoses for cause in found.causes if cause.kind not in NOTHING]
    told.sort(key=lambda one: -one[0].score)
    ranked = [_named(cause, found, baseline) for cause, found in told]
    causes = {one.key: both for one, both in zip(reversed(ranked), reversed(told), strict=True)}
    made = [(one, *causes[one.key]) for one in distinct(ranked)]
    return [
        _in_words(one, cause, found, timing(cause, findings, newest, deploys)) for one, cause, found in made
    ]


def _named(cause: Cause, found: Diagnosis, baseline: Baseline) -> Explanation:
    """Return a cause with the columns it names: a pair that changed places, those that moved along."""
    more = (
        [cause.evidence.get("other")] if cause.kind == "swapped columns" else cause.evidence.get("next", ())
    )
    columns = tuple(name for name in (cause.column, *more) if name) if cause.column else ()
    accounts = not columns or not all(indifferent(baseline, name) for name in columns)
    accounts = accounts and reaches(cause, found)
    return Explanation(kind=cause.kind, columns=columns, performance=accounts)


def reaches(cause: Cause, found: Diagnosis) -> bool:
    """Tell whether a cause touches enough rows to account for the model's fall.

    A share of the rows cannot cost more accuracy than it is: it must be half of the fall at least, and no trifle.
    """
    if cause.kind not in _TOUCHED:
        return True
    touched = cause.evidence[_TOUCHED[cause.kind]] - cause.evidence.get("then", 0.0)
    fall = found.context.get("then", 0.0) - found.context.get("now", 0.0)
    return bool(touched >= max(LARGE, fall / 2))


def _in_words(one: Explanation, cause: Cause, found: Diagnosis, when: dict[str, Any]) -> Explanation:
    first = cause is found.causes[0]
    kept = {
        name: value
        for name, value in found.context.items()
        if (
            first if name in _TIMING else one.performance
        )  # the fall of accuracy is no news of a harmless column
    }
    context = kept if first else {**kept, **when}
    said = Diagnosis.of((cause,), context)
    evidence = {
        **msgspec.to_builtins(cause.evidence),
        **({"segment": str(cause.segment)} if cause.segment else {}),
        "context": msgspec.to_builtins(context),
    }
    return msgspec.structs.replace(one, sentence=said.verdict, remedy=said.remedy, evidence=evidence)
