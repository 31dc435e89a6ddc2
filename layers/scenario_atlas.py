"""
What a scenario makes of a region: another Atlas, which shares all that does not change.

Nothing is stored and the first Atlas stays as it is. Only new places are put on the streets, and
only for the modes that are asked for.

People who live on a closed street reach nothing by that mode and count as unreachable. People of a
new quarter are spread evenly over a grid inside it; they are the asker's own assumption, so no rule
of disclosure withholds them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import geometry_to_metric, to_metric
from geo.errors import UmkreisError
from layers.atlas import Exits
from layers.by_mode import ByMode, snap_more
from layers.offers import Offer, Offers
from layers.opening import hours_of
from layers.scenario import (
    AddOffer,
    AddPeople,
    ChangeHours,
    CloseOffer,
    MoveOffer,
    ScenarioError,
)
from layers.scenario_streets import find_streets
from layers.scenario_timetable import changed_timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from geo.population import Population
    from layers.atlas import Atlas
    from layers.scenario import Scenario
    from layers.scenario_streets import StreetChange

    Floats = NDArray[np.float64]

GRID_M = 50.0  # of the people in a new quarter
MAX_POINTS = 10_000  # of that grid: 25 km²
SOURCE = "scenario"


@dataclass(frozen=True)
class _Moved:
    """The new table of offers; each offer's row in the old one followed by the new places."""

    offers: Offers
    row: NDArray[np.int64]
    new_xy: Floats


@dataclass(frozen=True)
class Tried:
    """The region as a scenario makes it, and what was found of the streets that it changes."""

    atlas: Atlas
    streets: tuple[StreetChange, ...]


def apply(atlas: Atlas, scenario: Scenario) -> Atlas:
    """Return the region as a scenario makes it; see `try_out`."""
    return try_out(atlas, scenario).atlas


def try_out(atlas: Atlas, scenario: Scenario) -> Tried:
    """
    Make the region that a scenario describes.

    Parameters
    ----------
    atlas
        The region; it does not change.
    scenario
        All its changes hold at once.

    Raises
    ------
    ScenarioError
        With all faults: offers or categories that are not known (with the nearest names), places
        outside the data, people outside the districts, one offer changed in contradictory ways, a
        place without a street, a new street that meets none, lines and stops that the timetable
        does not know.
    """
    faults: list[str] = []
    moved = _offers(atlas, scenario, faults)
    people = _people(atlas, scenario, faults)
    streets = find_streets(atlas, scenario, faults)
    timetable = changed_timetable(atlas, scenario.changes, faults)
    if faults:
        raise ScenarioError(faults)
    modes = tuple(atlas.networks)
    networks = ByMode(modes, lambda mode: streets.network(atlas, mode))
    population, new_homes = people

    def demand(mode: str) -> Snapped:
        network = networks[mode]
        today = network.carry(atlas.demand[mode], atlas.population.xy)
        return snap_more(network, today, new_homes)

    def supply(mode: str) -> Snapped:
        network = networks[mode]
        today = network.carry(atlas.supply[mode], atlas.offer_xy)
        return snap_more(network, today, moved.new_xy).take(moved.row)

    is_same = not streets.modes
    demands = atlas.demand if is_same and not len(new_homes) else ByMode(modes, demand)

    def exits(mode: str) -> Exits:
        is_new = mode in streets.modes
        return _exits(atlas, mode, networks[mode], demands[mode], is_new=is_new)

    changed = replace(
        atlas,
        networks=networks,
        population=population,
        offers=moved.offers,
        demand=demands,
        supply=atlas.supply if is_same and moved.offers is atlas.offers else ByMode(modes, supply),
        exits=ByMode(modes, exits),
        timetable=timetable,
    )
    return Tried(changed, tuple(streets.found))


