"""From evidence to ranked causes: which explanation leaves least of the change unexplained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from vedette.diagnosis.calibration_shift import Confined
from vedette.diagnosis.cause import Cause
from vedette.diagnosis.label_pipeline import LabelPattern
from vedette.diagnosis.label_shift import LabelShift
from vedette.diagnosis.marginals import Divergence
from vedette.diagnosis.split import Split
from vedette.estimation.impact import SURELY, Impact
from vedette.values import Segment

#: Fewer current rows than this tell nothing.
NEEDED = 100
#: A change below this size (nats), or above this p-value, is none.
SIZE, ALPHA = 0.001, 1e-3
#: A fault of the data is sure of itself; an explanation of the rest never scores above this.
CEILING = 0.88
#: Label coverage must fall by this much before labels are called late.
COVERAGE = 0.05


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the decision table looks at.

    Attributes
    ----------
    rows : int
        Current rows.
    faults : tuple of Cause
        Faults of the data.
    drifted : tuple of (str, float)
        Columns that moved beyond chance, with the size in nats, largest first; scores and labels not among them.
    columns : int
        Columns looked at.
    scores : Divergence, optional
        Of the scores of all rows.
    parts : Split, optional
        Of the labelled rows; None without enough labels.
    fit : LabelShift, optional
        Class shares fitted to the scores of all rows.
    shares : (float, float), optional
        Share of the last class among labelled rows, then and now.
    place : (Segment, Confined), optional
        The segment to which a change of meaning is confined.
    bias : float
        Observed minus expected share of the last class.
    pattern : LabelPattern, optional
    coverage : (float, float), optional
        Share of rows with a label, then and now.
    positive : str
        Name of the last class.
    cost : Impact, optional
        Rise of the error rate that the new mix of scores brings.
    lost : float, optional
        Rise of the error rate that labels show, None without them.
    """

    rows: int
    faults: tuple[Cause, ...] = ()
    drifted: tuple[tuple[str, float], ...] = ()
    columns: int = 0
    scores: Divergence | None = None
    parts: Split | None = None
    fit: LabelShift | None = None
    shares: tuple[float, float] | None = None
    place: tuple[Segment, Confined] | None = None
    bias: float = 0.0
    pattern: LabelPattern | None = None
    coverage: tuple[float, float] | None = None
    positive: str = ""
    cost: Impact | None = None
    lost: float | None = None


def decide(evidence: Evidence) -> tuple[Cause, ...]:
    """Causes ranked by how well they explain the change, best first; never empty.

    The table: faults of the data come first, for they bring everything else with them. Then, with labels, the
    change of (score, label) is shared out: covariate shift explains what the scores moved, label shift what the
    class shares moved, concept shift or broken labels what the label given the score moved. Without labels only
    the scores speak, and label shift is what they could come from. Where neither scores nor their meaning moved,
    drift of the columns is benign.
    """
    if evidence.rows < NEEDED:
        return (Cause.of("insufficient", 1.0, "insufficient", rows=evidence.rows, needed=NEEDED),)
    shifts = [*_shifts(evidence)]
    found = [*evidence.faults, *(shifts or _benign(evidence))]
    if not found:
        return (Cause.of("stable", 1.0, "stable", rows=evidence.rows),)
    return tuple(sorted(found, key=lambda c: (-c.score, c.kind, c.column or "")))


def moved(change: Divergence | None) -> bool:
    """Tell whether a change is beyond chance and big enough to speak of."""
    return change is not None and change.p < ALPHA and change.effect > SIZE


def _shifts(evidence: Evidence) -> Iterator[Cause]:
    parts = evidence.parts
    if parts is None:
        yield from _unlabelled(evidence)
        return
    late = list(_late(evidence))
    yield from late
    if not (moved(parts.total) or moved(evidence.scores) or evidence.place is not None):
        return
    score = min(parts.score.effect, evidence.scores.effect) if evidence.scores else parts.score.effect
    here = evidence.place[1] if evidence.place is not None else None
    meaning = max(parts.meaning.effect, here.share * here.effect if here is not None else 0.0)
    total = max(parts.total.effect, score + meaning, 1e-12)
    yield from _covariate(evidence, score / total)
    yield from _label(evidence, parts, total)
    if moved(parts.meaning) or here is not None:
        yield from _meaning(evidence, meaning / total, damp=0.5 if late else 1.0)


def _covariate(evidence: Evidence, explained: float) -> Iterator[Cause]:
    if not moved(evidence.scores) or explained < 0.02:
        return
    column, effect = evidence.drifted[0] if evidence.drifted else (None, 0.0)
    if column is None:
        return
    fields: dict[str, Any] = {"effect": effect, "columns": evidence.columns, "explained": explained}
    if _costs_nothing(evidence):
        yield _harmless(evidence, CEILING * explained)
        return
    yield Cause.of(
        "covariate shift", CEILING * explained, "covariate_shift", column=column, **fields, **_next(evidence)
    )


