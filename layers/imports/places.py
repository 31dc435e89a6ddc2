"""
Places rows that have an address and no coordinates, by the addresses of the region's own extract.

Only an answer that is meant beyond doubt is taken. What may mean several places, and what is not
there as it is written, is put before a person with the nearest answers: nothing is guessed. Three
places are taken and marked as not the house itself: between two house numbers, the house 12 for a
12a that is not known, and the middle of a street where no number is told.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from layers.address_query import readings_of
from layers.geocode import MAX_CHARS, geocode, index_of
from layers.sources.record import Decision, shortened
from layers.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.address_query import Reading
    from layers.addresses import Addresses
    from layers.geocode import Answer, Geocoding
    from layers.sources.record import SourceRecord

PLACED_BY: Final = "placed_by"  # the fact that marks a place that is not the house itself
BETWEEN, BESIDE, STREET = "between_house_numbers", "same_number_other_letter", "middle_of_street"
_LISTED = 5
_MARKS: Final = {
    BETWEEN: "placed between its neighbours",
    BESIDE: "placed at the house of that number with another letter, or none",
    STREET: "placed in the middle of the street",
}
_ONE_HOUSE_DEGREES = 100 / 111_195
_LIKE = 80.0  # of 100, of a name of a town with a typo
_LANDMARKS = frozenset({"station", "halt", "townhall"})
_EVERY = 500  # rows between two reports of progress


@dataclass(frozen=True)
class Unplaced:
    """Why a row has no place: `reason`, and the `candidates` that may be meant."""

    reason: str
    candidates: tuple[str, ...] = ()


@dataclass
class Placing:
    """
    Records with the places that were found.

    `records` are all that came, in their order; `unplaced` says by `source_id` why one has none;
    `decisions` are the places that somebody should look at; `looked_up` counts addresses.
    """

    records: list[SourceRecord] = field(default_factory=list)
    unplaced: dict[str, Unplaced] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    looked_up: int = 0


@dataclass(frozen=True)
class _Found:
    lon: float
    lat: float
    label: str
    by: str = ""  # one of `_MARKS`, "" for the house or place itself


@dataclass(frozen=True, eq=False)
class _Within:
    """What `geocode` asks of a region."""

    addresses: Addresses


def place_records(
    records: Sequence[SourceRecord],
    addresses: Addresses | None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Placing:
    """
    Look up the addresses of records without coordinates.

    Parameters
    ----------
    records
        As a reader gave them.
    addresses
        Of the region; None where none are known.
    progress
        Called with the number of records that are done since the last time.
    """
    placing = Placing()
    known: dict[str, _Found | Unplaced] = {}
    for count, record in enumerate(records, start=1):
        placing.records.append(_placed(record, addresses, placing, known))
        if progress is not None and (count % _EVERY == 0 or count == len(records)):
            progress(count % _EVERY or _EVERY)
    return placing


def address_of(record: SourceRecord) -> str:
    """Return a record's address in one line, as it is looked up."""
    street = f"{record.street} {record.housenumber}".strip() or record.address
    town = f"{record.postcode} {record.city}".strip()
    parts = (street, town if town and town not in street else "")
    return ", ".join(filter(None, parts))


def _placed(
    record: SourceRecord,
    addresses: Addresses | None,
    placing: Placing,
    known: dict[str, _Found | Unplaced],
) -> SourceRecord:
    if record.is_placed:
        return record
    asked = address_of(record)
    if asked not in known:
        known[asked] = _look_up(record, asked, addresses)
    found = known[asked]
    placing.looked_up += bool(asked)
    if isinstance(found, Unplaced):
        placing.unplaced[record.source_id] = found
        return record
    facts = record.facts
    if found.by:
        facts = {**facts, PLACED_BY: found.by}
        placing.decisions.append(
            Decision(record.line, "place", shortened(asked), found.label, (), _MARKS[found.by])
        )
    return replace(record, lon=found.lon, lat=found.lat, facts=facts)


