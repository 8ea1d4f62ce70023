"""A local folder as the target: one file a segment, that `vedette` reads as it reads any other rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vedette.logger.reply import Reply
from vedette.logger.segment import Segment
from vedette.logger.spool import write_durably


class Folder:
    """``<folder>/<model>/predictions/SOURCE-000000000001.arrow`` and its siblings for labels and feedback."""

    def __init__(self, folder: Path, model: str) -> None:
        self.folder = folder / model

    def post(self, segment: Segment, meanwhile: Callable[[], None]) -> Reply:
        """Write one file, durably; a disk that is full is tried again later."""
        place = self.folder / segment.kind
        name = f"{segment.source}-{segment.seq:012d}{Path(segment.name).suffix}"
        try:
            place.mkdir(parents=True, exist_ok=True)
            write_durably(place / name, segment.read())
        except OSError as error:
            return Reply("later", str(error))
        return Reply("taken")

    def close(self, *, forked: bool = False) -> None:
        """Nothing is held open."""
