"""Every page of every scenario in both languages: HTML that parses, names that stay text, nothing untranslated."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from vedette.server.pages.addresses import feature, model

VOID = {"meta", "link", "input", "br", "img", "hr"}
SCENARIOS = ("broken", "healthy", "empty", "many", "hostile", "long")
PAGES = ("fleet", "model", "incident", "feature", "segments", "versions", "data", "monitor", "training", "settings",
         "login", "setup")  # fmt: skip


def address(page, sample):
    name = sample.names[0]
    inside = {key: f"{model(name)}/{key}" for key in ("segments", "versions", "data", "monitor")}
    return {"fleet": "/", "model": model(name), "incident": "/incidents/42",
            "feature": feature(name, sample.features[0]), **inside}.get(page, f"/{page}")  # fmt: skip


class Outline(HTMLParser):
    """Elements in order, and what is wrong with their nesting."""

    def __init__(self, html):
        super().__init__()
        self.stack, self.wrong, self.elements, self.ids, self.text = [], [], [], [], []
        self.feed(html)
        self.wrong += [f"never closed: {tag}" for tag in self.stack]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"attribute twice: {tag} {attrs}")
        if "id" in dict(attrs):
            self.ids.append(dict(attrs)["id"])
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.wrong.append(f"closed {tag} within {self.stack[-3:]}")
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def handle_data(self, data):
        self.text.append(data)


def get(client, page, sample, lang):
    answer = client.get(address(page, sample), headers={"accept-language": lang})
    assert answer.status_code in (200, 404)
    return answer


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_pages_are_html(client, samples, scenario, lang):
    """Elements nest, ids are unique, labels have words, what scripts need is there."""
    browser, sample = client(scenario), samples.Sample(scenario)
    for page in PAGES:
        answer = get(browser, page, sample, lang)
        found = Outline(answer.text)
        assert found.wrong == [], page
        assert len(found.ids) == len(set(found.ids)), page
        assert found.elements[0][1]["lang"] == ("zh-CN" if lang == "zh" else "en")
        assert sum(tag == "h1" for tag, _ in found.elements) == 1, page
        for tag, attributes in found.elements:
            assert "style" not in attributes, (page, tag)
            assert not [name for name in attributes if name.startswith("on")], (page, tag)
            assert all(attributes.get(name, "x").strip() for name in ("aria-label", "alt")), (
                page,
                tag,
                attributes,
            )


@pytest.mark.parametrize("page", PAGES)
def test_no_word_is_left_untranslated(client, samples, page):
    """A Chinese page holds none of the English phrases, and no page holds a key instead of a phrase."""
    from vedette.server.pages.wording import catalogue

    sample = samples.Sample("broken")
    text = {
        lang: " ".join(Outline(get(client("broken"), page, sample, lang).text).text) for lang in ("en", "zh")
    }
    keys = re.findall(
        r"\b(?:page|fleet|model|incident|settings|data|monitor)\.[a-z_]+\b", text["en"] + text["zh"]
    )
    assert keys == []
    phrases = [p for p in catalogue("en").values() if len(p) > 12 and "{" not in p]
    assert [phrase for phrase in phrases if phrase in text["zh"]] == []


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_stay_text(client, samples, page):
    """No element, attribute or address comes out of a name."""
    sample = samples.Sample("hostile")
    answer = get(client("hostile"), page, sample, "en")
    found = Outline(answer.text)
    scripts = [attributes for tag, attributes in found.elements if tag == "script"]
    assert all("src" in one or one.get("type") == "application/json" for one in scripts)
    assert all(one["src"].startswith("/assets/") for one in scripts if "src" in one)
    assert "img" not in {tag for tag, _ in found.elements}
    links = [attributes["href"] for tag, attributes in found.elements if tag == "a" and "href" in attributes]
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", answer.text.replace("\r", "\x00"))
    assert "7*7" in answer.text or "49" not in "".join(found.text)


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_a_page_offers_what_the_role_may(client, samples, role):
    sample = samples.Sample("broken")
    answer = get(client("broken", role=role), "incident", sample, "en").text
    assert ('value="acknowledge"' in answer) == (role != "viewer")
    settings = get(client("broken", role=role), "settings", sample, "en").text
    assert ('value="add-key"' in settings) == (role == "admin")


def test_the_verdict_comes_first(client, samples):
    """Words before numbers before charts, in the order of the document."""
    text = get(client("broken"), "model", samples.Sample("broken"), "en").text
    places = [text.index(part) for part in ('id="verdict"', "What to do", 'id="performance"', 'id="lanes"',
                                            'id="drift"', 'id="segments"', 'id="quality"')]  # fmt: skip
    assert places == sorted(places)


def test_an_empty_server_says_what_to_paste(client, samples):
    text = get(client("empty"), "fleet", samples.Sample("empty"), "en").text
    assert "curl -X POST http://testserver.local/v1/models/my-model/predictions" in text
    assert "Authorization: Bearer vd_" in text
    assert 'data-pulse=""' in text
