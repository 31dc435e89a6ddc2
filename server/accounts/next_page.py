"""Where somebody goes on after signing in: a page of ours, never one of others."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_ACCOUNT: Final = "/account"
_LONGEST: Final = 2000


def next_page(wanted: str) -> str:
    """Return a path of ours that somebody wanted, else the page of their account."""
    # browsers read a backslash as a slash, and leave tabs and line ends out of addresses
    is_plain = wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    if not is_plain or not wanted.startswith("/") or wanted.startswith("//"):
        return _ACCOUNT
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return _ACCOUNT
    return _ACCOUNT if parts.scheme or parts.netloc else wanted
