"""
The index of a region's addresses: names by likeness and by beginning, houses by street and number.

Made once from the tables of an Atlas; never changes afterwards.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from layers.spelling import spell, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.addresses import Addresses

SHORT_NAME = 4  # letters; in these one may differ
PART_OF_LONG_NAME = 5  # in others one more than a fifth, two at least
_M_PER_DEGREE = 111_195.0


class Candidate(NamedTuple):
    """A street or place by its row, the spelling that fits, and how many letters differ."""

    row: int
    key: str
    misses: int


class _Names:
    """Names in the common spelling, found by likeness and by the beginning of any word."""

    def __init__(self, names: Sequence[str]) -> None:
        self.rows_of: dict[str, list[int]] = {}
        beginnings: dict[tuple[str, str], None] = {}
        for row, name in enumerate(names):
            words = words_of(name)
            key = "".join(words)
            if not key:
                continue
            if key not in self.rows_of:
                beginnings.update({("".join(words[k:]), key): None for k in range(len(words))})
            self.rows_of.setdefault(key, []).append(row)
        self.keys = list(self.rows_of)
        self._beginnings = sorted(beginnings)

    def like(self, key: str) -> list[Candidate]:
        """Return the names that are spelt so, else all that are nearly, the nearest first."""
        if rows := self.rows_of.get(key):
            return [Candidate(row, key, 0) for row in rows]
        most = 1 if len(key) <= SHORT_NAME else 1 + max(1, len(key) // PART_OF_LONG_NAME)
        found = process.extract(key, self.keys, scorer=OSA.distance, score_cutoff=most, limit=None)
        digits = _digits(key)
        return [
            Candidate(row, name, int(misses))
            for name, misses, _ in found
            if _digits(name) == digits  # a wrong number is no typo
            for row in self.rows_of[name]
        ]

    def beginning(self, key: str, limit: int) -> list[Candidate]:
        """Return names of which a word begins so, those whose first word does before others."""
        at = bisect_left(self._beginnings, (key, ""))
        found: dict[str, bool] = {}
        while at < len(self._beginnings) and self._beginnings[at][0].startswith(key):
            tail, name = self._beginnings[at]
            found[name] = found.get(name, False) or tail == name
            at += 1
        if not found and len(key) > SHORT_NAME:
            return self._beginning_with_typo(key, limit)
        ordered = sorted(found, key=lambda name: (not found[name], len(name), name))
        return [Candidate(row, name, 0) for name in ordered for row in self.rows_of[name]][:limit]

    def ending(self, key: str) -> list[Candidate]:
        """Return longer names whose last words are spelt so, the shortest first."""
        at = bisect_left(self._beginnings, (key, ""))
        found = []
        while at < len(self._beginnings) and self._beginnings[at][0] == key:
            found.append(self._beginnings[at][1])
            at += 1
        lacking = {name: len(name) - len(key) for name in sorted(found, key=lambda n: (len(n), n))}
        return [Candidate(row, n, miss) for n, miss in lacking.items() for row in self.rows_of[n]]

    def _beginning_with_typo(self, key: str, limit: int) -> list[Candidate]:
        """Return names whose first letters differ by one from what was typed."""
        found: dict[str, None] = {}
        for length in (len(key), len(key) + 1, len(key) - 1):
            starts = [name[:length] for name in self.keys]
            near = process.extract(key, starts, scorer=OSA.distance, score_cutoff=1, limit=limit)
            found.update({self.keys[position]: None for _, _, position in near})
        return [Candidate(row, name, 1) for name in found for row in self.rows_of[name]][:limit]


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))


class AddressIndex:
    """
    Finds rows of `table` by name and number.

    `towns` are all names of towns in the common spelling, with villages and quarters.
    """

    def __init__(self, table: Addresses) -> None:
        self.table = table
        self._streets = _Names([table.texts[i] for i in table.street_name])
        self._places = _Names([table.texts[i] for i in table.place_name])
        self._spelled = [spell(text) for text in table.texts]
        streets = np.arange(len(table.street_name) + 1)
        self._start = np.searchsorted(table.house_street, streets).tolist()
        self._number = table.house_number.tolist()
        self._letter = [table.texts[i] for i in table.house_letter]
        self._town_names = _Names([table.texts[i] for i in np.unique(np.concatenate([
            table.street_city, table.street_municipality, table.street_district,
            table.house_city, table.house_district, table.place_name,
        ]))])  # fmt: skip
        self.towns = frozenset(self._town_names.keys)
        self._towns_of_street: dict[int, frozenset[str]] = {}
        self._postcodes_of: dict[int, set[int]] = {}  # rows of texts, by the town's
        for city, postcode in zip(table.house_city, table.house_postcode, strict=True):
            self._postcodes_of.setdefault(int(city), set()).add(int(postcode))

    def text(self, row: int) -> str:
        """Return a text of the table."""
        return self.table.texts[row]

    def streets_like(self, key: str) -> list[Candidate]:
        """Return the streets whose name is so or nearly so."""
        return self._streets.like(key)

    def streets_ending(self, key: str) -> list[Candidate]:
        """Return streets whose names end so: "2. Querstraße" for "Querstraße"."""
        return self._streets.ending(key)

    def places_like(self, key: str) -> list[Candidate]:
        """Return the places whose name is so or nearly so."""
        return self._places.like(key)

    def streets_beginning(self, key: str, limit: int) -> list[Candidate]:
        """Return streets of whose name a word begins so."""
        return self._streets.beginning(key, limit)

    def places_beginning(self, key: str, limit: int) -> list[Candidate]:
        """Return places of whose name a word begins so."""
        return self._places.beginning(key, limit)

    def towns_like(self, key: str) -> frozenset[str]:
        """Return the spellings of the towns that are meant by a name, with as few typos."""
        found = self._town_names.like(key)
        least = min((town.misses for town in found), default=0)
        return frozenset(town.key for town in found if town.misses == least)

    def towns_beginning(self, key: str) -> frozenset[str]:
        """Return the spellings of the towns that begin so."""
        return frozenset(town for town in self.towns if town.startswith(key))

    def towns_of_street(self, street: int) -> frozenset[str]:
        """Return postcode, town, municipality and quarter of a street, also of its houses."""
        if (known := self._towns_of_street.get(street)) is not None:
            return known
        t = self.table
        own = (
            t.street_city[street], t.street_postcode[street], t.street_municipality[street],
            t.street_district[street],
        )  # fmt: skip
        houses = range(self._start[street], self._start[street + 1])
        of_houses = (rows[h] for rows in (t.house_city, t.house_postcode) for h in houses)
        towns = self._towns_of_street[street] = self._spellings((*own, *of_houses))
        return towns

    def towns_of_house(self, house: int) -> frozenset[str]:
        """Return postcode, town, municipality and quarter of a house."""
        t = self.table
        return self._spellings((
            t.house_city[house], t.house_postcode[house], t.house_district[house],
            t.street_municipality[t.house_street[house]],
        ))  # fmt: skip

    def towns_of_place(self, place: int) -> frozenset[str]:
        """Return municipality, quarter and postcodes of a place; a town lies in no quarter."""
        t = self.table
        name, municipality = int(t.place_name[place]), int(t.place_municipality[place])
        nowhere: set[int] = set()
        postcodes = self._postcodes_of.get(name) or self._postcodes_of.get(municipality, nowhere)
        quarter = 0 if name == municipality else int(t.place_district[place])
        return self._spellings((municipality, quarter, *postcodes))

    def _spellings(self, rows: Iterable[int]) -> frozenset[str]:
        return frozenset(self._spelled[row] for row in rows) - {""}

    def houses(self, street: int, number: int, letter: str | None) -> list[int]:
        """Return the houses of a street with a number and letter; any letter for None."""
        low, high = self._start[street], self._start[street + 1]
        at = bisect_left(self._number, number, low, high)
        found = []
        while at < high and self._number[at] == number:
            if letter is None or self._letter[at] == letter:
                found.append(at)
            at += 1
        return found

    def houses_beginning(self, street: int, number: int, letter: str) -> list[int]:
        """Return the houses of a street whose number begins so, the number itself first."""
        if letter:
            return self.houses(street, number, letter)
        begun = str(number)
        rows = range(self._start[street], self._start[street + 1])
        found = [row for row in rows if str(self._number[row]).startswith(begun)]
        return sorted(found, key=lambda row: (len(str(self._number[row])), row))

    def nearest_houses(self, street: int, number: int, count: int) -> list[int]:
        """Return the houses of a street with the numbers nearest to one."""
        rows = range(self._start[street], self._start[street + 1])
        return sorted(rows, key=lambda row: (abs(self._number[row] - number), row))[:count]

    def between(
        self, street: int, number: int, *, most_numbers: int, most_m: float
    ) -> tuple[int, tuple[float, float]] | None:
        """
        Return a place between the neighbours on the number's side of the street, and the lower one.

        None where one is missing, or they are too far apart in numbers or in metres.
        """
        rows = range(self._start[street], self._start[street + 1])
        side = [row for row in rows if self._number[row] % 2 == number % 2]
        lower = [row for row in side if self._number[row] < number]
        higher = [row for row in side if self._number[row] > number]
        if not lower or not higher:
            return None
        a, b = lower[-1], higher[0]
        span = self._number[b] - self._number[a]
        start, end = self.table.house_lonlat[a], self.table.house_lonlat[b]
        step = (end - start) * [np.cos(np.radians(start[1])), 1.0] * _M_PER_DEGREE
        if span > most_numbers or np.hypot(*step) > most_m:
            return None
        lon, lat = start + (end - start) * ((number - self._number[a]) / span)
        return a, (float(lon), float(lat))
