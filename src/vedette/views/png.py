"""A chart as a picture, without a browser: for alerts, mails and documents."""

from __future__ import annotations

from typing import Any

from vedette.views.bundle import grammar_version
from vedette.views.chart import View, fitted, specification
from vedette.views.theme import Mode, dressed, tokens
from vedette.views.words import Lang

#: Name of the number and date formats that the converter knows.
_LOCALES: dict[Lang, str] = {"en": "en-US", "zh": "zh-CN"}


def png(
    view: View, lang: Lang = "en", *, mode: Mode = "light", width: int = 760, scale: float = 2.0
) -> bytes:
    """Return a chart as PNG, `width` times `scale` pixels wide (about 1 s the first time, then 0.2 s)."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_picture(view, lang, mode, width), scale=scale, **_options(lang)))


def svg(view: View, lang: Lang = "en", *, mode: Mode = "light", width: int = 760) -> str:
    """Return a chart as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_picture(view, lang, mode, width), **_options(lang)))


def _picture(view: View, lang: Lang, mode: Mode, width: int) -> dict[str, Any]:
    spec = dressed(fitted(specification(view, lang), width), mode)
    spec["title"] = _wrapped(spec["title"], width)
    if lang == "zh":
        # Without a browser the first family that exists draws everything, so it must have Chinese.
        spec["config"] = {**spec["config"], "font": tokens(mode)["font-cjk"]}
    return spec


def _wrapped(title: dict[str, Any], width: int) -> dict[str, Any]:
    """Return a heading broken into lines that fit the picture; a Chinese character counts as two."""
    return {
        **title,
        **{
            key: _lines(title[key], width // per)
            for key, per in (("text", 8), ("subtitle", 7))
            if key in title
        },
    }


def _lines(words: str, room: int) -> list[str]:
    lines, used = [""], 0
    for piece in _pieces(words):
        size = sum(2 if ord(c) > 0x2E7F else 1 for c in piece)
        if used + size > room and lines[-1]:
            lines.append("")
            used = 0
        lines[-1] += piece if lines[-1] else piece.lstrip()
        used += size
    return lines


def _pieces(words: str) -> list[str]:
    """Return what must stay together: words with the space before them, single Chinese characters."""
    found: list[str] = []
    for c in words:
        if not found or c == " " or ord(c) > 0x2E7F or ord(found[-1][-1]) > 0x2E7F:
            found.append(c)
        else:
            found[-1] += c
    return found


def _options(lang: Lang) -> dict[str, Any]:
    return {"vl_version": grammar_version(), "time_format_locale": _LOCALES[lang]}
