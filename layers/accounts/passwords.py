"""
Passwords: what they must be, and argon2id, which alone is stored.

No rules of composition: length is what counts (NIST SP 800-63B, section 3.1.1.2), and to be none of
the 44,000 of that length that leaked most often (`tools/common_passwords.py`). Few are computed at
once, so that signing in can never fill the memory; who is unknown costs as long as who is known.
"""

from __future__ import annotations

import gzip
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from geo.errors import ParameterError
from layers.accounts.secret import new_secret

LEAST: Final = 12  # characters
MOST: Final = 256
# source: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB and two rounds at least
_MEMORY_KIB: Final = 19_456
_ROUNDS: Final = 3
_AT_ONCE: Final = 2
_COMPUTED = threading.BoundedSemaphore(_AT_ONCE)
_FEWEST_DIFFERENT: Final = 5  # characters
# of SecLists, CC-BY-SA-3.0: common/SOURCE.json; the most frequent first, one a line
_LEAKED: Final = Path(__file__).parent / "common" / "passwords.txt.gz"
# their German kin, and what would be tried here
_COMMON: Final = frozenset(
    """
    abcd1234abcd adminadmin123 changeme1234 computer1234 correcthorsebatterystaple dragon123456
    einfachsicher123 fussball1234 geheim123456 geheimgeheim hallo1234567 hallohallo12
    hallohallo123 ichliebedich1 letmein12345 lieblingsmensch monkey123456 passw0rd1234
    password123456 passwort1234 passwort12345 passwort123456 passwort2024 passwort2025
    passwort2026 passwortpasswort qwertz123456 qwertzqwertz qwertzuiop12 qwertzuiop123
    qwertzuiopasdf schatzschatz sommer2024sommer sonnenschein1 sonnenschein123 stadtverwaltung
    superman1234 testpasswort testtesttest umkreisumkreis willkommen123 willkommen1234
    wirtschaftsfoerderung wirtschaftsförderung
    """.split()  # noqa: SIM905 (a list that reads as one)
)


def check_password(password: str, *, email: str = "") -> None:
    """
    Check that a password may be taken.

    Raises
    ------
    ParameterError
        If it is too short, too long, of few characters, widely known, or the account's own address.
    """
    text = unicodedata.normalize("NFC", password)
    if not LEAST <= len(text) <= MOST:
        _refuse(f"has {len(text)} characters; it may have {LEAST} to {MOST}")
    plain = text.casefold()
    if len(set(plain)) < _FEWEST_DIFFERENT:
        _refuse("repeats few characters; several words in a row are better")
    if any(text in _COMMON or _has_leaked(text) for text in {plain, "".join(plain.split())}):
        _refuse("is among those that are tried first; several words in a row are better")
    if email and plain in (email, email.partition("@")[0]):
        _refuse("is the account's own address")


def _has_leaked(plain: str) -> bool:
    # read anew each time: few set a password, and every process would keep it
    with gzip.open(_LEAKED, "rt", encoding="utf-8") as lines:
        return f"\n{plain}\n" in f"\n{lines.read()}"


def _refuse(why: str) -> None:
    raise ParameterError(f"`password` {why}", parameter="password")


def hash_password(password: str) -> str:
    """Return what is stored of a password: argon2id's text, with its salt and parameters."""
    with _COMPUTED:
        return _hasher().hash(_bytes(password))


def is_password(stored: str, password: str) -> bool:
    """
    Whether a password is the one that `stored` was made of.

    Where nothing is stored it is none, which takes as long.
    """
    try:
        with _COMPUTED:
            _hasher().verify(stored or _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether a password was stored with other parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    # what is longer than a password may be is compared as one that is, and is none
    return unicodedata.normalize("NFC", password[: MOST + 1]).encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=1, type=Type.ID)


@cache
def _nobodys() -> str:
    return _hasher().hash(new_secret())
