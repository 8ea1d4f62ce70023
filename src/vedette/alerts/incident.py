"""An incident: one trouble from its onset to its end, and everything people and the system did about it.

An incident is the fold of its events. Every transition appends one event and returns a new incident; replaying the
events of an incident gives the same incident, so the events alone need be stored.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from typing import Literal, Self

import msgspec

from vedette.alerts.explanation import Explanation
from vedette.errors import StateError
from vedette.values import Estimate, Finding, Level, Window

State = Literal["open", "acknowledged", "muted", "resolved"]
Kind = Literal[
    "open",  # it was found
    "pulse",  # a window was looked at: still there, or quiet
    "grow",  # another finding of the same trouble
    "worsen",  # it reached a graver level
    "remind",  # it was told again
    "acknowledge",
    "mute",
    "unmute",
    "resolve",  # a person closed it
    "recover",  # it was quiet long enough
    "reopen",  # it came back soon
    "comment",
    "assign",
]
#: Who acts when no person does.
SYSTEM = "vedette"
#: What may happen to an incident in each state.
LEGAL: dict[State, frozenset[Kind]] = {
    "open": frozenset(
        {
            "pulse",
            "grow",
            "worsen",
            "remind",
            "acknowledge",
            "mute",
            "resolve",
            "recover",
            "comment",
            "assign",
        }
    ),
    "acknowledged": frozenset({"pulse", "grow", "worsen", "mute", "resolve", "recover", "comment", "assign"}),
    "muted": frozenset(
        {
            "pulse",
            "grow",
            "worsen",
            "acknowledge",
            "mute",
            "unmute",
            "resolve",
            "recover",
            "comment",
            "assign",
        }
    ),
    "resolved": frozenset({"reopen", "comment", "assign"}),
}


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that happened.

    Attributes
    ----------
    at : int
        Microseconds since the epoch (UTC).
    who : str
        A person, or ``"vedette"``.
    kind : str
    text : str
        A comment, a reason, the name of the new owner.
    level : Level, optional
        Of the incident from now on.
    since, last, through : Window, optional
        Onset; last window in which the trouble was seen; last window looked at.
    quiet : int
        Windows without the trouble since `last`.
    findings : tuple of Finding, optional
        All findings of the incident from now on, the leading one first.
    explanation : Explanation, optional
    until : int, optional
        End of a mute; None is without end.
    """

    at: int
    who: str
    kind: Kind
    text: str = ""
    level: Level | None = None
    since: Window | None = None
    last: Window | None = None
    through: Window | None = None
    quiet: int = 0
    findings: tuple[Finding, ...] | None = None
    explanation: Explanation | None = None
    until: int | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble of one model.

    Attributes
    ----------
    id : str
        Of the content: model, version, cause, onset and the window it was found in.
    cause : str
        What the findings have in common, as a key.
    state : {"open", "acknowledged", "muted", "resolved"}
    level : Level
        The gravest it has reached.
    since, opened, last, through : Window
        Onset; window in which it was found; last window it was seen in; last window looked at.
    findings : tuple of Finding
        The leading one first.
    explanation : Explanation, optional
    owner : str
    quiet : int
        Windows without it since `last`.
    acknowledged : str
        Who acknowledged it; empty when nobody did.
    muted_until : int, optional
        While muted: when that ends; None is without end.
    closed : int, optional
        When it was resolved.
    events : tuple of Event
    """

    id: str
    model: str
    version: str
    cause: str
    state: State
    level: Level
    since: Window
    opened: Window
    last: Window
    through: Window
    findings: tuple[Finding, ...]
    explanation: Explanation | None = None
    owner: str = ""
    quiet: int = 0
    acknowledged: str = ""
    muted_until: int | None = None
    closed: int | None = None
    events: tuple[Event, ...] = ()

    @property
    def lead(self) -> Finding:
        """The finding that stands for the incident."""
        return self.findings[0]

    @property
    def effect(self) -> Estimate | None:
        """How big it is: of the leading finding."""
        return self.lead.effect

    @property
    def evidence(self) -> float | None:
        """Whether it is real: the strongest evidence of its findings."""
        return None if self.strongest is None else self.strongest.evidence

    @property
    def strongest(self) -> Finding | None:
        """The finding with the strongest evidence, None where none has any."""
        proved = [(f.evidence, i) for i, f in enumerate(self.findings) if f.evidence is not None]
        return self.findings[min(proved)[1]] if proved else None

    @property
    def impact(self) -> float | None:
        """What it costs in points of the metric: the most any of its findings does."""
        return max((f.impact for f in self.findings if f.impact is not None), default=None)

    @property
    def direction(self) -> Literal["up", "down"] | None:
        """Where the leading number went; None for distances, which have no direction."""
        now, then = self.lead.current, self.lead.reference
        if now is None or then is None or now.value is None or then.value is None or now.value == then.value:
            return None
        return "up" if now.value > then.value else "down"

    @property
    def remedy(self) -> str:
        """The first thing to do; empty while no cause is known."""
        return self.explanation.remedy if self.explanation else ""

    @property
    def told(self) -> int:
        """When it was last told: opened, worsened, come back or reminded of."""
        return max(e.at for e in self.events if e.kind in ("open", "worsen", "reopen", "remind"))

    def happened(self, event: Event) -> Self:
        """Return the incident after an event.

        Raises
        ------
        StateError
            Code ``alerts.illegal-step``: the event cannot happen in this state.
        """
        if event.kind not in LEGAL[self.state]:
            raise StateError(
                f"An incident that is {self.state} cannot {event.kind}",
                f"One of {', '.join(sorted(LEGAL[self.state]))}",
                "Look at its state first",
                code="alerts.illegal-step",
            )
        # Of many pulses in a row the last says all, so a long quiet incident does not grow.
        again = event.kind == "pulse" and self.events[-1].kind == "pulse"
        events = (*(self.events[:-1] if again else self.events), event)
        changed = {**_carried(event), **_moved(self, event)}
        return msgspec.structs.replace(self, events=events, **changed)

    def acknowledge(self, who: str, at: int, text: str = "") -> Self:
        """Return the incident with somebody looking after it; it is told no more unless it gets worse."""
        return self.happened(Event(at=at, who=who, kind="acknowledge", text=text))

    def mute(self, who: str, at: int, until: int | None = None, text: str = "") -> Self:
        """Return the incident silenced, until a moment or for good."""
        return self.happened(Event(at=at, who=who, kind="mute", until=until, text=text))

    def unmute(self, who: str, at: int, text: str = "") -> Self:
        """Return the incident heard again."""
        return self.happened(Event(at=at, who=who, kind="unmute", text=text))

    def resolve(self, who: str, at: int, text: str = "") -> Self:
        """Return the incident closed by a person."""
        return self.happened(Event(at=at, who=who, kind="resolve", text=text))

    def comment(self, who: str, at: int, text: str) -> Self:
        """Return the incident with a comment."""
        return self.happened(Event(at=at, who=who, kind="comment", text=text))

    def assign(self, who: str, at: int, owner: str) -> Self:
        """Return the incident with an owner; an empty one takes it away."""
        return self.happened(Event(at=at, who=who, kind="assign", text=owner))


def opened(model: str, version: str, cause: str, event: Event) -> Incident:
    """Return the incident that an event of kind "open" begins."""
    assert event.kind == "open"
    assert event.since is not None
    assert event.last is not None
    assert event.level is not None
    assert event.findings
    facts = (model, version, cause, str(event.since.start), str(event.last.start))
    return Incident(
        id=hashlib.blake2s("\0".join(facts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
        model=model,
        version=version,
        cause=cause,
        state="open",
        level=event.level,
        since=event.since,
        opened=event.last,
        last=event.last,
        through=event.through or event.last,
        findings=event.findings,
        explanation=event.explanation,
        events=(event,),
    )


def replayed(model: str, version: str, cause: str, events: Iterable[Event]) -> Incident:
    """Return the incident that some events make: the inverse of `Incident.events`."""
    first, *rest = events
    return functools.reduce(Incident.happened, rest, opened(model, version, cause, first))


def _carried(event: Event) -> dict[str, object]:
    """Return the fields that an event states outright."""
    names = ("level", "since", "last", "through", "findings", "explanation")
    stated = {name: getattr(event, name) for name in names if getattr(event, name) is not None}
    return {**stated, "quiet": event.quiet} if event.through is not None else stated


def _moved(incident: Incident, event: Event) -> dict[str, object]:
    """Return the fields that follow from the kind of an event."""
    match event.kind:
        case "acknowledge":
            muted = incident.state == "muted"
            return {"acknowledged": event.who, "state": "muted" if muted else "acknowledged"}
        case "mute":
            return {"state": "muted", "muted_until": event.until}
        case "unmute":
            state = "acknowledged" if incident.acknowledged else "open"
            return {"state": state, "muted_until": None}
        case "resolve" | "recover":
            return {"state": "resolved", "closed": event.at, "muted_until": None}
        case "reopen":
            return {"state": "open", "closed": None, "acknowledged": "", "quiet": 0}
        case "worsen" if incident.state == "acknowledged":
            return {"state": "open", "acknowledged": ""}
        case "assign":
            return {"owner": event.text}
        case _:
            return {}
