"""
What is within reach of one place, by true travel time.

A place farther from every street than the network's longest access leg has nothing in reach by any
way that we know; that is an error with its reason, not an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import to_metric
from geo.errors import ParameterError
from geo.network import MAX_LEG_M
from layers.question import MAX_MINUTES, check_limit, check_mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Snapped
    from layers.atlas import Atlas

DEFAULT_MINUTES = 15.0


@dataclass(frozen=True)
class OfferInReach:
    """An offer by its row in `atlas.offers`, with the way there; both access legs included."""

    offer: int
    travel_s: float
    distance_m: float


def near(
    atlas: Atlas,
    *,
    lon: float,
    lat: float,
    mode: str = "walk",
    minutes: float = DEFAULT_MINUTES,
    categories: Sequence[str] = (),
) -> list[OfferInReach]:
    """
    List the offers within reach of a place, the nearest first.

    Parameters
    ----------
    atlas
        The region.
    lon, lat
        The place, degrees.
    mode
        A street mode of the region.
    minutes
        The limit of travel from the place to the offer.
    categories
        Ids of the taxonomy; all categories where it is empty.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If mode or limit are not allowed, or the place lies outside the data or far from any street.
    """
    check_mode(mode, tuple(atlas.networks))
    limit_s = check_limit("minutes", minutes, MAX_MINUTES) * 60
    rows = _rows(atlas, categories)
    place = snap_place(atlas, lon=lon, lat=lat, mode=mode)
    pairs = atlas.networks[mode].within(place, atlas.supply[mode].take(rows), limit_s)
    order = np.lexsort((rows[pairs.target], pairs.travel_s))
    return [
        OfferInReach(
            int(rows[pairs.target[i]]), float(pairs.travel_s[i]), float(pairs.distance_m[i])
        )
        for i in order
    ]


def snap_place(atlas: Atlas, *, lon: float, lat: float, mode: str) -> Snapped:
    """
    Put a place on the streets of a mode, shape (1,).

    Raises
    ------
    ParameterError
        If it lies outside the data or far from any street.
    """
    place = atlas.networks[mode].snap(_place(atlas, lon, lat))
    if not place.placed[0]:
        raise ParameterError(
            f"`lon`, `lat` lie more than {MAX_LEG_M:g} m from any street for mode {mode!r}; "
            "choose a place nearer to a street, or another mode",
            parameter="lon",
        )
    return place


def _rows(atlas: Atlas, categories: Sequence[str]) -> NDArray[np.int64]:
    if not categories:
        return np.arange(len(atlas.offers))
    found = [atlas.offers_of(atlas.taxonomy.category(c)) for c in categories]
    return np.unique(np.concatenate(found))


def _place(atlas: Atlas, lon: float, lat: float) -> NDArray[np.float64]:
    """Project a place that lies where the data is complete."""
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        xy = to_metric([lon], [lat], atlas.region.crs)
        if np.isfinite(xy).all() and shapely.intersects_xy(atlas.region.extent, xy)[0]:
            return xy
    raise ParameterError(
        f"`lon`, `lat` lie outside the data of {atlas.region.name}; lon comes first, in degrees",
        parameter="lon",
    )
