"""
Makes records of rows: cells by field, from a table, a GeoJSON or a GIS file alike.

All rows are placed together, because how their coordinates are meant shows in many of them. A value
that is not of its form is left out of the record and put before a person; a row without a name or
category, or that cannot be placed, is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from layers import osm_tags
from layers.notices import parse_notices
from layers.sources.columns import ColumnReader
from layers.sources.facts import fact_of, ids_of, parts_of, wheelchair_of
from layers.sources.kinds import KindReader
from layers.sources.numbers import date_of, degrees_of, number_of, pair_of
from layers.sources.places import Placed, place
from layers.sources.record import (
    Decision,
    Fault,
    Reading,
    SourceRecord,
    derived_id,
    distinct,
    shortened,
)
from layers.table import split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from layers.osm_tags import FactValue
    from layers.sources.bounded import ReadOptions
    from layers.sources.kinds import Guess
    from layers.sources.places import Pair

T = TypeVar("T")
_SHOWN = ("name", "address", "street", "city", "coordinates", "lon", "lat")  # of a faulty row
MAX_NAME = 500
MAX_TEXT = 2_000
MAX_DESCRIPTION = 20_000
_UNNAMED = ("n n", "nn", "-", "–", "?", "unbekannt", "keine", "k. a.", "k.a.")


@dataclass(slots=True)
class Row:
    """
    One row: `cells` are stripped texts by field, `raw` what no field takes.

    `lonlat` is set where the source itself says where it is, longitude first, and `reason` where it
    should and does not; `kinds` and `guess`
    where the reader itself has told what it is; `more` are further fields of the record.
    """

    line: int
    cells: dict[str, str]
    raw: dict[str, Any] = field(default_factory=dict)
    lonlat: Pair | None = None
    reason: str = ""
    text: str = ""
    kinds: tuple[str, ...] = ()
    guess: Guess | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class RowReader:
    """Makes records of rows; faults and decisions gather beside them."""

    source: str
    options: ReadOptions
    faults: list[Fault] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    records: list[SourceRecord] = field(default_factory=list)
    kinds: KindReader = field(init=False)
    _guesses: dict[str, tuple[tuple[str, ...], Guess]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = KindReader(self.options.taxonomy)
        self.facts = ColumnReader(self.options.taxonomy).facts
        self.resources = {r.id for r in self.options.taxonomy.resources}

    def read(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Make records of all rows, and return notes about them."""
        placed = self._place(rows)
        for row, lonlat, reason in zip(rows, placed.lonlat, placed.reason, strict=True):
            if (record := self._record(row, lonlat, reason)) is not None:
                self.records.append(record)
        self.records = distinct(self.records)
        self.faults.sort(key=lambda fault: fault.line)
        return placed.notes

    def reading(self, kind: str, rows: int, *, notes: tuple[str, ...], **about: Any) -> Reading:
        """Return what was read; `about` is what else the source says of itself."""
        options = self.options
        about["licence"] = about.get("licence") or options.licence
        about["attribution"] = about.get("attribution") or options.attribution
        about["as_of"] = about.get("as_of") or options.as_of
        return Reading(
            kind=kind,
            rows=rows,
            records=tuple(self.records),
            faults=tuple(self.faults),
            decisions=tuple(self.decisions),
            notes=notes,
            **about,
        )

    def fault(self, row: Row, reason: str) -> None:
        """Note why a row is not taken."""
        told = [row.cells[name] for name in _SHOWN if row.cells.get(name)]
        text = row.text or "; ".join(told or filter(None, row.cells.values()))
        self.faults.append(Fault(row.line, shortened(text), reason))

    def doubt(self, row: Row, topic: str, text: str, reason: str, *, taken: str = "",
              candidates: tuple[str, ...] = ()) -> None:  # fmt: skip
        """Note something that a person should look at; the row is taken."""
        self.decisions.append(Decision(row.line, topic, shortened(text), taken, candidates, reason))

    def _place(self, rows: Sequence[Row]) -> Placed:
        pairs: list[Pair | None] = []
        from_one_cell = False
        reasons = [""] * len(rows)
        for i, row in enumerate(rows):
            pair, reasons[i], one_cell = (row.lonlat, "", False)
            if pair is None:
                pair, reasons[i], one_cell = _pair(row.cells)
                reasons[i] = reasons[i] or (row.reason if pair is None else "")
            pairs.append(pair)
            from_one_cell |= one_cell
        placed = place(
            pairs,
            bounds=self.options.bounds,
            crs=self.options.crs,
            named_swapped=from_one_cell,
        )
        told = [mine or theirs for mine, theirs in zip(reasons, placed.reason, strict=True)]
        return Placed(placed.lonlat, told, placed.notes)

    def _record(self, row: Row, lonlat: Pair | None, reason: str) -> SourceRecord | None:
        cells = row.cells
        if too_long := _too_long(cells):
            self.fault(row, too_long)
            return None
        address = self._address(cells)
        if lonlat is None and not any(address):
            self.fault(row, reason or "has neither coordinates nor an address")
            return None
        name = cells.get("name", "")
        name = "" if name.casefold() in _UNNAMED else name
        kinds, categories = self._categories(row, name)
        if not name and not categories:
            self.fault(row, "has neither a name nor a category")
            return None
        if reason:  # placed by its address instead
            self.doubt(row, "place", f"{name}: {', '.join(filter(None, address))}", reason)
        lon, lat = lonlat or (None, None)
        read = partial(self._checked, row)
        record = SourceRecord(
            source=self.source,
            source_id=cells.get("id")
            or derived_id(name, *(address if any(address) else (lon, lat))),
            line=row.line,
            name=name,
            categories=categories,
            kinds=kinds,
            lon=lon,
            lat=lat,
            street=address[0],
            housenumber=address[1],
            postcode=address[2],
            city=address[3],
            country=cells.get("country", ""),
            contact_name=cells.get("contact_name", ""),
            phone=read("phone", _phone) or "",
            email=read("email", _email) or "",
            website=read("website", _website) or "",
            opening_hours=cells.get("opening_hours", ""),
            description=cells.get("description", ""),
            gives=self._resources(row, "gives"),
            needs=self._resources(row, "needs"),
            notices=self._notices(row),
            capacity=read("capacity", _not_negative),
            wheelchair=read("wheelchair", wheelchair_of) or "",
            facts=self._facts(row),
            opened_on=read("opened_on", date_of),
            closed_on=read("closed_on", _last_day),
            licence=cells.get("licence", ""),
            as_of=read("as_of", date_of),
            raw=row.raw,
        )
        return replace(record, **row.more) if row.more else record

    def _address(self, cells: Mapping[str, str]) -> tuple[str, str, str, str]:
        street, number, postcode, city = (
            split_address(cells["address"]) if cells.get("address") else ("", "", "", "")
        )
        if cells.get("place"):
            _, _, postcode, city = split_address(f", {cells['place']}")
        if cells.get("street"):
            street, own, _, _ = split_address(f"{cells['street']}, ")
            number = own or number
        number = cells.get("housenumber") or number
        return street, number, cells.get("postcode") or postcode, cells.get("city") or city

    def _categories(self, row: Row, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the words for what it is, and the categories they mean."""
        text = row.cells.get("category", "")
        if row.guess is not None:
            return row.kinds, self._taken(row, ", ".join(row.kinds) or name, row.guess)
        if text not in self._guesses:
            self._guesses[text] = self._guess(text)
        kinds, guess = self._guesses[text]
        if not kinds:
            if self.options.category:
                return (), (self.options.category,)
            told = self.kinds.of_name(name)
            reason = "no category is told" + ("; the name tells it" if told else "")
            self.doubt(row, "category", name, reason, taken=", ".join(told))
            return (), told
        return kinds, self._taken(row, text, guess)

    def _guess(self, text: str) -> tuple[tuple[str, ...], Guess]:
        """Return the words of a cell and what they mean: together, or else one by one."""
        kinds = parts_of(text)
        guess = self.kinds.of_words((text,))
        if not guess.is_sure and len(kinds) > 1:
            guess = self.kinds.of_words(kinds)
        return kinds, guess

    def _taken(self, row: Row, text: str, guess: Guess) -> tuple[str, ...]:
        """Return the categories that are taken; what is unsure is put before a person."""
        categories = guess.categories
        if not categories and self.options.category:
            categories = (self.options.category,)
        if not guess.is_sure:
            self.doubt(row, "category", text, guess.reason,
                       taken=", ".join(categories), candidates=guess.candidates)  # fmt: skip
        return categories

    def _checked(self, row: Row, name: str, read: Callable[[str], T | None]) -> T | None:
        """Read a cell; what is not of its form is left out and named."""
        if not (text := row.cells.get(name, "")):
            return None
        if (value := read(text)) is None:
            self.doubt(row, name, text, "is not of the form that is expected, and was left out")
        return value

    def _resources(self, row: Row, name: str) -> tuple[str, ...]:
        if not (text := row.cells.get(name, "")):
            return ()
        ids, unknown = ids_of(text, self.options.taxonomy.resources)
        for word in unknown:
            self.doubt(row, name, word, "is no resource that is known, and was left out")
        return ids

    def _notices(self, row: Row) -> tuple[Any, ...]:
        notices, faults = parse_notices(row.cells.get("notices", ""), self.resources)
        for fault in faults:
            self.doubt(row, "notices", row.cells["notices"], fault)
        return notices

    def _facts(self, row: Row) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for name in self.facts.keys() & row.cells.keys():
            if text := row.cells[name]:
                value, fault = fact_of(self.facts[name], text)
                if fault:
                    self.doubt(row, name, text, fault)
                if value is not None:
                    found[name] = value
        return found


def _pair(cells: Mapping[str, str]) -> tuple[Pair | None, str, bool]:
    """Return x and y of a row, why they cannot be read, and whether one cell held both."""
    one_cell = False
    texts = (cells.get("lon", ""), cells.get("lat", ""))
    if not any(texts):
        texts = (cells.get("x", ""), cells.get("y", ""))
    if not any(texts):
        if not (text := cells.get("coordinates", "")):
            return None, "", False
        if (parts := pair_of(text)) is None:
            return None, f"{shortened(text, length=40)!r} is no pair of coordinates", True
        # People write latitude first, WKT has longitude first
        texts, one_cell = (parts if text.upper().startswith("POINT") else parts[::-1]), True
    (x, axis_x), (y, axis_y) = map(degrees_of, texts)
    if x is None or y is None:
        bad = texts[0] if x is None else texts[1]
        what = f"{shortened(bad, length=40)!r} is no number" if bad else "one coordinate is missing"
        return None, what, one_cell
    if axis_x == "lat" or axis_y == "lon":
        x, y = y, x
    return (x, y), "", one_cell


def _too_long(cells: Mapping[str, str]) -> str:
    if max(map(len, cells.values()), default=0) <= MAX_NAME:
        return ""
    for name, text in cells.items():
        limit = {"name": MAX_NAME, "description": MAX_DESCRIPTION}.get(name, MAX_TEXT)
        if len(text) > limit:
            return f"{name} has {len(text):,} characters, at most {limit:,} are taken"
    return ""


def _phone(text: str) -> str | None:
    """Read by the rules of an extract's tags, as those that follow; None where it does not fit."""
    return osm_tags.phone_of({"phone": text}) or None


def _email(text: str) -> str | None:
    return osm_tags.email_of({"email": text}) or None


def _website(text: str) -> str | None:
    return osm_tags.website_of({"website": text}) or None


def _last_day(text: str) -> date | None:
    return date_of(text, latest=True)


def _not_negative(text: str) -> float | None:
    value = number_of(text)
    return value if value is not None and value >= 0 else None
