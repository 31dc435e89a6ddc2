"""
The stops of a feed: the platforms of a region, their stations, and changes between them.

People stand on platforms, never on stations. Platforms of one station are those of the same
`parent_station` or, where a feed has none, of the same stop area in a DHID (`de:08221:1144:1:2`:
its first three parts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.crs import to_metric
from geo.transit.errors import TimetableError
from geo.transit.gtfs_values import whole_numbers
from geo.transit.gtfs_zip import stripped
from geo.transit.timetable import FORBIDDEN, LEAVE_SEAT, STAY_SEATED, TIMED_LEAST

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from geo.transit.gtfs_zip import Feed

_DHID = re.compile(r"([a-z]{2}:\d+:[^:]+):.+")  # source: VDV 432, global ids of stops
_PLATFORM, _STATION = ("", "0"), "1"
_COLUMNS = ("stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station")


@dataclass(frozen=True)
class Stops:
    """
    All stops of a feed; the kept ones are the region's platforms.

    `number` is the number of each kept one among them, −1 for the others.
    """

    ids: pd.Index[str]
    name: NDArray[Any]
    xy: NDArray[np.float64]
    station: NDArray[np.int32]
    kept: NDArray[np.bool_]
    number: NDArray[np.int32]
    parent: NDArray[np.int64]


def read_stops(
    feed: Feed, crs: str, within: shapely.Geometry | None, counts: Counter[str]
) -> Stops:
    """
    Read stops.txt; those in `within` (metres of `crs`) are kept.

    Raises
    ------
    TimetableError
        If none lies there.
    """
    table = feed.read("stops", _COLUMNS).apply(stripped)
    is_twice = table.stop_id.duplicated() | (table.stop_id == "")
    counts["stops_read"], counts["stops_twice"] = len(table), int(is_twice.sum())
    table = table[~is_twice].reset_index(drop=True)
    lon, lat = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(float)
        for name in ("stop_lon", "stop_lat")
    )
    placed = (np.abs(lat) < 89.0) & (np.abs(lon) <= 180.0) & ~((lon == 0) & (lat == 0))
    xy = np.full((len(table), 2), np.nan)
    if placed.any():
        xy[placed] = to_metric(lon[placed], lat[placed], crs)
    platform = table.location_type.isin(_PLATFORM).to_numpy()
    counts["stops_without_place"] = int((platform & ~placed).sum())
    here = platform & np.isfinite(xy).all(axis=1)
    if within is not None:
        shapely.prepare(within)
        here &= shapely.contains_xy(within, xy)
    if not here.any():
        raise TimetableError(_nowhere(feed.name, lon[placed], lat[placed], int(platform.sum())))
    counts["stops"], counts["stops_outside"] = int(here.sum()), int((platform & ~here).sum())
    number = np.where(here, np.cumsum(here) - 1, -1).astype(np.int32)
    ids = pd.Index(table.stop_id)
    parent = ids.get_indexer(pd.Index(table.parent_station))
    return Stops(
        ids, table.stop_name.to_numpy(), xy, _stations(table, parent), here, number, parent
    )


def _nowhere(name: str, lon: NDArray[np.float64], lat: NDArray[np.float64], platforms: int) -> str:
    if not len(lon):
        return f"`gtfs` {name} has no stop with a place"
    return (
        f"`gtfs` {name}: none of its {platforms} stops lies in the region; they lie between lon "
        f"{lon.min():.2f} and {lon.max():.2f}, lat {lat.min():.2f} and {lat.max():.2f}; "
        "take the feed of the region's own network"
    )


def _stations(table: pd.DataFrame, parent: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the same number for stops of one station, −1 for a stop alone."""
    area = [found[1] if (found := _DHID.fullmatch(i)) else "" for i in table.stop_id]
    key = np.where(parent >= 0, "p" + table.parent_station, np.array(area, object))
    codes, _ = pd.factorize(key)
    alone = (key == "") | (np.bincount(codes, minlength=1)[codes] < 2)
    return np.where(alone, -1, codes).astype(np.int32)


def read_transfers(
    feed: Feed, stops: Stops, trips: pd.Index[str], counts: Counter[str]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    Read transfers.txt: rules between stops (r, 4), and between trips that stay seated (q, 3).

    A rule of a station holds between all its platforms, unless they have their own. Rules for
    single lines or trips are counted and left out.
    """
    columns = (
        "from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time", "from_trip_id",
        "to_trip_id", "from_route_id", "to_route_id",
    )  # fmt: skip
    table = feed.read("transfers", columns).apply(stripped)
    kind = whole_numbers(table.transfer_type, blank=0)
    least = whole_numbers(table.min_transfer_time, blank=-1)
    by_trip = table.from_trip_id.ne("") | table.to_trip_id.ne("")
    by_line = table.from_route_id.ne("") | table.to_route_id.ne("")
    is_seat = np.isin(kind, (STAY_SEATED, LEAVE_SEAT))
    counts["transfers_of_single_lines"] = int(((by_trip | by_line) & ~is_seat).sum())
    seat_trips = [trips.get_indexer(pd.Index(table[c])) for c in ("from_trip_id", "to_trip_id")]
    seats = np.column_stack([*seat_trips, kind])[is_seat]
    seats = seats[(seats[:, :2] >= 0).all(axis=1)]
    from_stop, to_stop = (
        stops.ids.get_indexer(pd.Index(table[c])) for c in ("from_stop_id", "to_stop_id")
    )
    broken = (kind < 0) | (kind > LEAVE_SEAT) | ((kind == TIMED_LEAST) & (least < 0))
    broken |= ~is_seat & ((from_stop < 0) | (to_stop < 0))
    counts["transfers_broken"] = int(broken.sum())
    used = np.flatnonzero(~(by_trip | by_line) & ~broken & (kind <= FORBIDDEN))
    platforms = _platforms_of(stops)
    rules: dict[tuple[int, int], tuple[int, int]] = {}
    is_own = stops.kept[from_stop[used]].astype(int) + stops.kept[to_stop[used]]
    for row in used[np.argsort(is_own, kind="stable")]:  # a platform's own rule comes last
        for here in platforms.get(int(from_stop[row]), ()):
            for there in platforms.get(int(to_stop[row]), ()):
                rules[here, there] = (int(kind[row]), int(least[row]))
    table_of = [(*pair, *rule) for pair, rule in sorted(rules.items())]
    return np.array(table_of, np.int32).reshape(-1, 4), seats.astype(np.int32).reshape(-1, 3)


def _platforms_of(stops: Stops) -> dict[int, list[int]]:
    """Return the kept platforms of each stop and station of the feed, by their new numbers."""
    found: dict[int, list[int]] = {}
    for row in np.flatnonzero(stops.kept):
        found.setdefault(int(row), []).append(int(stops.number[row]))
        if stops.parent[row] >= 0:
            found.setdefault(int(stops.parent[row]), []).append(int(stops.number[row]))
    return found
