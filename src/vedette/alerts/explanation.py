"""A cause as an incident remembers it: what it is, the columns it explains, the first thing to do."""

from __future__ import annotations

from typing import Any

import msgspec


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why something changed.

    Attributes
    ----------
    kind : str
        A word of the diagnosis: ``"unit change"``, ``"covariate shift"``.
    columns : tuple of str
        The columns it is about, the leading one first; findings about them belong to its incident.
    sentence, remedy : str
        In English.
    evidence : dict
        The numbers behind the sentence, with ``form``, from which it is said in other languages.
    """

    kind: str
    columns: tuple[str, ...] = ()
    sentence: str = ""
    remedy: str = ""
    evidence: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """Return what tells this cause from others: its kind and its leading column."""
        return f"{self.kind}:{self.columns[0]}" if self.columns else self.kind
