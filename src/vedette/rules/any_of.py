"""Several conditions of which one is enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from vedette.rules._compound import Compound, Mask


class AnyOf(Compound, frozen=True, kw_only=True):
    """At least one condition holds: one finding where several rules would give several."""

    word: ClassVar[str] = "or"

    def combined(self, masks: Sequence[Mask]) -> Mask:
        """Return where any holds."""
        found: Mask = np.logical_or.reduce(masks)
        return found
