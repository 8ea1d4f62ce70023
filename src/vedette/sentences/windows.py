"""Labels of windows that count rows, in each language; labels of time are the same everywhere."""

from __future__ import annotations

import re

from vedette.sentences.catalogue import TEMPLATES

_ROWS = re.compile(r"rows (\d+)–(\d+)")


def rows_label(first: int, last: int) -> str:
    """Return the label of a window of rows, by their numbers.

    Examples
    --------
    >>> rows_label(0, 999)
    'rows 0–999'
    """
    return TEMPLATES["window.rows"][0].format(first=first, last=last)


def window_in(lang: str, label: str) -> str:
    """Return the label of a window, or of several, in a language.

    Examples
    --------
    >>> window_in("zh", "rows 0–999"), window_in("en", "rows 0–999"), window_in("zh", "2024-03-01")
    ('第 0–999 行', 'rows 0–999', '2024-03-01')
    """
    said = TEMPLATES["window.rows"][lang == "zh"]
    return _ROWS.sub(lambda found: said.format(first=found[1], last=found[2]), label)
