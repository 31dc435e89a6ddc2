"""
What is within reach of one place, by true travel time; and why something is not.

A place farther from every street than the network's longest access leg has nothing in reach by any
way that we know; that is an error with its reason, not an empty list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import geometry_to_lonlat, to_metric
from geo.errors import ParameterError
from geo.network import MAX_LEG_M
from geo.street_access import Speeds
from geo.transit.from_place import travel_from
from layers.opening import CLOSED, UNKNOWN, WORDS, Opening, opening
from layers.question import MAX_MINUTES, check_limit, check_mode
from layers.timetable import TRANSIT, WALK, timetable_of, transit_of
from layers.wishes import Wishes, fitting_offers, rows_of_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from geo.network import Snapped
    from layers.atlas import Atlas
    from layers.when import When

    Rows = NDArray[np.int64]

DEFAULT_MINUTES = 15.0
STEPS_MIN = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
# By which other modes one may come further in the same time
FURTHER: Mapping[str, tuple[str, ...]] = {
    "stepfree": ("walk", "bike", "car"),
    "walk": ("bike", "car"),
    "bike": ("car",),
    "car": (),
    TRANSIT: ("bike", "car"),
}
SLOWEST_KMH, FASTEST_KMH = 1.0, 8.0


@dataclass(frozen=True)
class OfferInReach:
    """
    An offer by its row in `atlas.offers`, with the way there; both access legs included.

    By public transport `distance_m` is NaN.
    """

    offer: int
    travel_s: float
    distance_m: float


@dataclass(frozen=True)
class Beyond:
    """
    Why something is not in the list: exact counts of offers, each of those that fit all else.

    Attributes
    ----------
    closed_then, unknown_hours
        In reach, and left out by the time; None where no time is asked.
    facts_unknown, wheelchair_unknown
        In reach, and it is not known whether they are as wanted; None where nothing is wanted.
    next_minutes, further
        The next step of the limit, and how many more are within it; None where there is none.
    by_mode
        How many more within the same minutes by another mode; None where that has no street near
        the place.
    """

    closed_then: int | None = None
    unknown_hours: int | None = None
    facts_unknown: int | None = None
    wheelchair_unknown: int | None = None
    next_minutes: int | None = None
    further: int | None = None
    by_mode: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Around:
    """
    Offers within reach, the nearest first; whether they are open then, by row; what is not shown.

    `openings` is empty where no time is asked.
    """

    hits: tuple[OfferInReach, ...]
    openings: Mapping[int, Opening]
    beyond: Beyond


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
    _limit_s(atlas, mode, minutes)
    rows = rows_of_kinds(atlas, categories=categories)
    return reach_of(atlas, rows, lon=lon, lat=lat, mode=mode, minutes=minutes)


def reach_of(
    atlas: Atlas,
    rows: Rows,
    *,
    lon: float,
    lat: float,
    mode: str,
    minutes: float,
    speed_kmh: float | None = None,
) -> list[OfferInReach]:
    """
    List those of some offers that are within reach of a place, the nearest first.

    Raises
    ------
    ParameterError
        If mode, limit or speed are not allowed, or the place lies outside the data or far from any
        street.
    """
    limit_s, pace = _limit_s(atlas, mode, minutes), _pace(mode, speed_kmh)
    place = snap_place(atlas, lon=lon, lat=lat, mode=mode)
    return _reached(atlas, place, rows, mode, limit_s, pace=pace)


def look_around(
    atlas: Atlas,
    *,
    lon: float,
    lat: float,
    mode: str = "walk",
    minutes: float = DEFAULT_MINUTES,
    speed_kmh: float | None = None,
    wishes: Wishes | None = None,
    when: When | None = None,
    states: Collection[str] = (),
    leaving: datetime | None = None,
) -> Around:
    """
    List what fits within reach of a place, and count what is left out and why.

    Parameters
    ----------
    atlas
        The region.
    lon, lat
        The place, degrees.
    mode, minutes
        A street mode of the region, or `transit` with `leaving`, and the limit of travel from the
        place to the offer.
    speed_kmh
        Another pace on foot or without steps.
    wishes
        What is looked for; everything by default.
    when
        Tells of each offer whether it is open then.
    states
        Of `open`, `closed`, `unknown`: only offers that are so then; all where it is empty.
    leaving
        When one leaves by public transport: a moment with its time zone.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover that day.
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If something is not allowed, or the place lies outside the data or far from any street.
    """
    if mode == TRANSIT:
        timetable_of(atlas)
        limit_s = check_limit("minutes", minutes, MAX_MINUTES) * 60
    else:
        limit_s = _limit_s(atlas, mode, minutes)
    pace = _pace(mode, speed_kmh)
    _check_states(states, when)
    fitting = fitting_offers(atlas, wishes or Wishes())
    place = snap_place(atlas, lon=lon, lat=lat, mode=WALK if mode == TRANSIT else mode)
    step = next((step for step in STEPS_MIN if step > minutes), None)
    rows = np.union1d(fitting.fit, np.union1d(fitting.facts_unknown, fitting.wheelchair_unknown))
    most_s = limit_s if step is None else step * 60
    if mode == TRANSIT:
        reached = _ridden(atlas, place, rows, most_s, leaving)
    else:
        reached = _reached(atlas, place, rows, mode, most_s, pace=pace)
    other = {
        to: _rows_by(atlas, lon, lat, to, fitting.fit, limit_s)
        for to in FURTHER[mode]
        if to in atlas.networks
    }
    openings = {}
    if when is not None:
        seen = {hit.offer for hit in reached}.union(*(found or () for found in other.values()))
        openings = openings_of(atlas, sorted(seen), when)

    def is_shown(row: int) -> bool:
        return not states or openings[row].word in states

    fit = frozenset(fitting.fit.tolist())
    within = [hit for hit in reached if hit.travel_s <= limit_s]
    in_reach = {hit.offer for hit in within if hit.offer in fit}
    shown = [hit for hit in within if hit.offer in fit and is_shown(hit.offer)]
    hidden = [openings[row].state for row in in_reach if not is_shown(row)]
    beyond = Beyond(
        closed_then=None if when is None else hidden.count(CLOSED),
        unknown_hours=None if when is None else hidden.count(UNKNOWN),
        facts_unknown=_among(within, fitting.facts_unknown, is_shown)
        if wishes and wishes.facts
        else None,
        wheelchair_unknown=_among(within, fitting.wheelchair_unknown, is_shown)
        if wishes and wishes.wheelchair
        else None,
        next_minutes=step,
        further=None
        if step is None
        else sum(
            hit.travel_s > limit_s and hit.offer in fit and is_shown(hit.offer) for hit in reached
        ),
        by_mode={
            to: None if found is None else sum(is_shown(row) for row in found - in_reach)
            for to, found in other.items()
        },
    )
    return Around(tuple(shown), openings, beyond)


def openings_of(atlas: Atlas, rows: Iterable[int], when: When) -> dict[int, Opening]:
    """Return whether offers are open then, by row; each different value is read once."""
    texts = {row: atlas.offers[row].opening_hours for row in rows}
    answers = {text: opening(text, when, atlas.region) for text in set(texts.values())}
    return {row: answers[text] for row, text in texts.items()}


def _among(within: Sequence[OfferInReach], rows: Rows, is_shown: Callable[[int], bool]) -> int:
    chosen = frozenset(rows.tolist())
    return sum(hit.offer in chosen and is_shown(hit.offer) for hit in within)


def _rows_by(
    atlas: Atlas, lon: float, lat: float, mode: str, rows: Rows, limit_s: float
) -> set[int] | None:
    """Return the rows within reach by a mode, None where it has no street near the place."""
    place = atlas.networks[mode].snap(_place(atlas, lon, lat))
    if not place.placed[0]:
        return None
    return {hit.offer for hit in _reached(atlas, place, rows, mode, limit_s, pace=1.0)}


def _reached(
    atlas: Atlas, place: Snapped, rows: Rows, mode: str, limit_s: float, *, pace: float
) -> list[OfferInReach]:
    """Return what is within the limit, the nearest first; `pace` is by how much it takes longer."""
    if not len(rows):
        return []
    # a hair more, and then exactly: the search counts in ticks of the usual pace
    pairs = atlas.networks[mode].within(
        place, atlas.supply[mode].take(rows), limit_s / pace + (pace != 1.0)
    )
    travel_s = pairs.travel_s * pace
    order = np.lexsort((rows[pairs.target], travel_s))
    return [
        OfferInReach(int(rows[pairs.target[i]]), float(travel_s[i]), float(pairs.distance_m[i]))
        for i in order
        if travel_s[i] <= limit_s
    ]


def _ridden(
    atlas: Atlas, place: Snapped, rows: Rows, limit_s: float, leaving: datetime | None
) -> list[OfferInReach]:
    """Return what is within the limit by public transport, the soonest first."""
    if leaving is None:
        raise ParameterError("`transit` needs to know when one leaves", parameter="leaving")
    offers = atlas.supply[WALK].take(rows)
    travel_s = travel_from(transit_of(atlas), place, offers, leaving, limit_s=limit_s)
    order = np.lexsort((rows, travel_s))
    return [
        OfferInReach(int(rows[i]), float(travel_s[i]), math.nan)
        for i in order
        if travel_s[i] <= limit_s
    ]


def _limit_s(atlas: Atlas, mode: str, minutes: float) -> float:
    check_mode(mode, tuple(atlas.networks))
    return check_limit("minutes", minutes, MAX_MINUTES) * 60


def _pace(mode: str, speed_kmh: float | None) -> float:
    """Return by how much longer it takes at another speed; on foot all ways are equally slow."""
    if speed_kmh is None:
        return 1.0
    own = {"walk": Speeds().walk_kmh, "stepfree": Speeds().stepfree_kmh}
    if mode not in own:
        raise ParameterError(
            f"`speed_kmh` is for mode walk or stepfree, not {mode!r}; leave it out",
            parameter="speed_kmh",
        )
    if not SLOWEST_KMH <= speed_kmh <= FASTEST_KMH:
        raise ParameterError(
            f"`speed_kmh` is {speed_kmh:g} but must be {SLOWEST_KMH:g} to {FASTEST_KMH:g}",
            parameter="speed_kmh",
        )
    return own[mode] / speed_kmh


def _check_states(states: Collection[str], when: When | None) -> None:
    for state in states:
        if state not in WORDS:
            raise ParameterError(
                f"`states` {state!r} is not known; use {', '.join(WORDS)}", parameter="states"
            )
    if states and when is None:
        raise ParameterError("`states` needs a time: give `open_at` as well", parameter="states")


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


def _place(atlas: Atlas, lon: float, lat: float) -> NDArray[np.float64]:
    """Project a place that lies where the data is complete."""
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        xy = to_metric([lon], [lat], atlas.region.crs)
        if np.isfinite(xy).all() and shapely.intersects_xy(atlas.region.extent, xy)[0]:
            return xy
    west, south, east, north = shapely.bounds(
        geometry_to_lonlat(atlas.region.extent, atlas.region.crs)
    )
    raise ParameterError(
        f"`lon`, `lat` lie outside the data of {atlas.region.name}; lon comes first, in degrees: "
        f"{west:.2f} to {east:.2f}, then lat: {south:.2f} to {north:.2f}",
        parameter="lon",
    )
