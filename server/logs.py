"""
What a process writes to stderr: lines for people, or one JSON object a line for programs.

In JSON each request has a line: its route's template, status and time. No line holds a path, a
query string, a place or an address. A failure is told by its kind and where it happened in our
code, not by its message, which may hold what a visitor asked.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType

    from server.settings import Settings

_REQUESTS: Final = logging.getLogger("umkreis.requests")
_FIELDS: Final = "fields"


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, where = record.exc_info
            told["error"] = kind.__name__
            told["at"] = _places(where)
        return json.dumps(told, ensure_ascii=False)


def _places(where: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(where)
    return [f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in frames]


def configure(settings: Settings) -> None:
    """Set up what this process writes."""
    handler = logging.StreamHandler()
    if settings.log_format == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
    logging.basicConfig(level=settings.log_level, handlers=[handler])


def log_request(method: str, route: str, status: int, seconds: float) -> None:
    """Write the line of a request."""
    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    _REQUESTS.info("request", extra={_FIELDS: fields})
