"""
Finds addresses, streets and places of a region by what people write, with typos.

Names are compared by optimal string alignment; the house number must be there exactly, its letter
too. Answers that fit equally well are listed, never guessed; what is near what was asked is said to
be so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

from geo.errors import ParameterError
from layers.address_index import AddressIndex, Candidate
from layers.address_query import Reading, readings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.addresses import Addresses

Kind = Literal["address", "interpolated", "street", "place"]
Match = Literal["exact", "typo", "prefix", "other_number", "street_only"]
Status = Literal["found", "ambiguous", "not_exact", "suggestions", "nothing"]

DEFAULT_LIMIT = 8
MAX_CHARS = 200
MAX_BETWEEN = 20  # house numbers between two neighbours, for a place between them
MAX_BETWEEN_M = 300.0
OFFERED_NUMBERS = 4
_TOWN_MISSES = 3  # differences that a contradicting town or postcode counts for
_SETTLEMENTS = frozenset({
    "city", "town", "village", "hamlet", "suburb", "borough", "quarter", "neighbourhood",
    "isolated_dwelling", "farm",
})  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One address, street or place; texts are "" where there is none."""

    kind: Kind
    match: Match
    quality: float
    lon: float
    lat: float
    municipality: str
    district: str
    street: str = ""
    housenumber: str = ""
    postcode: str = ""
    city: str = ""
    place: str = ""
    place_kind: str = ""

    @property
    def label(self) -> str:
        """One line as Germans write it: "Demminer Straße 12, 17034 Neubrandenburg"."""
        if self.kind == "place":
            inside = self.municipality if self.municipality != self.place else ""
            return ", ".join(filter(None, (self.place, inside)))
        town = self.city or self.municipality
        street = f"{self.street} {self.housenumber}".strip()
        return ", ".join(filter(None, (street, f"{self.postcode} {town}".strip())))


@dataclass(frozen=True)
class Geocoding:
    """Answers, the best first; `status` says what may be done with them."""

    status: Status
    answers: tuple[Answer, ...]


class HasAddresses(Protocol):
    """A region whose addresses are known, such as an Atlas."""

    @property
    def addresses(self) -> Addresses:
        """Its addresses."""


def geocode(
    atlas: HasAddresses, q: str, *, limit: int = DEFAULT_LIMIT, typing: bool = False
) -> Geocoding:
    """
    Find addresses, streets and places.

    Parameters
    ----------
    atlas
        The region.
    q
        Street, house number, postcode, town in any usual order; or the name of a place.
    limit
        At most so many answers.
    typing
        `q` is still being typed: its last word may be the beginning of one.

    Returns
    -------
    geocoding
        `found`: the first answer is meant; `ambiguous`: several are meant alike; `not_exact`: what
        was asked is not there, the answers are near it; `suggestions`; `nothing`.

    Raises
    ------
    ParameterError
        If `q` is empty or too long.
    """
    if not q.strip() or len(q) > MAX_CHARS:
        raise ParameterError(
            f"`q` has {len(q)} characters; write an address or a place in 1 to {MAX_CHARS}",
            parameter="q",
        )
    index = index_of(atlas.addresses)
    readings = readings_of(q, index.towns)
    if typing:
        return Geocoding("suggestions", tuple(_suggest(index, readings, limit)))
    return _answer(index, readings, limit)


@lru_cache(maxsize=8)
def index_of(addresses: Addresses) -> AddressIndex:
    """Return the index of a region's addresses; made when it is first asked."""
    return AddressIndex(addresses)


@dataclass(frozen=True)
class _Scored:
    """An answer and how far it is from what was asked; of equal ones the lower `misses` wins."""

    answer: Answer
    misses: float
    exact: bool  # whether it is what was asked, but for a typo


