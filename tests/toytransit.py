"""The toy region with the hand-made timetable, ready to build and to serve."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.timetable import write_timetable
from geo.transit.gtfs import read_gtfs
from layers.build import build_atlas
from layers.region_timetable import add_timetable
from tests.gtfsfile import TABLES, write_feed
from tests.toyregion import toy_lonlat, write_toy_region

if TYPE_CHECKING:
    from pathlib import Path

    from layers.atlas import Atlas

# 16:00 to 16:10 of a Tuesday: one bus of line 1 leaves stop a at 16:05 and is at c at 16:07
TEN = "2026-11-24T16:00/16:10"


def toy_stops() -> list[str]:
    """The stops of the hand-made feed in the toy region."""
    rows = [TABLES["stops"][0]]
    for stop, x, y in (("a", 0, 0), ("b", 400, 0), ("c", 400, 400)):
        ((lon, lat),) = toy_lonlat(np.array([(x, y)], float))
        rows.append(f"{stop},Stop {stop},{lat:.10f},{lon:.10f},,")
    return rows


def build_toy_with_timetable(state: Path, taxonomy: Path, **tables: list[str]) -> Atlas:
    """Build the toy region with a timetable in a folder of state, so that it can be served."""
    folder = state / "regions" / "toy"
    write_toy_region(folder)
    feed = write_feed(state / "feed.zip", stops=toy_stops(), **tables)
    add_timetable(folder, feed, licence="CC0-1.0")
    return build_atlas(folder, taxonomy, state / "atlas" / "toy", base_map=False)


def with_generated_timetable(atlas: Atlas, folder: Path) -> tuple[Atlas, Path]:
    """Lay four made-up lines over the streets of a region; return it and the feed's file."""
    path = folder / "generated.zip"
    write_timetable(
        atlas.networks["walk"], path, lines=4, seed=11, first_day=date(2026, 10, 1), days=90
    )
    return replace(atlas, timetable=read_gtfs(path, crs=atlas.region.crs)), path
