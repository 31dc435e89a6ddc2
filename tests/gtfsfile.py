"""
A hand-made feed over the toy town, whose answers are arithmetic, and its tables to change.

    stop   place        line 1 (weekdays, service WD)            night (WD)   Sunday line S
    a        (0, 0)     16:05:00                                  25:10:00     02:30:00
    b      (400, 0)     16:06:00                                  25:11:00     02:31:00
    c    (400, 400)     16:07:00                                  25:12:00     02:32:00
    p      station without a place of its own on the street; c2 is a second platform of c's station

A block on foot takes 75 s, from a to c 600 s.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from geo.crs import to_lonlat
from geo.network import Network
from geo.transit.gtfs import read_gtfs
from tests.toytown import CRS, at, grid_town

if TYPE_CHECKING:
    from pathlib import Path

    from geo.transit.timetable import Timetable

BOM = "\ufeff"


def stop_row(stop: str, x: float, y: float, rest: str = ",") -> str:
    """A row of stops.txt; ten decimals, so that a walk of no metres takes no second."""
    ((lon, lat),) = to_lonlat(at((x, y)), CRS)
    return f"{stop},Stop {stop},{lat:.10f},{lon:.10f},{rest}"


TABLES: dict[str, list[str]] = {
    "agency": [
        "agency_id,agency_name,agency_url,agency_timezone",
        "v,Verkehr Öd,https://example.org,Europe/Berlin",
    ],
    "feed_info": [
        "feed_publisher_name,feed_publisher_url,feed_lang,feed_version",
        "Verkehrsbetrieb Öd,https://example.org,de,7",
    ],
    "calendar": [
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        "WD,1,1,1,1,1,0,0,20261001,20270401",
        "SU,0,0,0,0,0,0,1,20261001,20270401",
    ],
    "calendar_dates": [
        "service_id,date,exception_type",
        "WD,20261225,2",
        "SU,20261225,1",
        "EX,20261128,1",
    ],
    "stops": [
        BOM + "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station",
        stop_row("a", 0, 0, "0,"),
        stop_row("b", 400, 0),
        stop_row("c", 400, 400, ",p"),
        stop_row("p", 400, 400, "1,"),
    ],
    "routes": [
        "route_id,route_short_name,route_long_name,route_type",
        "r1,1,,3",
        "rs,,Sonntagslinie,3",
    ],
    "trips": [
        "route_id,service_id,trip_id,trip_headsign,block_id",
        "r1,WD,t1,Stop c,",
        "r1,WD,night,Stop c,",
        "rs,SU,sunday,Stop c,",
        "rs,EX,extra,Stop c,",
    ],
    "stop_times": [
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type",
        "t1,16:05:00,16:05:00,a,1,,",
        "t1, 16:06:00,16:06:00 ,b,5,0,0",
        "t1,16:07:00,16:07:00,c,7,1,0",
        "night,25:10:00,25:10:00,a,1,,",
        "night,25:11:00,25:11:00,b,2,,",
        "night,25:12:00,25:12:00,c,3,,",
        "sunday,02:30:00,02:30:00,a,1,,",
        "sunday,2:31:00,2:31:00,b,2,,",
        "sunday,02:32:00,02:32:00,c,3,,",
        "extra,10:00:00,10:00:00,a,1,,",
        "extra,10:02:00,10:02:00,c,2,,",
        "nobody,10:00:00,10:00:00,a,1,,",
        "t1,16:08:00,16:08:00,nowhere,9,,",
    ],
}  # fmt: skip


def write_feed(path: Path, *, folder: str = "", **changes: list[str] | None) -> Path:
    """Write the feed with some tables changed; None leaves one out."""
    tables: dict[str, list[str] | None] = {**TABLES, **changes}
    with zipfile.ZipFile(path, "w") as packed:
        for name, rows in tables.items():
            if rows is not None:
                packed.writestr(f"{folder}{name}.txt", "\n".join([*rows, ""]))
    return path


def timetable_of(folder: Path, **changes: list[str] | None) -> Timetable:
    """Read the feed with some tables changed."""
    return read_gtfs(write_feed(folder / "feed.zip", **changes), crs=CRS)


def more(table: str, *rows: str) -> list[str]:
    """A table of the feed with more rows."""
    return [*TABLES[table], *rows]


def walk_network() -> Network:
    """The toy town's streets on foot."""
    return Network.build(grid_town().streets(), mode="walk", crs=CRS)
