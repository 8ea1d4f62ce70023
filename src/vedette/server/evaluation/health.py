"""How each version of each model does: whether rows come, whether they are judged, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from vedette.alerts.explanation import Explanation
from vedette.alerts.incident import Incident
from vedette.alerts.silence import Heartbeat, silence
from vedette.diagnosis.cause import Cause, Diagnosis
from vedette.diagnosis.words import Lang
from vedette.monitor import Monitor
from vedette.store import incidents, models, windows
from vedette.store.database import Transaction

Status = Literal["ok", "watch", "act", "silent", "behind", "unready"]
_WELL = {
    "en": "Nothing changed beyond chance in {rows:,} rows.",
    "zh": "{rows:,} 行数据中没有超出偶然的变化。",
}
_SILENT = {"en": "No rows arrive.", "zh": "没有数据到达。"}
_BEHIND = {"en": "Rows arrive and have not been judged yet.", "zh": "数据已到达，尚未评估。"}
_UNREADY = {
    "no monitor": {"en": "It logs and has no monitor yet.", "zh": "已有日志，但还没有监控配置。"},
    "no reference": {
        "en": "It has a monitor and no reference yet.",
        "zh": "已有监控配置，但还没有参考数据。",
    },
    "reference of another schema": {
        "en": "Its reference was fitted with another schema.",
        "zh": "参考数据是用另一个模式拟合的。",
    },
}


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one version.

    Attributes
    ----------
    status : str
        "act" and "watch" are of open incidents, "silent" when no rows come, "behind" when they are not judged,
        "unready" without a monitor or a reference, or after an error.
    verdict, remedy : str
    rows : int
        In all.
    labelled : float, optional
        Share of labelled rows in the newest closed window.
    first_event, last_event : int
        Microseconds since the epoch.
    evaluated_at : int, optional
    window : str
        Label of the newest closed window.
    incidents : dict of str to int
        Open ones by level.
    """

    model: str
    version: str
    status: Status
    verdict: str
    remedy: str = ""
    rows: int = 0
    labelled: float | None = None
    first_event: int = 0
    last_event: int = 0
    evaluated_at: int | None = None
    window: str = ""
    incidents: dict[str, int] = {}


def healths(
    tx: Transaction,
    failures: Mapping[tuple[str, str], str],
    silent: frozenset[str] = frozenset(),
    lang: Lang = "en",
) -> list[Health]:
    """Return the health of every version of every model, by name; a few queries whatever their number.

    Parameters
    ----------
    failures : mapping of (model, version) to str
        Why a version is not evaluated.
    silent : set of str
        Models whose rows have stopped.
    """
    closed, open_ones = windows.latest(tx), incidents.counts(tx)
    waiting = {(d.model, d.version) for d in windows.dirty(tx)}
    standing = leading(tx)
    found = []
    for version in models.all_versions(tx):
        key = (version.model, version.version)
        window, incident = closed.get(key), standing.get(key)
        counts = open_ones.get(key, {})
        status, verdict, remedy = _status(
            key, counts, incident, failures.get(key), silent, key in waiting, lang
        )
        found.append(
            Health(
                model=version.model,
                version=version.version,
                status=status,
                verdict=verdict or _WELL[lang].format(rows=version.rows),
                remedy=remedy,
                rows=version.rows,
                labelled=window.labelled / window.rows if window and window.rows else None,
                first_event=version.first_seen,
                last_event=version.last_seen,
                evaluated_at=window.evaluated_at if window else None,
                window=window.label if window else "",
                incidents=counts,
            )
        )
    return found


def leading(tx: Transaction) -> dict[tuple[str, str], Incident]:
    """Return the gravest open incident of each version; of equal ones one with a cause, then the newest."""
    found: dict[tuple[str, str], Incident] = {}
    for stored in incidents.listing(tx, states=("open", "acknowledged")):
        key = (stored.model, stored.version)
        if key not in found or _weight(stored.incident) > _weight(found[key]):
            found[key] = stored.incident
    return found


def _weight(incident: Incident) -> tuple[bool, bool]:
    return incident.level == "act", incident.explanation is not None


def said(incident: Incident, lang: Lang = "en") -> tuple[str, str]:
    """Return verdict and remedy of an incident in a language."""
    if incident.explanation is None:
        return incident.lead.in_words(lang), ""
    return explained(incident.explanation, lang)


def explained(explanation: Explanation, lang: Lang = "en") -> tuple[str, str]:
    """Return verdict and remedy of an explanation in a language, made anew from its evidence.

    Of evidence that another version wrote, and this one cannot say, the English words stored with it.
    """
    evidence = {k: v for k, v in explanation.evidence.items() if k != "context"}
    cause = {
        "kind": explanation.kind,
        "column": explanation.columns[0] if explanation.columns else None,
        "segment": None,
        "score": 1.0,
        "sentence": explanation.sentence,
        "evidence": evidence,
    }
    try:
        found = Diagnosis.of((msgspec.convert(cause, Cause),), explanation.evidence.get("context", {}))
        return found.in_words(lang)
    except (KeyError, TypeError, ValueError):
        return explanation.sentence, explanation.remedy


def is_silent(monitor: Monitor, received: int, now: int) -> bool:
    """Tell whether a model's rows have stopped for longer than two of its windows and the time rows may take."""
    return silence(Heartbeat(received=received), now, monitor.windows.every, monitor.windows.late) is not None


def _status(
    key: tuple[str, str],
    counts: Mapping[str, int],
    incident: Incident | None,
    failure: str | None,
    silent: frozenset[str],
    waiting: bool,
    lang: Lang,
) -> tuple[Status, str, str]:
    if failure is not None:
        return "unready", _UNREADY.get(failure, {}).get(lang, failure), ""
    if incident is not None and counts:
        verdict, remedy = said(incident, lang)
        return "act" if counts.get("act") else "watch", verdict, remedy
    if key[0] in silent:
        return "silent", _SILENT[lang], ""
    return ("behind", _BEHIND[lang], "") if waiting else ("ok", "", "")
