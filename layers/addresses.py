"""
Addresses, streets and places of an extract, as tables.

A street is the addresses and ways of one name in one municipality that hang together: two villages
of a municipality may have a main street each. A house number stands once in a street.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.crs import to_metric
from geo.osm_names import place_kind, read_addresses_and_places, read_street_names
from layers.spelling import spell
from layers.street_groups import group_streets

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.osm import Features, Streets
    from geo.region import Region

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float64]

MOST_IN_RANGE = 30  # "2-60" is a range of houses; "1-999" is something else
_APART_M = 300.0  # the same number farther away is another house
_TEXTS = "texts.json"
_SETTLEMENTS = ("city", "town", "village", "hamlet")
_PART = re.compile(r"(\d{1,4})\s*([a-zA-Z]?)(?![a-zA-Z\d])")
_RANGE = re.compile(r"\s*(\d{1,4})\s*[a-zA-Z]?\s*[-–]\s*(\d{1,4})\s*[a-zA-Z]?\s*")


@dataclass(frozen=True, eq=False)
class Addresses:
    """
    Three tables; texts are rows of `texts`, of which the first is "".

    Attributes
    ----------
    texts
        Every text once.
    street_name, street_city, street_postcode, street_municipality, street_district
        Shape (s,).
    street_lonlat
        Shape (s, 2): a place on the street, degrees.
    house_street
        Shape (h,), ascending: row of the street.
    house_number
        Shape (h,), ascending within a street.
    house_letter, house_text, house_city, house_postcode, house_district
        Shape (h,); `house_text` is the number as it is written ("12-14").
    house_lonlat
        Shape (h, 2), degrees.
    place_name, place_kind, place_municipality, place_district
        Shape (p,).
    place_lonlat
        Shape (p, 2), degrees.
    without_street
        How many addresses were left out because nothing tells their street or village.
    """

    texts: tuple[str, ...]
    street_name: Ints
    street_city: Ints
    street_postcode: Ints
    street_municipality: Ints
    street_district: Ints
    street_lonlat: Floats
    house_street: Ints
    house_number: Ints
    house_letter: Ints
    house_text: Ints
    house_city: Ints
    house_postcode: Ints
    house_district: Ints
    house_lonlat: Floats
    place_name: Ints
    place_kind: Ints
    place_municipality: Ints
    place_district: Ints
    place_lonlat: Floats
    without_street: int = 0

    def __repr__(self) -> str:
        return (
            f"<Addresses, {len(self.house_number)} houses in {len(self.street_name)} streets, "
            f"{len(self.place_name)} places>"
        )

    def save(self, folder: Path) -> None:
        """Write one `.npy` an array, and the texts as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        about = {"without_street": self.without_street, "texts": self.texts}
        text = json.dumps(about, ensure_ascii=False, indent=0)
        (folder / _TEXTS).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def none(cls) -> Addresses:
        """Return those of a region without an extract."""
        no_rows, no_places = np.zeros(0, np.int32), np.zeros((0, 2))
        arrays: dict[str, Any] = {
            name: no_places if name.endswith("_lonlat") else no_rows for name in _ARRAYS
        }
        return cls(texts=("",), **arrays)

    @classmethod
    def open(cls, folder: Path) -> Addresses:
        """Open by memory map what `save` wrote."""
        about = json.loads((folder / _TEXTS).read_text("utf-8"))
        arrays: dict[str, Any] = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
            for name in _ARRAYS
        }
        return cls(
            texts=tuple(about["texts"]), without_street=int(about["without_street"]), **arrays
        )


_ARRAYS = tuple(f.name for f in fields(Addresses) if f.name not in ("texts", "without_street"))


def read_addresses(region: Region, extract: Path, streets: Streets) -> Addresses:
    """
    Read the addresses, streets and places of a region's extract.

    Parameters
    ----------
    region
        Tells municipality and district of each place.
    streets
        Read from the same extract.
    """
    found = read_addresses_and_places(extract)
    names = read_street_names(extract)
    return _Maker(region).make(found, streets, names)


def house_numbers(text: str) -> list[tuple[int, str]]:
    """
    Return the numbers and letters that a house number stands for; empty where it has no digit.

    `12a` is one, `1,3,5` are three, `12-16` are 12, 14 and 16, `12-15` all from 12 to 15.
    """
    if found := _RANGE.fullmatch(text):
        first, last = int(found[1]), int(found[2])
        step = 1 if (last - first) % 2 else 2
        if 0 < last - first <= MOST_IN_RANGE:
            return [(number, "") for number in range(first, last + 1, step)]
    parts = [(int(number), letter.lower()) for number, letter in _PART.findall(text)]
    return list(dict.fromkeys(parts))


@dataclass
class _House:
    street: str
    number: int
    letter: str
    text: str
    city: str
    postcode: str
    row: int  # of the features


