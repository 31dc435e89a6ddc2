"""Where an offer stands at its source, for people who want to see or correct it there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.offers import Offer

_OSM_KINDS = {"n": "node", "w": "way", "r": "relation"}
_OSM_ID = re.compile(r"[nwr]\d+")


def source_url(offer: Offer) -> str | None:
    """Return the page of an offer at its source, None where it has none."""
    if offer.source == "osm" and _OSM_ID.fullmatch(offer.source_id):
        kind, number = _OSM_KINDS[offer.source_id[0]], offer.source_id[1:]
        return f"https://www.openstreetmap.org/{kind}/{number}"
    return None


def edit_url(offer: Offer) -> str | None:
    """Return where an offer can be changed at its source, None where it has no such place."""
    if offer.source == "osm" and _OSM_ID.fullmatch(offer.source_id):
        kind, number = _OSM_KINDS[offer.source_id[0]], offer.source_id[1:]
        return f"https://www.openstreetmap.org/edit?{kind}={number}"
    return None


def add_url(lon: float, lat: float) -> str:
    """Return where an offer that is missing near a place can be added to OpenStreetMap."""
    return f"https://www.openstreetmap.org/edit#map=17/{lat:.5f}/{lon:.5f}"