def _label(evidence: Evidence, parts: Split, total: float) -> Iterator[Cause]:
    if evidence.shares is None or not moved(parts.label):
        return
    then, now = evidence.shares
    explained = max(1 - parts.likelihood.effect / total, 0.0)
    score = CEILING * explained * _agreement(evidence.fit, then, now)
    if score > 0.02:
        fields: dict[str, Any] = {
            "positive": evidence.positive,
            "then": then,
            "now": now,
            "explained": explained,
        }
        yield Cause.of("label shift", score, "label_shift", **fields, logit=_logit(now) - _logit(then))


def _agreement(fit: LabelShift | None, then: float, now: float) -> float:
    """Return how far the scores of all rows confirm that the classes' shares moved: 1 where they do or cannot say."""
    if fit is None or abs(fit.now[-1] - now) < 2 * fit.error + 0.02:
        return 1.0
    return float(np.clip((fit.now[-1] - then) / (now - then), 0.0, 1.0)) if now != then else 1.0


def _meaning(evidence: Evidence, explained: float, damp: float) -> Iterator[Cause]:
    """Yield concept shift and broken labels: the same trace, told apart by where and how evenly it shows."""
    score = CEILING * explained * damp
    fields: dict[str, Any] = {"explained": explained, "bias": evidence.bias}
    if evidence.place is not None:
        segment, here = evidence.place
        fields = {"explained": explained, "bias": here.bias, "rows": here.share, "rest": here.rest}
        yield Cause.of("concept shift", score, "concept_shift_segment", segment=segment, **fields)
        score *= 0.4
    else:
        even = evidence.pattern is not None and evidence.pattern.explained > 0.7
        yield Cause.of("concept shift", score * (0.6 if even else 1.0), "concept_shift", **fields)
    if evidence.pattern is not None:
        pattern = evidence.pattern
        yield Cause.of(
            "label pipeline",
            score * pattern.explained,
            f"labels_{pattern.pattern}",
            rate=pattern.rate,
            explained=pattern.explained,
            positive=evidence.positive,
        )


def _late(evidence: Evidence) -> Iterator[Cause]:
    """Yield missing labels where the labelled rows changed and the scores of all rows did not."""
    if evidence.coverage is None or evidence.parts is None or not moved(evidence.parts.total):
        return
    then, now = evidence.coverage
    if then - now > COVERAGE and not moved(evidence.scores):
        yield Cause.of("label pipeline", 0.89, "labels_late", then=then, now=now)


def _unlabelled(evidence: Evidence) -> Iterator[Cause]:
    if evidence.scores is None:
        yield from _inputs(evidence)
        return
    if not moved(evidence.scores):
        return
    fit = evidence.fit
    accepted = (
        fit is not None and fit.p > 0.01 and abs(fit.moved) > 4 and abs(fit.now[-1] - fit.then[-1]) > 0.01
    )
    if fit is not None:
        now, then = float(fit.now[-1]), float(fit.then[-1])
        fields: dict[str, Any] = {"then": then, "now": now, "fit": fit.p, "positive": evidence.positive}
        ends: dict[str, Any] = {"low": max(now - 2 * fit.error, 0.0), "high": min(now + 2 * fit.error, 1.0)}
        score = 0.7 if accepted else 0.25 * max(1 - fit.residual / evidence.scores.effect, 0.0)
        logit = _logit(now) - _logit(then)
        yield Cause.of("label shift", score, "label_shift_unlabelled", **fields, **ends, logit=logit)
    if evidence.drifted:
        column, effect = evidence.drifted[0]
        more: dict[str, Any] = {"effect": effect, "columns": evidence.columns, **_next(evidence)}
        if _costs_nothing(evidence) and not accepted:
            yield _harmless(evidence, 0.7)
            return
        form = "covariate_shift_outputs" if fit is None else "covariate_shift_unlabelled"
        yield Cause.of("covariate shift", 0.5 if accepted else 0.7, form, column=column, **more)


def _inputs(evidence: Evidence) -> Iterator[Cause]:
    if evidence.drifted:
        column, effect = evidence.drifted[0]
        more: dict[str, Any] = {"effect": effect, "columns": evidence.columns, **_next(evidence)}
        yield Cause.of("covariate shift", 0.6, "input_drift", column=column, **more)


def _benign(evidence: Evidence) -> Iterator[Cause]:
    if evidence.drifted:
        column, effect = evidence.drifted[0]
        yield Cause.of("benign drift", 0.82, "benign_drift", column=column, effect=effect, **_next(evidence))


def _costs_nothing(evidence: Evidence) -> bool:
    """Tell whether neither the new mix of scores nor, where there are labels, what they show costs a point."""
    if evidence.cost is None or not evidence.cost.negligible:
        return False
    return evidence.lost is None or evidence.lost < SURELY


def _harmless(evidence: Evidence, score: float) -> Cause:
    """Return the cause that a column moved, with the scores, to rows as easy as before."""
    column, effect = evidence.drifted[0]
    assert evidence.cost is not None
    fields: dict[str, Any] = {"effect": effect, "columns": evidence.columns, "gain": -evidence.cost.value}
    return Cause.of("benign drift", score, "benign_impact", column=column, **fields, **_next(evidence))


def _next(evidence: Evidence) -> dict[str, Any]:
    """Return the columns that moved next most."""
    return {"next": [name for name, _ in evidence.drifted[1:4]]}


def _logit(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))
