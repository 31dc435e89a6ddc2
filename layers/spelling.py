"""
One spelling for all: how names are compared.

Small letters without accents, ä as ae and ß as ss as Germans write them where a keyboard has
neither, *Str.* and *Straße* alike, without spaces, hyphens and points.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
_WORD = re.compile(r"[^\W_]+")
_STREET = re.compile(r"str$")


def words_of(text: str) -> list[str]:
    """Split into words in the common spelling; a number is a word of its own."""
    composed = unicodedata.normalize("NFC", text).casefold().translate(_GERMAN)
    bare = "".join(
        c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c)
    )
    return [_STREET.sub("strasse", word) for word in _WORD.findall(bare)]


@lru_cache(maxsize=20_000)  # a street's name stands at each of its houses
def spell(text: str) -> str:
    """Return a text in the common spelling, "" where it has neither letter nor digit."""
    return "".join(words_of(text))
