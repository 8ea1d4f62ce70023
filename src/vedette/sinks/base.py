"""A message about an incident, and what every place it can be sent to is.

A sink only says which requests a message becomes and how to read the reply; it opens no connection itself. Who
sends them (with retries, a guard against inward addresses and a list of the undelivered) is the server.
"""

from __future__ import annotations

import os
import re
from typing import ClassVar, Literal

import msgspec

from vedette.errors import ConfigError
from vedette.sinks.http import Outcome, Request, Response, judged
from vedette.values import Level

#: What a message says of its incident: that it goes on, that it is over, or nothing (a digest, a test).
Status = Literal["firing", "resolved", "notice"]
#: Written before the name of an environment variable that holds a secret: ``url = "env:SLACK_URL"``.
FROM_ENVIRONMENT = "env:"


class Fact(msgspec.Struct, frozen=True):
    """A named line of a message: ``Fact("Effect", "−13 points (−15 to −11)")``."""

    name: str
    value: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What people are told about one incident, in one language.

    Attributes
    ----------
    key : str
        Identity of the incident; equal in every message about it, so that receivers can update instead of repeat.
    status : str
        "firing", "resolved" or "notice".
    level : str
        "act", "watch" or "info"; `level_word` is how the language says it.
    title, text : str
        The verdict in a sentence; cause and remedy.
    facts : tuple of Fact
        Effect, evidence, impact and the like.
    url, open_word : str
        The incident's page, and what a button to it says.
    since, at : int
        Microseconds since the epoch: when it began, when this was said.
    sent : int
        When this attempt to deliver it is made: signatures carry this time, since receivers refuse old ones.
    picture : bytes, optional
        The chart as PNG, for receivers that take files.
    picture_url : str, optional
        Where receivers that only take addresses find it.
    """

    key: str
    status: Status = "firing"
    level: Level = "watch"
    level_word: str = "watch"
    model: str
    version: str | None = None
    title: str
    text: str = ""
    facts: tuple[Fact, ...] = ()
    url: str | None = None
    open_word: str = "Open in vedette"
    since: int = 0
    at: int = 0
    sent: int = 0
    picture: bytes | None = None
    picture_url: str | None = None
    language: Literal["en", "zh"] = "en"

    @property
    def headline(self) -> str:
        """Return the title with the model and the level before it, as a subject line."""
        return f"[{self.level_word}] {self.model}: {self.title}"

    @property
    def stamp(self) -> int:
        """Return the time that a signature carries, in microseconds."""
        return self.sent or self.at


class Sink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place messages go to. A subclass is one file of this folder and is named by its file.

    Attributes
    ----------
    name : str
        What people call it, where there are several of one kind.
    levels : tuple of str
        Levels it wants to hear of.
    language : str
        "en" or "zh".
    """

    #: Whether it takes a standing incident for over that it is not told of again within minutes.
    repeats: ClassVar[bool] = False
    #: Whether it shows `Message.picture`.
    pictures: ClassVar[bool] = False

    name: str = ""
    levels: tuple[Level, ...] = ("act", "watch")
    language: Literal["en", "zh"] = "en"

    def requests(self, message: Message) -> list[Request]:
        """Return the HTTP requests that a message becomes, to be made in order."""
        raise NotImplementedError

    def outcome(self, response: Response) -> Outcome:
        """Return what a reply means: delivered, worth another try, or refused."""
        return judged(response)

    def wants(self, message: Message) -> bool:
        """Tell whether this place should hear of the message; the end of an incident is told to all."""
        return message.status == "resolved" or message.level in self.levels


def revealed(value: str) -> str:
    """Return a setting, read from the environment where it is written as ``env:NAME``.

    Raises
    ------
    ConfigError
        The variable is not set (``sinks.no-secret``).

    Examples
    --------
    >>> revealed("https://example.com/hook")
    'https://example.com/hook'
    """
    if not value.startswith(FROM_ENVIRONMENT):
        return value
    variable = value.removeprefix(FROM_ENVIRONMENT)
    if variable not in os.environ:
        raise ConfigError(
            f"The environment variable {variable} is not set",
            "A sink's secret in the environment, since the monitor file names it there",
            f"Set {variable} where the server starts",
            code="sinks.no-secret",
        )
    return os.environ[variable]


def address(value: str, what: str) -> str:
    """Return an HTTP address with its secret parts revealed.

    Raises
    ------
    ConfigError
        Not an ``http://`` or ``https://`` address (``sinks.bad-address``).
    """
    found = revealed(value)
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", found):
        raise ConfigError(
            f"The address of {what} is not one: {value!r}",
            "An address that begins with https:// (or http://)",
            "Copy it from the receiver's settings, or write env:NAME and set the variable NAME",
            code="sinks.bad-address",
        )
    return found