def _answer(index: AddressIndex, readings: list[Reading], limit: int) -> Geocoding:
    scored: list[_Scored] = []
    for reading in readings:
        for candidate in index.streets_like(reading.street):
            scored += _in_street(index, reading, candidate)
        if not reading.has_number:
            scored += _places(index, reading, index.places_like(reading.street))
    best = _best_of_each(scored) or _best_of_each(_named_in_part(index, readings))
    if not best:
        return Geocoding("nothing", ())
    if not best[0].exact or any(not s.exact and s.misses <= best[0].misses for s in best):
        # a name that is nearer but lacks the number may be meant as well
        near = [s.answer for s in sorted(best, key=lambda s: s.misses)]
        return Geocoding("not_exact", tuple(near[:limit]))
    alike = [s.answer for s in best if s.exact and s.misses == best[0].misses]
    return Geocoding("found" if len(alike) == 1 else "ambiguous", tuple(alike[:limit]))


def _named_in_part(index: AddressIndex, readings: list[Reading]) -> list[_Scored]:
    """Return streets that may be meant by the end of their names; none is what was asked."""
    return [
        replace(scored, exact=False)
        for reading in readings
        for street in index.streets_ending(reading.street)
        for scored in _in_street(index, reading, street)
    ]


def _best_of_each(scored: Iterable[_Scored]) -> list[_Scored]:
    """Return each place once, what was asked before what is near it, the nearest first."""
    found: dict[tuple[str, float, float], _Scored] = {}
    for s in scored:
        key = (s.answer.label, s.answer.lon, s.answer.lat)
        if key not in found or (not s.exact, s.misses) < (not found[key].exact, found[key].misses):
            found[key] = s
    return sorted(found.values(), key=lambda s: (not s.exact, s.misses))


def _in_street(index: AddressIndex, reading: Reading, street: Candidate) -> list[_Scored]:
    if not reading.has_number:
        wrong = _contradictions(index, reading, index.towns_of_street(street.row))
        answer = _street(index, reading, street, "exact")
        return [_Scored(answer, street.misses + wrong * _TOWN_MISSES, not wrong)]
    found = []
    for house in index.houses(street.row, reading.number, reading.letter):
        wrong = _contradictions(index, reading, index.towns_of_house(house))
        answer = _house(index, reading, street, house)
        found.append(_Scored(answer, street.misses + wrong * _TOWN_MISSES, not wrong))
    return found or _near_number(index, reading, street)


def _near_number(index: AddressIndex, reading: Reading, street: Candidate) -> list[_Scored]:
    """Answer where the street has no such number: between neighbours, others, the street."""
    wrong = _contradictions(index, reading, index.towns_of_street(street.row))
    misses = street.misses + wrong * _TOWN_MISSES + 1
    found = []
    between = index.between(
        street.row, reading.number, most_numbers=MAX_BETWEEN, most_m=MAX_BETWEEN_M
    )
    if between is not None and not index.houses(street.row, reading.number, None):
        house, lonlat = between
        number = f"{reading.number}{reading.letter}"
        answer = replace(
            _house(index, reading, street, house),
            kind="interpolated", housenumber=number, lon=lonlat[0], lat=lonlat[1],
        )  # fmt: skip
        found.append(_Scored(answer, misses, exact=False))
    others = index.nearest_houses(street.row, reading.number, OFFERED_NUMBERS)
    for k, house in enumerate(others, start=1):
        answer = replace(_house(index, reading, street, house), match="other_number")
        found.append(_Scored(answer, misses + k / 100, exact=False))
    if not others:
        found.append(_Scored(_street(index, reading, street, "street_only"), misses, exact=False))
    return found


def _contradictions(
    index: AddressIndex, reading: Reading, towns: frozenset[str], *, begun: bool = False
) -> int:
    """
    Count what was said of postcode and town and is not so here; the town may be only begun.

    Where no postcode is known none is contradicted.
    """
    postcodes = {town for town in towns if town.isdigit()}
    wrong = int(bool(reading.postcode and postcodes) and reading.postcode not in postcodes)
    if not reading.town:
        return wrong
    meant = index.towns_like(reading.town)
    if begun:
        meant |= index.towns_beginning(reading.town)
    return wrong + towns.isdisjoint(meant)


