"""Draws the pictures of the documentation from the examples of its pages.

Each picture is drawn from the names that the Python blocks of its page leave behind, so that a reader who runs the
page has the numbers in the picture. `python tools/pictures.py promise` draws one, without a name all of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np

import examples
import vedette as vd
from lines import Floats, Line, Lines
from vedette.evidence.detector import Detector
from vedette.evidence.laws import Stream
from vedette.metrics.base import metric
from vedette.report import incidents
from vedette.report.page import timeline
from vedette.values import Window
from vedette.views.chart import View, frame, name_axis, rows
from vedette.views.png import svg
from vedette.views.series import Marker
from vedette.views.table import Table
from vedette.views.timeline import Timeline
from vedette.views.words import Lang

IMAGES = examples.ROOT / "docs" / "images"
#: Most bytes of a picture.
LIMIT = 80_000
DAY_S, HOUR_US = 86_400, 3_600_000_000
#: Pixels for the names of causes.
_NAMES = 176
Names = dict[str, Any]


def main() -> int:
    """Draw the pictures named on the command line, or all; 1 when one is too large."""
    too_large = 0
    for name in sys.argv[1:] or list(PICTURES):
        drawn = picture(PICTURES[name](names_of(name))).encode()
        (IMAGES / f"{name}.svg").write_bytes(drawn)
        too_large += len(drawn) > LIMIT
        print(f"  docs/images/{name}.svg  {len(drawn) / 1000:.0f} kB{'  too large' * (len(drawn) > LIMIT)}")
    return int(too_large > 0)


def picture(view: View) -> str:
    """Return a picture as SVG whose clipping paths are numbered from 0, whatever was drawn before it."""
    drawn = svg(view)
    numbers = {old: str(i) for i, old in enumerate(dict.fromkeys(re.findall(r"\bclip(\d+)", drawn)))}
    return re.sub(r"\bclip(\d+)", lambda found: f"clip{numbers[found[1]]}", drawn)


def names_of(page: str) -> Names:
    """Run the examples of a page in a folder of their own and return the names they leave."""
    path = examples.ROOT / "docs" / f"{page}.md"
    names: Names = {"__name__": page}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for one in examples.blocks(path.read_text("utf-8")):
            # What a block prints is held against the page elsewhere; those with prompts leave nothing to draw.
            silent = one._replace(printed=None)
            if ">>> " not in one.code and (why := examples.attempt(silent, names, path)):
                sys.exit(why)
    return names


def promise(page: Names) -> View:
    """Evidence of two families of twenty columns, in one of which a column begins to move half way."""
    reference, quiet, moved = page["reference"], page["quiet"], page["moved"]
    begins, windows, limit = 60, 120, 1000.0

    def evidence(*, shifted: bool) -> tuple[Floats, list[int]]:
        rng, detector = np.random.default_rng(1), Detector([Stream(reference)] * 20)
        steps = []
        for i in range(windows):
            counts = rng.multinomial(500, quiet, size=20).astype(float)
            if shifted and i >= begins:
                counts[7] = rng.multinomial(500, moved)
            steps.append(detector.step(counts))
        onsets = [int(one.onset[int(np.argmax(one.streams))]) for one in steps]
        return np.exp([min(one.family, 50.0) for one in steps]), onsets

    (still, _), (shifted, onsets) = evidence(shifted=False), evidence(shifted=True)
    alarm = int(np.argmax(shifted >= limit))
    told = f"alarm in window {alarm}, dated back to {onsets[alarm]}"
    return Lines(
        title="Evidence stays low while nothing moves, and grows once one column does",
        remarks=f"evidence of 20 columns together, log scale · one column moves from window {begins} on",
        timeline=Timeline.of([Window(i, i + 1, f"window {i}") for i in range(windows)], "row"),
        lines=(
            Line(name="one moved", values=shifted, shift=48),
            Line(name="all still", values=still, style="reference-curve"),
        ),
        domain=(0.05, 1e6),
        form="~s",
        log=True,
        limit=(limit, "one false alarm in 1000 windows"),
        marks=(Marker(begins + 0.5, "", "info"), Marker(alarm + 0.5, told, "act")),
    )


def performance_without_labels(page: Names) -> View:
    """Estimated accuracy of forty weeks, what labels said of them later, and five weeks nobody validated."""
    weeks, rows_each, abroad = 40, 1500, range(28, 33)
    parts = []
    for week in range(weeks):
        part = page["customers"](100 + week, rows_each, new=0.2 + 0.5 * week / weeks)
        if week in abroad:
            part["kind"] = np.where(np.arange(rows_each) % 4 == 0, "abroad", part["kind"])
        parts.append(part | {"at": np.full(rows_each, 7 * DAY_S * (week + 2900))})
    current = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    truth = [float(np.mean((part["score"] >= 0.5) == part["bought"])) for part in parts]
    del current["bought"], current["id"]
    reference = page["customers"](0, 20_000)
    reference |= {"at": np.full(20_000, 7 * DAY_S * 2890)}
    del reference["id"]
    schema = vd.Schema(time="at", score="score", label="bought")
    asked = [metric("estimated_accuracy"), metric("estimated_accuracy", band="realised")]
    report = vd.compare(reference, current, schema, every="1w", metrics=asked)
    expected = report.series("estimated_accuracy")[1]
    likely = report.series("estimated_accuracy", band="realised")[1]
    return Lines(
        title="The estimate falls with the mix of customers, before any label is in",
        remarks="accuracy by week · shaded: the reference has no such customers, so no number",
        timeline=timeline(report),
        lines=(
            Line(name="estimate", values=expected.value, style="estimated", shift=-8),
            Line(name="labels, later", values=np.array(truth), style="reference-point", dots=True, shift=8),
        ),
        bands=((likely.low, likely.high), (expected.low, expected.high)),
        domain=(0.56, 0.82),
        form=".0%",
        shaded=np.isnan(expected.value),
    )


class Ranking:
    """The causes of a diagnosis by score, above the law of the column that the first one names.

    Parameters
    ----------
    page : dict of str to Any
        The names of docs/diagnosis.md.
    """

    title = "Converted back to kilograms, the weights are the old ones"

    def __init__(self, page: Names) -> None:
        then, now = page["patients"](0, 8000), page["patients"](1, 4000, pounds=True)
        self.found = vd.compare(then, now, vd.Schema(score="score", label="ill")).diagnosis
        self.then, self.now = then["weight"], now["weight"]

    def chart(self, lang: Lang = "en") -> alt.VConcatChart:
        """Return the picture: bars above densities."""
        words = frame(self.title, "above: causes by score · below: weights, as logged and converted", self.title,
                      left=_NAMES, right=48)  # fmt: skip
        return alt.vconcat(self._causes(), self._law(), spacing=24, **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return the causes."""
        return Table.of(["cause", "score"], ((c.kind, c.score) for c in self.found.causes))

    def _causes(self) -> alt.LayerChart:
        causes = self.found.causes[:3]
        names = [f"{c.kind}{f': {c.column}' if c.column else ''}" for c in causes]
        base = alt.Chart(
            rows({"name": names, "s": [c.score for c in causes], "told": [f"{c.score:.2f}" for c in causes]})
        )
        y = alt.Y("name:N", sort=None, axis=name_axis(_NAMES), scale=alt.Scale(paddingInner=0.3))
        x = alt.X("s:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
        numbers = base.mark_text(style="label", dx=6).encode(x=x, y=y, text=alt.Text("told:N"))
        return alt.LayerChart(
            layer=[base.mark_bar(style="current").encode(x=x, y=y), numbers], height=24 * len(causes)
        )

    def _law(self) -> alt.LayerChart:
        x = alt.X("x:Q", axis=alt.Axis(title="weight", tickCount=8), scale=alt.Scale(domain=[20, 320]))
        y = alt.Y("d:Q", axis=name_axis(_NAMES, labels=False, grid=False))
        layers = []
        for values, style, area in (
            (self.now, "current", True),
            (self.then, "reference-curve", False),
            (self.now * 0.45359237, "estimated", False),
        ):
            share, edges = np.histogram(values, np.arange(20, 324, 4.0))
            curve = {"x": ((edges[1:] + edges[:-1]) / 2).tolist(), "d": (share / len(values)).tolist()}
            data = alt.Chart(rows(curve))
            layers.append(
                (data.mark_area(style=style) if area else data.mark_line(style=style)).encode(x=x, y=y)
            )
        for at, height, text in (
            (88, 0.13, "reference, and dashed: today\u2019s, in kg again"),
            (200, 0.055, "today, as logged"),
        ):
            note = alt.Chart(rows({"x": [at], "d": [height], "text": [text]})).mark_text(style="quiet-label")
            layers.append(note.encode(x=x, y=y, text=alt.Text("text:N")))
        return alt.LayerChart(layer=layers, height=150)


def canary(page: Names) -> View:
    """Evidence that two arms differ, looked at every second hour: equal arms, and one a little worse."""
    arm, schema, hours = page["arm"], page["schema"], list(range(4, 73, 2))

    def looked(challenger: Any) -> Floats:
        control = arm(0)
        e = []
        for hour in hours:
            end = np.datetime64("2026-03-02", "us") + np.timedelta64(hour, "h")
            seen = [one.filter(one["at"].to_numpy() < end) for one in (control, challenger)]
            e.append(vd.canary(seen[0], seen[1], schema, every="1h").e_value)
        return np.array(e)

    equal, worse = looked(arm(1)), looked(arm(1, miss=0.06))
    start = int(np.datetime64("2026-03-02", "us").astype(int))
    steps = [Window(start + (h - 1) * HOUR_US, start + (h + 1) * HOUR_US, f"hour {h}") for h in hours]
    proved = int(np.argmax(worse >= 20))
    return Lines(
        title=f"Looked at {len(hours)} times: the worse arm is found, equal arms are left alone",
        remarks="largest evidence so far that the arms differ, log scale",
        timeline=Timeline.of(steps),
        lines=(
            Line(name="worse arm", values=worse),
            Line(name="equal arms", values=equal, style="reference-curve"),
        ),
        domain=(0.8, 1e4),
        form="~s",
        log=True,
        limit=(20.0, "20 = 1 / alpha"),
        marks=(
            Marker(steps[proved].start / 1000 + HOUR_US / 1000, f"proved after {hours[proved]} hours", "act"),
        ),
    )


def late_labels(page: Names) -> View:
    """F1 as it was known on the last day: the nowcast, the labels so far, and what came of it."""
    then, nowcast, truth = page["then"], page["nowcast"], page["truth"]
    rows_of, as_of = page["rows"], 34 * DAY_S
    days = len(then.windows)
    first = then.windows[0].start // 1_000_000
    so_far = np.full(days, np.nan)
    for i in range(days):
        there = (rows_of["at"] == first + i * DAY_S) & (rows_of["known"] < as_of)
        if there.sum() >= 10:
            so_far[i] = _f1(rows_of["score"][there] >= 0.5, rows_of["y"][there] == 1)
    return Lines(
        title="The labels so far flatter the model; the nowcast stays with the truth",
        remarks="F1 by day as known on 4 February · band: what the number may still become",
        timeline=timeline(then),
        lines=(
            Line(name="labels so far", values=so_far, style="threshold", shift=-14, back=3),
            Line(name="nowcast", values=nowcast.estimates.value, shift=-6),
            Line(
                name="all labels, later",
                values=truth.value[:days],
                style="reference-point",
                dots=True,
                shift=10,
            ),
        ),
        bands=((nowcast.low, nowcast.high),),
        domain=(0.5, 0.85),
        form=".0%",
    )


def _f1(said: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (said & true).sum() / (said.sum() + true.sum()))


def alerts(page: Names) -> View:
    """The incidents of the page's report, as a page of vedette shows them."""
    return incidents.figures(page["report"], timeline(page["report"]), "en")[0].view


def rules(page: Names) -> View:
    """Traffic of nine days in its band, with an outage by day that a night would not exceed."""
    made, series = page["SeasonalBand"]().band(page["traffic"]), page["traffic"]
    shown = slice(792, 960)
    found = next(iter(page["SeasonalBand"]().fold(series)))
    hours = Timeline.of(series.windows[shown])
    return Lines(
        title=f"150 rows an hour are normal at night, {found.current.value:.0f} by day are an outage",
        remarks="rows an hour · band: what the past of the same hour leads to expect · line: what came",
        timeline=hours,
        lines=(Line(name="rows", values=series.current.value[shown]),),
        bands=((made.low[shown], made.high[shown]),),
        domain=(0, 900),
        form="d",
        marks=(Marker(found.window.start / 1000, "outage found", "watch"),),
    )


#: Page -> what draws its picture.
PICTURES: dict[str, Callable[[Names], View]] = {
    "promise": promise,
    "performance-without-labels": performance_without_labels,
    "diagnosis": Ranking,
    "canary": canary,
    "late-labels": late_labels,
    "alerts": alerts,
    "rules": rules,
}


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
