"""
Secrets that are given out once and never stored: tokens of sessions, programs and links.

Each has 256 random bits, so its plain SHA-256 is enough to check it by and tells nothing about it.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_BYTES: Final = 32
_LONGEST: Final = 200  # characters of what is offered as a secret; ours are far shorter


def new_secret() -> str:
    """Return a new secret, in characters that addresses and cookies may hold."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """Return the checksum by which a secret is known; of any text."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
