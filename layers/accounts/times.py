"""Times as they are stored: ISO text in UTC with microseconds, which orders as it reads."""

from __future__ import annotations

from datetime import UTC, datetime


def time_text(at: datetime) -> str:
    """Write a time that knows its zone."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def now_utc() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)
