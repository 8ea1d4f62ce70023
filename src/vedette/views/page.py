"""A page that needs nothing but a browser: one file, no network, of bounded size."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from vedette.numerals import number
from vedette.views.bundle import javascript
from vedette.views.content import Fact, FindingText, Page, Section, anchor
from vedette.views.figure import figure_markup
from vedette.views.headlines import headline_row, headline_table
from vedette.views.markup import badge, clipped, embedded, tag, text
from vedette.views.theme import config, stylesheet
from vedette.views.words import HTML_LANG, Lang, say

#: Most bytes of a page.
LIMIT = 3_000_000
#: Most figures: drawing the specification of one takes 0.05 to 0.1 s.
FIGURES = 80
#: Findings that show at once, and in all.
_OPEN, _FINDINGS = 8, 200
#: Bytes kept for what is always there: verdict, headings, frames around lists.
_RESERVE = 100_000
_SECTIONS = 40
#: The browser itself refuses whatever would leave the page, or come from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def render(page: Page, *, limit: int = LIMIT) -> str:
    """Return the page as HTML of at most `limit` bytes.

    What does not fit is named where it would stand; what comes first is kept first.

    Examples
    --------
    >>> html = render(Page(title="flights v7", verdict="Nothing changed.", level="ok"))
    >>> html[:15], "Nothing changed." in html, len(html) < LIMIT
    ('<!DOCTYPE html>', True, True)
    """
    head = _head(page)
    scripts = _scripts(page.lang)
    room = _Room(limit - len(head.encode()) - len(scripts.encode()) - _RESERVE, page.lang)
    body = "".join((
        tag("a", text(say(page.lang, "skip")), class_="skip", href="#verdict"),
        _top(page, room),
        tag("main", *_main(page, room), room.closing()),
        _foot(page, room),
    ))  # fmt: skip
    return f'<!DOCTYPE html>\n<html lang="{HTML_LANG[page.lang]}">{head}<body>{body}{scripts}</body></html>\n'


class _Room:
    """Bytes that are left: parts of a page are made in order of importance while they fit."""

    def __init__(self, size: int, lang: Lang) -> None:
        self.size, self.lang, self.left_out, self.figures = size, lang, 0, 0

    def take(self, make: Callable[[], str]) -> str:
        """Return what `make` returns, or nothing when it does not fit."""
        markup = make()
        size = len(markup.encode())
        if size > self.size:
            self.left_out += 1
            return ""
        self.size -= size
        return markup

    def each(self, things: Iterable[object], make: Callable[..., str]) -> list[str]:
        """Return the markup of the things that fit."""
        found = (self.take(functools.partial(make, thing, self.lang)) for thing in things)
        return [markup for markup in found if markup]

    def closing(self) -> str:
        """Return what says that something is missing, if it is."""
        return (
            tag("p", text(say(self.lang, "left_out", n=self.left_out)), class_="note")
            if self.left_out
            else ""
        )


def _head(page: Page) -> str:
    styles = tag("style", stylesheet("tokens.css"), stylesheet("page.css"))
    return tag(
        "head",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="description" content="{text(page.verdict)}">',
        tag("title", text(f"{say(page.lang, page.level)} · {page.title}")),
        '<link rel="icon" href="data:,">',
        styles,
    )


def _scripts(lang: Lang) -> str:
    told = {key: say(lang, key) for key in ("show_all", "zoom_hint", "chart_failed")}
    settings = {"config": config(), "words": told, "lang": HTML_LANG[lang]}
    return (
        tag("noscript", tag("p", text(say(lang, "no_script")), class_="note"))
        + tag("script", embedded(settings), type="application/json", id="settings")
        + tag("script", javascript())
        + tag("script", stylesheet("page.js"))
    )


def _top(page: Page, room: _Room) -> str:
    switch = tag("button", text(say(page.lang, "theme")), type="button", id="theme", hidden=True)
    named = tag(
        "p", tag("strong", text(page.title)), text(page.subtitle and f" · {page.subtitle}"), class_="subject"
    )
    return room.take(lambda: tag("header", named, switch, class_="top"))


def _main(page: Page, room: _Room) -> Iterable[str]:
    lang = page.lang
    verdict = tag("h1", text(page.verdict))
    facts = tag("dl", *room.each(page.facts, _fact), class_="facts") if page.facts else ""
    advice = tag("p", text(page.advice), class_="advice") if page.advice else ""
    # Where the skip link leads can be focused, so that readers which follow the focus come along.
    inside = (badge(page.level, lang), verdict, advice, facts)
    yield tag("div", *inside, class_=f"verdict {page.level}", id="verdict", tabindex=-1)
    yield _findings(page, room)
    if page.headlines:
        rows = room.each(page.headlines, headline_row)
        yield _block("numbers", say(lang, "numbers"), headline_table(rows, lang))
    for section in page.sections[:_SECTIONS]:
        yield _section(section, room)
    room.left_out += sum(len(section.figures) for section in page.sections[_SECTIONS:])
    if page.accounting:
        listed = tag("dl", *room.each(page.accounting, _fact), class_="facts")
        yield _block("accounting", say(lang, "accounting"), listed)
    if page.notes:
        yield _block("notes", say(lang, "notes"), tag("ul", *room.each(page.notes, _note), class_="notes"))
    if page.why:
        reasons = tag("dl", *room.each(page.why, _reason), class_="why")
        yield _block("why", say(lang, "why"), reasons)


def _block(name: str, title: str, *inside: str) -> str:
    heading = f"{name}-title"
    return tag("section", tag("h2", text(title), id=heading), *inside, id=name, aria_labelledby=heading)


def _fact(fact: Fact, lang: Lang) -> str:
    shown = fact.value if isinstance(fact.value, str) else number(fact.value)
    note = tag("dd", text(fact.note), class_="remarks") if fact.note else ""
    return tag("div", tag("dt", text(fact.label)), tag("dd", text(shown)), note)


def _reason(fact: Fact, lang: Lang) -> str:
    shown = fact.value if isinstance(fact.value, str) else number(fact.value)
    return tag("div", tag("dt", text(fact.label)), tag("dd", text(shown)))


def _note(note: str, lang: Lang) -> str:
    return tag("li", text(note))


def _findings(page: Page, room: _Room) -> str:
    title = say(page.lang, "findings")
    if not page.findings:
        return ""  # the verdict has said it
    items = room.each(page.findings[:_FINDINGS], _finding)
    shown = tag("ol", *items[:_OPEN], class_="findings")
    more = ""
    if rest := items[_OPEN:]:
        summary = tag("summary", text(say(page.lang, "more_findings", n=len(rest))))
        more = tag("details", summary, tag("ol", *rest, class_="findings", start=_OPEN + 1))
    beyond = len(page.findings) - len(items)
    left = tag("p", text(say(page.lang, "findings_left_out", n=beyond)), class_="note") if beyond else ""
    return _block("findings", title, shown, more, left)


def _finding(finding: FindingText, lang: Lang) -> str:
    title = text(finding.title)
    linked = tag("a", title, href=f"#{finding.anchor}") if finding.anchor else title
    told = (("effect", finding.effect), ("evidence", finding.evidence), ("impact", finding.impact))
    triple = [
        tag("div", tag("dt", text(say(lang, key))), tag("dd", text(words))) for key, words in told if words
    ]
    below = tag("dl", *triple, class_="triple") if triple else ""
    return tag("li", badge(finding.level, lang), tag("div", tag("p", linked, class_="told"), below))


def _section(section: Section, room: _Room) -> str:
    figures = []
    for figure in section.figures:
        if room.figures >= FIGURES or room.size <= 0:
            room.left_out += 1
            continue
        drawn = room.take(functools.partial(figure_markup, figure, room.lang))
        room.figures += bool(drawn)
        figures.append(drawn)
    intro = tag("p", text(section.intro), class_="intro") if section.intro else ""
    grid = tag("div", *figures, class_="figures two" if section.columns == 2 else "figures")
    return _block(
        section.anchor or anchor("section", section.title), clipped(section.title, 200), intro, grid
    )


def _foot(page: Page, room: _Room) -> str:
    parts = [
        say(page.lang, "made_by", version=page.version) if page.version else "",
        page.generated,
        say(page.lang, "content_hash", hash=page.content_hash) if page.content_hash else "",
    ]
    return room.take(lambda: tag("footer", text(" · ".join(part for part in parts if part))))
