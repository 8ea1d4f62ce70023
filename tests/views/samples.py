"""Pages and charts made of invented numbers: a broken classifier, a healthy one, hostile names, huge inputs."""

from __future__ import annotations

import msgspec
import numpy as np

from vedette.values import Estimate, Estimates, Window
from vedette.views.categories import CategoryDistribution
from vedette.views.confusion import Confusion
from vedette.views.content import Fact, Figure, FindingText, Headline, Page, Section, anchor
from vedette.views.distribution import NumberDistribution
from vedette.views.heatmap import Heatmap
from vedette.views.parts import Parts
from vedette.views.precision_recall import PrecisionRecall
from vedette.views.reliability import Reliability
from vedette.views.roc import Roc
from vedette.views.segments import Segments
from vedette.views.series import Marker, Series
from vedette.views.slices import Slices
from vedette.views.timeline import Timeline

DAY = 86_400_000_000
FIRST = 15706  # 2013-01-01, in days since the epoch
#: Names that mean something to HTML, scripts, templates, Vega expressions, CSV readers, terminals or encoders.
HOSTILE = (
    "</script><script>document.title='PWNED'</script>",
    "<img src=x onerror=\"document.title='PWNED'\">",
    "a\"b'c`d,e",
    "x.y[0]\\n",
    "${alert(1)}{{x}}{percent}%s",
    "温度 \U0001f321",
    "\u202eevil\u202c \x1b[31mred",
    "na\x00ive\ud800\r\nline",
    "long" * 500,
    "datum.x']+alert(1)+['",
    "=cmd|'/c calc'!A1",
    "",
    " ",
)


def timeline(days: int = 90) -> Timeline:
    """Return consecutive days."""
    dates = [str(np.datetime64("2013-01-01") + i) for i in range(days)]
    return Timeline.of(
        [Window((FIRST + i) * DAY, (FIRST + i + 1) * DAY, date) for i, date in enumerate(dates)]
    )