def _offers(atlas: Atlas, scenario: Scenario, faults: list[str]) -> _Moved:
    """Close, move, change and add offers."""
    table = list(atlas.offers)
    row = list(range(len(table)))
    changed: dict[int, str] = {}
    gone: set[int] = set()
    places: list[tuple[float, float]] = []
    # a scenario may be applied to what another one made
    added = max((int(o.id.split(":")[1]) for o in table if o.source == SOURCE), default=0)
    for i, change in enumerate(scenario.changes):
        at = f"changes[{i}]"
        if isinstance(change, AddOffer | MoveOffer):
            _check_place(atlas, change, at, faults)
        if isinstance(change, AddOffer):
            added += 1
            if new := _new_offer(atlas, change, added, at, faults):
                table.append(new)
                row.append(len(atlas.offers) + len(places))
                places.append((change.lon, change.lat))
        elif isinstance(change, MoveOffer | CloseOffer | ChangeHours):
            k = _row(atlas, change.offer, at, faults)
            _check_contradiction(change, k, changed, at, faults)
            if k < 0:
                continue
            if isinstance(change, CloseOffer):
                gone.add(k)
            elif isinstance(change, ChangeHours):
                _check_hours(change.opening_hours, at, faults)
                table[k] = replace(table[k], opening_hours=change.opening_hours)
            else:
                table[k] = _elsewhere(table[k], change)
                row[k] = len(atlas.offers) + len(places)
                places.append((change.lon, change.lat))
    if not (gone or changed or places):
        return _Moved(atlas.offers, np.arange(len(row)), np.zeros((0, 2)))
    kept = sorted((k for k in range(len(table)) if k not in gone), key=lambda k: table[k].id)
    lonlat = np.array(places, float).reshape(-1, 2)
    return _Moved(
        Offers.of((table[k] for k in kept), counts=atlas.offers.counts),
        np.array([row[k] for k in kept], np.int64),
        to_metric(lonlat[:, 0], lonlat[:, 1], atlas.region.crs),
    )


def _new_offer(
    atlas: Atlas, change: AddOffer, number: int, at: str, faults: list[str]
) -> Offer | None:
    try:
        category = atlas.taxonomy.category(change.category)
    except UmkreisError as exc:
        faults.append(f"{at}: {exc}")
        return None
    _check_hours(change.opening_hours, at, faults)
    return Offer(
        id=f"{SOURCE}:{number}",
        categories=(category.id,),
        name=change.name,
        lon=change.lon,
        lat=change.lat,
        opening_hours=change.opening_hours,
        source=SOURCE,
    )


def _elsewhere(offer: Offer, change: MoveOffer) -> Offer:
    """Move an offer; its address is no longer true."""
    return replace(
        offer, lon=change.lon, lat=change.lat, street="", housenumber="", postcode="", city=""
    )


def _row(atlas: Atlas, offer: str, at: str, faults: list[str]) -> int:
    try:
        return atlas.offers.row(offer)
    except UmkreisError as exc:
        faults.append(f"{at}: {exc}")
        return -1


def _check_contradiction(
    change: MoveOffer | CloseOffer | ChangeHours,
    row: int,
    changed: dict[int, str],
    at: str,
    faults: list[str],
) -> None:
    """Let an offer move and change its hours; anything else twice contradicts itself."""
    kind = {MoveOffer: "move", CloseOffer: "close", ChangeHours: "change"}[type(change)]
    before = changed.get(row, "") if row >= 0 else ""
    if before and {kind, *before.split()} != {"move", "change"}:
        faults.append(
            f"{at}: `offer` {change.offer!r} is already changed by another one ({before}); keep one"
        )
    if row >= 0:
        changed[row] = f"{before} {kind}".strip()


def _check_hours(text: str, at: str, faults: list[str]) -> None:
    """Refuse hours that nobody could tell the meaning of; none at all are allowed."""
    if text.strip() and (problem := hours_of(text).problem):
        faults.append(
            f"{at}: `opening_hours` {text!r} cannot be used: "
            f"{problem.removeprefix('hours: ')}; write them as OpenStreetMap does, such as "
            "'Mo-Fr 08:00-18:00; Sa 09:00-12:00'"
        )


