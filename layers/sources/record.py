"""
What a source says: one record an offer, and one reading a file.

A reader is a pure function from bytes to a `Reading`. It decides nothing: it does not compare with
what is known, geocodes no address and drops no row. Each row that came is either a record or a
fault, and what a reader is unsure of is a decision for a person:

    rows = records + faults + skipped
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.notices import Notice
    from layers.osm_tags import FactValue

# How one offer may be linked to another, always read from the first to the second
LINK_KINDS = ("supplies", "uses_room_of", "member_of", "partner")
NOT_CONTENT = ("line", "as_of", "raw")  # what may differ between two readings of the same thing
_DECIMALS_OF_ID = 4  # about 10 m: a pin moved a little is still the same thing


@dataclass(frozen=True, slots=True)
class RecordLink:
    """`kind` is one of `LINK_KINDS`, `target` the `source_id` of another record of the source."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """
    Something that takes place once, at an offer or by it.

    Attributes
    ----------
    uid
        Stable at the source; with `start` it names one date of a series.
    start, end
        With a time zone where the source tells one, else wall clock of the region; an all-day event
        has 00:00, and `end` is the midnight after its last day. `end` is None where not told.
    place
        Where, as written, "" where it is at the offer.
    """

    uid: str
    title: str
    start: datetime
    end: datetime | None = None
    all_day: bool = False
    place: str = ""
    website: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """
    One offer as one source tells it.

    Texts are as written, with runs of white space as one space (in `description` line ends stay);
    "" is not told. Nothing is escaped: markup in a name is text.

    Attributes
    ----------
    source
        The kind of source, such as `openfairdb`; the importer may name it better.
    source_id
        Stable over readings of a file that grows: the source's own id, or, where it has none, one
        made by `derived_id` of name and place.
    line
        Where it stands, counted in `Reading.counts_in` from 1; 0 for a file of one.
    name
        "" where it has none.
    categories, kinds
        Ids of the taxonomy, the primary one first, and the source's own words they were told by.
        Without a category the record waits for a decision.
    lon, lat
        Degrees, both or none; None where an address must be looked up.
    address
        In one line as written, where it could not be taken apart into the parts that follow.
    contact_name, phone, email
        Personal data: not for public exports unless the licence and the person allow it.
    website
        http or https, "" else.
    opening_hours
        In the syntax of OpenStreetMap where the source uses it; not checked.
    gives, needs, notices, facts, capacity, wheelchair
        As in `layers.offers.Offer`.
    opened_on, closed_on
        When it existed: its first day, and the first day on which it was gone.
    links, events
        To other records of the source; dated.
    licence
        Of this record where the source says it by record, "" where that of the reading holds.
    as_of
        When the source last looked at it; None where that of the reading holds.
    raw
        What the source said besides, by its own names: JSON values.
    """

    source: str
    source_id: str
    line: int
    name: str
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    street: str = ""
    housenumber: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    opening_hours: str = ""
    description: str = ""
    gives: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    capacity: float | None = None
    wheelchair: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    opened_on: date | None = None
    closed_on: date | None = None
    links: tuple[RecordLink, ...] = ()
    events: tuple[RecordEvent, ...] = ()
    licence: str = ""
    as_of: date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_placed(self) -> bool:
        """Tell whether it has coordinates."""
        return self.lon is not None and self.lat is not None

    @property
    def has_address(self) -> bool:
        """Tell whether there is anything to look up."""
        return bool(self.address or self.street or self.postcode or self.city)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-friendly dictionary without what is empty."""
        told = {k: v for k, v in asdict(self).items() if v not in ("", None, (), {})}
        return json.loads(json.dumps(told, default=_plain))  # type: ignore[no-any-return]

    @property
    def digest(self) -> str:
        """
        A fingerprint of what it says.

        Equal for two readings of the same thing: where it stands in the file, when that was read
        and what the source said besides are not part of it.
        """
        told = {k: v for k, v in self.to_dict().items() if k not in NOT_CONTENT}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A row that could not be taken.

    `line` counts as in the reading, 0 where the whole file is meant; `text` is what stands there,
    shortened; `reason` says what is wrong and what would be right.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Something of a record that a person should decide; the record is taken all the same.

    `topic` is the field (`category`, `place`, `address`), `text` what the source says, `taken` what
    was taken for it ("" for nothing), `candidates` what it could be, the likeliest first.
    """

    line: int
    topic: str
    text: str
    taken: str = ""
    candidates: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Reading:
    """
    What a file said.

    Attributes
    ----------
    kind
        What the file was taken for, such as `openfairdb-search`.
    rows
        How many offers it lists. `rows = records + faults of a row + sum of skipped`; faults of
        line 0 are about the whole file and no row.
    counts_in
        What `line` counts: `line`, `row`, `feature`, `entry` or `event`.
    records, faults, decisions
        In the order of the file.
    skipped
        Rows that are no offers, by reason, such as a total at the end of a table.
    licence, attribution
        As the source says, "" where it does not: then the importer must be told.
    as_of
        The source's own date, None where it tells none.
    notes
        What was done to all rows: "lon and lat were swapped in all 12 rows".
    """

    kind: str
    rows: int
    records: tuple[SourceRecord, ...]
    faults: tuple[Fault, ...] = ()
    decisions: tuple[Decision, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    counts_in: str = "row"
    licence: str = ""
    attribution: str = ""
    as_of: date | None = None
    notes: tuple[str, ...] = ()

    @property
    def placed(self) -> int:
        """How many records have coordinates."""
        return sum(record.is_placed for record in self.records)

    @property
    def to_look_up(self) -> int:
        """How many records have an address and no coordinates."""
        return sum(not r.is_placed and r.has_address for r in self.records)


def derived_id(name: str, *place: str | float | None) -> str:
    """
    Make an id of what rarely changes, for sources that have none.

    Parameters
    ----------
    name
        Compared without case, accents' encoding and white space.
    place
        Texts compared the same way, and degrees rounded to about 10 m; None and "" are left out.

    Returns
    -------
    id
        `x` and 16 hexadecimal digits. Another name or place is another id; hours, contact and
        everything else may change.
    """
    parts = [_folded(name)]
    for part in place:
        if isinstance(part, float):
            parts.append(f"{part:.{_DECIMALS_OF_ID}f}")
        elif part is not None:
            parts.append(_folded(str(part)))
    text = "\x1f".join(filter(None, parts))
    return "x" + hashlib.sha256(text.encode()).hexdigest()[:16]


def distinct(records: Iterable[SourceRecord]) -> list[SourceRecord]:
    """
    Make ids that stand several times distinct: the second is `…-2`, the third `…-3`.

    Two rows of a list that say the same are both kept; whether they are one is not for a reader.
    """
    seen: Counter[str] = Counter()
    kept: list[SourceRecord] = []
    for record in records:
        seen[record.source_id] += 1
        count = seen[record.source_id]
        kept.append(
            record if count == 1 else replace(record, source_id=f"{record.source_id}-{count}")
        )
    return kept


def shortened(text: object, *, length: int = 120) -> str:
    """Return a text in one line, no longer than `length`, for a fault."""
    start = str(text)[: 10 * length]  # a text of megabytes is not looked through for its beginning
    line = re.sub(r"\s+", " ", start).strip()
    return line if len(line) <= length else line[: length - 1] + "…"


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON value")
