"""What is within reach of a place, whether it is open, and why something is not shown."""

from __future__ import annotations

import math
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geo.errors import ParameterError
from layers.dates import next_date, next_opening
from layers.nearby import look_around
from layers.notices import GIVES, NEEDS
from layers.opening import OPEN
from layers.partners import resources_of
from layers.timetable import TRANSIT
from layers.when import parse_when
from layers.wishes import Wishes
from server import near_models as m
from server.offer_source import source_url

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.nearby import Beyond, OfferInReach
    from layers.offers import Offer
    from layers.opening import Opening
    from layers.when import When


def answer_near(atlas: Atlas, question: m.NearIn) -> m.NearOut:
    """
    Answer what is within reach of a place.

    Raises
    ------
    UmkreisError
        If something is asked that cannot be.
    """
    when = None
    if question.open_at is not None:
        when = parse_when(question.open_at, atlas.region, parameter="open_at")
    around = look_around(
        atlas,
        lon=question.lon,
        lat=question.lat,
        mode=question.mode,
        minutes=question.minutes,
        speed_kmh=question.speed_kmh,
        wishes=wishes_of(question),
        when=when,
        states=question.states,
        leaving=leaving_at(atlas, question.leaving, when) if question.mode == TRANSIT else None,
    )
    return m.NearOut(
        origin=m.Place(lon=question.lon, lat=question.lat),
        mode=question.mode,
        minutes=question.minutes,
        at=when.text if when else None,
        offers=[
            offer_in_reach(atlas, hit, around.openings.get(hit.offer), when)
            for hit in around.hits[: question.limit]
        ],
        total=len(around.hits),
        beyond=_beyond(around.beyond),
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def leaving_at(atlas: Atlas, leaving: str | None, when: When | None = None) -> datetime:
    """
    Return when somebody leaves: as asked, else at the moment for which hours are told, else now.

    Raises
    ------
    ParameterError
        If it is no local time.
    """
    zone = ZoneInfo(atlas.region.timezone)
    if leaving is not None:
        when = parse_when(leaving, atlas.region, parameter="leaving")
        if when.moment is None:
            raise ParameterError(
                f"`leaving` {leaving[:60]!r} is no local time, such as 2026-11-28T10:00",
                parameter="leaving",
            )
    moment = None if when is None else when.moment
    if moment is None:
        return datetime.now(zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def wishes_of(question: m.PlaceIn) -> Wishes:
    """Return what is looked for, apart from where."""
    return Wishes(
        categories=question.categories,
        fields=question.fields,
        layers=question.layers,
        q=question.q,
        facts=question.facts,
        wheelchair=question.wheelchair,
    )


def offer_in_reach(
    atlas: Atlas, hit: OfferInReach, then: Opening | None, when: When | None
) -> m.OfferInReachOut:
    """Write an offer with the way there, and whether it is open."""
    return m.OfferInReachOut(
        **_fixed(atlas, hit.offer),
        travel_min=round(hit.travel_s / 60, 1),
        distance_m=None if math.isnan(hit.distance_m) else round(hit.distance_m),
        **opening_fields(atlas, atlas.offers[hit.offer], then, when),
    )


@lru_cache(maxsize=20_000)
def _fixed(atlas: Atlas, row: int) -> dict[str, Any]:
    """Write what is the same of an offer from wherever and whenever it is asked."""
    offer = atlas.offers[row]
    primary = atlas.taxonomy.category(offer.categories[0])
    return {
        "id": offer.id,
        "name": offer.name,
        "category": primary.id,
        "categories": list(offer.categories),
        "field": primary.field,
        "layer": primary.layer,
        "lon": round(offer.lon, 7),
        "lat": round(offer.lat, 7),
        "address": offer.address,
        "opening_hours": offer.opening_hours,
        "website": offer.website,
        "phone": offer.phone,
        "email": offer.email,
        "description": offer.description,
        "facts": dict(offer.facts),
        "gives": list(resources_of(atlas, offer, GIVES)),
        "needs": list(resources_of(atlas, offer, NEEDS)),
        "wheelchair": offer.wheelchair,
        "source": offer.source,
        "source_url": source_url(offer),
        "licence": offer.licence,
        "as_of": offer.as_of,
    }


def opening_fields(
    atlas: Atlas, offer: Offer, then: Opening | None, when: When | None
) -> dict[str, Any]:
    """Write whether an offer is open, until when, and when it is next."""
    fields: dict[str, Any] = dict.fromkeys(
        ("open", "next_change", "open_until", "next_opening", "next_date")
    )
    fields["open_reason"] = ""
    if when is None or then is None:
        return fields
    fields |= {"open": then.word, "open_reason": then.reason, "next_change": then.next_change}
    if when.moment is None:
        return fields
    if then.state == OPEN:
        fields["open_until"] = then.next_change
    else:
        fields["next_opening"] = next_opening(offer.opening_hours, atlas.region, when.moment)
    if (found := next_date(offer, atlas.region, when.moment)) is not None:
        told_by, span = found
        fields["next_date"] = m.NextDateOut.model_validate(
            {"from": told_by, "start": span.start, "end": span.end}
        )
    return fields


def _beyond(beyond: Beyond) -> m.BeyondOut:
    further = None
    if beyond.next_minutes is not None and beyond.further is not None:
        further = m.FurtherOut(minutes=beyond.next_minutes, offers=beyond.further)
    return m.BeyondOut(
        closed_then=beyond.closed_then,
        unknown_hours=beyond.unknown_hours,
        facts_unknown=beyond.facts_unknown,
        wheelchair_unknown=beyond.wheelchair_unknown,
        further=further,
        by_mode=dict(beyond.by_mode),
    )
