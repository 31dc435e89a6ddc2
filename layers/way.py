"""The way from a place to an offer, as a line from door to door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import to_metric
from geo.errors import ParameterError
from geo.way import way_between
from layers.nearby import snap_place
from layers.question import MAX_MINUTES, check_mode

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.offers import Offer


@dataclass(frozen=True)
class WayToOffer:
    """
    A way; both access legs are part of time, length and line.

    `line` is in metres of the region's CRS, from the place to the offer; `streets` are names, the
    one of most metres first.
    """

    offer: Offer
    travel_s: float
    distance_m: float
    line: shapely.LineString
    streets: list[str]


def way_to_offer(atlas: Atlas, offer_id: str, *, lon: float, lat: float, mode: str) -> WayToOffer:
    """
    Find the fastest way from a place to an offer.

    Parameters
    ----------
    atlas
        The region.
    offer_id
        Of the offer, or of something merged into it.
    lon, lat
        The place, degrees.
    mode
        A street mode of the region.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.
    ParameterError
        If the mode is not allowed, the place lies outside the data or far from any street, or no
        way of at most four hours leads there.
    """
    check_mode(mode, tuple(atlas.networks))
    row = atlas.offers.row(offer_id)
    network = atlas.networks[mode]
    here = snap_place(atlas, lon=lon, lat=lat, mode=mode)
    there = atlas.supply[mode].take([row])
    way = None
    if there.placed[0]:
        way = way_between(network, here, there, limit_s=MAX_MINUTES * 60)
    if way is None:
        raise ParameterError(
            f"`offer` {offer_id!r} is not reached for mode {mode!r} from there; try another",
            parameter="offer",
        )
    offer = atlas.offers[row]
    ends = to_metric([lon, offer.lon], [lat, offer.lat], atlas.region.crs)
    parts = [shapely.get_coordinates(part) for part in network.line_of(way.stretch).geoms]
    line = shapely.LineString(np.concatenate([ends[:1], *parts, ends[1:]]))
    return WayToOffer(offer, way.travel_s, way.distance_m, line, network.names_of(way.stretch))
