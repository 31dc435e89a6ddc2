"""
What an address may mean as it is written: street, house number, postcode, town.

People write them in any order, with commas or without, and streets have numbers in their names: a
text is read in all the ways that make sense, and who looks them up takes the one that fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.spelling import spell, words_of

if TYPE_CHECKING:
    from collections.abc import Container

_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}-)?(\d{4,5})\b(?!\s*[a-zA-Z]?\s*$)|\b(\d{5})\b")
_NUMBER = re.compile(
    r"(?<![\w.])(\d{1,4})\s?([a-zA-Z])?(?:\s*[-–/,+]\s*\d{1,4}\s?[a-zA-Z]?)*(?![\w.])"
)
_MOST_TOWN_WORDS = 3


@dataclass(frozen=True)
class Reading:
    """
    One way to read a text; `street` and `town` are in the common spelling.

    `street` may be the name of a place. Without a house number `number` is -1.
    """

    street: str
    number: int = -1
    letter: str = ""
    town: str = ""
    postcode: str = ""

    @property
    def has_number(self) -> bool:
        """Whether a house number was read."""
        return self.number >= 0


def readings_of(text: str, towns: Container[str]) -> list[Reading]:
    """
    Read a text in all the ways that make sense, each once.

    Parameters
    ----------
    text
        As it was written.
    towns
        Names of towns in the common spelling: where no comma stands between street and town, the
        last words are a town only if they are one of these.
    """
    postcode, rest = _take_postcode(text)
    found = []
    for number in _NUMBER.finditer(rest):
        before, after = rest[: number.start()], rest[number.end() :]
        street, town = _split(before)
        if spell(street):
            found.append((street, number, f"{town} {after}"))
            found += [
                (tail, number, f"{head} {after}") for head, tail in _town_first(street, towns)
            ]
        elif spell(after):  # the number stands first: "12 High Street, Town"
            street, town = _street_first(after)
            found.append((street, number, town))
    readings = [
        Reading(spell(street), int(number[1]), (number[2] or "").lower(), spell(town), postcode)
        for street, number, town in found
    ]
    readings += _without_number(rest, towns, postcode)
    return list(dict.fromkeys(r for r in readings if r.street))


def _take_postcode(text: str) -> tuple[str, str]:
    if (match := _POSTCODE.search(text)) is None:
        return "", text
    return match[1] or match[2], f"{text[: match.start()]} , {text[match.end() :]}"


def _split(before: str) -> tuple[str, str]:
    """Take what stands before a house number apart: "Town, Street" or "Street"."""
    parts = [part for part in before.split(",") if spell(part)]
    return (parts[-1], " ".join(parts[:-1])) if parts else ("", "")


def _street_first(text: str) -> tuple[str, str]:
    parts = [part for part in text.split(",") if spell(part)]
    return (parts[0], " ".join(parts[1:])) if parts else ("", "")


def _town_first(text: str, towns: Container[str]) -> list[tuple[str, str]]:
    """Return the ways in which the first words may be a town and the rest a street."""
    words = text.split()
    heads = (words[:count] for count in range(1, min(_MOST_TOWN_WORDS, len(words) - 1) + 1))
    return [
        (" ".join(head), " ".join(words[len(head) :]))
        for head in heads
        if spell(" ".join(head)) in towns
    ]


def _without_number(rest: str, towns: Container[str], postcode: str) -> list[Reading]:
    parts = [part for part in rest.split(",") if spell(part)]
    if len(parts) > 1:
        first, others = parts[0], " ".join(parts[1:])
        found = [Reading(spell(first), town=spell(others), postcode=postcode)]
        last, others = parts[-1], " ".join(parts[:-1])
        if not _NUMBER.search(others):  # else a house number would be left out
            found.append(Reading(spell(last), town=spell(others), postcode=postcode))
        return found
    words = words_of(rest)
    found = [Reading("".join(words), postcode=postcode)]
    for count in range(1, min(_MOST_TOWN_WORDS, len(words) - 1) + 1):
        if (town := "".join(words[-count:])) in towns:
            found.append(Reading("".join(words[:-count]), town=town, postcode=postcode))
    return found + [
        Reading(spell(tail), town=spell(head), postcode=postcode)
        for head, tail in _town_first(rest, towns)
    ]
