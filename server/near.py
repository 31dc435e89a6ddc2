"""What is within reach of a place, and whether it is open, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.opening import opening
from server import models as m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.atlas import Atlas
    from layers.nearby import OfferInReach
    from layers.offers import Offer
    from layers.when import When


def near_out(
    atlas: Atlas, question: m.NearIn, found: Sequence[OfferInReach], when: When | None = None
) -> m.NearOut:
    """Write what is within reach of a place, and whether it is open then."""
    offers = []
    for hit in found[: question.limit]:
        offer = atlas.offers[hit.offer]
        offers.append(
            m.OfferInReachOut(
                id=offer.id,
                name=offer.name,
                category=offer.categories[0],
                categories=list(offer.categories),
                lon=round(offer.lon, 7),
                lat=round(offer.lat, 7),
                travel_min=round(hit.travel_s / 60, 1),
                distance_m=round(hit.distance_m),
                address=offer.address,
                opening_hours=offer.opening_hours,
                **opening_fields(atlas, offer, when),
                website=offer.website,
                phone=offer.phone,
            )
        )
    return m.NearOut(
        origin=m.Place(lon=question.lon, lat=question.lat),
        mode=question.mode,
        minutes=question.minutes,
        offers=offers,
        total=len(found),
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def opening_fields(atlas: Atlas, offer: Offer, when: When | None) -> dict[str, Any]:
    """Write whether an offer is open as fields of an `OfferInReachOut`."""
    if when is None:
        return {"open": None, "open_reason": "", "next_change": None}
    then = opening(offer.opening_hours, when, atlas.region)
    return {"open": then.word, "open_reason": then.reason, "next_change": then.next_change}
