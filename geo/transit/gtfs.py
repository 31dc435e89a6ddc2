"""
Reads a GTFS feed into a `Timetable` of a region.

Only the region's stops stay, and of each trip the calls there; whoever changes outside the region
is not seen. Everything that is left out or repaired is counted by name in `about.counts`.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from geo.crs import check_metric
from geo.osm import sha256_of
from geo.transit.errors import TimetableError
from geo.transit.gtfs_calendar import Calendar, read_calendar
from geo.transit.gtfs_calls import (
    REGULAR,
    WITH_DRIVER,
    Calls,
    TripEnds,
    backward_trips,
    interpolated,
    read_calls,
)
from geo.transit.gtfs_stops import Stops, read_stops, read_transfers
from geo.transit.gtfs_values import NO_TIME, day_of, times, whole_numbers
from geo.transit.gtfs_zip import Feed, stripped
from geo.transit.timetable import About, Timetable

if TYPE_CHECKING:
    from pathlib import Path

    import shapely
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
MAX_TRIPS_BY_HEADWAY = 2_000_000
MAX_CALLS_BY_HEADWAY = 20_000_000
_BUS = 3


def read_gtfs(
    path: Path,
    *,
    crs: str,
    within: shapely.Geometry | None = None,
    attribution: str = "",
    licence: str = "",
) -> Timetable:
    """
    Read a feed.

    Parameters
    ----------
    path
        A zip file.
    crs
        Projected CRS in metres for the stops.
    within
        Where stops are kept, in `crs`; all of them where left out.
    attribution, licence
        Whom to name and under which licence, where the feed does not say or says otherwise.

    Raises
    ------
    TimetableError
        If it is no feed, has no service, no stop or no trip in the region, or nobody to name.
    CRSError
        If `crs` is not projected in metres.
    """
    check_metric(crs)
    counts: Counter[str] = Counter()
    with Feed(path) as feed:
        about = _about(feed, attribution=attribution, licence=licence)
        zone = _timezone(feed)
        calendar = read_calendar(feed, counts)
        stops = read_stops(feed, crs, within, counts)
        trips = _read_trips(feed, calendar, counts)
        calls, ends = _region_calls(feed, stops, trips, counts)
        instances = _instances(trips, calls, feed, counts)
        transfers, seats = read_transfers(feed, stops, trips.ids, counts)
        counts["booking_rules"] = int(feed.has("booking_rules"))
    if not len(instances.trip):
        raise TimetableError(
            f"`gtfs` {feed.name}: no trip calls at two of the {counts['stops']} stops in the "
            "region; take a feed that has trips there"
        )
    in_region = np.zeros(len(trips.ids), bool)
    in_region[calls.trip] = True
    about = replace(
        about,
        crs=crs,
        timezone=zone,
        first_day=calendar.first_day,
        sha256=sha256_of(path),
        on_demand=_lines_on_demand(trips, ends, in_region),
        **_validity(about, calendar),
    )
    made = _timetable(about, stops, trips, calls, ends, calendar, instances, (transfers, seats))
    served = np.unique(made.call_stop)
    counts["stops_unserved"] = len(made.stop_xy) - len(served)
    counts["trips"], counts["calls"] = made.trip_count, len(made.call_stop)
    made.about.counts.update({name: int(count) for name, count in counts.items()})
    _log.info("read %s: %s", path.name, dict(made.about.counts))
    return made


@dataclass(frozen=True)
class _Trips:
    """Trips of the feed that can run on some day, and their lines."""

    ids: pd.Index[str]
    line: NDArray[np.int32]
    service: NDArray[np.int32]
    block: NDArray[np.int32]
    headsign: NDArray[np.int32]
    headsigns: tuple[str, ...]
    line_id: tuple[str, ...]
    line_name: tuple[str, ...]
    line_type: NDArray[np.int32]


@dataclass(frozen=True)
class _Instances:
    """Trips that run: a trip of the feed each, moved by seconds where it runs by headway."""

    trip: NDArray[np.int64]
    shift_s: NDArray[np.int64]
    by_headway: NDArray[np.bool_]


def _about(feed: Feed, *, attribution: str, licence: str) -> About:
    columns = (
        "feed_publisher_name", "feed_version", "feed_license", "feed_start_date", "feed_end_date",
    )  # fmt: skip
    info = feed.read("feed_info", columns).apply(stripped)
    first = info.iloc[0] if len(info) else dict.fromkeys(columns, "")
    named = stripped(feed.read("attributions", ["organization_name"]).organization_name)
    publisher = str(first["feed_publisher_name"])
    whom = attribution or ", ".join(dict.fromkeys(n for n in [publisher, *named] if n))
    if not whom:
        raise TimetableError(
            f"`gtfs` {feed.name} does not say who made it (it has no feed_info.txt); say whom to "
            "name with `--attribution`"
        )
    start, end = day_of(str(first["feed_start_date"])), day_of(str(first["feed_end_date"]))
    nothing = pd.Timestamp(0).date()
    return About(
        crs="", timezone="", first_day=nothing, valid_from=start or nothing,
        valid_until=end or nothing, name=feed.name, publisher=publisher,
        version=str(first["feed_version"]), attribution=whom,
        licence=licence or str(first["feed_license"]),
    )  # fmt: skip


def _validity(about: About, calendar: Calendar) -> dict[str, Any]:
    """Return what a feed says of itself within its calendar, the calendar's days where nothing."""
    nothing = pd.Timestamp(0).date()
    first = calendar.first_day
    last = first + timedelta(days=calendar.runs.shape[1] - 1)
    start = max(first, about.valid_from)
    end = last if about.valid_until == nothing else min(last, about.valid_until)
    if start > end:
        start, end = first, last
    return {"valid_from": start, "valid_until": end}


