"""Why a row is refused: one word that stays the same, one sentence that says what was found."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from vedette.store.columns import DETAIL, RAW, REASON, ROW, TABLE
from vedette.store.storable import json_text

#: Every reason, and what a person is told to do.
REASONS = {
    "not-an-object": "A row is an object with an id.",
    "bad-id": "An id is text of 1 to 256 characters, or a whole number; labels and feedback need one.",
    "bad-time": "A time is ISO 8601 text, or seconds since the epoch.",
    "future-time": "The time lies ahead of the server's clock: correct the clock of the client, then feed again.",
    "bad-score": "A score is a number, or an object with a number for each class; a probability lies in [0, 1].",
    "bad-prediction": "A prediction is text, a number, true or false.",
    "bad-label": "A label is text, a number, true or false, and not missing.",
    "bad-version": "A version is text of 1 to 120 characters, or a number.",
    "bad-weight": "A weight is a number from 0 on.",
    "bad-text": "Kind and text of feedback are text.",
    "bad-payload": "Request and response of one inference are tensors with the same number of rows.",
    "reserved-name": "Names that begin with vd_ are vedette's own: rename the feature.",
}


class Refusal(NamedTuple):
    """One row that is not accepted: its place in the request, why, and the row itself."""

    row: int
    reason: str
    detail: str
    raw: Any

    def to_row(self, table: str) -> dict[str, object]:
        """Return it as a row of the quarantine."""
        return {
            TABLE: table,
            ROW: self.row,
            REASON: self.reason,
            DETAIL: self.detail,
            RAW: json_text(self.raw),
        }


class RefusedError(ValueError):
    """Ends the check of one row."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


def shown(value: object) -> str:
    """Return a value as it came, short enough for a sentence."""
    try:
        text = json_text(value)
    except (msgspec.MsgspecError, ValueError):
        text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
