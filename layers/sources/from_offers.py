"""
Records of offers that are made already: those of an OpenStreetMap extract, and what was written.

OpenStreetMap's objects become offers in one place only, `layers.offers`; here they are told as any
other source tells its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.extract import extract_info
from geo.osm import Features, read_features
from layers import osm_tags
from layers.errors import SourceError
from layers.offers import OSM_LICENCE, Offer, offers_from_osm
from layers.sources.bounded import check_size
from layers.sources.places import is_inside
from layers.sources.record import Fault, Reading, SourceRecord, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from layers.offers import OfferCounts
    from layers.sources.bounded import ReadOptions
    from layers.sources.places import Pair

SOURCE = "osm"
ATTRIBUTION = "© OpenStreetMap contributors"
MAX_EXTRACT_BYTES = 2_000_000_000
_TOLD = ("name", "amenity", "shop", "craft", "office", "vending")  # of an object, in a fault
_WORDS = {"node": "n", "way": "w", "relation": "r"}


def record_of(offer: Offer, *, source: str = "", line: int = 0) -> SourceRecord:
    """Return an offer as a record; `source` is the offer's own unless given."""
    return SourceRecord(
        source=source or offer.source,
        source_id=offer.source_id or offer.id,
        line=line,
        name=offer.name,
        categories=offer.categories,
        lon=offer.lon,
        lat=offer.lat,
        street=offer.street,
        housenumber=offer.housenumber,
        postcode=offer.postcode,
        city=offer.city,
        phone=offer.phone,
        email=offer.email,
        website=offer.website,
        opening_hours=offer.opening_hours,
        description=offer.description,
        gives=offer.gives,
        needs=offer.needs,
        notices=offer.notices,
        capacity=offer.capacity,
        wheelchair=offer.wheelchair,
        facts=offer.facts,
        opened_on=getattr(offer, "opened_on", None),
        closed_on=getattr(offer, "closed_on", None),
        licence=offer.licence,
        as_of=offer.as_of,
        raw={"aliases": list(offer.aliases)} if offer.aliases else {},
    )


def read_extract(path: Path, options: ReadOptions) -> Reading:
    """
    Read the offers of an OpenStreetMap extract.

    Objects that are no offers, had ended, or are part of another one are counted as skipped.

    Raises
    ------
    ExtractError
        If it cannot be read.
    SourceError
        If it is too large, or neither it nor `options.as_of` says of when its data are.
    """
    check_size(path, max_bytes=max(options.max_bytes, MAX_EXTRACT_BYTES))
    as_of = options.as_of or extract_info(path).as_of
    if as_of is None:
        raise SourceError("`source` does not say of when its data are; give `as_of`")
    features = read_features(path, keys=options.taxonomy.osm_keys())
    offers = offers_from_osm(features, options.taxonomy, as_of=as_of)
    records = [record_of(offer, line=row) for row, offer in enumerate(offers, start=1)]
    inside = [r for r in records if options.bounds is None or _lies_in(r, options)]
    skipped = _skipped(offers.counts)
    if len(inside) < len(records):
        skipped["outside the region's data"] = len(records) - len(inside)
    return Reading(
        kind="osm-extract",
        rows=offers.counts.objects,
        records=tuple(inside),
        skipped=skipped,
        counts_in="object",
        licence=OSM_LICENCE,
        attribution=ATTRIBUTION,
        as_of=as_of,
    )


def read_osm_features(
    ids: Sequence[str],
    tags: Sequence[Mapping[str, str]],
    places: Sequence[Pair | None],
    reasons: Sequence[str],
    options: ReadOptions,
    *,
    as_of: date,
) -> Reading:
    """
    Read objects of OpenStreetMap that somebody put into a list, such as an export of Overpass.

    Parameters
    ----------
    ids
        `node/1`, `way/2`, or "" where the list has none.
    tags
        Their tags.
    places, reasons
        Longitude and latitude, or None and why.
    as_of
        Date of the data.

    Returns
    -------
    reading
        Somebody chose these, so each that is no offer is a fault with its tags, not only counted.
    """
    kept = [i for i, place in enumerate(places) if place is not None]
    faults = [
        Fault(i + 1, _told(tags[i]), reasons[i] or "has no coordinates")
        for i, place in enumerate(places)
        if place is None
    ]
    numbers = {_object_id(ids[i], i): i + 1 for i in kept}
    points = np.array([places[i] for i in kept], float).reshape(-1, 2)
    features = Features(
        feature_id=[_object_id(ids[i], i) for i in kept],
        tags=[dict(tags[i]) for i in kept],
        lon=points[:, 0],
        lat=points[:, 1],
        area=np.full(len(kept), None, object),
    )
    offers = offers_from_osm(features, options.taxonomy, as_of=as_of)
    records = [record_of(offer, line=numbers[offer.source_id]) for offer in offers]
    taken = {r.source_id for r in records} | {
        alias.removeprefix("osm:") for offer in offers for alias in offer.aliases
    }
    for id_, line in numbers.items():
        if id_ not in taken:
            told = tags[line - 1]
            closed = bool(options.taxonomy.rank_osm(told))
            reason = "had ended or not begun by then" if closed else (
                "is no category of the taxonomy"
            )  # fmt: skip
            faults.append(Fault(line, _told(told), reason))
    merged = offers.counts.merged_areas + offers.counts.merged_elements
    return Reading(
        kind="osm-geojson",
        rows=len(ids),
        records=tuple(sorted(records, key=lambda record: record.line)),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        skipped={"part of another offer": merged} if merged else {},
        counts_in="feature",
        licence=OSM_LICENCE,
        attribution=options.attribution or ATTRIBUTION,
        as_of=as_of,
    )


def _lies_in(record: SourceRecord, options: ReadOptions) -> bool:
    return (
        options.bounds is not None
        and record.lon is not None
        and record.lat is not None
        and is_inside((record.lon, record.lat), options.bounds)
    )


def _skipped(counts: OfferCounts) -> dict[str, int]:
    told = {
        "no category of the taxonomy": counts.no_offer,
        "had ended or not begun by then": counts.closed,
        "part of another offer": counts.merged_areas + counts.merged_elements,
    }
    return {reason: count for reason, count in told.items() if count}


def _object_id(text: str, row: int) -> str:
    """Return `n1` of `node/1`; a place in the list where there is none."""
    word, _, number = text.rpartition("/")
    letter = _WORDS.get(word.rpartition("/")[2])
    return f"{letter}{number}" if letter and number.isdigit() else f"x{row + 1}"


def _told(tags: Mapping[str, str]) -> str:
    told = [f"{key}={tags[key]}" for key in _TOLD if tags.get(key)]
    return shortened(", ".join(told) or osm_tags.text_of(tags, *tags))
