"""
How far each offer of a category carries: its reach, its filled radius, its ring.

- reach: the area from which people come within the limit;
- filled: the travel time at which the people inside use up its capacity, as if it were alone;
- ring: a straight line of 25, 50 and 100 km, for claims such as "regional product".

The third supply radius, in which all offers share all people, is `layers.balanced`. People in an
area are counted over fixed cells (`geo.cells`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.catchment import filled_s
from geo.errors import ParameterError
from layers.capacity import Capacities, capacities_of
from layers.errors import UnknownOfferError
from layers.isochrone import areas_of, residents_inside, ridden_streets
from layers.question import LINE, MAX_MINUTES, Question, ask, no_streets
from layers.tabular import Tabular
from layers.travel import travel_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.atlas import Atlas

REACH, FILLED, BALANCED, RING = "reach", "filled", "balanced", "ring"
KINDS = (REACH, FILLED, BALANCED, RING)
RINGS_KM = (25.0, 50.0, 100.0)
_AT_ONCE = 32  # offers whose street nodes are asked in one pass


@dataclass(frozen=True)
class OfferRadius:
    """
    An area around an offer.

    Attributes
    ----------
    offer
        Row in `atlas.offers`.
    minutes
        Travel time to its edge; None for a ring, and for a filled radius that is not used up or
        that would hold fewer than 25 people.
    ring_km
        Straight line of a ring, None otherwise.
    shape
        In metres of the region's CRS; None where there is none to show.
    residents
        People of the study area inside, in tens; None where few, not counted or without a shape.
    reaches_edge
        Whether the area goes on beyond the data, so that more people may live in it.
    is_placed
        Whether the offer is on the network of the mode; a ring needs none.
    used_up
        Whether the people of the data use up the capacity; None for other kinds.
    """

    offer: int
    minutes: float | None
    ring_km: float | None
    shape: shapely.Geometry | None
    residents: int | None
    reaches_edge: bool
    is_placed: bool = True
    used_up: bool | None = None


@dataclass(frozen=True, eq=False)
class RadiusReport(Tabular, frames="radius"):
    """The radii of all offers of a category, one each; three each as rings."""

    atlas: Atlas
    question: Question
    kind: str
    offers: NDArray[np.int64]
    capacities: Capacities | None
    radii: list[OfferRadius]


def reach_radii(
    atlas: Atlas,
    *,
    category: str,
    mode: str | None = None,
    minutes: float | None = None,
    offer: str | None = None,
    window: str | None = None,
) -> RadiusReport:
    """
    Draw from where people reach each offer within the limit, and count them.

    `offer` is the id of the only one to be drawn, `window` the departures of mode `transit`, whose
    median counts.

    Raises
    ------
    UnknownCategoryError, UnknownOfferError
        If there is no such category, or no such offer of it.
    ParameterError
        If mode or limit are not allowed.
    """
    question = street_question(atlas, category, mode, minutes, window, with_transit=True)
    rows = rows_of(atlas, question, offer)
    limits = np.full(len(rows), question.limit_s / 60)
    radii = _reached(atlas, question, rows, limits)
    return RadiusReport(atlas, question, REACH, rows, None, radii)


def filled_radii(
    atlas: Atlas,
    *,
    category: str,
    mode: str | None = None,
    capacity: Mapping[str, float] | None = None,
    demand: float | None = None,
    offer: str | None = None,
    window: str | None = None,
) -> RadiusReport:
    """
    Find how far each offer's capacity carries, each as if it were alone.

    Parameters
    ----------
    atlas
        The region.
    category
        Id of the taxonomy.
    mode
        A street mode or `transit`; else the category's own.
    capacity, demand
        As in `layers.capacity`.
    offer
        Id of the only one to be drawn.
    window
        Departures of mode `transit`.

    Raises
    ------
    UnknownCategoryError, UnknownOfferError
        If there is no such category, or no such offer of it.
    ParameterError
        If the mode is not allowed, capacities are missing or wrong, or nobody is counted.
    """
    question = street_question(atlas, category, mode, None, window, with_transit=True)
    wanted = rows_of(atlas, question, offer)
    rows, capacities, travel_s = limited_supply(atlas, question, wanted, capacity or {}, demand)
    people = capacities.amount / capacities.demand
    limit_s = np.array(
        [filled_s(travel_s[k], atlas.people, people[k]) for k in range(len(rows))], float
    )
    radii = _filled(atlas, question, rows, limit_s, people)
    return RadiusReport(atlas, question, FILLED, rows, capacities, radii)


def ring_radii(atlas: Atlas, *, category: str, offer: str | None = None) -> RadiusReport:
    """
    Draw straight-line rings of `RINGS_KM` around each offer; people inside the data are counted.

    `offer` is the id of the only one to be drawn.

    Raises
    ------
    UnknownCategoryError, UnknownOfferError
        If there is no such category, or no such offer of it.
    """
    question = ask(atlas, category=category, mode=LINE, metres=RINGS_KM[0] * 1000)
    rows = rows_of(atlas, question, offer)
    radii = []
    for row in rows.tolist():
        middle = shapely.Point(atlas.offer_xy[row])
        for km in RINGS_KM:
            shape = middle.buffer(km * 1000, quad_segs=32)
            edge = not shapely.covers(atlas.region.extent, shape)
            people = residents_inside(atlas, shape)
            radii.append(OfferRadius(row, None, km, shape, people, edge))
    return RadiusReport(atlas, question, RING, rows, None, radii)


def street_question(
    atlas: Atlas,
    category: str,
    mode: str | None,
    minutes: float | None,
    window: str | None = None,
    *,
    with_transit: bool = False,
) -> Question:
    """
    Check a question that needs streets, or with `with_transit` takes public transport as well.

    Raises
    ------
    ParameterError
        If the mode is `line`, or as `layers.question.ask` says.
    """
    if not atlas.networks and mode != LINE:
        raise no_streets(mode or atlas.taxonomy.category(category).reach.mode)
    if mode == LINE:
        raise ParameterError(
            f"`mode` 'line' has no streets; use one of {', '.join(atlas.networks)}, or kind ring",
            parameter="mode",
        )
    return ask(
        atlas, category=category, mode=mode, minutes=minutes, window=window,
        with_transit=with_transit,
    )  # fmt: skip


def rows_of(atlas: Atlas, question: Question, offer: str | None) -> NDArray[np.int64]:
    """
    Return the rows of a category's offers, or of the one that is named.

    Raises
    ------
    UnknownOfferError
        If the category has no such offer.
    """
    rows = atlas.offers_of(question.categories[0])
    if offer is None:
        return rows
    row = atlas.offers.row(offer)
    if row not in rows:
        raise UnknownOfferError(offer, [atlas.offers[int(each)].id for each in rows])
    return np.array([row], np.int64)


def limited_supply(
    atlas: Atlas,
    question: Question,
    rows: NDArray[np.int64],
    capacity: Mapping[str, float],
    demand: float | None,
) -> tuple[NDArray[np.int64], Capacities, NDArray[np.float64]]:
    """
    Return rows of a category's offers, what they can serve, and the seconds from each home.

    Raises
    ------
    UnknownOfferError
        If a capacity is entered for an offer that the category does not have.
    ParameterError
        If nobody is counted in the region, or as `layers.capacity.capacities_of` says.
    """
    category = question.categories[0]
    capacities = capacities_of(atlas, category, rows, entered=capacity, demand=demand)
    if atlas.population.basis.unit != "residents":
        raise ParameterError(
            f"no people are counted in {atlas.region.name}, so nobody can use up a capacity; "
            "ask for kind reach, or give the region a population",
            parameter="kind",
        )
    return rows, capacities, _travel_to_each(atlas, question, rows)


def _travel_to_each(
    atlas: Atlas, question: Question, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the seconds from each home to each offer, shape (m, n)."""
    network, demand, supply = travel_by(atlas, question.mode, question.window)
    each = [supply.take([row]) for row in rows.tolist()]
    if not each:
        return np.zeros((0, len(atlas.people)))
    return network.to_nearest(demand, each).travel_s


