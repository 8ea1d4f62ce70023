"""How grave: one table over effect, evidence and impact.

============================  ==================  =========
evidence                      impact              level
============================  ==================  =========
p > 0.05                      any                 info
p <= 0.05, or by definition   >= 2 points         act
p <= 0.05, or by definition   0.5 to 2 points     watch
p <= 0.05, or by definition   < 0.5 points        at most watch
p <= 0.05, or by definition   unknown             the rule's
============================  ==================  =========

Of a fault of the data (a unit change, swapped columns, a default value, a broken feed) it is at least watch, whatever
it costs: that it costs nothing today is luck, and somebody has to mend it.

*Evidence* is the p-value adjusted over everything that was looked at; a limit that was crossed, or rows that are not
there, hold by definition. *Impact* is what the change costs in points of the leading metric. Where it is unknown, the
*effect* decides through the rule: a shift by its size, a change of performance by its tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.alerts.policy import RANK
from vedette.values import Finding, Level

#: Evidence weaker than this is told as a note only.
DOUBT = 0.05
#: Impact, in points of the metric (0.02 is two), that calls for action, and the one worth watching.
GRAVE, SLIGHT = 0.02, 0.005


def severity(finding: Finding, *, fault: bool = False) -> Level:
    """Return the level of a finding by the table above; `fault` tells whether a fault of the data explains it.

    Examples
    --------
    >>> drift = Finding("promise", "psi", "act", "dep_delay moved", column="dep_delay", evidence=1e-6)
    >>> severity(drift)
    'act'
    >>> import msgspec
    >>> severity(msgspec.structs.replace(drift, impact=0.001))
    'watch'
    >>> severity(msgspec.structs.replace(drift, evidence=0.2))
    'info'
    >>> severity(msgspec.structs.replace(drift, impact=0.001, level="info"), fault=True)
    'watch'
    """
    if finding.evidence is not None and finding.evidence > DOUBT:
        return "info"
    level = _by_cost(finding)
    return gravest([level, "watch"]) if fault else level


def _by_cost(finding: Finding) -> Level:
    if finding.impact is None:
        return finding.level
    if finding.impact >= GRAVE:
        return "act"
    if finding.impact >= SLIGHT:
        return "watch"
    return finding.level if RANK[finding.level] < RANK["watch"] else "watch"


def gravest(levels: Sequence[Level]) -> Level:
    """Return the gravest of some levels."""
    return max(levels, key=RANK.__getitem__)