def _timezone(feed: Feed) -> str:
    zones = list(dict.fromkeys(stripped(feed.read("agency", ["agency_timezone"]).agency_timezone)))
    if len(zones) != 1:
        raise TimetableError(
            f"`gtfs` {feed.name}: agency.txt has to name one time zone, and names "
            f"{', '.join(map(repr, zones)) or 'none'}"
        )
    try:
        ZoneInfo(zones[0])
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise TimetableError(
            f"`gtfs` {feed.name}: the time zone {zones[0]!r} of agency.txt is not known"
        ) from exc
    return str(zones[0])


def _read_trips(feed: Feed, calendar: Calendar, counts: Counter[str]) -> _Trips:
    lines = feed.read("routes", ["route_id", "route_short_name", "route_long_name", "route_type"])
    lines = lines.apply(stripped)
    twice = lines.route_id.duplicated()
    counts["lines_twice"] = int(twice.sum())
    lines = lines[~twice].reset_index(drop=True)
    table = feed.read("trips", ["trip_id", "route_id", "service_id", "block_id", "trip_headsign"])
    table = table.apply(stripped)
    twice = table.trip_id.duplicated()
    counts["trips_read"], counts["trips_twice"] = len(table), int(twice.sum())
    table = table[~twice].reset_index(drop=True)
    line = pd.Index(lines.route_id).get_indexer(pd.Index(table.route_id))
    service = calendar.services.get_indexer(pd.Index(table.service_id))
    counts["trips_of_unknown_lines"] = int((line < 0).sum())
    counts["trips_of_unknown_services"] = int((service < 0).sum())
    runs = np.asarray(calendar.runs.any(axis=1))
    never = (service >= 0) & ~runs[service]
    counts["trips_that_never_run"] = int(never.sum())
    good = (line >= 0) & (service >= 0) & ~never
    table = table[good]
    block, blocks = pd.factorize(table.block_id)
    headsign, headsigns = pd.factorize(table.trip_headsign)
    name = lines.route_short_name.where(lines.route_short_name != "", lines.route_long_name)
    kind = whole_numbers(lines.route_type, blank=_BUS)
    return _Trips(
        ids=pd.Index(table.trip_id),
        line=line[good].astype(np.int32),
        service=service[good].astype(np.int32),
        block=np.where(np.asarray(blocks) == "", -1, np.arange(len(blocks)))[block].astype(np.int32)
        if len(blocks)
        else block.astype(np.int32),
        headsign=headsign.astype(np.int32),
        headsigns=tuple(map(str, headsigns)),
        line_id=tuple(lines.route_id),
        line_name=tuple(name),
        line_type=kind.astype(np.int32),
    )


