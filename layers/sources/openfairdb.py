"""
Reads OpenFairDB, the database of Karte von morgen: search answers, entries, and the CSV export.

A search answer has no addresses; entries have. Missing and null are the same. Types are told by id,
everything else by free hashtags, which `layers.sources.kinds` weighs. The names of the same thing
differ between JSON and CSV (`email`, `contact_email`), and the field for links is called `custom`
when read and `links` when written; all are understood.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.sources.bounded import parse_json
from layers.sources.csv_rows import decode, read_lines, split_lines
from layers.sources.json_fields import kept, lonlat_at, text_at
from layers.sources.numbers import date_of_unix
from layers.sources.record import Fault, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading

SOURCE = "openfairdb"
LICENCE = "ODbL-1.0"  # of the database; entries may state their own
ATTRIBUTION = "OpenFairDB (Karte von morgen) and its contributors"
# Order of the columns of the export
CSV_COLUMNS = (
    "id", "created_at", "created_by", "version", "title", "description", "lat", "lng", "street",
    "zip", "city", "country", "state", "homepage", "contact_name", "contact_email",
    "contact_phone", "opening_hours", "founded_on", "categories", "tags", "license", "image_url",
    "image_link_url", "avg_rating",
)  # fmt: skip
_GONE = {"archived", "rejected"}
_TEXTS = {
    "id": ("id",),
    "name": ("title",),
    "description": ("description",),
    "street": ("street",),
    "postcode": ("zip",),
    "city": ("city",),
    "country": ("country",),
    "contact_name": ("contact_name",),
    "email": ("email", "contact_email"),
    "phone": ("telephone", "contact_phone"),
    "website": ("homepage",),
    "opening_hours": ("opening_hours",),
    "opened_on": ("founded_on",),
    "licence": ("license",),
}
# Who created an entry is personal, and nothing depends on it
_KEPT = (
    "version", "status", "state", "ratings", "avg_rating", "image_url", "image_link_url", "custom",
    "links",
)  # fmt: skip


def read_openfairdb_json(data: bytes, options: ReadOptions) -> Reading:
    """
    Read a search answer, or an array of entries.

    What the answer lists as invisible lies outside the box that was asked; it is skipped. So is
    what is archived or rejected there.

    Raises
    ------
    SourceError
        If it is neither.
    """
    answer = parse_json(data)
    outside = 0
    if isinstance(answer, dict) and isinstance(answer.get("visible"), list):
        kind, entries = "openfairdb-search", answer["visible"]
        invisible = answer.get("invisible")
        outside = len(invisible) if isinstance(invisible, list) else 0
    elif isinstance(answer, list):
        kind, entries = "openfairdb-entries", answer
    else:
        raise SourceError(
            "`source` is neither a search answer of OpenFairDB nor an array of entries"
        )
    numbered = list(enumerate(entries, start=1))
    return _read(kind, numbered, options, outside=outside, counts_in="entry")


def read_openfairdb_csv(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the CSV export of 25 columns; more, fewer and another order do no harm.

    Raises
    ------
    SourceError
        If it is no text, or its header is another.
    """
    text, note = decode(data)
    lines = list(read_lines(split_lines(text), ","))
    header = [cell.strip() for cell in lines[0].cells] if lines else []
    if not {"id", "title", "lat", "lng"} <= set(header):
        raise SourceError("`source` is no export of OpenFairDB: it needs id, title, lat and lng")
    faults = [line.fault for line in lines if line.fault]
    entries: list[tuple[int, object]] = []
    for line in lines[1:]:
        if line.fault is None:
            cells = dict(zip(header, line.cells, strict=False))
            lists = {name: cells.get(name, "").split(",") for name in ("categories", "tags")}
            entries.append((line.number, {**cells, **lists}))
    notes = (note,) if note else ()
    return _read("openfairdb-csv", entries, options, counts_in="line", faults=faults, notes=notes)


def _read(
    kind: str,
    entries: list[tuple[int, object]],
    options: ReadOptions,
    *,
    counts_in: str,
    outside: int = 0,
    faults: list[Fault] | None = None,
    notes: tuple[str, ...] = (),
) -> Reading:
    if len(entries) > options.max_rows:
        raise SourceError(f"`source` has more than {options.max_rows:,} entries; split it")
    reader = RowReader(SOURCE, options, faults=list(faults or ()))
    skipped = Counter({"outside the box that was asked": outside}) if outside else Counter()
    rows = []
    for number, entry in entries:
        if not isinstance(entry, dict):
            reader.faults.append(Fault(number, shortened(entry), "is no entry"))
        elif (status := text_at(entry, "status")) in _GONE:
            skipped[f"{status} at the source"] += 1
        else:
            rows.append(_row(number, entry, reader))
    notes += reader.read(rows)
    return reader.reading(
        kind,
        len(entries) + outside + len(faults or ()),
        notes=notes,
        skipped=dict(skipped),
        counts_in=counts_in,
        licence=options.licence or LICENCE,
        attribution=options.attribution or ATTRIBUTION,
    )


def _row(number: int, entry: Mapping[str, Any], reader: RowReader) -> Row:
    lonlat, cells = lonlat_at(entry, ("lng",), ("lat",))
    cells |= {n: text_at(entry, *keys, lines=n == "description") for n, keys in _TEXTS.items()}
    tags = _words(entry.get("tags"))
    guess = reader.kinds.of_openfairdb(_words(entry.get("categories")), tags, cells["name"])
    raw = kept(entry, *_KEPT)
    more: dict[str, Any] = {}
    if (as_of := date_of_unix(_seconds(entry))) is not None:
        more["as_of"] = as_of
    return Row(
        number, cells, {**raw, "tags": list(tags)} if tags else raw, lonlat,
        text=cells["name"] or cells["id"], kinds=tags, guess=guess, more=more,
    )  # fmt: skip


def _words(value: object) -> tuple[str, ...]:
    """Return hashtags or ids in lower case, without empty ones and without `#`."""
    values = value if isinstance(value, list) else []
    words = (v.strip().lstrip("#").lower() for v in values if isinstance(v, str))
    return tuple(dict.fromkeys(filter(None, words)))


def _seconds(entry: Mapping[str, Any]) -> object:
    value = entry.get("created", entry.get("created_at"))
    return int(value) if isinstance(value, str) and value.isdigit() else value
