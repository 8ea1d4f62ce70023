"""What a target said to a segment, and what a target is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from vedette.logger.segment import Segment


class Reply(NamedTuple):
    """Answer to one segment: taken, refused for ever, or later."""

    verdict: Literal["taken", "refused", "later"]
    why: str = ""
    retry_after: float | None = None
    quarantined: int = 0
    duplicate: bool = False


class Target(Protocol):
    """A place that segments go to."""

    def post(self, segment: Segment, meanwhile: Callable[[], None]) -> Reply:
        """Return the answer; `meanwhile` is called now and then while it is waited for."""
        ...

    def close(self, *, forked: bool = False) -> None:
        """Let go of what is open."""
        ...
