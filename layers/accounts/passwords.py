"""
Passwords: what they must be, and argon2id, which alone is stored.

No rules of composition: length is what counts (NIST SP 800-63B, section 3.1.1.2). Few are computed
at once, so that signing in can never fill the memory; who is unknown costs as long as who is known.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
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
# those of many lists of leaked ones, and of their German kin, that are long enough
_COMMON: Final = frozenset(
    """
    000000000000 111111111111 123123123123 123456123456 123456789012 1234567890123 12345678901234
    1234567890qwerty 123456789abc 1234qwerasdf 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc abc123abc123
    abcdefghijkl abcdefghijklm abcd1234abcd adminadmin123 administrator administrator1 asdfasdfasdf
    asdfghjklqwerty changeme1234 changeme12345 computer1234 correcthorsebatterystaple dragon123456
    einfachsicher123 fussball1234 geheim123456 geheimgeheim hallo1234567 hallohallo12 hallohallo123
    iloveyou1234 ichliebedich ichliebedich1 letmein12345 lieblingsmensch monkey123456 passw0rd1234
    password1234 password12345 password123456 passwordpassword passwort1234 passwort12345
    passwort123456 passwort2024 passwort2025 passwort2026 passwortpasswort qwerasdfzxcv qwerty123456
    qwerty12345678 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiopasdf qwertz123456 qwertzqwertz
    qwertzuiop12 qwertzuiop123 qwertzuiopasdf schatzschatz sommer2024sommer sonnenschein
    sonnenschein1 sonnenschein123 stadtverwaltung superman1234 testtesttest testpasswort
    umkreisumkreis welcome12345 willkommen123 willkommen1234 wirtschaftsfoerderung
    wirtschaftsförderung zxcvbnm12345
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
    if plain in _COMMON or "".join(plain.split()) in _COMMON:
        _refuse("is among those that are tried first; several words in a row are better")
    if email and plain in (email, email.partition("@")[0]):
        _refuse("is the account's own address")


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