def _street(index: AddressIndex, reading: Reading, street: Candidate, match: Match) -> Answer:
    table, row = index.table, street.row
    lon, lat = table.street_lonlat[row].tolist()
    return Answer(
        kind="street",
        match="typo" if street.misses and match == "exact" else match,
        quality=_quality(reading, street),
        lon=lon,
        lat=lat,
        municipality=index.text(table.street_municipality[row]),
        district=index.text(table.street_district[row]),
        street=index.text(table.street_name[row]),
        postcode=index.text(table.street_postcode[row]),
        city=index.text(table.street_city[row]),
    )


def _house(index: AddressIndex, reading: Reading, street: Candidate, house: int) -> Answer:
    table = index.table
    lon, lat = table.house_lonlat[house].tolist()
    return replace(
        _street(index, reading, street, "exact"),
        kind="address",
        lon=lon,
        lat=lat,
        housenumber=index.text(table.house_text[house]),
        postcode=index.text(table.house_postcode[house]),
        city=index.text(table.house_city[house]),
        district=index.text(table.house_district[house]),
    )


def _places(
    index: AddressIndex, reading: Reading, candidates: Iterable[Candidate]
) -> list[_Scored]:
    table, found = index.table, []
    for place in candidates:
        lon, lat = table.place_lonlat[place.row].tolist()
        answer = Answer(
            kind="place",
            match="typo" if place.misses else "exact",
            quality=_quality(reading, place),
            lon=lon,
            lat=lat,
            municipality=index.text(table.place_municipality[place.row]),
            district=index.text(table.place_district[place.row]),
            place=index.text(table.place_name[place.row]),
            place_kind=index.text(table.place_kind[place.row]),
        )
        wrong = _contradictions(index, reading, index.towns_of_place(place.row))
        # "Neubrandenburg" is the town before it is its station
        landmark = 0.0 if answer.place_kind in _SETTLEMENTS else 0.5
        misses = place.misses + landmark + wrong * _TOWN_MISSES
        found.append(_Scored(answer, misses, not wrong))
    return found


def _quality(reading: Reading, candidate: Candidate) -> float:
    longest = max(len(reading.street), len(candidate.key), 1)
    return round(max(1 - candidate.misses / longest, 0.0), 2)


def _suggest(index: AddressIndex, readings: list[Reading], limit: int) -> list[Answer]:
    """Return what may be meant by what has been typed so far, the likeliest first."""
    exact: list[Answer] = []
    begun: list[Answer] = []
    for reading in readings:
        if reading.has_number:
            named = index.streets_like(reading.street) or index.streets_ending(reading.street)
            for street in named:
                houses = index.houses_beginning(street.row, reading.number, reading.letter)
                exact += [
                    _house(index, reading, street, house)
                    for house in houses
                    if not _contradictions(index, reading, index.towns_of_house(house), begun=True)
                ]
        else:
            begun += _begun(index, reading, limit)
    unique = {(a.label, a.lon, a.lat): a for a in reversed([*exact, *begun])}
    return list(reversed(unique.values()))[:limit]


def _begun(index: AddressIndex, reading: Reading, limit: int) -> list[Answer]:
    if reading.town or reading.postcode:
        complete = _answer(index, [reading], limit)
        return list(complete.answers) if complete.status in ("found", "ambiguous") else []
    found: list[Answer] = []
    for candidate in index.places_beginning(reading.street, limit):
        found += [replace(s.answer, match="prefix") for s in _places(index, reading, [candidate])]
    for candidate in index.streets_beginning(reading.street, limit):
        found.append(replace(_street(index, reading, candidate, "exact"), match="prefix"))
    return found