def _region_calls(
    feed: Feed, stops: Stops, trips: _Trips, counts: Counter[str]
) -> tuple[Calls, TripEnds]:
    """Read the calls at the region's stops, with times for those that have none."""
    calls, ends = read_calls(feed, stops.ids, stops.kept, trips.ids, counts)
    whole = np.zeros(len(trips.ids), bool)  # trips of which the calls elsewhere matter too
    whole[calls.trip[calls.arrival_s == NO_TIME]] = True
    if whole.any():
        again, _ = read_calls(feed, stops.ids, stops.kept, trips.ids, counts, only=whole)
        counts["calls_without_time"] = int((again.arrival_s == NO_TIME).sum())
        again = interpolated(again, stops.xy)
        again = again.take(stops.kept[again.stop])
        rest = calls.take(~whole[calls.trip])
        both = Calls(
            *(
                np.concatenate([getattr(rest, name), getattr(again, name)])
                for name in Calls.__dataclass_fields__
            )
        )
        calls = both.take(np.lexsort((both.sequence, both.trip)))
    untimed = calls.arrival_s == NO_TIME
    counts["calls_left_untimed"] = int(untimed.sum())
    calls = calls.take(~untimed)
    backward = backward_trips(calls, len(trips.ids))
    counts["trips_backwards"] = int(backward.sum())
    calls = calls.take(~backward[calls.trip])
    size = np.bincount(calls.trip, minlength=len(trips.ids))
    counts["trips_with_one_call"] = int((size == 1).sum())
    return calls.take(size[calls.trip] > 1), ends


def _instances(trips: _Trips, calls: Calls, feed: Feed, counts: Counter[str]) -> _Instances:
    """Return what runs: each trip once, and those by headway as often as they are said to."""
    has_calls = np.zeros(len(trips.ids), bool)
    has_calls[calls.trip] = True
    table = feed.read("frequencies", ["trip_id", "start_time", "end_time", "headway_secs"])
    trip = trips.ids.get_indexer(pd.Index(stripped(table.trip_id)))
    start, end = times(table.start_time), times(table.end_time)
    headway = whole_numbers(table.headway_secs, blank=-1)
    good = (trip >= 0) & (start >= 0) & (end >= 0) & (headway > 0)
    counts["headways_broken"] = int((~good).sum())
    good &= has_calls[trip] if len(trips.ids) else False
    by_headway = np.zeros(len(trips.ids), bool)
    by_headway[trip[good]] = True
    first_s = _first_departures(feed, trips, by_headway)
    regular = np.flatnonzero(has_calls & ~by_headway)
    copies_of, shifts = [regular], [np.zeros(len(regular), np.int64)]
    size = np.bincount(calls.trip, minlength=len(trips.ids))
    total = called = 0
    for row in np.flatnonzero(good):
        leaves = np.arange(start[row], end[row], headway[row], dtype=np.int64)
        total += len(leaves)
        called += len(leaves) * int(size[trip[row]])
        if total > MAX_TRIPS_BY_HEADWAY or called > MAX_CALLS_BY_HEADWAY:
            raise TimetableError(
                f"`gtfs` {feed.name}: frequencies.txt stands for more than "
                f"{MAX_TRIPS_BY_HEADWAY:,} trips or {MAX_CALLS_BY_HEADWAY:,} calls; correct its "
                "headways"
            )
        copies_of.append(np.full(len(leaves), trip[row]))
        shifts.append(leaves - first_s[trip[row]])
    counts["trips_by_headway"] = total
    of_trip = np.concatenate(copies_of)
    return _Instances(of_trip, np.concatenate(shifts), by_headway[of_trip])


