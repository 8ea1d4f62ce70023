"""A sentence that can be said in every language: the form it has in the catalogue, and its fields."""

from __future__ import annotations

from typing import Any, Self

import msgspec

from vedette.sentences.catalogue import TEMPLATES
from vedette.sentences.filling import Lang, say


class Sentence(msgspec.Struct, frozen=True):
    """A template of the catalogue and what is filled into it.

    Attributes
    ----------
    form : str
        Key of `vedette.sentences.catalogue.TEMPLATES`.
    fields : dict of str to Any
        Plain JSON values only, so that a stored sentence is read back as it was; estimates are lists of value, low
        and high, sentences within it ``{"form", "fields"}``.

    Examples
    --------
    >>> late = Sentence.of("note.column_absent", column="age")
    >>> str(late), late.in_words("zh")
    ('Column age is not in these data', '列 age 不在这些数据中')
    """

    form: str
    fields: dict[str, Any] = {}

    @classmethod
    def of(cls, form: str, **fields: Any) -> Self:
        """Return the sentence with some fields."""
        return cls(form, fields)

    def in_words(self, lang: Lang = "en") -> str:
        """Return the sentence in a language."""
        return say(lang, self.form, self.fields)

    def plain(self) -> dict[str, Any]:
        """Return it as a field of another sentence."""
        return {"form": self.form, "fields": self.fields}

    def __str__(self) -> str:
        return self.in_words("en")

    def __hash__(self) -> int:
        return hash(self.form)


def in_words(sentence: Sentence | None, message: str, lang: Lang) -> str:
    """Return a stored sentence in a language; its English where that is all there is.

    Rules of others have only a message, and a sentence that another version wrote may have a form unknown here.
    """
    if lang == "en" or sentence is None or sentence.form not in TEMPLATES:
        return message
    try:
        return sentence.in_words(lang)
    except (KeyError, TypeError, ValueError, AttributeError):
        return message
