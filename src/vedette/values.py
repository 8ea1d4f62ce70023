"""The values that flow: what a metric answers and what a rule finds.

`Estimates` is the columnar form that metrics compute over many cells (windows x segments) at once; `Estimate` is
one row of it, the thing a person holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.sentences.filling import Lang, say
from vedette.sentences.sentence import Sentence, in_words

Floats = npt.NDArray[np.float64]

#: Why an estimate has no value: too few rows; a quantity that does not exist here (0/0, one class only);
#: no labels yet; no reference; computation refused the input; rows unlike any of the reference; labels that are
#: in are not yet enough to speak for those to come.
Reason = Literal[
    "insufficient", "undefined", "unlabelled", "no reference", "failed", "not covered", "immature"
]
REASONS: tuple[Reason, ...] = (
    "insufficient",
    "undefined",
    "unlabelled",
    "no reference",
    "failed",
    "not covered",
    "immature",
)
Direction = Literal["higher", "lower", "neither"]
Level = Literal["info", "watch", "act"]


class Segment(msgspec.Struct, frozen=True, order=True):
    """One value of one segment column; ``Segment("carrier", "MQ")`` prints as ``carrier=MQ``."""

    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}={self.value}"

    @classmethod
    def parse(cls, text: str | Segment | tuple[str, str]) -> Segment:
        """Return the segment written as ``"carrier=MQ"``, a pair, or a segment."""
        if isinstance(text, Segment):
            return text
        column, value = text.split("=", 1) if isinstance(text, str) else text
        return cls(column, str(value))


class Window(msgspec.Struct, frozen=True, order=True):
    """A half-open span of event time ``[start, end)``, or of row numbers when the data carry no time.

    ``start`` and ``end`` are microseconds since the epoch (UTC), or row numbers; ``label`` is what people read.
    """

    start: int
    end: int
    label: str


class Estimate(msgspec.Struct, frozen=True):
    """A number with its interval and the evidence behind it; without evidence, a reason instead of a number.

    Attributes
    ----------
    value, low, high : float or None
        The estimate and its interval (95 % unless the monitor says otherwise); None without evidence.
    n : float
        Rows (or weight) that carried it.
    p : float or None
        p-value of "nothing changed" where the metric compares with a reference.
    reason : str or None
        Why `value` is None: one of `REASONS`.

    Examples
    --------
    >>> Estimate(0.741, 0.733, 0.749, n=28110)
    Estimate(0.741, low=0.733, high=0.749, n=28110)
    >>> Estimate(None, n=0, reason="unlabelled")
    Estimate(None, n=0, reason='unlabelled')
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: float = 0
    p: float | None = None
    reason: Reason | None = None

    def __repr__(self) -> str:
        if self.value is None:
            return f"Estimate(None, n={self.n:.10g}, reason={self.reason!r})"
        parts = [f"{self.value:.4g}"]
        if self.low is not None and self.high is not None:
            parts += [f"low={self.low:.4g}", f"high={self.high:.4g}"]
        parts.append(f"n={self.n:.10g}")
        if self.p is not None:
            parts.append(f"p={self.p:.3g}")
        return f"Estimate({', '.join(parts)})"

    def spanned(self) -> list[float | None]:
        """Return value, low and high, as a sentence holds them."""
        return [self.value, self.low, self.high]

    def __bool__(self) -> bool:
        """Tell whether there is a value at all (a value of 0.0 is one)."""
        return self.value is not None


class Estimates(msgspec.Struct, frozen=True):
    """Estimates of one metric over many cells, one array a field.

    Attributes
    ----------
    value, low, high, n, p : ndarray of shape (g,), float64
        nan where there is none.
    reason : ndarray of shape (g,), int8
        Index into `REASONS`, -1 where there is a value.
    """

    value: Floats
    low: Floats
    high: Floats
    n: Floats
    p: Floats
    reason: npt.NDArray[np.int8]

    @classmethod
    def of(
        cls,
        value: npt.ArrayLike,
        low: npt.ArrayLike | None = None,
        high: npt.ArrayLike | None = None,
        *,
        n: npt.ArrayLike,
        p: npt.ArrayLike | None = None,
        why: Reason = "undefined",
    ) -> Estimates:
        """Return estimates where nan becomes a reason: "insufficient" where n is 0, else `why`."""
        values = np.atleast_1d(np.asarray(value, float))
        shape = values.shape

        def filled(array: npt.ArrayLike | None) -> Floats:
            full = np.empty(shape)
            full[...] = np.nan if array is None else array
            return full

        values, counts, lows, highs, ps = (filled(a) for a in (values, n, low, high, p))
        reason = np.full(shape, -1, np.int8)
        missing = ~np.isfinite(values)
        if missing.any():
            reason[missing] = REASONS.index(why)
            reason[missing & (counts <= 0)] = REASONS.index("insufficient")
            for array in (values, lows, highs, ps):
                array[missing] = np.nan
        return cls(values, lows, highs, counts, ps, reason)

    @classmethod
    def none(cls, n: npt.ArrayLike, why: Reason) -> Estimates:
        """Return estimates without a value, all for the same reason."""
        counts = np.atleast_1d(np.asarray(n, float))
        return cls.of(np.full(counts.shape, np.nan), n=np.maximum(counts, 0), why=why).because(why)

    def because(self, why: Reason, where: npt.ArrayLike = True) -> Estimates:
        """Return the same estimates with every missing one (among `where`) explained by `why`."""
        explained = (self.reason >= 0) & np.asarray(where)
        reason = np.where(explained, REASONS.index(why), self.reason).astype(np.int8)
        return msgspec.structs.replace(self, reason=reason)

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, i: int) -> Estimate:
        def number(array: Floats) -> float | None:
            v = float(array[i])
            return None if np.isnan(v) else v

        n = float(self.n[i])
        why = None if self.reason[i] < 0 else REASONS[self.reason[i]]
        return Estimate(number(self.value), number(self.low), number(self.high), n, number(self.p), why)


