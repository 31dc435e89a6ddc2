"""
What people read, in their language: texts through gettext catalogues, numbers and dates.

English is the language of the code: a text's English wording is its key (msgid), the catalogues
under `locale/` hold the others. They are read as they are, without a step of compilation. What a
text is about is filled in by name: `texts.gettext("{n} people", n=texts.number(12))`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from server.settings import LANGUAGES, LOCALE_DIR

NAMES = {c: (Locale.parse(c).get_language_name(c) or c).capitalize() for c in LANGUAGES}
_DAY = {"en": "d MMMM yyyy"}  # where the usual order is another than ours

Translation = str | tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """The texts of one language; what it has no text for stays English."""

    language: str
    messages: Mapping[str, Translation] = field(repr=False)

    def gettext(self, msgid: str, /, **values: object) -> str:
        """Return a text, with values in place of the names in braces."""
        return self.plain(msgid).format(**values)

    def plain(self, msgid: str, /) -> str:
        """Return a text as it stands; braces in it mean nothing."""
        found = self.messages.get(msgid, msgid)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, one: str, many: str, count: float, /, **values: object) -> str:
        """Return the text that goes with a count; `{n}` in it is the count, written out."""
        found = self.messages.get(one, (one, many))
        forms = (found, found) if isinstance(found, str) else found
        return forms[0 if count == 1 else 1].format(n=self.number(count), **values)

    def number(self, value: float, *, decimals: int = 0) -> str:
        """Write a number with the language's marks, with at most so many decimals."""
        return _number(value, decimals, self.language)

    def percent(self, share: float) -> str:
        """Write a share; 0 % and 100 % are only said where they are exact."""
        if 0 < share < 0.01:
            return f"<\u202f{self._percent(1)}"
        if 0.99 < share < 1:
            return f">\u202f{self._percent(99)}"
        return self._percent(round(share * 100))

    def percent_range(self, low: float, high: float) -> str:
        """Write what may be said of a share that is withheld; a dash where that is nothing."""
        least, most = math.floor(low * 100 + 1e-9), math.ceil(high * 100 - 1e-9)
        if least <= 0 and most >= 100:
            return "–"
        if most >= 100:
            return f">\u202f{self._percent(least)}"
        if least <= 0:
            return f"<\u202f{self._percent(most)}"
        return f"{least}–{self._percent(most)}"

    def _percent(self, whole: int) -> str:
        return format_percent(whole / 100, format=None, locale=self.language)

    def month(self, day: date) -> str:
        """Write month and year."""
        return format_skeleton("yMMMM", day, locale=self.language)

    def day(self, day: date) -> str:
        """Write a whole date."""
        return format_date(day, _DAY.get(self.language, "long"), locale=self.language)

    def weekday(self, day: date) -> str:
        """Write a whole date after its weekday."""
        pattern = {"de": "EEE, d. MMM y", "en": "EEE, d MMM y"}.get(self.language, "full")
        return format_date(day, pattern, locale=self.language)

    def iso_day(self, day: str) -> str:
        """Write a date that stands as YYYY-MM-DD."""
        return self.day(date.fromisoformat(day))

    def join(self, parts: list[str]) -> str:
        """Join the parts of an enumeration."""
        if len(parts) < 2:
            return "".join(parts)
        return self.gettext("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


@cache
def texts_of(language: str) -> Texts:
    """
    Return the texts of a language.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"`language` is {language!r}; it may be {', '.join(LANGUAGES)}")
    return Texts(language, _read_catalogue(language))


def _read_catalogue(language: str) -> dict[str, Translation]:
    path = LOCALE_DIR / language / "LC_MESSAGES" / "umkreis.po"
    if not path.is_file():  # English: its texts are their own keys
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    messages: dict[str, Translation] = {}
    for message in catalogue:
        if message.id and message.string:
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string
            messages[key] = text if isinstance(text, str) else tuple(text)
    return messages


@lru_cache(maxsize=8192)  # a page writes hundreds, and the next page most of them again
def _number(value: float, decimals: int, language: str) -> str:
    whole = round(value, decimals) if decimals else value
    pattern = "#,##0." + "#" * (decimals or 6)
    return format_decimal(whole, format=pattern, locale=language)


def choose_language(asked: str | None, accepted: str, default: str) -> str:
    """
    Choose the language of a page.

    Parameters
    ----------
    asked
        What the address says; another than ours is passed over.
    accepted
        The Accept-Language header (RFC 9110, clause 12.5.4).
    default
        Where neither helps.
    """
    if asked in LANGUAGES:
        return asked
    wishes = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES and (quality := _quality(weight)) > 0:
            wishes.append((-quality, place, language))
    return min(wishes)[2] if wishes else default


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def kept(*names: str) -> dict[str, str]:
    """Leave braces in a text to the scripts, which fill them in."""
    return {name: f"{{{name}}}" for name in names}
