"""What the columns of a client mean: by the monitor's own names, else by the canonical words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from vedette.store.columns import (
    CLASS_SCORE,
    FEEDBACK,
    ID,
    KIND,
    LABEL,
    LABELS,
    PREDICTION,
    PREDICTIONS,
    SCORE,
    TEXT,
    TIME,
    VERSION,
    WEIGHT,
)

_LABEL_TIME = "vd_label_time"
#: The canonical words, by table.
WORDS: dict[str, dict[str, str]] = {
    PREDICTIONS: {
        "id": ID,
        "time": TIME,
        "version": VERSION,
        "score": SCORE,
        "prediction": PREDICTION,
        "weight": WEIGHT,
        "label": LABEL,  # a labelled log: the labels go where labels go
    },
    LABELS: {"id": ID, "label": LABEL, "time": TIME, "weight": WEIGHT},
    FEEDBACK: {"id": ID, "time": TIME, "kind": KIND, "text": TEXT},
}


class Naming(NamedTuple):
    """Names that one model's monitor gives.

    Parameters
    ----------
    ours : tuple of (str, str)
        Outside name and our column, such as ``("p_late", "vd_score")``.
    probability : bool
        Whether a score is a probability, and lies in [0, 1].
    """

    ours: tuple[tuple[str, str], ...] = ()
    probability: bool = False


#: Tells the naming of a model; a model without a monitor has the empty one.
NamesOf = Callable[[str], Naming]


@lru_cache(maxsize=4096)
def columns_of(naming: Naming, table: str) -> Mapping[str, str]:
    """Return our column for each name a client may use; a monitor's name stands before a word.

    Examples
    --------
    >>> columns_of(Naming((("score", "vd_prediction"),)), "predictions")["score"]
    'vd_prediction'
    """
    if table == LABELS:  # the time of a label is when it became known
        told = {name: TIME if ours == _LABEL_TIME else ours for name, ours in naming.ours if ours != TIME}
    else:
        told = dict(naming.ours)
    words = WORDS[table]
    known = {name: ours for name, ours in told.items() if _is_known(ours, table)}
    return {**words, **known}


def _is_known(ours: str, table: str) -> bool:
    return ours in WORDS[table].values() or (table == PREDICTIONS and ours.startswith(CLASS_SCORE))


def unnamed(model: str) -> Naming:
    """Return the naming of a model without a monitor."""
    return Naming()