class _Maker:
    """Puts the tables together."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.finest = ["", *region.finest["name"]]  # one further on: row -1 is none
        self.municipalities = ["", *region.municipalities["name"]]
        self.municipality_of = np.r_[-1, region.municipality_of_finest]
        self.row_of_text: dict[str, int] = {"": 0}

    def make(self, found: Features, streets: Streets, names: dict[int, str]) -> Addresses:
        xy = to_metric(found.lon, found.lat, self.region.crs)
        district = self.region.locate(xy)
        houses, without_street = self._houses(found)
        rows = np.array([house.row for house in houses], np.int64)
        groups = group_streets(
            self.region,
            streets,
            names,
            house_name=[house.street for house in houses],
            house_xy=xy[rows].reshape(-1, 2),
            house_municipality=self.municipality_of[district[rows] + 1],
        )
        kept = _each_number_once(houses, groups.house_street, xy)
        of_street: list[list[_House]] = [[] for _ in groups.name]
        for k in kept:
            of_street[groups.house_street[k]].append(houses[k])
        towns = [
            self.municipalities[m + 1] or _most([h.city for h in of_street[s]])
            for s, m in enumerate(groups.municipality)
        ]
        villages = self._nearest_settlement(found, xy, groups.xy)
        cities = [
            _most([h.city for h in of]) or town or village
            for of, town, village in zip(of_street, towns, villages, strict=True)
        ]
        postcodes = [_most([h.postcode for h in of]) for of in of_street]
        street_at = self.region.locate(groups.xy)
        kept_rows = rows[kept]
        chosen = [(houses[k], groups.house_street[k]) for k in kept]
        return Addresses(
            street_name=self._texts(groups.name),
            street_city=self._texts(cities),
            street_postcode=self._texts(postcodes),
            street_municipality=self._texts(towns),
            street_district=self._texts([self.finest[d + 1] for d in street_at]),
            street_lonlat=groups.lonlat,
            house_street=groups.house_street[kept].astype(np.int32),
            house_number=np.array([h.number for h, _ in chosen], np.int32),
            house_letter=self._texts([h.letter for h, _ in chosen]),
            house_text=self._texts([h.text for h, _ in chosen]),
            house_city=self._texts([h.city or cities[s] for h, s in chosen]),
            house_postcode=self._texts([h.postcode or postcodes[s] for h, s in chosen]),
            house_district=self._texts([self.finest[d + 1] for d in district[kept_rows]]),
            house_lonlat=np.column_stack([found.lon[kept_rows], found.lat[kept_rows]]),
            **self._places(found, district),
            without_street=without_street,
            texts=tuple(self.row_of_text),
        )

    def _houses(self, found: Features) -> tuple[list[_House], int]:
        houses, without_street = [], 0
        # areas stand behind nodes, and of two the building is the better place
        for row in sorted(range(len(found.tags)), key=lambda i: found.area[i] is None):
            tags = found.tags[row]
            if "addr:housenumber" not in tags:
                continue
            street, city, postcode = (
                " ".join(tags.get(f"addr:{key}", "").split())
                for key in ("street", "city", "postcode")
            )
            village = tags.get("addr:place") or tags.get("addr:hamlet") or tags.get("addr:suburb")
            street = street or village or city
            numbers = house_numbers(tags["addr:housenumber"])
            if not spell(street) or not numbers:
                without_street += 1
                continue
            whole = " ".join(tags["addr:housenumber"].split())
            houses += [
                _House(street, number, letter, whole if len(numbers) > 1 else f"{number}{letter}",
                       city, postcode, row)
                for number, letter in numbers
            ]  # fmt: skip
        return houses, without_street

    def _places(self, found: Features, district: NDArray[np.int32]) -> dict[str, Any]:
        rows = [i for i, tags in enumerate(found.tags) if place_kind(tags)]
        names = [" ".join(found.tags[i]["name"].split()) for i in rows]
        kinds = [place_kind(found.tags[i]) for i in rows]
        lonlat = [(found.lon[i], found.lat[i]) for i in rows]
        at = [int(district[i]) for i in rows]
        first = list(
            {
                (spell(n), k, d): j
                for j, (n, k, d) in reversed(list(enumerate(zip(names, kinds, at, strict=True))))
            }.values()
        )
        order = sorted(first)
        municipality = [self.municipalities[self.municipality_of[at[j] + 1] + 1] for j in order]
        return {
            "place_name": self._texts([names[j] for j in order]),
            "place_kind": self._texts([kinds[j] for j in order]),
            "place_municipality": self._texts(municipality),
            "place_district": self._texts([self.finest[at[j] + 1] for j in order]),
            "place_lonlat": np.array([lonlat[j] for j in order], float).reshape(-1, 2),
        }

    def _nearest_settlement(self, found: Features, xy: Floats, at: Floats) -> list[str]:
        """Return the name of the settlement nearest to each point."""
        rows = [i for i, tags in enumerate(found.tags) if tags.get("place") in _SETTLEMENTS
                and place_kind(tags)]  # fmt: skip
        if not rows:
            return [""] * len(at)
        # loaded where it is needed: who only asks need not wait for it
        from scipy.spatial import cKDTree

        nearest = cKDTree(xy[rows]).query(at)[1]
        return [" ".join(found.tags[rows[k]]["name"].split()) for k in nearest]

    def _texts(self, texts: list[str]) -> Ints:
        rows = self.row_of_text
        return np.array([rows.setdefault(text, len(rows)) for text in texts], np.int32)


def _each_number_once(
    houses: list[_House], street: NDArray[np.int64], xy: Floats
) -> NDArray[np.int64]:
    """Return the rows of the houses to keep, by street, number and letter."""
    order = sorted(
        range(len(houses)),
        key=lambda k: (street[k], houses[k].number, houses[k].letter, k),
    )
    kept: list[int] = []
    for k in order:
        is_new = True
        for other in reversed(kept):
            same = (street[other], houses[other].number, houses[other].letter) == (
                street[k], houses[k].number, houses[k].letter,
            )  # fmt: skip
            if not same:
                break
            away_m = np.hypot(*(xy[houses[k].row] - xy[houses[other].row]))
            is_new = is_new and away_m > _APART_M
        if is_new:
            kept.append(k)
    return np.array(kept, np.int64)


def _most(texts: list[str]) -> str:
    """Return the most frequent text that is not empty, the first of several; "" for none."""
    counts = Counter(filter(None, texts))
    return max(counts, key=lambda text: (counts[text], text), default="")
