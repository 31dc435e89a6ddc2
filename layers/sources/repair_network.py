"""
Reads the workshops of the network of repair initiatives (`/api/v1/workshops`).

Each has `id, name, city, postalCode, street, street2, coordinates{lat,lng}, landingPage, category,
nextEvent`. All are repair cafés unless their category says another kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.sources.bounded import parse_json
from layers.sources.json_fields import kept, lonlat_at, text_at
from layers.sources.kinds import Guess
from layers.sources.numbers import date_of
from layers.sources.record import Fault, RecordEvent, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading

SOURCE = "repair_network"
ATTRIBUTION = "Netzwerk Reparatur-Initiativen (reparatur-initiativen.de)"
CATEGORY = "repair_cafe"


def read_workshops(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the workshops; the next date of each is its event.

    Raises
    ------
    SourceError
        If it is no list of workshops.
    """
    answer = parse_json(data)
    entries = answer.get("workshops") if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        raise SourceError("`source` is no list of workshops of the repair network")
    reader = RowReader(SOURCE, options)
    rows = []
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict):
            rows.append(_row(number, entry, reader))
        else:
            reader.faults.append(Fault(number, shortened(entry), "is no workshop"))
    notes = reader.read(rows)
    return reader.reading(
        "repair-network",
        len(entries),
        notes=notes,
        counts_in="entry",
        attribution=options.attribution or ATTRIBUTION,
    )


def _row(number: int, entry: Mapping[str, Any], reader: RowReader) -> Row:
    place = entry.get("coordinates")
    lonlat, cells = lonlat_at(place if isinstance(place, Mapping) else {}, ("lng", "lon"), ("lat",))
    kind = entry.get("category")
    label = text_at(kind, "label") if isinstance(kind, Mapping) else text_at(entry, "category")
    cells |= {
        "id": text_at(entry, "id"),
        "name": text_at(entry, "name"),
        "street": text_at(entry, "street"),
        "postcode": text_at(entry, "postalCode"),
        "city": text_at(entry, "city"),
        "website": text_at(entry, "landingPage"),
    }
    guess = reader.kinds.of_words((label,)) if label else Guess()
    if not guess.categories or not guess.is_sure:
        guess = Guess((CATEGORY,))
    more: dict[str, Any] = {}
    if (day := date_of(text_at(entry, "nextEvent"))) is not None:
        start = datetime.combine(day, time(0))
        uid = f"{SOURCE}:{cells['id'] or cells['name']}"
        more["events"] = (RecordEvent(uid, cells["name"], start, all_day=True),)
    return Row(
        number, cells, kept(entry, "street2", "logoUrl"), lonlat, text=cells["name"],
        kinds=(label,) if label else (), guess=guess, more=more,
    )  # fmt: skip
