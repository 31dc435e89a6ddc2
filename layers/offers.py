"""
Offers: what there is, where, and what is known of it.

An offer may belong to several categories, the primary one first. Several objects of a source that
are one offer become one (`layers.duplicates`); what was merged is counted, and found again by its
old id. Offers are sorted by id, so that the same input gives the same table.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.once import cached_property
from layers import osm_tags
from layers.duplicates import find_duplicates
from layers.errors import UnknownOfferError
from layers.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from geo.osm import Features
    from layers.osm_tags import FactValue
    from layers.taxonomy import Taxonomy

OSM_LICENCE = "ODbL-1.0"
OFFER_ID = re.compile(r"[A-Za-z0-9:._-]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One offer.

    Attributes
    ----------
    id
        Stable: `osm:n123`, `osm:w45`, `osm:r6`.
    categories
        Ids, the primary one first, never empty.
    name
        "" where it has none; pages then show the category's label.
    lon, lat
        Degrees; a point inside an area.
    street, housenumber, postcode, city
        Parts of the address, "" where not known, as all texts that follow.
    website
        Always http or https.
    opening_hours
        In the syntax of OpenStreetMap, not checked.
    wheelchair
        `yes`, `limited`, `no` or "".
    capacity
        As stated, in the unit of the primary category; None where not stated.
    facts
        By fact id: texts, numbers, booleans, or ids of choices.
    gives, needs
        Ids of resources that it states itself; empty where what its categories say holds.
    notices
        What it gives or needs for a while, apart from that.
    opened_on, closed_on
        Its first day, and the first day on which it was gone; None where not known.
    source, source_id, licence
        Where it is from.
    as_of
        The date of the source's data.
    aliases
        Ids of what was merged into it.
    links
        Kind and id of the offer that each link leads to, such as `("supplies", "umk:depot")`.
    """

    id: str
    categories: tuple[str, ...]
    name: str
    lon: float
    lat: float
    street: str = ""
    housenumber: str = ""
    postcode: str = ""
    city: str = ""
    website: str = ""
    phone: str = ""
    email: str = ""
    opening_hours: str = ""
    wheelchair: str = ""
    capacity: float | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    description: str = ""
    gives: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    opened_on: date | None = None
    closed_on: date | None = None
    source: str = ""
    source_id: str = ""
    licence: str = ""
    as_of: date | None = None
    aliases: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The address in one line, "" where nothing is known."""
        street = f"{self.street} {self.housenumber}".strip() if self.street else ""
        city = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (street, city) if part)

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-friendly record without what is empty."""
        record = {k: v for k, v in asdict(self).items() if v not in ("", None, (), {})}
        record.update({k: record[k].isoformat() for k in _DATES if k in record})
        if self.notices:
            record["notices"] = [notice.to_record() for notice in self.notices]
        return {"name": self.name, **record}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Offer:
        """Make an offer from what `to_record` gave, through JSON or not."""
        values = {name: record[name] for name in _FIELDS if name in record}
        for name in ("categories", "aliases", "gives", "needs"):
            values[name] = tuple(values.get(name, ()))
        values["links"] = tuple((kind, target) for kind, target in values.get("links", ()))
        values["notices"] = tuple(map(Notice.from_record, values.get("notices", ())))
        facts = values.get("facts", {})
        values["facts"] = {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
        for name in _DATES:
            if values.get(name):
                values[name] = date.fromisoformat(values[name])
        return cls(**values)


_FIELDS = tuple(f.name for f in fields(Offer))
_DATES = ("opened_on", "closed_on", "as_of")


@dataclass(frozen=True)
class OfferCounts:
    """
    What became of the objects of a source.

    `objects` came in; `no_offer` belong to no category; `closed` had ended, or not begun, at the
    date of the data; `merged_areas` are nodes that an area stands for, `merged_elements` parts of
    one offer. `objects + from_table = offers + no_offer + closed + merged_areas + merged_elements`.
    `from_table` offers of a region's own table came besides.
    `bad_websites` counts offers whose web address is not one and was left out.
    """

    objects: int = 0
    no_offer: int = 0
    closed: int = 0
    merged_areas: int = 0
    merged_elements: int = 0
    bad_websites: int = 0
    from_table: int = 0


@dataclass(frozen=True, eq=False)
class Offers:
    """
    A table of offers, sorted by id.

    `lon` and `lat` are shape (n,) in degrees, in the order of `offers`.
    """

    offers: tuple[Offer, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    counts: OfferCounts = OfferCounts()

    @classmethod
    def of(cls, offers: Iterable[Offer], *, counts: OfferCounts | None = None) -> Offers:
        """Make a table; the order of the input does not matter."""
        ordered = tuple(sorted(offers, key=lambda offer: offer.id))
        lon = np.array([offer.lon for offer in ordered], float)
        lat = np.array([offer.lat for offer in ordered], float)
        return cls(ordered, lon, lat, counts or OfferCounts())

    def with_table(self, offers: Sequence[Offer]) -> Offers:
        """Return a table with further offers, whose ids must be new; they are counted."""
        counts = replace(self.counts, from_table=self.counts.from_table + len(offers))
        return Offers.of([*self.offers, *offers], counts=counts)

    def __len__(self) -> int:
        return len(self.offers)

    def __iter__(self) -> Iterator[Offer]:
        return iter(self.offers)

    def __getitem__(self, row: int) -> Offer:
        return self.offers[row]

    def of_category(self, category_id: str) -> NDArray[np.int64]:
        """Return the rows of a category's offers, ascending; empty where it has none."""
        return self._rows_by_category.get(category_id, np.zeros(0, np.int64))

    def row(self, offer_id: str) -> int:
        """
        Return the row of an offer, also by the id of something merged into it.

        Raises
        ------
        UnknownOfferError
            If there is none.
        """
        if (row := self._row_by_id.get(offer_id)) is None:
            raise UnknownOfferError(offer_id, self._row_by_id)
        return row

    def to_records(self) -> list[dict[str, Any]]:
        """Return JSON-friendly records in the order of the table."""
        return [offer.to_record() for offer in self.offers]

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]]) -> Offers:
        """Make a table from what `to_records` gave; the counts are not part of it."""
        return cls.of(Offer.from_record(record) for record in records)

    @cached_property
    def _rows_by_category(self) -> dict[str, NDArray[np.int64]]:
        rows: dict[str, list[int]] = {}
        for row, offer in enumerate(self.offers):
            for category in offer.categories:
                rows.setdefault(category, []).append(row)
        return {category: np.array(r, np.int64) for category, r in rows.items()}

    @cached_property
    def _row_by_id(self) -> dict[str, int]:
        aliases = {alias: row for row, offer in enumerate(self.offers) for alias in offer.aliases}
        return {**aliases, **{offer.id: row for row, offer in enumerate(self.offers)}}


