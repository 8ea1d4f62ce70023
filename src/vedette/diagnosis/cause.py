"""What a diagnosis is: ranked causes, a sentence with its evidence, a first remedy."""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

from vedette.diagnosis.words import Lang, one_line, say
from vedette.values import Segment

Kind = Literal[
    "unit change",
    "default value",
    "missing burst",
    "swapped columns",
    "new category",
    "covariate shift",
    "label shift",
    "concept shift",
    "label pipeline",
    "duplicated data",
    "joint drift",
    "stable",
    "benign drift",
    "insufficient",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Cause(msgspec.Struct, frozen=True):
    """One explanation of what changed.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    column : str or None
        The column it is about; None where it is about the whole model.
    segment : Segment or None
        The rows it is confined to.
    score : float
        How well it explains what was seen, in [0, 1]: a rank, not a probability.
    sentence : str
        The cause in words, in English.
    evidence : dict of str to Any
        The numbers behind the sentence, plain values only; ``form`` is the template.
    """

    kind: Kind
    column: str | None
    segment: Segment | None
    score: float
    sentence: str
    evidence: dict[str, Any]

    @classmethod
    def of(
        cls,
        kind: Kind,
        score: float,
        form: str,
        *,
        column: str | None = None,
        segment: Segment | None = None,
        **evidence: Any,
    ) -> Cause:
        """Return the cause that a template of `vedette.diagnosis.words` puts into a sentence.

        Examples
        --------
        >>> Cause.of("new category", 0.9, "new_category", column="plan", share=0.12).sentence
        '12% of plan are categories that the reference never had'
        """
        fields = {"form": form, **evidence}
        return cls(kind, column, segment, score, _sentence("en", column, segment, fields), fields)

    def in_words(self, lang: Lang = "en") -> str:
        """Return the sentence in a language."""
        return _sentence(lang, self.column, self.segment, self.evidence)


class Diagnosis(msgspec.Struct, frozen=True):
    """Ranked causes, the most likely first, and what follows from them.

    Attributes
    ----------
    causes : tuple of Cause
        Never empty: a model that is well has the cause "stable".
    verdict : str
        One sentence with its evidence.
    remedy : str
        The first thing to do.
    context : dict of str to Any
        The numbers in the verdict that belong to no single cause: metric before and after, since when, and
        whether it was that window alone (`brief`).
    """

    causes: tuple[Cause, ...]
    verdict: str
    remedy: str
    context: dict[str, Any] = {}

    @classmethod
    def of(cls, causes: tuple[Cause, ...], context: dict[str, Any]) -> Diagnosis:
        """Return the diagnosis of causes ranked best first."""
        return cls(causes, _verdict("en", causes[0], context), _remedy("en", causes[0]), context)

    def in_words(self, lang: Lang = "en") -> tuple[str, str]:
        """Return verdict and remedy in a language."""
        return _verdict(lang, self.causes[0], self.context), _remedy(lang, self.causes[0])


def _sentence(lang: Lang, column: str | None, segment: Segment | None, evidence: dict[str, Any]) -> str:
    fields = {"column": one_line(column or ""), "segment": one_line(str(segment or "")), **evidence}
    return say(lang, f"cause.{evidence['form']}", **fields)


def _verdict(lang: Lang, cause: Cause, context: dict[str, Any]) -> str:
    after = say(lang, "deploy", deploy=context["deploy"]) if "deploy" in context else ""
    return _told(lang, cause, context) + after


def _told(lang: Lang, cause: Cause, context: dict[str, Any]) -> str:
    said, window = cause.in_words(lang), one_line(context.get("since", ""))
    when = "on" if context.get("brief") else "since"
    if "now" in context and cause.kind not in ("stable", "insufficient"):
        form = "verdict.measured" if context["measured"] else "verdict.expected"
        since = say(lang, when, window=window) if window else ""
        return say(lang, form, cause=said, since=since, then=context["then"], now=context["now"])
    if window:
        return say(lang, f"verdict.{when}", cause=said, window=window)
    named = bool(cause.column) and said.startswith(one_line(cause.column or ""))
    return say(lang, "verdict.plain", cause=said if named else said[:1].upper() + said[1:])


def _remedy(lang: Lang, cause: Cause) -> str:
    fields = {"column": one_line(cause.column or ""), "segment": one_line(str(cause.segment or ""))}
    return say(lang, f"remedy.{cause.evidence['form']}", **{**fields, **cause.evidence})
