"""Several conditions that must hold in the same windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from vedette.rules._compound import Compound, Mask


class AllOf(Compound, frozen=True, kw_only=True):
    """Every condition holds, in the same windows of the same segment.

    A condition without a metric in that segment (there is no ROC curve of one carrier, say) does not hold there.
    """

    word: ClassVar[str] = "and"

    def combined(self, masks: Sequence[Mask]) -> Mask:
        """Return where all hold."""
        found: Mask = np.logical_and.reduce(masks)
        return found