def offers_from_osm(features: Features, taxonomy: Taxonomy, *, as_of: date) -> Offers:
    """
    Make offers of points and areas of interest.

    Parameters
    ----------
    features
        Read with the keys of `taxonomy.osm_keys()`; what is no offer is left out and counted.
    taxonomy
        Tells the categories.
    as_of
        Date of the data: what had ended by then, or had not begun, is no offer.

    Returns
    -------
    offers
        With `counts` of all that was left out or merged. Empty for no features.
    """
    ranked = [taxonomy.rank_osm(tags) for tags in features.tags]
    matching = [i for i, categories in enumerate(ranked) if categories]
    rows = np.array([i for i in matching if _exists(features.tags[i], as_of)], np.int64)
    groups = find_duplicates(
        [features.feature_id[i] for i in rows],
        [osm_tags.text_of(features.tags[i], "name") for i in rows],
        [ranked[i] for i in rows],
        [features.tags[i] for i in rows],
        features.lon[rows],
        features.lat[rows],
        features.area[rows],
        merge_m={c.id: c.merge_m for c in taxonomy.categories if c.merge_m},
    )
    members: dict[int, list[int]] = {}
    for row, kept in zip(rows, rows[groups.group], strict=True):
        members.setdefault(int(kept), []).append(int(row))
    reader = _OsmReader(features, taxonomy, ranked, as_of)
    offers = [reader.offer(kept, others) for kept, others in members.items()]
    counts = OfferCounts(
        objects=len(ranked),
        no_offer=len(ranked) - len(matching),
        closed=len(matching) - len(rows),
        merged_areas=groups.areas,
        merged_elements=groups.elements,
        bad_websites=reader.bad_websites,
    )
    return Offers.of(offers, counts=counts)


def _exists(tags: Mapping[str, str], as_of: date) -> bool:
    closed, opens = osm_tags.closed_on(tags), osm_tags.opens_on(tags)
    return (closed is None or closed > as_of) and (opens is None or opens <= as_of)


@dataclass
class _OsmReader:
    features: Features
    taxonomy: Taxonomy
    ranked: list[tuple[str, ...]]
    as_of: date
    bad_websites: int = 0

    def offer(self, kept: int, members: list[int]) -> Offer:
        """Make one offer of a row and those that are merged into it."""
        others = sorted((row for row in members if row != kept), key=self._id)
        tags: dict[str, str] = {}
        for row in reversed((kept, *others)):
            tags.update({k: v for k, v in self.features.tags[row].items() if v.strip()})
        website = osm_tags.website_of(tags)
        self.bad_websites += not website and bool(osm_tags.text_of(tags, *osm_tags.WEBSITE_KEYS))
        categories = self._categories(tags, [kept, *others])
        return Offer(
            id=self._id(kept),
            categories=categories,
            name=osm_tags.text_of(tags, "name"),
            lon=float(self.features.lon[kept]),
            lat=float(self.features.lat[kept]),
            street=osm_tags.text_of(tags, "addr:street", "addr:place"),
            housenumber=osm_tags.text_of(tags, "addr:housenumber"),
            postcode=osm_tags.text_of(tags, "addr:postcode"),
            city=osm_tags.text_of(tags, "addr:city"),
            website=website,
            phone=osm_tags.phone_of(tags),
            email=osm_tags.email_of(tags),
            opening_hours=osm_tags.text_of(tags, "opening_hours"),
            wheelchair=osm_tags.wheelchair_of(tags),
            capacity=osm_tags.number_of(tags.get("capacity", "")),
            facts=self._facts(tags, categories),
            description=osm_tags.text_of(tags, "description"),
            source="osm",
            source_id=self.features.feature_id[kept],
            licence=OSM_LICENCE,
            as_of=self.as_of,
            aliases=tuple(map(self._id, others)),
        )

    def _id(self, row: int) -> str:
        return f"osm:{self.features.feature_id[row]}"

    def _categories(self, tags: Mapping[str, str], rows: list[int]) -> tuple[str, ...]:
        # A tag of the kept object may hide a category that another one told
        told = [category for row in rows for category in self.ranked[row]]
        return tuple(dict.fromkeys((*self.taxonomy.rank_osm(tags), *told)))

    def _facts(self, tags: Mapping[str, str], categories: tuple[str, ...]) -> dict[str, FactValue]:
        facts = {f.id: f for id_ in categories for f in self.taxonomy.category(id_).facts}
        return osm_tags.facts_of(tags, facts.values(), self.taxonomy.rules)
