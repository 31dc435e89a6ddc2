"""
Reads a region's own offers from a plain CSV table.

UTF-8 with or without a byte order mark, columns separated by `,` or `;` (told by the header), one
offer a row. Where a cell holds several values, `;` or `,` stands between them and the cell in
quotation marks. Every column that is the id of a fact of the taxonomy is that fact. All faults of a
file are found in one pass and raised together, each with its line.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers import osm_tags
from layers.errors import TableError, nearest_names
from layers.notices import parse_notices
from layers.offers import OFFER_ID, Offer

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from layers.osm_tags import FactValue
    from layers.taxonomy import Taxonomy
    from layers.vocabulary import Fact

REQUIRED_COLUMNS = ("id", "name", "category", "lon", "lat")
OPTIONAL_COLUMNS = (
    "address", "opening_hours", "website", "phone", "email", "description", "gives", "needs",
    "notices", "capacity", "wheelchair",
)  # fmt: skip
SOURCE = "umk"
MAX_BYTES = 20_000_000
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_YES_NO = {"yes": True, "ja": True, "true": True, "no": False, "nein": False, "false": False}
_TOWN = re.compile(r"(\d{4,5})?\s*(.*)")
_STREET = re.compile(r"(.*?)\s+(\d+\s*[a-zA-Z]?(?:\s*[-/]\s*\d+\s*[a-zA-Z]?)?)")

Bounds = tuple[float, float, float, float]


def read_offer_table(
    path: Path, taxonomy: Taxonomy, *, as_of: date, source: str, licence: str, bounds: Bounds
) -> list[Offer]:
    """
    Read the offers of a table, in its order; their ids begin with `umk:`.

    Parameters
    ----------
    path
        The file.
    taxonomy
        Tells categories, resources and facts.
    as_of, source, licence
        What holds for every row.
    bounds
        West, south, east, north of the data in degrees; an offer outside is a fault.

    Raises
    ------
    TableError
        With all faults at once.
    """
    lines = _read_rows(path)
    reader = _RowReader(taxonomy, as_of=as_of, source=source, licence=licence, bounds=bounds)
    reader.check_header(next(lines, (1, []))[1])
    if reader.faults:
        raise TableError(path.name, reader.faults)
    offers = [reader.offer(line, cells) for line, cells in lines if any(map(str.strip, cells))]
    if reader.faults:
        raise TableError(path.name, reader.faults)
    return [offer for offer in offers if offer is not None]


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line's number and the cells of each row."""
    if path.stat().st_size > MAX_BYTES:
        raise TableError(path.name, [f"it is larger than {MAX_BYTES:,} bytes; split it"])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise TableError(path.name, [f"line {line}: not in UTF-8; save it so"]) from exc
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as exc:
        raise TableError(path.name, [f"line {line}: cannot be read ({exc})"]) from exc


