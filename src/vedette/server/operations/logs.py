"""Logs as lines of JSON, or as words where a person looks on."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

#: Attributes that every record has; what else is on one was given with ``extra=`` and is told too.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, what was given with it, and the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _USUAL},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(*, as_json: bool | None = None, level: str = "INFO") -> None:
    """Write the server's logs to standard error; as JSON unless a person looks on (a terminal)."""
    handler = logging.StreamHandler()
    plain = sys.stderr.isatty() if as_json is None else not as_json
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S") if plain else JsonLines()
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn.access", "httpx", "httpcore"):  # a line for each request is what /metrics is for
        logging.getLogger(name).setLevel("WARNING")
