"""What an e-mail address is here: one that stands in a header as it is and adds nothing to it."""

from __future__ import annotations

import re

_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64  # RFC 5321, clause 4.5.3.1
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+(?=[A-Za-z]){_LABEL}")


def checked_address(text: str) -> str | None:
    """
    Return an e-mail address as it is written in a header, None where it is none.

    One address of ASCII letters before the @; a domain with umlauts is written as DNS has it.
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    is_short = len(found) <= _LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL
    return found if is_short and _ADDRESS.fullmatch(found) else None