def _look_up(record: SourceRecord, asked: str, addresses: Addresses | None) -> _Found | Unplaced:
    if not asked:
        return Unplaced("has neither coordinates nor an address")
    if addresses is None:
        return Unplaced("has no coordinates, and no addresses of this region are known")
    if not (record.street or record.address):
        return Unplaced(f"only {shortened(asked, length=60)!r} is told, which is no address")
    if len(asked) > MAX_CHARS:
        return Unplaced(f"its address has {len(asked)} characters; at most {MAX_CHARS} are read")
    answer = geocode(_Within(addresses), asked)
    readings = readings_of(asked, index_of(addresses).towns)
    return _chosen(asked, answer, readings)


def _chosen(asked: str, found: Geocoding, readings: list[Reading]) -> _Found | Unplaced:
    shown = shortened(asked, length=60)
    if found.status == "found":
        best = found.answers[0]
        if best.kind == "place" and best.place_kind not in _LANDMARKS:
            return Unplaced(f"{shown!r} names a place as a whole, not where in it")
        by = STREET if best.kind == "street" else ""
        return _Found(best.lon, best.lat, best.label, by)
    labels = tuple(dict.fromkeys(map(_label, found.answers)))[:_LISTED]
    between = [a for a in found.answers if a.kind == "interpolated" and _fits(a, readings)]
    is_house = any(a.kind == "address" and a.match != "other_number" for a in found.answers)
    if len(between) == 1 and between[0] is found.answers[0] and not is_house:
        best = between[0]
        return _Found(best.lon, best.lat, best.label, BETWEEN)
    if found.status == "ambiguous" and _is_one_place(found.answers):
        best = found.answers[0]
        return _Found(best.lon, best.lat, best.label)
    beside = [a for a in found.answers if a.match == "other_number" and _is_beside(a, readings)]
    if beside and not between and not is_house and _is_one_place(beside):
        return _Found(beside[0].lon, beside[0].lat, beside[0].label, BESIDE)
    if len(between) > 1:
        labels = tuple(map(_label, between))[:_LISTED]
    if found.status == "ambiguous" and len(labels) == 1 and len(found.answers) > 1:
        return Unplaced(f"{shown!r} lies in several parts of the region; write a number", labels)
    if found.status == "ambiguous" or len(between) > 1:
        return Unplaced(f"{shown!r} may mean several places; say which", labels)
    if labels:
        return Unplaced(f"{shown!r} is not known so; near it are others", labels)
    return Unplaced(f"{shown!r} is not known in this region")


def _is_beside(answer: Answer, readings: list[Reading]) -> bool:
    """Tell whether a house has the number that was asked for, and another letter."""
    told = re.match(r"\d+", answer.housenumber)
    own = [r for r in readings if told and r.number == int(told[0])]
    return _fits(answer, own)


def _is_one_place(answers: Sequence[Answer]) -> bool:
    """Tell whether answers are one house that the extract has several times, side by side."""
    first = answers[0]
    shrink = math.cos(math.radians(first.lat))
    return all(
        a.kind == "address"
        and a.label == first.label
        and math.hypot((a.lon - first.lon) * shrink, a.lat - first.lat) <= _ONE_HOUSE_DEGREES
        for a in answers
    )


def _fits(answer: Answer, readings: list[Reading]) -> bool:
    """Tell whether some reading of the address contradicts an answer in nothing."""
    towns = [spell(t) for t in (answer.city, answer.municipality, answer.district) if t]
    street = spell(answer.street)
    return any(
        reading.has_number
        and fuzz.ratio(reading.street, street) >= _LIKE
        and (not reading.postcode or answer.postcode in ("", reading.postcode))
        and (not reading.town or any(fuzz.ratio(reading.town, t) >= _LIKE for t in towns))
        for reading in readings
    )


def _label(answer: Answer) -> str:
    inside = [p for p in (answer.municipality, answer.district) if p and p not in answer.label]
    where = ", ".join(dict.fromkeys(inside))
    return f"{answer.label} ({where})" if where else answer.label