def _first_departures(feed: Feed, trips: _Trips, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return when trips leave their very first stop, wherever that is."""
    first_s = np.zeros(len(trips.ids), np.int64)
    if wanted.any():
        for part in feed.parts("stop_times", ["trip_id", "departure_time", "arrival_time"]):
            trip = trips.ids.get_indexer(pd.Index(stripped(part.trip_id)))
            leaves = np.maximum(times(part.departure_time), times(part.arrival_time))
            used = (trip >= 0) & (leaves >= 0)
            used &= wanted[trip]
            earliest = pd.Series(leaves[used]).groupby(trip[used]).min()
            known = first_s[earliest.index] > 0
            first_s[earliest.index] = np.where(
                known, np.minimum(first_s[earliest.index], earliest), earliest
            )
    return first_s


def _lines_on_demand(
    trips: _Trips, ends: TripEnds, in_region: NDArray[np.bool_]
) -> tuple[str, ...]:
    lines = np.unique(trips.line[ends.flexible | (ends.by_phone & in_region)])
    return tuple(sorted({trips.line_name[line] or trips.line_id[line] for line in lines}))


def _timetable(
    about: About, stops: Stops, trips: _Trips, calls: Calls, ends: TripEnds, calendar: Calendar,
    instances: _Instances, rules: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> Timetable:  # fmt: skip
    size = np.bincount(calls.trip, minlength=len(trips.ids))
    first = np.cumsum(size) - size
    count = size[instances.trip]
    trip_start = np.r_[0, np.cumsum(count)].astype(np.int64)
    row = np.repeat(first[instances.trip] - trip_start[:-1], count) + np.arange(trip_start[-1])
    shift = np.repeat(instances.shift_s, count).astype(np.int32)
    # nobody gets on where a trip ends: whoever stays seated there boards the next one's first call
    boards = np.isin(calls.pickup, (REGULAR, WITH_DRIVER))
    boards &= calls.sequence < ends.last_sequence[calls.trip]
    alights = np.isin(calls.drop_off, (REGULAR, WITH_DRIVER))
    alights &= calls.sequence > ends.first_sequence[calls.trip]
    transfers, seats = rules
    number = np.full(len(trips.ids), -1)
    regular = ~instances.by_headway
    number[instances.trip[regular]] = np.flatnonzero(regular)
    seats = np.column_stack([number[seats[:, 0]], number[seats[:, 1]], seats[:, 2]])
    kept = stops.kept
    return Timetable(
        stop_xy=stops.xy[kept],
        stop_station=stops.station[kept],
        trip_start=trip_start,
        trip_line=trips.line[instances.trip],
        trip_headsign=trips.headsign[instances.trip],
        trip_service=trips.service[instances.trip],
        trip_block=np.where(instances.by_headway, -1, trips.block[instances.trip]).astype(np.int32),
        trip_by_headway=instances.by_headway,
        call_stop=stops.number[calls.stop[row]],
        call_arrival_s=calls.arrival_s[row] + shift,
        call_departure_s=calls.departure_s[row] + shift,
        call_boards=boards[row],
        call_alights=alights[row],
        line_type=trips.line_type,
        runs=calendar.runs,
        transfers=transfers,
        seats=seats[(seats[:, :2] >= 0).all(axis=1)].astype(np.int32),
        stop_id=tuple(stops.ids[kept]),
        stop_name=tuple(stops.name[kept]),
        line_id=trips.line_id,
        line_name=trips.line_name,
        headsign=trips.headsigns,
        about=about,
    )
