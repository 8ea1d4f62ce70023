"""Findings and windows made by hand."""

from vedette.values import Estimate, Finding, Window

HOUR = 3_600_000_000


def window(i):
    return Window(i * HOUR, (i + 1) * HOUR, f"h{i}")


def drift(column="delay", first=0, last=10**6, level="watch", **facts):
    facts = {"rule": "shift", "metric": "psi", "message": f"{column} moved", "evidence": 1e-6} | facts
    return Finding(level=level, column=column, window=window(first), until=window(last), **facts)


def fall(first=0, last=10**6, level="act", metric="f1", **facts):
    facts = {"rule": "change", "message": f"{metric} fell", "evidence": 1e-9} | facts
    now, then = Estimate(0.6, 0.58, 0.62, n=900), Estimate(0.7, 0.69, 0.71, n=9000)
    return Finding(
        metric=metric,
        level=level,
        window=window(first),
        until=window(last),
        current=now,
        reference=then,
        **facts,
    )
