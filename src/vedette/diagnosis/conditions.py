"""Conditions on rows as people read them, in their language."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.sentences.filling import Lang

#: Ends of conditions that are words, the longest first; the others are formulas.
_ENDS = ((" missing or unseen", " 缺失或未见过"), (" missing", " 缺失"), (" = (other)", " = （其他）"))
_JOIN = {"en": " and ", "zh": "，且 "}
_ALL = {"en": "all rows", "zh": "全部行"}


def in_words(conditions: Sequence[str], lang: Lang = "en") -> str:
    """Return conditions joined.

    Examples
    --------
    >>> in_words(["age missing", "plan = pro"]), in_words(["age missing", "plan = pro"], "zh")
    ('age missing and plan = pro', 'age 缺失，且 plan = pro')
    >>> in_words([], "zh")
    '全部行'
    """
    told = conditions if lang == "en" else [_chinese(one) for one in conditions]
    return _JOIN[lang].join(told) or _ALL[lang]


def _chinese(condition: str) -> str:
    for english, chinese in _ENDS:
        name = condition.removesuffix(english)
        if name != condition and not any(sign in name for sign in (" = ", " in {", " < ", " >= ")):
            return name + chinese
    return condition