def _check_place(atlas: Atlas, change: AddOffer | MoveOffer, at: str, faults: list[str]) -> None:
    xy = to_metric([change.lon], [change.lat], atlas.region.crs)
    if not (np.isfinite(xy).all() and shapely.intersects_xy(atlas.region.extent, xy)[0]):
        faults.append(
            f"{at}: `lon`, `lat` lie outside the data of {atlas.region.name}; lon comes first"
        )


def _people(atlas: Atlas, scenario: Scenario, faults: list[str]) -> tuple[Population, Floats]:
    """Add the people of new quarters; also return where they live, shape (n, 2)."""
    population, basis = atlas.population, atlas.population.basis
    places, residents = [np.zeros((0, 2))], [np.zeros(0)]
    for i, change in enumerate(scenario.changes):
        if isinstance(change, AddPeople):
            try:
                places.append(_grid(change.place, atlas.region.crs))
            except ValueError as exc:
                faults.append(f"changes[{i}]: {exc}")
                continue
            residents.append(_share_out(change.people, len(places[-1])))
            district = atlas.region.locate(places[-1])
            if (district < 0).any():
                faults.append(
                    f"changes[{i}]: `place` lies wholly or in part outside the districts of "
                    f"{atlas.region.name}; choose one inside"
                )
            elif not atlas.counted_districts[district].all():
                faults.append(
                    f"changes[{i}]: no population count exists where `place` lies, so people "
                    "cannot be added to one"
                )
    xy, people = np.concatenate(places), np.concatenate(residents)
    if not len(xy):
        return population, xy
    changed = replace(
        population,
        xy=np.concatenate([population.xy, xy]),
        residents=np.concatenate([population.residents, people]),
        district=np.concatenate([population.district, atlas.region.locate(xy)]),
        basis=replace(
            basis,
            source="; ".join(filter(None, [basis.source, SOURCE])),
            total=basis.total + float(people.sum()),
        ),
        assumed=population.assumed + len(xy),
        ages=None
        if population.ages is None  # nobody assumed of what age the new ones are
        else np.concatenate([population.ages, np.full((len(xy), 3), np.nan)]),
    )
    return changed, xy


def _grid(place: shapely.Geometry, crs: str) -> Floats:
    """Return the middles of fixed cells inside a place, or one point where it holds none."""
    shape = geometry_to_metric(place, crs)
    if not np.isfinite(shape.bounds).all():
        raise ValueError("`place` lies where the region's coordinates do not reach")
    left, bottom, right, top = np.asarray(shape.bounds) / GRID_M
    if (right - left + 1) * (top - bottom + 1) > MAX_POINTS * 4:
        raise ValueError(f"`place` spans more than {MAX_POINTS * GRID_M**2 * 4 / 1e6:g} km²")
    x, y = np.meshgrid(np.arange(np.floor(left), right), np.arange(np.floor(bottom), top))
    xy = (np.column_stack([x.ravel(), y.ravel()]) + 0.5) * GRID_M
    inside = xy[shapely.contains_xy(shape, xy)] if len(xy) else xy
    return inside if len(inside) else shapely.get_coordinates(shapely.point_on_surface(shape))


def _share_out(people: int, points: int) -> Floats:
    """Share whole people out as evenly as can be; the first points get one more."""
    each, left = divmod(people, points)
    return (each + (np.arange(points) < left)).astype(float)


def _exits(atlas: Atlas, mode: str, network: Network, demand: Snapped, *, is_new: bool) -> Exits:
    """Measure the way to the edge of the data where it is new."""
    old = atlas.exits[mode]
    first = 0 if is_new else len(old.travel_s)
    if first == len(demand):
        return old
    new = np.arange(first, len(demand))
    nearest = network.to_nearest(demand.take(new), [network.exits()], with_distance=True)
    distance_m = nearest.travel_s if nearest.distance_m is None else nearest.distance_m
    return Exits(
        np.concatenate([old.travel_s[:first], nearest.travel_s[0].astype(np.float32)]),
        np.concatenate([old.distance_m[:first], distance_m[0].astype(np.float32)]),
    )