def estimates(days: int = 90, *, drop: bool = True, seed: int = 0) -> Estimates:
    """Return a recall near 0.71 with a gap of ten days, a lone day inside a gap, and a fall."""
    rng = np.random.default_rng(seed)
    value = 0.71 + rng.normal(0, 0.012, days) - (0.1 if drop else 0) * (np.arange(days) > days * 2 // 3)
    value[10:20] = np.nan
    value[15] = 0.7
    return Estimates.of(value, value - 0.03, value + 0.03, n=np.where(np.isnan(value), 0, 800))


def series(days: int = 90, **changes: object) -> Series:
    """Return a metric over time with everything a series can show."""
    axis = timeline(days)
    made = Series(
        title="Recall fell from 0.71 to 0.61",
        name="recall",
        timeline=axis,
        estimates=estimates(days),
        range=(0, 1),
        reference=Estimate(0.712, 0.70, 0.724, n=30_000),
        reference_span=(float(axis.start[0]), float(axis.end[9])),
        threshold=0.6,
        estimated=np.arange(days) > days - 10,
        coverage=np.clip((days - np.arange(days)) / 20, 0, 1),
        markers=(
            Marker(float(axis.start[60 % days]), "recall fell", "act"),
            Marker(float(axis.start[5]), "deploy"),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def heatmap(features: tuple[str, ...], days: int = 90, seed: int = 1) -> Heatmap:
    """Return small effects of all features and a large one of the first."""
    effect = np.abs(np.random.default_rng(seed).normal(0, 0.01, (len(features), days)))
    effect[0, days // 2 :] += 0.3
    return Heatmap(
        title="The first feature moved",
        name="population stability index (nats)",
        features=features,
        timeline=timeline(days),
        effect=effect,
        passed=effect > 0.05,
        anchors=tuple(anchor("feature", name) for name in features),
    )


def numbers(name: str = "dep_delay", **changes: object) -> NumberDistribution:
    """Return a skewed column with a third of its values missing now."""
    rng = np.random.default_rng(2)
    reference, current = rng.lognormal(2.5, 0.8, 20_000), rng.lognormal(2.8, 0.7, 2_000)
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, 201)))
    counts = [
        np.append(np.bincount(np.searchsorted(edges, x, "right"), minlength=len(edges) + 1), missing).astype(
            float
        )
        for x, missing in ((current, 900), (reference, 400))
    ]
    title = f"{name} is missing in 31% of rows"
    made = NumberDistribution(
        title=title, name=name, unit="min", edges=edges, current=counts[0], reference=counts[1]
    )
    return msgspec.structs.replace(made, **changes)


def categories(names: tuple[str, ...] = ("UA", "B6", "MQ"), **changes: object) -> CategoryDistribution:
    """Return a category column with unseen values."""
    rng = np.random.default_rng(3)
    counts = [rng.integers(1, 100, len(names) + 3).astype(float) for _ in range(2)]
    made = CategoryDistribution(
        title="MQ doubled", name="carrier", categories=names, current=counts[0], reference=counts[1]
    )
    return msgspec.structs.replace(made, **changes)


def segments(names: tuple[str, ...], **changes: object) -> Segments:
    """Return recalls with intervals, and one segment without evidence."""
    rng = np.random.default_rng(4)
    value, n = rng.uniform(0.5, 0.8, len(names)), rng.integers(30, 5000, len(names)).astype(float)
    value[-1] = np.nan
    made = Segments(
        title="Some segments are worse",
        name="recall",
        segments=names,
        current=Estimates.of(value, value - 1 / np.sqrt(n), value + 1 / np.sqrt(n), n=n),
        reference=Estimates.of(np.full(len(names), 0.72), n=n),
        share=n / n.sum(),
        overall=0.68,
    )
    return msgspec.structs.replace(made, **changes)


def slices(names: tuple[str, ...]) -> Slices:
    """Return slices whose loss rose, each by its name."""
    k = np.arange(1.0, len(names) + 1)
    usual, change = 0.05 + 0 * k, 0.4 / k
    return Slices(
        title="One slice got worse",
        name="error rate",
        unit="share",
        slices=names,
        current=Estimates.of(usual + change, usual + change - 0.05, usual + change + 0.05, n=100 * k),
        reference=Estimates.of(usual, n=1000 * k),
        change=change,
        low=change - 0.05,
        high=change + 0.05,
        share=0.01 * k,
        cost=0.01 * k * change,
    )


def parts(names: tuple[str, ...]) -> Parts:
    """Return a change in parts by name, one of them negative."""
    value = np.linspace(-0.01, 0.1, len(names))
    changes = Estimates.of(value, value - 0.01, value + 0.01, n=np.full(len(names), np.nan))
    return Parts(title="Other labels", name="change of the loss", unit="share", parts=names, changes=changes)


def confusion(names: tuple[str, ...]) -> Confusion:
    """Return counts with a strong diagonal."""
    k = len(names)
    counts = np.random.default_rng(5).integers(0, 50, (k, k)).astype(float) + 300 * np.eye(k)
    return Confusion(title="Late is taken for on time", classes=names, counts=counts)


def charts(names: tuple[str, ...] = ("UA", "B6", "MQ")) -> dict[str, object]:
    """Return one of every chart."""
    x = np.linspace(0, 1, 3000)
    score = np.linspace(0.05, 0.95, 10)
    return {
        "series": series(),
        "heatmap": heatmap(names),
        "distribution": numbers(),
        "categories": categories(names),
        "segments": segments(names),
        "slices": slices(names),
        "parts": parts(names),
        "confusion": confusion(names),
        "roc": Roc(title="ROC AUC fell", current=(x, x**0.5), reference=(x, x**0.35)),
        "precision_recall": PrecisionRecall(title="AP fell", current=(x, 1 - 0.7 * x), prevalence=0.3),
        "reliability": Reliability(
            title="High scores promise too much",
            score=score,
            rate=score**1.3,
            low=score**1.3 - 0.03,
            high=score**1.3 + 0.03,
            n=np.full(10, 500.0),
            reference_score=score,
            reference_rate=score,
        ),
    }


def page(names: tuple[str, ...] = ("dep_delay", "carrier", "distance"), **changes: object) -> Page:
    """Return a page with everything that a page can have, all texts taken from `names`."""
    figures = tuple(Figure(view=view, anchor=f"chart-{kind}") for kind, view in charts(names).items())
    folded = tuple(
        Figure(view=categories(names, title=name), anchor=anchor("feature", name), folded=True, level="watch")
        for name in names[:2]
    )
    headline = Headline(
        title=names[0],
        value=0.6,
        low=0.57,
        high=0.63,
        n=814,
        reference=0.71,
        reference_low=0.7,
        reference_high=0.72,
        better="higher",
        spark=tuple(None if i == 4 else 0.7 - i / 100 for i in range(20)),
        level="act",
        anchor="chart-series",
    )
    made = Page(
        title=names[0],
        verdict=f"{names[-1]} fell",
        advice=names[1],
        level="act",
        subtitle=names[1],
        facts=tuple(Fact(name, name) for name in names),
        findings=tuple(
            FindingText(
                level="watch",
                title=name,
                effect=name,
                evidence=name,
                impact=name,
                anchor=anchor("feature", name),
            )
            for name in names
        ),
        headlines=(headline, Headline(title=names[1], value=None, reason="unlabelled", unit=names[0])),
        sections=(
            Section(title=names[0], figures=figures, intro=names[1]),
            Section(title="Features", figures=folded, anchor="features", columns=2),
        ),
        accounting=(Fact("rows", 336_776, names[0]),),
        notes=names,
        why=tuple(Fact(name, name) for name in names),
        version="0.1.0",
        content_hash="b2f6",
        generated="2013-12-31",
    )
    return msgspec.structs.replace(made, **changes)
