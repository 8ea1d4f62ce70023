"""A message as plain text and as the Markdown that chat rooms read, within their limits."""

from __future__ import annotations

import re

from vedette.sinks.base import Message

#: Ends a text that had to be cut.
CUT = "…"


def clipped(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters.

    Examples
    --------
    >>> clipped("recall fell", 7)
    'recall…'
    """
    return text if len(text) <= limit else text[: limit - 1] + CUT


def clipped_bytes(text: str, limit: int) -> str:
    """Return the text in at most `limit` bytes of UTF-8; no character is cut in two.

    Examples
    --------
    >>> clipped_bytes("召回率下降", 9)
    '召回…'
    """
    whole = text.encode()
    if len(whole) <= limit:
        return text
    return whole[: limit - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def plain(message: Message) -> str:
    """Return the message as lines of plain text."""
    lines = [message.title, message.text, *(f"{f.name}: {f.value}" for f in message.facts), message.url or ""]
    return "\n".join(line for line in lines if line)


def markdown(message: Message) -> str:
    """Return the message as Markdown; signs that Markdown reads are escaped, whoever wrote them."""
    facts = "\n".join(f"- **{escaped(f.name)}**: {escaped(f.value)}" for f in message.facts)
    link = f"[{escaped(message.open_word)}]({message.url})" if message.url else ""
    parts = [f"### {escaped(message.headline)}", escaped(message.text), facts, link]
    return "\n\n".join(part for part in parts if part)


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Examples
    --------
    >>> escaped("carrier = *MQ* <b>")
    'carrier = \\*MQ\\* &lt;b&gt;'
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~])", r"\\\1", safe)
