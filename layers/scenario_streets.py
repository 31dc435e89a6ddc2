"""
Streets that a scenario closes and opens: found on the network of each mode, with names and metres.

A place means the street nearest to it, for each mode that has that street; a footway drawn beside
it stays open. A new street is joined to the streets that its ends come near, and meets nothing that
it merely crosses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import geometry_to_metric, to_metric
from geo.errors import NetworkError
from geo.network_change import Join, NewStreet
from geo.street_access import Speeds
from layers.scenario import MAX_STREET_M, CloseStreet, OpenStreet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from geo.street_stretch import Stretch
    from layers.atlas import Atlas
    from layers.scenario import Scenario

    Floats = NDArray[np.float64]

STREET_WITHIN_M = 50.0  # from the place of a closed street
_SAME_STREET_M = 2.0  # modes whose nearest street is so much farther use another one
_DETOUR, _DETOUR_M = 3.0, 200.0  # of a closed stretch against the straight line
_LEAST_M = 1.0  # of a street that closes or opens
NEW_ROAD_CLASS = "residential"  # how fast a new street is driven


@dataclass(frozen=True)
class StreetOfMode:
    """
    What closes or opens for one mode.

    `names` are those of the streets, `joined_m` the metres from each join of a new street to the
    street it meets (None where one closes), `line` is in metres of the region's CRS.
    """

    mode: str
    names: tuple[str, ...]
    length_m: float
    joined_m: tuple[float, ...] | None
    line: shapely.MultiLineString


@dataclass(frozen=True)
class StreetChange:
    """A street that a scenario closes or opens; `change` is its place in the scenario."""

    change: int
    is_new: bool
    name: str
    by_mode: tuple[StreetOfMode, ...]


@dataclass
class StreetChanges:
    """All streets that close and open, by mode, and what was found of each."""

    closed: dict[str, list[Stretch]] = field(default_factory=dict)
    opened: dict[str, list[NewStreet]] = field(default_factory=dict)
    found: list[StreetChange] = field(default_factory=list)

    def network(self, atlas: Atlas, mode: str) -> Network:
        """Return the network of a mode as it becomes."""
        network = atlas.networks[mode]
        if mode not in self.modes:
            return network
        return network.changed(closed=self.closed.get(mode, ()), opened=self.opened.get(mode, ()))

    @property
    def modes(self) -> set[str]:
        """The modes whose network changes."""
        return self.closed.keys() | self.opened.keys()


def find_streets(atlas: Atlas, scenario: Scenario, faults: list[str]) -> StreetChanges:
    """Find the streets that close and open; what cannot be found is added to `faults`."""
    changes = StreetChanges()
    lines: dict[int, shapely.LineString] = {}
    for i, change in enumerate(scenario.changes):
        if isinstance(change, CloseStreet):
            try:
                found = _closed(atlas, change)
            except ValueError as exc:
                faults.append(f"changes[{i}]: {exc}")
                continue
            for mode, stretch in found.items():
                changes.closed.setdefault(mode, []).append(stretch)
            changes.found.append(StreetChange(i, False, "", _told(atlas, found)))
        elif isinstance(change, OpenStreet):
            try:
                lines[i] = _line(atlas, change)
            except ValueError as exc:
                faults.append(f"changes[{i}]: {exc}")
    for i, by_mode in _opened(atlas, scenario, lines, changes, faults).items():
        change = scenario.changes[i]
        name = change.name if isinstance(change, OpenStreet) else ""
        changes.found.append(StreetChange(i, True, name, tuple(by_mode)))
    changes.found.sort(key=lambda street: street.change)
    return changes


def _closed(atlas: Atlas, change: CloseStreet) -> dict[str, Stretch]:
    """Find the stretch that closes, for each mode that has it."""
    here = _places(atlas, change, change.lon, change.lat, "`lon`, `lat`")
    if change.to is None:
        return {
            mode: atlas.networks[mode].stretch(place, longest_m=MAX_STREET_M)
            for mode, place in here.items()
        }
    lon, lat = change.to
    there = _places(atlas, change, lon, lat, "`to_lon`, `to_lat`")
    ends = to_metric([change.lon, lon], [change.lat, lat], atlas.region.crs)
    straight_m = float(np.hypot(*(ends[1] - ends[0])))
    if straight_m > MAX_STREET_M:
        raise ValueError(
            f"its places are {straight_m:,.0f} m apart, at most {MAX_STREET_M:,.0f} m close at once"
        )
    longest_m = min(_DETOUR * straight_m + _DETOUR_M, MAX_STREET_M)
    found = {}
    for mode in [mode for mode in here if mode in there]:
        network = atlas.networks[mode]
        try:
            stretch = network.stretch(here[mode], there[mode], longest_m=longest_m)
        except NetworkError:
            continue
        if network.length_of(stretch) >= _LEAST_M:
            found[mode] = stretch
    if not found:
        raise ValueError(
            f"no street for {', '.join(change.modes)} of {_LEAST_M:g} to {longest_m:,.0f} m leads "
            "from `lon`, `lat` to `to_lon`, `to_lat`; choose two places of one street"
        )
    return found


def _places(
    atlas: Atlas, change: CloseStreet, lon: float, lat: float, named: str
) -> dict[str, Snapped]:
    """Find the street nearest to a place, for each mode that has it."""
    known = [mode for mode in change.modes if mode in atlas.networks]
    xy = to_metric([lon], [lat], atlas.region.crs)
    at = {mode: atlas.networks[mode].snap(xy, max_leg_m=STREET_WITHIN_M) for mode in known}
    nearest = min((float(place.leg_m[0]) for place in at.values()), default=np.inf)
    if not np.isfinite(nearest):
        raise ValueError(
            f"there is no street for {', '.join(change.modes)} within {STREET_WITHIN_M:g} m of "
            f"{named}"
        )
    return {m: place for m, place in at.items() if place.leg_m[0] <= nearest + _SAME_STREET_M}


def _told(atlas: Atlas, found: Mapping[str, Stretch]) -> tuple[StreetOfMode, ...]:
    return tuple(
        StreetOfMode(
            mode=mode,
            names=tuple(atlas.networks[mode].names_of(stretch)),
            length_m=atlas.networks[mode].length_of(stretch),
            joined_m=None,
            line=atlas.networks[mode].line_of(stretch),
        )
        for mode, stretch in found.items()
    )


def _line(atlas: Atlas, change: OpenStreet) -> shapely.LineString:
    """Return the line of a new street in metres."""
    with np.errstate(invalid="ignore"):
        line = geometry_to_metric(change.line, atlas.region.crs)
        inside = np.isfinite(line.bounds).all() and shapely.covers(atlas.region.extent, line)
    if not inside:
        raise ValueError(
            f"`line` lies wholly or in part outside the data of {atlas.region.name}; "
            "lon comes first"
        )
    if not _LEAST_M <= line.length <= MAX_STREET_M:
        raise ValueError(
            f"`line` is {line.length:,.1f} m long; a new street has {_LEAST_M:g} to "
            f"{MAX_STREET_M:,.0f} m"
        )
    if not any(mode in atlas.networks for mode in change.modes):
        raise ValueError(
            f"`modes` are {', '.join(change.modes)}, but {atlas.region.name} has "
            f"{', '.join(atlas.networks)}"
        )
    return line


def _opened(
    atlas: Atlas,
    scenario: Scenario,
    lines: Mapping[int, shapely.LineString],
    changes: StreetChanges,
    faults: list[str],
) -> dict[int, list[StreetOfMode]]:
    """Join the new streets of each mode, also to each other."""
    found: dict[int, list[StreetOfMode]] = {i: [] for i in lines}
    speeds = Speeds()
    for mode, network in atlas.networks.items():
        own: dict[int, OpenStreet] = {}
        for i in lines:
            change = scenario.changes[i]
            if isinstance(change, OpenStreet) and mode in change.modes:
                own[i] = change
        tree = shapely.STRtree([lines[i] for i in own])
        for number, (i, change) in enumerate(own.items()):
            joins = _joins(network, change, number, tree)
            if problem := _problem(network, change, lines[i], joins):
                faults.append(f"changes[{i}]: {problem}")
                continue
            kmh = speeds.car_kmh[NEW_ROAD_CLASS] if mode == "car" else speeds.leg_kmh(mode)
            kmh = speeds.bike_kmh if mode == "bike" else kmh
            changes.opened.setdefault(mode, []).append(
                NewStreet(lines[i], kmh, change.name, tuple(joins))
            )
            gaps = tuple(join.gap_m for join in joins)
            found[i].append(
                StreetOfMode(
                    mode=mode,
                    names=(change.name,) * bool(change.name),
                    length_m=lines[i].length + sum(gaps),
                    joined_m=gaps,
                    line=shapely.MultiLineString([lines[i]]),
                )
            )
    return found


def _joins(network: Network, change: OpenStreet, number: int, lines: shapely.STRtree) -> list[Join]:
    """
    Join a line's ends, and its inner points if it says so, to the nearest street or new one.

    `number` is the line's own among `lines`, all new ones of the mode.
    """
    line = lines.geometries[number]
    xy = shapely.get_coordinates(line)
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    along[-1] = line.length
    at = np.arange(len(xy)) if change.join_inner else np.array([0, len(xy) - 1])
    placed = network.snap(xy[at], max_leg_m=change.connect_m)
    points = shapely.points(xy[at])
    near_row, near_line = lines.query(points, predicate="dwithin", distance=change.connect_m)
    gap_m = shapely.distance(points[near_row], lines.geometries[near_line])
    joins = []
    for row, vertex in enumerate(at.tolist()):
        mine = np.flatnonzero((near_row == row) & (near_line != number))
        leg_m = float(placed.leg_m[row])
        first = mine[np.lexsort((near_line[mine], gap_m[mine]))[:1]]
        if len(first) and gap_m[first[0]] < leg_m:
            other = int(near_line[first[0]])
            where_m = float(shapely.line_locate_point(lines.geometries[other], points[row]))
            gap = float(gap_m[first[0]])
            joins.append(Join(float(along[vertex]), gap, other=other, other_m=where_m))
        elif placed.edge[row] >= 0:
            edge, fraction = int(placed.edge[row]), float(placed.fraction[row])
            joins.append(Join(float(along[vertex]), leg_m, edge, fraction))
    return joins


def _problem(
    network: Network, change: OpenStreet, line: shapely.LineString, joins: list[Join]
) -> str:
    """Say which end meets no street."""
    met = {join.along_m for join in joins}
    loose = [name for name, along in (("start", 0.0), ("end", line.length)) if along not in met]
    if not loose or (change.dead_end and joins):
        return ""
    xy = shapely.get_coordinates(line)[[0, -1]]
    legs = dict(zip(("start", "end"), network.snap(xy).leg_m.tolist(), strict=True))
    told = " and ".join(
        f"its {name} is {legs[name]:.0f} m from the nearest street for {network.mode}"
        if np.isfinite(legs[name])
        else f"no street for {network.mode} is near its {name}"
        for name in loose
    )
    way_out = "move it nearer, raise `connect_m`"
    if len(loose) == 1:
        way_out += ", or set `dead_end` to true"
    return f"{told}, more than `connect_m` = {change.connect_m:g} m; {way_out}"
