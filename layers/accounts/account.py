"""
An account and what it may.

Three roles, none of which is a rank of another, except that an admin may all that others may. An
account may be bound to one region; then it may nothing in others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from geo.errors import ParameterError

MODERATOR: Final = "moderator"
PLANNER: Final = "planner"
ADMIN: Final = "admin"
ROLES: Final = (MODERATOR, PLANNER, ADMIN)
OPERATOR: Final = "operator"  # who acts at the command line, in the list of what was done
_LONGEST: Final = 254  # characters of an e-mail address; source: RFC 5321, clause 4.5.3.1.3
_LONGEST_NAME: Final = 100
_EMAIL: Final = re.compile(r"[^\s@<>\"',;:()\[\]\\\x00-\x1f\x7f]+@[^\s@<>\"',;:()\[\]\\/?#%]+")


@dataclass(frozen=True, slots=True)
class Account:
    """
    Somebody who works here; `region` is the only one where they do, None for all.

    `role` is what they may in this request: a token may carry less than its owner.
    """

    id: str
    email: str
    name: str
    role: str
    region: str | None

    @classmethod
    def of(cls, row: Any) -> Account:
        """Read an account from a row of its table."""
        return cls(row.id, row.email, row.name, row.role, row.region or None)

    def may(self, *roles: str) -> bool:
        """Whether this is one of these roles, or an admin."""
        return self.role in (*roles, ADMIN)

    def works_in(self, region: str) -> bool:
        """Whether this account may do anything in a region."""
        return self.region in (None, region)


def checked_email(text: str) -> str:
    """
    Return an e-mail address as it is stored: in small letters.

    Raises
    ------
    ParameterError
        If it is none.
    """
    email = text.strip().lower()
    if len(email) > _LONGEST or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise ParameterError(
            f"`email` {text[:80]!r} is no e-mail address such as name@example.org",
            parameter="email",
        )
    return email


def checked_role(text: str) -> str:
    """
    Return a role.

    Raises
    ------
    ParameterError
        If there is none of this name.
    """
    if text not in ROLES:
        raise ParameterError(
            f"`role` is {text[:80]!r}; it may be {', '.join(ROLES)}", parameter="role"
        )
    return text


def checked_name(text: str, *, parameter: str = "name", most: int = _LONGEST_NAME) -> str:
    """
    Return a name on one line, without what cannot be seen.

    Raises
    ------
    ParameterError
        If it is empty or longer than `most` characters.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not name or len(name) > most:
        raise ParameterError(
            f"`{parameter}` has {len(name)} characters; it may have 1 to {most}",
            parameter=parameter,
        )
    return name
