"""
Places that a new offer could have.

Offers that could take it in (shared spaces, or the categories that are named), street corners
(crossings of at least three streets, one for each cell of a grid in which somebody lives), and
places that the asker gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from layers.given_places import check_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from layers.atlas import Atlas
    from layers.given_places import Place

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CORNERS, SPACES = "corners", "spaces"
SPACE_GIVES = {"room", "meeting_place"}  # resources that make an offer a shared space
GRID_M = 100.0
MOST_CORNERS = 500
_STREETS_AT_A_CORNER = 3
_ROWS = 2**21  # more rows of cells than any projected CRS has


class Candidates(NamedTuple):
    """
    Places that a new offer could have.

    `offer` is the row of the offer that would take it in, `given` the number of the place that the
    asker gave; both −1 for a street corner. `not_placed` counts those too far from any street;
    `grid_m` is the size of the cells of the corners, 0 without any.
    """

    xy: Floats
    offer: Ints
    given: Ints
    at: Snapped
    not_placed: int
    grid_m: float


def find_candidates(
    atlas: Atlas,
    mode: str,
    *,
    kinds: Sequence[str],
    without: Ints,
    places: Sequence[Place] = (),
) -> Candidates:
    """
    Find the places inside the study area that a new offer could have.

    Parameters
    ----------
    kinds
        `corners`, `spaces` or ids of categories.
    without
        Rows of offers that are supply already.
    places
        Given by the asker.

    Raises
    ------
    UnknownCategoryError
        If a kind is none of these.
    ParameterError
        If a place lies outside the region or too far from any street.
    """
    network = atlas.networks[mode]
    rows: set[int] = set()
    for kind in kinds:
        if kind == SPACES:
            for each in atlas.taxonomy.categories:
                if SPACE_GIVES & set(each.gives):
                    rows.update(atlas.offers_of(each).tolist())
        elif kind != CORNERS:
            rows.update(atlas.offers_of(atlas.taxonomy.category(kind)).tolist())
    offer = np.array(sorted(rows - set(without.tolist())), np.int64)
    offer = offer[atlas.region.locate(atlas.offer_xy[offer]) >= 0]
    corners, grid_m = _corners(atlas, network) if CORNERS in kinds else (np.zeros((0, 2)), 0.0)
    own = check_places(atlas, places, mode=mode)
    xy = np.vstack([atlas.offer_xy[offer], corners, own])
    at = network.snap(xy)
    use = np.flatnonzero(at.placed)
    row = np.concatenate([offer, np.full(len(corners) + len(own), -1)])
    given = np.concatenate([np.full(len(offer) + len(corners), -1), np.arange(len(own))])
    return Candidates(xy[use], row[use], given[use], at.take(use), len(xy) - len(use), grid_m)


def _corners(atlas: Atlas, network: Network) -> tuple[Floats, float]:
    """Thin crossings to one per cell with homes; cells grow until there are not too many."""
    streets = np.bincount(np.concatenate([network.a, network.b]), minlength=len(network.xy))
    xy = network.xy[streets >= _STREETS_AT_A_CORNER]
    xy = xy[shapely.contains_xy(atlas.region.boundary, xy)]
    homes = atlas.population.xy
    grid_m = GRID_M
    while len(lived_in := _shared_cells(homes, xy, grid_m)) > MOST_CORNERS:
        grid_m *= 1.25
    cell = _cell(xy, grid_m)
    use = np.flatnonzero(np.isin(cell, lived_in))
    off = ((xy[use] / grid_m % 1 - 0.5) ** 2).sum(axis=1)
    order = use[np.lexsort((off, cell[use]))]
    _, first = np.unique(cell[order], return_index=True)
    return xy[order[first]], grid_m


def _shared_cells(one: Floats, other: Floats, grid_m: float) -> Ints:
    """Return the cells of a grid that hold points of both; marked on a plan, not sorted."""
    if not len(one) or not len(other):
        return np.zeros(0, np.int64)
    both = [np.floor(xy / grid_m).astype(np.int64) for xy in (one, other)]
    low = np.minimum(both[0].min(axis=0), both[1].min(axis=0))
    high = np.maximum(both[0].max(axis=0), both[1].max(axis=0))
    plans = np.zeros((2, *(high - low + 1)), bool)
    for plan, place in zip(plans, both, strict=True):
        plan[tuple((place - low).T)] = True
    column, row = np.nonzero(plans[0] & plans[1])
    cells: Ints = (column + low[0]) * _ROWS + row + low[1]
    return cells


def _cell(xy: Floats, grid_m: float) -> Ints:
    """Return one number for each cell of a grid."""
    column, row = np.floor(xy / grid_m).astype(np.int64).T
    number: Ints = column * _ROWS + row
    return number