def _reached(
    atlas: Atlas, question: Question, rows: NDArray[np.int64], minutes: NDArray[np.float64]
) -> list[OfferRadius]:
    """Draw the area of each offer within a limit of its own."""
    supply, radii = atlas.supply[question.on_streets], []
    for first in range(0, len(rows), _AT_ONCE):
        block = rows[first : first + _AT_ONCE].tolist()
        places, ridden = [supply.take([row]) for row in block], None
        if question.window is not None:
            ridden = ridden_streets(atlas, places, question.window, leaving=False)
        for k, (row, place) in enumerate(zip(block, places, strict=True)):
            limit = float(minutes[first + k])
            area = areas_of(
                atlas, place, [limit], mode=question.on_streets, leaving=False,
                known=None if ridden is None else ridden[k],
            )[0]  # fmt: skip
            placed = bool(place.placed[0])
            radii.append(
                OfferRadius(
                    row, limit, None, area.shape if placed else None,
                    area.residents if placed else None, area.reaches_edge, is_placed=placed,
                )
            )  # fmt: skip
    return radii


def _filled(
    atlas: Atlas,
    question: Question,
    rows: NDArray[np.int64],
    limit_s: NDArray[np.float64],
    people: NDArray[np.float64],
) -> list[OfferRadius]:
    """Draw the areas in which the capacities are used up, where they may be told."""
    few = people < atlas.population.smallest_published
    told = np.flatnonzero(np.isfinite(limit_s) & ~few & (limit_s <= MAX_MINUTES * 60))
    # a home next door would have no area: half a minute is the least that is drawn
    drawn = _reached(atlas, question, rows[told], np.maximum(limit_s[told] / 60, 0.5))
    by_place = dict(zip(told.tolist(), drawn, strict=True))
    placed = atlas.supply[question.on_streets].take(rows).placed
    return [
        replace(by_place[k], minutes=float(limit_s[k]) / 60, used_up=True)
        if k in by_place
        else OfferRadius(
            int(row), None, None, None, None, reaches_edge=False, is_placed=bool(placed[k]),
            used_up=bool(np.isfinite(limit_s[k])),
        )
        for k, row in enumerate(rows.tolist())
    ]  # fmt: skip