@dataclass
class _RowReader:
    """Turns rows into offers; what is wrong is put into `faults`."""

    taxonomy: Taxonomy
    as_of: date
    source: str
    licence: str
    bounds: Bounds
    faults: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    line_of: dict[str, int] = field(default_factory=dict)
    _line: int = 1

    def __post_init__(self) -> None:
        self.categories = {c.id for c in self.taxonomy.categories}
        self.resources = {r.id for r in self.taxonomy.resources}
        self.facts = {f.id: f for c in self.taxonomy.categories for f in c.facts}

    def check_header(self, cells: list[str]) -> None:
        """Take the names of the columns; without them nothing else can be read."""
        self.columns = [cell.strip() for cell in cells]
        known = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *self.facts)
        for name in REQUIRED_COLUMNS:
            if name not in self.columns:
                self._fault(name, "the column is missing")
        for name in self.columns:
            if name not in known:
                near = " or ".join(nearest_names(name, known))
                hint = f"; is {near} meant?" if near else ""
                self._fault(name, f"is neither a column nor a fact{hint}")
        for name in {n for n in self.columns if self.columns.count(n) > 1}:
            self._fault(name, "the column stands twice")

    def offer(self, line: int, cells: list[str]) -> Offer | None:
        """Read a row; None where it is faulty."""
        self._line, before = line, len(self.faults)
        if len(cells) != len(self.columns):
            self._fault("", f"{len(cells)} cells, but the header has {len(self.columns)} columns")
            return None
        row = {name: " ".join(cell.split()) for name, cell in zip(self.columns, cells, strict=True)}
        lon, lat = self._place(row)
        offer_id = self._id(row["id"])
        notices, faults = parse_notices(row.get("notices", ""), self.resources)
        for fault in faults:
            self._fault("notices", fault)
        street, housenumber, postcode, city = split_address(row.get("address", ""))
        offer = Offer(
            id=offer_id,
            categories=self._ids(row, "category", self.categories, required=True),
            name=row["name"],
            lon=lon,
            lat=lat,
            street=street,
            housenumber=housenumber,
            postcode=postcode,
            city=city,
            website=self._checked(row, "website", osm_tags.website_of),
            phone=self._checked(row, "phone", osm_tags.phone_of),
            email=self._checked(row, "email", osm_tags.email_of),
            opening_hours=row.get("opening_hours", ""),
            wheelchair=self._checked(row, "wheelchair", osm_tags.wheelchair_of),
            capacity=self._capacity(row),
            facts=self._facts(row),
            description=row.get("description", ""),
            gives=self._ids(row, "gives", self.resources),
            needs=self._ids(row, "needs", self.resources),
            notices=notices,
            source=self.source,
            source_id=offer_id.removeprefix(f"{SOURCE}:"),
            licence=self.licence,
            as_of=self.as_of,
        )
        if not offer.name:
            self._fault("name", "is empty")
        return offer if len(self.faults) == before else None

    def _fault(self, column: str, what: str) -> None:
        self.faults.append(f"line {self._line}, {column}: {what}".replace(", :", ":"))

    def _id(self, text: str) -> str:
        if not OFFER_ID.fullmatch(text):
            self._fault("id", f"{text!r} is not letters, digits and : . _ - only")
        elif (first := self.line_of.setdefault(text, self._line)) != self._line:
            self._fault("id", f"{text!r} stands in line {first} already")
        return text if text.startswith(f"{SOURCE}:") else f"{SOURCE}:{text}"

    def _place(self, row: Mapping[str, str]) -> tuple[float, float]:
        lon, lat = (self._number(row, name) for name in ("lon", "lat"))
        if lon is None or lat is None:
            for name in ("lon", "lat"):
                if not row[name]:
                    self._fault(name, "is empty")
            return math.nan, math.nan
        if not self._is_inside(lon, lat):
            swapped = "; lon and lat are swapped" if self._is_inside(lat, lon) else ""
            self._fault("lon, lat", f"{lon:g}, {lat:g} lies outside the region's data{swapped}")
        return lon, lat

    def _is_inside(self, lon: float, lat: float) -> bool:
        west, south, east, north = self.bounds
        return west <= lon <= east and south <= lat <= north

    def _number(self, row: Mapping[str, str], name: str) -> float | None:
        """Read a number, with a decimal point or comma; None where it is empty or faulty."""
        text = row.get(name, "")
        if text and not _NUMBER.fullmatch(text):
            self._fault(name, f"{text!r} is no plain number such as 13.25")
            return None
        return float(text.replace(",", ".")) if text else None

    def _capacity(self, row: Mapping[str, str]) -> float | None:
        value = self._number(row, "capacity")
        if value is not None and value < 0:
            self._fault("capacity", f"{value:g} is below 0")
        return value

    def _ids(
        self, row: Mapping[str, str], name: str, known: Container[str], *, required: bool = False
    ) -> tuple[str, ...]:
        ids = _parts(row.get(name, ""))
        if required and not ids:
            self._fault(name, "is empty")
        for id_ in ids:
            if id_ not in known:
                self._fault(name, f"{id_!r} is not known")
        return ids

    def _checked(self, row: Mapping[str, str], name: str, read: object) -> str:
        """Read a text by the rules of the extract's tags; one that does not fit is a fault."""
        text = row.get(name, "")
        value = str(read({name: text})) if callable(read) else ""
        if text and not value:
            self._fault(name, f"{text!r} is not of the form that is expected")
        return value

    def _facts(self, row: Mapping[str, str]) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for name, fact in self.facts.items():
            if text := row.get(name, ""):
                value = self._fact(fact, text, row)
                if value is not None:
                    found[name] = value
        return found

    def _fact(self, fact: Fact, text: str, row: Mapping[str, str]) -> FactValue | None:
        if fact.type == "boolean":
            if text.lower() not in _YES_NO:
                self._fault(fact.id, f"{text!r} is neither yes nor no")
            return _YES_NO.get(text.lower())
        if fact.type == "number":
            return self._number(row, fact.id)
        if not fact.choices:
            return text
        chosen = self._ids(row, fact.id, {choice.id for choice in fact.choices})
        if fact.type == "choice" and len(chosen) > 1:
            self._fault(fact.id, f"{text!r} is more than one choice")
        return chosen if fact.type == "choices" else chosen[0]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (p.strip() for p in re.split("[;,]", text)))))


def split_address(text: str) -> tuple[str, str, str, str]:
    """Split "street number, postcode town"; what does not fit is the street."""
    street, comma, town = text.rpartition(",")
    if not comma:
        street, town = text, ""
    postcode, city = _match(_TOWN, town.strip())
    if (match := _STREET.fullmatch(street.strip())) is not None:
        return match[1], match[2], postcode, city
    return street.strip(), "", postcode, city


def _match(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.fullmatch(text)
    return (match[1] or "", match[2]) if match else ("", text)
