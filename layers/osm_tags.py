"""
Reads what OpenStreetMap's tags tell of an offer: address, contact, capacity, facts.

What is not of the expected form is left out rather than passed on: a web address that is not one,
a capacity that is no number. Texts keep their wording; runs of white space become one space.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.selectors import OsmRules
    from layers.vocabulary import Fact

FactValue = str | float | bool | tuple[str, ...]
WEBSITE_KEYS = ("website", "contact:website", "url")

_YES = {"yes", "only", "true", "1", "wlan", "wired", "terminal", "customers", "designated"}
_NO = {"no", "false", "0", "none"}
_WHEELCHAIR = {"yes": "yes", "designated": "yes", "limited": "limited", "no": "no"}
_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_HOST = re.compile(
    r"[a-z0-9äöüß-]+(\.[a-z0-9äöüß-]+)*\.[a-z]{2,}(/[^\s<>\"'`\\^{|}]*)?", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s<>\"'`\\,;:@]+@[^\s<>\"'`\\,;:@]+\.[^\s<>\"'`\\,;:@]+")
_PHONE = re.compile(r"[+0-9][0-9 ()/.-]{3,}")
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def text_of(tags: Mapping[str, str], *keys: str) -> str:
    """Return the value of the first key that has one, "" where none has."""
    for key in keys:
        if value := " ".join(tags.get(key, "").split()):
            return value
    return ""


def website_of(tags: Mapping[str, str]) -> str:
    """
    Return the first web address, always http or https, "" where there is none.

    An address without a scheme, as in "www.example.org", gets http.
    """
    for part in _parts(tags, *WEBSITE_KEYS):
        if _URL.fullmatch(part):
            return part
        if _HOST.fullmatch(part):
            return f"http://{part}"
    return ""


def phone_of(tags: Mapping[str, str]) -> str:
    """Return the first telephone number, "" where there is none."""
    return _first(_PHONE, _parts(tags, "phone", "contact:phone", "mobile", "contact:mobile"))


def email_of(tags: Mapping[str, str]) -> str:
    """Return the first mail address, "" where there is none."""
    return _first(_EMAIL, _parts(tags, "email", "contact:email"))


def wheelchair_of(tags: Mapping[str, str]) -> str:
    """Return `yes`, `limited` or `no`, "" where nothing of the kind is said."""
    return _WHEELCHAIR.get(tags.get("wheelchair", ""), "")


def number_of(value: str) -> float | None:
    """Return a plain number, None for everything else."""
    return float(value.strip().replace(",", ".")) if _NUMBER.fullmatch(value.strip()) else None


def closed_on(tags: Mapping[str, str]) -> date | None:
    """Return the first day on which it was surely gone, None where no end is said."""
    return _day(tags.get("end_date", ""), latest=True)


def opens_on(tags: Mapping[str, str]) -> date | None:
    """Return the day of a coming opening, None where none is said."""
    return _day(tags.get("opening_date", ""), latest=False)


def facts_of(
    tags: Mapping[str, str], facts: Iterable[Fact], rules: OsmRules
) -> dict[str, FactValue]:
    """Return those facts that the tags tell, by id."""
    found: dict[str, FactValue] = {}
    for fact in facts:
        value = _fact(tags, fact, rules)
        if value is not None and value != ():
            found[fact.id] = value
    return found


def _fact(tags: Mapping[str, str], fact: Fact, rules: OsmRules) -> FactValue | None:
    if fact.choices:
        told = tuple(c.id for c in fact.choices if any(s.matches(tags, rules) for s in c.osm))
        if fact.type == "choices":
            return told
        return told[0] if told else None
    value = text_of(tags, *fact.osm)
    if not value:
        return None
    if fact.type == "boolean":
        word = value.lower()
        return True if word in _YES else False if word in _NO else None
    return number_of(value) if fact.type == "number" else value


def _parts(tags: Mapping[str, str], *keys: str) -> list[str]:
    return [part.strip() for key in keys for part in tags.get(key, "").split(";")]


def _first(pattern: re.Pattern[str], parts: Iterable[str]) -> str:
    return next((part for part in parts if pattern.fullmatch(part)), "")


def _day(value: str, *, latest: bool) -> date | None:
    """Return the first day of a date, or the day after a year, month or day."""
    if (match := _DATE.fullmatch(value.strip())) is None:
        return None
    year, month, day = (int(group) if group else 0 for group in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if not latest:
            return first
        if day:
            return date.fromordinal(first.toordinal() + 1)
        return date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    except ValueError:
        return None
