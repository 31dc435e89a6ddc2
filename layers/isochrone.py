"""
How far one gets from a place or an offer, and how far people come from to it, as areas.

People inside are counted over fixed cells (`geo.cells`), so that shifting a place by a house tells
nothing of the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.cells import Cells
from geo.errors import ParameterError
from geo.isochrone import Isochrone, StreetTimes, isochrones
from geo.network import MAX_LEG_M
from layers.nearby import snap_place
from layers.question import MAX_MINUTES, check_limit, check_mode
from layers.tabular import Tabular
from layers.tally import whole
from layers.timetable import TRANSIT, WALK, timetable_of, transit_of, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.network import Snapped
    from geo.transit.window import Window
    from layers.atlas import Atlas

DIRECTIONS = ("from", "to")
MAX_LIMITS = 12


@dataclass(frozen=True)
class ReachArea:
    """
    The area within a limit of a place.

    `shape` is a valid MultiPolygon in metres of the region's CRS; `residents` are those of the
    study area in tens, None where fewer than 25 or nobody is counted; `reaches_edge` tells that the
    area goes on beyond the data.
    """

    minutes: float
    shape: shapely.MultiPolygon
    residents: int | None
    reaches_edge: bool
    cell_m: float


class ReachAreas(list[ReachArea], Tabular, frames="isochrone"):
    """The areas of one question, in the order of its limits, with the region that they lie in."""

    def __init__(self, atlas: Atlas, areas: Iterable[ReachArea]) -> None:
        super().__init__(areas)
        self.atlas = atlas


def isochrone(
    atlas: Atlas,
    *,
    lon: float | None = None,
    lat: float | None = None,
    offer: str | None = None,
    mode: str = "walk",
    minutes: Sequence[float],
    direction: str | None = None,
    window: str | None = None,
) -> ReachAreas:
    """
    Draw what is within reach of a place, for several limits at once.

    Parameters
    ----------
    atlas
        The region.
    lon, lat
        The place, degrees.
    offer
        Id of an offer instead.
    mode
        A street mode of the region, or `transit`: where the median of the window is within the
        limit.
    minutes
        Limits, at most `MAX_LIMITS` of them.
    direction
        `from` the place outwards, or `to` it from around; by default from a place, and to an offer.
    window
        With `transit`, as for coverage: people leave for the place in it; `from` the place they
        arrive in it.

    Returns
    -------
    areas
        One per limit, in the order asked, each once.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.
    ParameterError
        If mode, direction or a limit are not allowed, or the place lies outside the data or far
        from any street.
    """
    leaving_in = None
    if mode == TRANSIT:
        leaving_in = window_of(timetable_of(atlas), window)
    elif window is not None:
        raise ParameterError(
            f"`window` goes with `mode` {TRANSIT} alone; leave it out", parameter="window"
        )
    else:
        check_mode(mode, tuple(atlas.networks))
    on_streets = WALK if mode == TRANSIT else mode
    limits = check_limits(minutes)
    if (lon is None or lat is None) == (offer is None):
        raise ParameterError("give `lon` and `lat`, or `offer`, not both", parameter="lon")
    chosen = direction or ("from" if offer is None else "to")
    if chosen not in DIRECTIONS:
        raise ParameterError(
            f"`direction` {chosen!r} is not known; use from or to", parameter="direction"
        )
    if offer is not None:
        place = _snapped_offer(atlas, offer, on_streets)
    else:
        place = snap_place(atlas, lon=lon or 0.0, lat=lat or 0.0, mode=on_streets)
    outward, known = chosen == "from", None
    if leaving_in is not None:
        (known,) = ridden_streets(atlas, [place], leaving_in, leaving=outward)
    areas = areas_of(atlas, place, limits, mode=on_streets, leaving=outward, known=known)
    return ReachAreas(atlas, areas)


def ridden_streets(
    atlas: Atlas, places: Sequence[Snapped], window: Window, *, leaving: bool
) -> list[StreetTimes]:
    """
    Find how long it takes by public transport between the streets and each place.

    Parameters
    ----------
    places
        k places on the streets for people on foot, each a lane of one pass.
    window
        When people leave for them; with `leaving` (from the places) when they arrive.

    Returns
    -------
    times
        k medians: at each street node, and in front of each stop.
    """
    used = transit_of(atlas)
    streets = used.along_streets
    found = streets.times(
        list(places), window=window, limits_s=[0.0] * len(places), homeward=leaving
    )
    nodes = len(used.walk.xy)
    spots = streets.demand.take(np.arange(nodes, len(streets.demand)))
    return [
        StreetTimes(median_s[:nodes], spots, median_s[nodes:])
        for median_s in found.median_s.astype(float)
    ]


def areas_of(
    atlas: Atlas,
    places: Snapped,
    minutes: Sequence[float],
    *,
    mode: str,
    leaving: bool,
    known: StreetTimes | None = None,
) -> list[ReachArea]:
    """Draw the areas within checked limits of the nearest of some snapped places."""
    limits_s = [limit * 60 for limit in minutes]
    drawn = isochrones(atlas.networks[mode], places, limits_s, leaving=leaving, known=known)
    return [_area(atlas, limit, iso) for limit, iso in zip(minutes, drawn, strict=True)]


def residents_inside(atlas: Atlas, shape: shapely.Geometry) -> int | None:
    """Count the people in a shape as they may be published; None where few or not counted."""
    if atlas.population.basis.unit != "residents":
        return None
    return whole(
        float(
            _cells(atlas).publish_inside([shape], smallest=atlas.population.smallest_published)[0]
        )
    )


def check_limits(minutes: Sequence[float]) -> list[float]:
    """
    Return the limits, each once, in the order given.

    Raises
    ------
    ParameterError
        If there are none or too many, or one is out of bounds.
    """
    limits = [check_limit("minutes", limit, MAX_MINUTES) for limit in dict.fromkeys(minutes)]
    if not 1 <= len(limits) <= MAX_LIMITS:
        raise ParameterError(
            f"`minutes` holds {len(limits)} limits; give 1 to {MAX_LIMITS}", parameter="minutes"
        )
    return limits


def _area(atlas: Atlas, minutes: float, iso: Isochrone) -> ReachArea:
    return ReachArea(
        minutes=minutes,
        shape=iso.shape,
        residents=residents_inside(atlas, iso.shape),
        reaches_edge=not shapely.covers(atlas.region.extent, iso.shape),
        cell_m=iso.cell_m,
    )


def _snapped_offer(atlas: Atlas, offer: str, mode: str) -> Snapped:
    place = atlas.supply[mode].take([atlas.offers.row(offer)])
    if not place.placed[0]:
        raise ParameterError(
            f"`offer` {offer!r} lies more than {MAX_LEG_M:g} m from any street for mode {mode!r}; "
            "choose another mode",
            parameter="offer",
        )
    return place


@lru_cache(maxsize=8)
def _cells(atlas: Atlas) -> Cells:
    return Cells.of(atlas.population.xy, atlas.people)
