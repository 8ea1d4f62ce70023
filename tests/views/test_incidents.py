"""Lanes of incidents: valid, bounded, and telling whatever the names are."""

import json

import numpy as np
import pytest

from vedette.values import Window
from vedette.views.incidents import CAUSES, LANES, Incidents, Lane, cause_word, counted
from vedette.views.timeline import Timeline
from vedette.views.words import LANGS

DAY = 86_400_000_000


def view(n, names=("delay",)):
    windows = [Window(i * DAY, (i + 1) * DAY, f"day {i}") for i in range(n + 5)]
    timeline = Timeline.of(windows)
    lanes = tuple(
        Lane(
            cause=f"column:{names[i % len(names)]}",
            level=("info", "watch", "act")[i % 3],
            start=float(timeline.start[i]),
            found=float(timeline.start[i + 1]),
            end=float(timeline.end[i + 3]),
            text=f"{names[i % len(names)]} moved",
            standing=i == n - 1,
        )
        for i in range(n)
    )
    return Incidents(title=counted(lanes), timeline=timeline, lanes=lanes)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("n", [1, 3, 200])
def test_the_chart_is_valid_and_bounded(n, lang):
    spec = view(n).chart(lang).to_dict(validate=True)
    assert spec["title"]["text"] == view(n).title
    assert spec["height"] <= 24 * LANES
    assert len(json.dumps(spec)) < 40_000


def test_hostile_names_are_text(samples):
    spec = json.dumps(view(6, samples.HOSTILE).chart().to_dict(validate=True)["layer"])
    assert (
        "alert(1)" not in spec.split('"datasets"')[0].replace("InlineDataset", "") or "calculate" not in spec
    )


def test_every_level_has_a_shape_of_its_own():
    layers = view(3).chart().to_dict()["layer"]
    shapes = [layer["mark"]["shape"] for layer in layers if layer["mark"]["type"] == "point"]
    assert sorted(shapes) == ["circle", "diamond", "triangle-up"]


def test_the_table_says_what_the_bars_show():
    newest, *_, oldest = view(3).table().rows
    assert newest[1:5] == ("delay", "day 2", "day 3", "still open")
    assert oldest[1:5] == ("delay", "day 0", "day 1", "day 3")
    assert view(3).table("zh").rows[0][4] == "未结束"


def test_causes_have_words_in_both_languages():
    from vedette.diagnosis.cause import KINDS

    assert set(KINDS) - {"stable", "insufficient"} <= set(CAUSES)
    for key in CAUSES:
        assert cause_word(key, "en") != cause_word(key, "zh")
    assert np.all([cause_word(f"{key}:x").endswith("x") for key in CAUSES])
