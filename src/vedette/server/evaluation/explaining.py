"""Why: the diagnosis of the gravest finding of a window, as incidents remember it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vedette.alerts.explanation import Explanation
from vedette.diagnosis.cause import Diagnosis
from vedette.diagnosis.diagnose import diagnose
from vedette.engine.along import end_to_end
from vedette.engine.definition import Definition
from vedette.engine.standing import Load
from vedette.values import Finding, Window

#: Windows of a finding that are explained, the last ones.
SPAN = 28


def explain(
    findings: Sequence[Finding], definition: Definition, windows: Sequence[Window], load: Load
) -> Diagnosis | None:
    """Return the diagnosis of the gravest finding over the windows it has held, at most the last `SPAN`.

    None where nothing is graver than a note. Causes in columns that raised no alarm are left out: a column that
    always swings from window to window is no cause of one bad window.
    """
    told = [f for f in findings if f.level != "info"]
    if not told:
        return None
    lead = told[0]
    begin = lead.window.start if lead.window else windows[-1].start
    held = [w for w in windows[-SPAN:] if w.start >= begin]
    found = diagnose(end_to_end(load(held)), definition.baseline, [lead])
    alarmed = {f.column for f in findings if f.column is not None}
    causes = tuple(c for c in found.causes if c.column is None or c.column in alarmed)
    return Diagnosis.of(causes, found.context) if causes else found


def explanations(found: Diagnosis | None) -> list[Explanation]:
    """Return the causes as explanations, best first; none where nothing is known or nothing changed."""
    if found is None:
        return []
    told = [c for c in found.causes if c.kind not in ("stable", "insufficient", "benign drift")]
    return [
        Explanation(
            kind=cause.kind,
            columns=(cause.column,) if cause.column else (),
            sentence=found.verdict if i == 0 else cause.sentence,
            remedy=found.remedy if i == 0 else "",
            evidence={
                **msgspec.to_builtins(cause.evidence),
                **({"segment": str(cause.segment)} if cause.segment else {}),
                "context": msgspec.to_builtins(found.context),
            },
        )
        for i, cause in enumerate(told)
    ]
