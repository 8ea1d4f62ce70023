"""What a page says, before it is a page: verdict, findings, numbers, charts, and what was read."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from vedette.values import Direction
from vedette.views.chart import View
from vedette.views.words import Lang

#: How things stand: fine; worth knowing; worth watching; to act on; nothing to judge by.
Status = Literal["ok", "info", "watch", "act", "silent"]


class Fact(msgspec.Struct, frozen=True):
    """A label and its value; `note` is what the reader must know about it."""

    label: str
    value: str | float | int | None
    note: str = ""


class FindingText(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as sentences.

    Attributes
    ----------
    level : {"ok", "info", "watch", "act", "silent"}
    title : str
        What changed, where, since when.
    effect, evidence, impact : str
        How big, with its interval; whether it is real; what it costs. Empty where unknown.
    anchor : str
        Id of the figure or section that shows it.
    """

    level: Status
    title: str
    effect: str = ""
    evidence: str = ""
    impact: str = ""
    anchor: str = ""


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """One key number beside its reference.

    Attributes
    ----------
    title : str
        The metric, as people read it.
    value, low, high : float or None
    n : float or None
        Rows behind it.
    reason : str
        Why there is no value (a key of `vedette.values.REASONS`).
    reference, reference_low, reference_high : float or None
    better : {"higher", "lower", "neither"}
    unit : str
        "share" prints per cent; others are shown beside the title.
    spark : tuple of float or None
        Values of the windows, oldest first, None in a gap.
    level : Status
        Whether the change is a finding; only then it is coloured.
    anchor : str
        Id of the figure that shows it over time.
    """

    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    reason: str = ""
    reference: float | None = None
    reference_low: float | None = None
    reference_high: float | None = None
    better: Direction = "neither"
    unit: str = ""
    spark: tuple[float | None, ...] = ()
    level: Status = "ok"
    anchor: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A chart and its table.

    Attributes
    ----------
    view : View
        Any chart of `vedette.views`; drawn when the page is written.
    anchor : str
        Id on the page, as `anchor` makes it; empty means none links here.
    folded : bool
        Whether only the title shows until a reader opens it.
    level : Status
        Status beside a folded title.
    """

    view: View
    anchor: str = ""
    folded: bool = False
    level: Status = "ok"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Figures under a heading; `columns` is how many stand side by side where there is room."""

    title: str
    figures: tuple[Figure, ...]
    anchor: str = ""
    intro: str = ""
    columns: Literal[1, 2] = 1


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a page shows, in its order.

    Attributes
    ----------
    title : str
        What is watched: model and version, or the two things compared.
    verdict : str
        One sentence: what is wrong, how bad, since when.
    advice : str
        The sentences after it: why, and what to do.
    level : Status
    subtitle : str
        Period and reference.
    facts : tuple of Fact
        At most about six: rows, windows, label coverage.
    findings : tuple of FindingText
        In the order of importance.
    headlines : tuple of Headline
    sections : tuple of Section
    accounting : tuple of Fact
        Rows read, quarantined, duplicate, labelled.
    notes : tuple of str
    why : tuple of Fact
        Metric and why it was chosen.
    lang : {"en", "zh"}
    version, content_hash, generated : str
        For the footer; empty ones are left out.
    """

    title: str
    verdict: str
    level: Status
    advice: str = ""
    subtitle: str = ""
    facts: tuple[Fact, ...] = ()
    findings: tuple[FindingText, ...] = ()
    headlines: tuple[Headline, ...] = ()
    sections: tuple[Section, ...] = ()
    accounting: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    why: tuple[Fact, ...] = ()
    lang: Lang = "en"
    version: str = ""
    content_hash: str = ""
    generated: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return self.level in ("ok", "info")


def anchor(kind: str, name: str) -> str:
    """Return an id for a thing on the page: the same for the same name, safe whatever the name holds.

    Examples
    --------
    >>> anchor("feature", "dep_delay")
    'feature-dep_delay'
    >>> anchor("feature", "<b> 温度") == anchor("feature", "<b> 温度") != anchor("feature", "<b> 湿度")
    True
    """
    if name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name):
        return f"{kind}-{name}"
    # No plain name holds a dot, so a digest meets none of them.
    digest = hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=8)
    return f"{kind}.{digest.hexdigest()}"
