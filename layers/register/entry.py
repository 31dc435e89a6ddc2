"""
What the register holds: entries, and the claims they are made of.

An entry never holds a value of its own. It holds *claims*: what one source says of the offer, field
by field, since when and under which licence. A correction made by hand is a claim like any other,
of the source `hand`. Which claim's value holds for each field is told by `layers.register.resolve`.

Entries and claims do not change; a change makes a new entry, and the old one stays in the history.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = Any  # what JSON holds: text, number, boolean, a list, None for "has none" (by hand only)

HAND: Final = "hand"
INITIATIVE: Final = "initiative"  # says of its own entry what it is
SUGGESTION: Final = "suggestion"  # of anybody, once somebody accepted it
PEOPLE: Final = (HAND, INITIATIVE, SUGGESTION)  # they hold over lists, in this order
DRAFT, SUBMITTED, PUBLISHED, REJECTED, ARCHIVED = (
    "draft",
    "submitted",
    "published",
    "rejected",
    "archived",
)
STATUSES: Final = (DRAFT, SUBMITTED, PUBLISHED, REJECTED, ARCHIVED)
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    DRAFT: (SUBMITTED, PUBLISHED, ARCHIVED),
    SUBMITTED: (DRAFT, PUBLISHED, REJECTED),
    PUBLISHED: (SUBMITTED, ARCHIVED),
    REJECTED: (DRAFT, SUBMITTED, ARCHIVED),
    ARCHIVED: (DRAFT, SUBMITTED, PUBLISHED),
})  # fmt: skip

# The fields of a claim besides `fact:…`, which holds one fact of the category each
TEXT_FIELDS: Final = (
    "name",
    "address",
    "street",
    "housenumber",
    "postcode",
    "city",
    "country",
    "contact_name",
    "phone",
    "email",
    "website",
    "opening_hours",
    "description",
    "wheelchair",
)
LIST_FIELDS: Final = ("categories", "kinds", "gives", "needs")
NUMBER_FIELDS: Final = ("lon", "lat", "capacity")
DATE_FIELDS: Final = ("opened_on", "closed_on")
SHARED_FIELDS: Final = ("notices", "events", "aliases", "links")  # of all claims together
FIELDS: Final = (*TEXT_FIELDS, *LIST_FIELDS, *NUMBER_FIELDS, *DATE_FIELDS, *SHARED_FIELDS)
FACT: Final = "fact:"  # before the id of a fact

# What may tell of a person. Erasure takes them from entry, history and search alike.
PERSONAL_FIELDS: Final = ("contact_name", "phone", "email")
LINK_KINDS: Final = ("supplies", "uses_room_of", "member_of", "partner")


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where claims come from, in one region.

    Attributes
    ----------
    id
        Such as `osm`, `openfairdb`, `farm-shops-2026`; `hand` is what people enter here.
    title
        For people.
    licence
        SPDX id or name, "" where not known: then nothing of it leaves in a public export. It holds
        for records that state none of their own.
    attribution
        How the source wants to be named.
    has_public_contacts
        Whether phone and email of its records may be shown: the source publishes them itself. The
        name of a contact person is never shown.
    as_of
        Date of its data when it was last imported.
    categories
        What it can tell of in the region: within its date its silence of these is an answer.
    """

    id: str
    title: str = ""
    licence: str = ""
    attribution: str = ""
    has_public_contacts: bool = False
    as_of: date | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """
    What one source says of an offer.

    Attributes
    ----------
    source, source_id
        Who says it; for corrections by hand `hand` and the id of the entry they were made for.
    licence
        Of this claim, "" where not known.
    as_of
        The source's date when it first said this much; None where it tells none.
    values
        By field. A field that is not there is not told; None (by hand only) says "it has none".
    since
        The source's date for fields that it said, or changed, later than `as_of`.
    gone_on
        The source's date at which it no longer held the record, None while it does.
    has_public_contacts
        As in `Source`, when the claim was made.
    """

    source: str
    source_id: str
    licence: str = ""
    as_of: date | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    since: Mapping[str, date] = field(default_factory=dict)
    gone_on: date | None = None
    has_public_contacts: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the other claims of the entry."""
        return self.source, self.source_id

    def said_on(self, field_name: str) -> date | None:
        """Return the source's date at which it first said this value of a field."""
        return self.since.get(field_name, self.as_of)

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-friendly record without what is empty."""
        record: dict[str, Any] = {"source": self.source, "id": self.source_id}
        if self.licence:
            record["licence"] = self.licence
        if self.as_of is not None:
            record["as_of"] = self.as_of.isoformat()
        if self.since:
            record["since"] = {name: day.isoformat() for name, day in self.since.items()}
        if self.gone_on is not None:
            record["gone_on"] = self.gone_on.isoformat()
        if self.has_public_contacts:
            record["contacts"] = True
        record["values"] = dict(self.values)
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Claim:
        """Make a claim of what `to_record` gave."""
        return cls(
            record["source"],
            record["id"],
            record.get("licence", ""),
            _date(record.get("as_of")),
            record["values"],
            {name: date.fromisoformat(day) for name, day in record.get("since", {}).items()},
            _date(record.get("gone_on")),
            bool(record.get("contacts")),
        )


@dataclass(frozen=True, slots=True)
class Link:
    """From an entry to another one, read in that direction: "A supplies B"."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One offer as it stands, or stood, in the register.

    Attributes
    ----------
    id
        Stable.
    status
        One of `STATUSES`.
    claims
        What sources say, the entry's own source first; never empty.
    review_on
        When somebody should ask again, None where nobody planned it.
    aliases
        Ids of entries that were merged into it.
    links
        Set by hand; what sources say of links is the field `links` of their claims.
    merged_into
        The entry that stands for this one now, "" for none.
    is_removed
        A tombstone: out of everything but the history, whence it can be brought back.
    erased
        Fields that were erased for good; no import brings them back.
    rev
        The change that made it so; 0 before it is stored.
    proposals
        Claims of a reviewed import that wait: they count once somebody accepts them.
    """

    id: str
    status: str
    claims: tuple[Claim, ...]
    review_on: date | None = None
    aliases: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    merged_into: str = ""
    is_removed: bool = False
    erased: tuple[str, ...] = ()
    rev: int = 0
    proposals: tuple[Claim, ...] = ()

    @property
    def is_live(self) -> bool:
        """Tell whether it stands for itself: neither removed nor merged into another one."""
        return not (self.is_removed or self.merged_into)

    @property
    def is_public(self) -> bool:
        """Tell whether everybody may see it."""
        return self.is_live and self.status == PUBLISHED

    @property
    def is_gone(self) -> bool:
        """Tell whether every source that held it has dropped it, and nobody entered it by hand."""
        return all(claim.gone_on is not None for claim in self.claims)

    def claim(self, source: str, source_id: str) -> Claim | None:
        """Return the claim of a source's record, None where there is none."""
        return next((c for c in self.claims if c.key == (source, source_id)), None)

    def with_claim(self, claim: Claim) -> Entry:
        """Return the entry with a claim, in the place of the one with the same key."""
        if self.claim(*claim.key) is None:
            return replace(self, claims=(*self.claims, claim))
        claims = tuple(claim if c.key == claim.key else c for c in self.claims)
        return replace(self, claims=claims)

    def to_record(self) -> dict[str, Any]:
        """Return the state as a JSON-friendly record without id, rev and what is empty."""
        record: dict[str, Any] = {"status": self.status}
        if self.review_on is not None:
            record["review_on"] = self.review_on.isoformat()
        if self.aliases:
            record["aliases"] = list(self.aliases)
        if self.links:
            record["links"] = [[link.kind, link.target] for link in self.links]
        if self.merged_into:
            record["merged_into"] = self.merged_into
        if self.is_removed:
            record["removed"] = True
        if self.erased:
            record["erased"] = list(self.erased)
        record["claims"] = [claim.to_record() for claim in self.claims]
        if self.proposals:
            record["proposals"] = [claim.to_record() for claim in self.proposals]
        return record

    @classmethod
    def from_text(cls, entry_id: str, rev: int, text: str) -> Entry:
        """Make an entry of a record of `to_record`, written as JSON."""
        return cls.from_record(entry_id, rev, orjson.loads(text))

    @classmethod
    def from_record(cls, entry_id: str, rev: int, record: Mapping[str, Any]) -> Entry:
        """Make an entry of what `to_record` gave."""
        return cls(
            entry_id,
            record["status"],
            tuple(map(Claim.from_record, record["claims"])),
            _date(record.get("review_on")),
            tuple(record.get("aliases", ())),
            tuple(Link(kind, target) for kind, target in record.get("links", ())),
            record.get("merged_into", ""),
            bool(record.get("removed")),
            tuple(record.get("erased", ())),
            rev,
            tuple(map(Claim.from_record, record.get("proposals", ()))),
        )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