#: Most windows in which one chance alarm is spoken of as a number.
MOST_WINDOWS = 1e9


class Finding(msgspec.Struct, frozen=True):
    """Something a rule found: a sentence, and the numbers that carry it.

    `column` is the column it is about (None for the whole model); `effect` how big the change is, with its
    interval; `current` and `reference` the two numbers compared; `evidence` the p-value adjusted over everything
    that was looked at, or of an alarm under the promise the share of windows in which chance alone would raise one;
    `impact` what it costs in metric points, where known. `window` is where it began and `until` the last window it
    held in, where there are windows; `also` names metrics that changed with it. `message` is the sentence in English,
    `sentence` what says it again in another language (None where a rule has only its message).
    """

    rule: str
    metric: str
    level: Level
    message: str
    column: str | None = None
    segment: Segment | None = None
    window: Window | None = None
    until: Window | None = None
    current: Estimate | None = None
    reference: Estimate | None = None
    effect: Estimate | None = None
    evidence: float | None = None
    impact: float | None = None
    also: tuple[str, ...] = ()
    sentence: Sentence | None = None

    @classmethod
    def saying(cls, sentence: Sentence, *, rule: str, metric: str, level: Level, **facts: Any) -> Finding:
        """Return the finding that a sentence of the catalogue tells."""
        return cls(rule, metric, level, str(sentence), **facts, sentence=sentence)

    def retold(self, sentence: Sentence, **facts: Any) -> Finding:
        """Return the finding told by another sentence."""
        return msgspec.structs.replace(self, message=str(sentence), sentence=sentence, **facts)

    def told(self) -> Sentence:
        """Return its sentence to stand within another."""
        return self.sentence or Sentence.of("verbatim", text=self.message)

    def in_words(self, lang: Lang = "en") -> str:
        """Return what was found in a language.

        Examples
        --------
        >>> absent = Sentence.of("rows.repeated", again="May 3", first="May 2")
        >>> Finding.saying(absent, rule="repeated_window", metric="row_count", level="act").in_words("zh")
        'May 3 的数据与 May 2 完全相同'
        """
        return in_words(self.sentence, self.message, lang)

    def chance(self, lang: Lang = "en") -> str:
        """Return how easily chance alone would look like it, in words; empty without evidence.

        Evidence of an alarm under the promise is no p-value: its inverse is the number of windows in which chance
        raises one at most.

        Examples
        --------
        >>> Finding("promise", "psi", "act", "age moved", evidence=1 / 4200).chance()
        'by chance at most once in 4,200 windows'
        >>> Finding("change", "f1", "act", "F1 fell", evidence=0.0004).chance()
        'p = 0.0004 over everything looked at'
        """
        if self.evidence is None:
            return ""
        if self.rule == "promise":
            windows = 1 / max(self.evidence, 1e-300)
            form = "evidence.rare" if windows > MOST_WINDOWS else "evidence.windows"
            return say(lang, form, {"windows": windows})
        own = self.rule == "seasonal_band"
        return say(lang, "evidence.own" if own else "evidence.family", {"p": self.evidence})

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        plain["segment"] = str(self.segment) if self.segment else None
        return plain


class Note(msgspec.Struct, frozen=True):
    """Something the reader must know about the data or about how a number was chosen.

    `message` is English; `sentence` says it again in another language.
    """

    code: str
    message: str
    column: str | None = None
    count: int | None = None
    sentence: Sentence | None = None

    @classmethod
    def saying(
        cls, code: str, sentence: Sentence, column: str | None = None, count: int | None = None
    ) -> Note:
        """Return the note that a sentence of the catalogue tells."""
        return cls(code, str(sentence), column, count, sentence)

    def in_words(self, lang: Lang = "en") -> str:
        """Return the note in a language."""
        return in_words(self.sentence, self.message, lang)

    def in_reference(self) -> Note:
        """Return the same note about the reference."""
        told = self.sentence or Sentence.of("verbatim", text=self.message)
        inside = Sentence.of("note.reference", note=told.plain())
        return msgspec.structs.replace(self, message=str(inside), sentence=inside)


def counted(code: str, count: int, what: Sentence, column: str | None = None) -> Note:
    """Return a note that says how many.

    Examples
    --------
    >>> counted("rows.no-time", 1200, Sentence.of("note.rows")).message
    'Rows: 1,200'
    """
    return Note.saying(code, Sentence.of("note.counted", what=what.plain(), count=count), column, count)


def joined(notes: Iterable[Note]) -> list[Note]:
    """Return the notes with those that say the same made one and their counts added."""
    found: dict[tuple[str, str | None, str], Note] = {}
    for note in notes:
        what = _what(note)
        key = (note.code, note.column, note.message if what is None else str(what))
        known = found.get(key)
        if known is None or what is None:
            found[key] = note
        else:
            found[key] = counted(note.code, (known.count or 0) + (note.count or 0), what, note.column)
    return list(found.values())


def _what(note: Note) -> Sentence | None:
    """Return what a note counts; None where it says more than how many."""
    if note.sentence is None or note.sentence.form != "note.counted":
        return None
    what = note.sentence.fields["what"]
    return Sentence(what["form"], what["fields"])
