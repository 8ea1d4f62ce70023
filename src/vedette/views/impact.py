"""What a drift costs, in words."""

from __future__ import annotations

from vedette.estimation.impact import SLIGHT
from vedette.views.words import Lang, say


def impact_told(impact: float | None, lang: Lang = "en", *, relative: bool = False) -> str:
    """Return what a drift is projected to cost; nothing where nobody knows.

    Parameters
    ----------
    impact : float or None
        Rise of the error rate, or (`relative`) of the mean absolute error as a share of the reference's.

    Examples
    --------
    >>> impact_told(0.012), impact_told(0.001, "zh")
    ('accuracy -1.2 points, projected', '预计准确率 -0.1 个百分点；继续观察，无需处理')
    """
    if impact is None:
        return ""
    change = f"{100 * impact if relative else -100 * impact:+.1f}"
    said = (
        say(lang, "impact_loss", change=change) if relative else say(lang, "impact_accuracy", change=change)
    )
    if abs(impact) >= SLIGHT:
        return said
    return ("; " if lang == "en" else "；").join((said, say(lang, "no_action")))
