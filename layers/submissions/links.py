"""
Links that are a right: who has one may do what it leads to. The database knows checksums only.

A token has 256 random bits, so a plain SHA-256 of it can be neither guessed nor looked up. A code
that is typed has 8 digits; it is kept with the token's checksum beside it, holds for an hour and
for a few tries.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Final

_BYTES: Final = 32
_CODE_DIGITS: Final = 8
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return a token for an address; it is shown once and kept nowhere."""
    return secrets.token_urlsafe(_BYTES)


def checksum(token: str) -> str:
    """Return what the database knows of a token; "" of what cannot be one."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else ""


def new_id(prefix: str) -> str:
    """Return an id for people who decide; it opens nothing."""
    return f"{prefix}{secrets.token_hex(6)}"


def new_code() -> str:
    """Return a code of digits to type."""
    return f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"


def code_checksum(code: str, *, salt: str) -> str:
    """Return what the database knows of a code; blanks that people type do not count."""
    digits = re.sub(r"\D", "", code)
    return hashlib.sha256(f"{salt}:{digits}".encode()).hexdigest()


def is_alike(one: str, other: str) -> bool:
    """Compare checksums in a time that tells nothing."""
    return bool(one) and secrets.compare_digest(one, other)


def now() -> str:
    """Return the time as the tables write it."""
    return time_text(datetime.now(UTC))


def time_text(moment: datetime) -> str:
    """Write a time in UTC as the tables do, so that text orders as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
