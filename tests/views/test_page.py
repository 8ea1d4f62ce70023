"""The page: whole, escaped, offline, bounded, in both languages."""

from __future__ import annotations

import html.parser
import itertools
import json
import re

import msgspec
import pytest

from vedette.views.content import Fact, Figure, FindingText, Page, Section, anchor
from vedette.views.notebook import fragment
from vedette.views.page import FIGURES, LIMIT, render
from vedette.views.words import HTML_LANG, LANGS, PHRASES, say

VOID = {"meta", "link"}


class Outline(html.parser.HTMLParser):
    """Elements of a page; an unbalanced or misplaced tag is an error."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.headings, self.data = [], [], [], [], {}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open:
            self.data.setdefault(self.open[-1], []).append(data)

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]


@pytest.fixture(scope="module")
def plain(samples):
    return render(samples.page())


@pytest.fixture(scope="module")
def hostile(samples):
    return render(samples.page(samples.HOSTILE))


@pytest.mark.parametrize("which", ["plain", "hostile"])
def test_page_is_balanced_html(which, request):
    outline = Outline(request.getfixturevalue(which))
    assert len(set(outline.ids())) == len(outline.ids())


@pytest.mark.parametrize("which", ["plain", "hostile"])
def test_page_reaches_for_nothing(which, request):
    """No attribute fetches; the browser is told to refuse whatever would."""
    outline = Outline(request.getfixturevalue(which))
    for tag, attrs in outline.elements:
        assert "src" not in attrs, tag
        assert not any(name.startswith("on") for name in attrs), tag
        assert attrs.get("href", "#").startswith(("#", "data:,")), tag
    assert {tag for tag, _ in outline.elements} & {
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    } == set()
    policy = next(attrs["content"] for tag, attrs in outline.elements if attrs.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_links_lead_somewhere(plain):
    outline = Outline(plain)
    targets = {attrs["href"][1:] for tag, attrs in outline.elements if tag == "a"}
    assert targets - set(outline.ids()) <= {"feature-distance"}  # a feature without a figure in the sample


def test_scripts_and_styles_stay_whole(hostile):
    """Names cannot end a script: there are as many as we wrote, and their JSON reads back."""
    outline = Outline(hostile)
    kinds = [attrs.get("type", "") for tag, attrs in outline.elements if tag == "script"]
    specs = [data for data in outline.data["script"] if data.startswith("{")]
    assert kinds.count("") == 2
    assert kinds.count("application/json") == len(specs) == 11 + 2 + 1
    assert [json.loads(data) for data in specs]


def test_texts_appear_as_they_are(samples, hostile):
    """What a reader sees is the name itself, but for what no reader can see."""
    shown = Outline(hostile).texts
    for name in samples.HOSTILE[:6]:
        assert name in shown
    assert "na\ufffdive\ufffd\ufffd\nline" in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ud800-\udfff]", hostile)


@pytest.mark.parametrize("lang", LANGS)
def test_language(samples, lang):
    """The page says its language and speaks it."""
    page = render(samples.page(lang=lang))
    outline = Outline(page)
    assert outline.elements[0] == ("html", {"lang": HTML_LANG[lang]})
    assert outline.data["h2"][:2] == [say(lang, "findings"), say(lang, "numbers")]
    other = LANGS[1 - LANGS.index(lang)]
    for key in ("findings", "numbers", "accounting", "why", "notes", "table"):
        assert PHRASES[key][LANGS.index(other)] not in outline.texts


def test_headings_step_down_one_at_a_time(plain):
    levels = Outline(plain).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_every_chart_has_words_and_a_table(plain):
    outline = Outline(plain)
    charts = [attrs for _, attrs in outline.elements if attrs.get("class") == "chart"]
    assert len(charts) == 13
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert len(outline.data["caption"]) == 13 + 1


def test_level_has_shape_and_word(plain):
    """Colour is never the only carrier of a status."""
    assert re.search(
        r'class="badge act"><svg[^>]*><path[^>]*></path></svg>act<', plain.replace("/>", "></path>")
    )


def test_absent_parts_leave_no_heading():
    page = render(Page(title="m", verdict="All is well.", level="ok"))
    assert Outline(page).headings == [1]
    assert "None" not in Outline(page).texts


def test_verdict_comes_first(samples, plain):
    assert Outline(plain).data["h1"] == [samples.page().verdict]
    assert plain.index("<h1>") < plain.index("<h2") < plain.index("<figure")


def test_page_of_huge_inputs_is_bounded(samples):
    """10 000 windows, 200 columns, thousands of findings and notes: still below 3 MB, and it says what is missing."""
    names = tuple(f"column_{i}" for i in range(200))
    series = samples.series(10_000)
    heat = samples.heatmap(names, 10_000)
    over = tuple(Figure(view=msgspec.structs.replace(series, title=f"metric {i}")) for i in range(15))
    features = tuple(
        Figure(view=samples.categories(names, title=name), anchor=anchor("feature", name), folded=True)
        for name in names
    )
    page = samples.page(
        sections=(
            Section(title="Performance", figures=over),
            Section(title="Drift", figures=(Figure(view=heat),)),
            Section(title="Features", figures=features),
        ),
        findings=tuple(FindingText(level="watch", title="x" * 5000, effect="e" * 5000) for _ in range(3000)),
        notes=tuple("n" * 3000 for _ in range(3000)),
        why=tuple(Fact("w" * 3000, "w") for _ in range(3000)),
        verdict='"' * 100_000,
        title="<" * 100_000,
    )
    written = render(page)
    assert len(written.encode()) <= LIMIT
    outline = Outline(written)
    drawn = sum(attrs.get("class") == "chart" for _, attrs in outline.elements)
    assert 0 < drawn <= FIGURES
    assert any("were left out to keep this page small" in t for t in outline.texts)


def test_tight_limit_keeps_the_verdict(samples):
    """What comes first is kept first."""
    written = render(samples.page(), limit=1_050_000)
    assert len(written.encode()) <= 1_050_000
    assert samples.page().verdict in Outline(written).texts


def test_notebook_fragment_is_one_sandboxed_frame(samples):
    page = samples.page(samples.HOSTILE)
    fragment_ = fragment(page)
    parsed = Outline(fragment_)
    ((tag, attrs),) = parsed.elements
    assert tag == "iframe"
    assert attrs["sandbox"] == "allow-scripts allow-downloads"
    assert attrs["srcdoc"].startswith("<!DOCTYPE html>")
    assert Outline(attrs["srcdoc"]).headings[0] == 1
    assert len(fragment_.encode()) <= 2_000_000


def test_anchor_is_safe_and_distinct(samples):
    made = [anchor("feature", name) for name in (*samples.HOSTILE, "a", "b")]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[\w.-]+", one, re.ASCII) for one in made)


def test_ok_follows_the_level():
    levels = {"ok": True, "info": True, "watch": False, "act": False, "silent": False}
    assert {level: Page(title="", verdict="", level=level).ok for level in levels} == levels
