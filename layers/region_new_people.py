"""
Finds out what a file of people is, for a new region: counts by district, a census grid, or areas.

A table that begins with the ids of grid cells is a census grid. Anything else whose ids are the
districts' counts those. GeoJSON with ids of its own are the areas of a statistics office.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from geo.census_file import open_table, tables_in
from geo.counts_table import is_table
from geo.districts import read_counts
from geo.errors import RegionError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from layers.region_wanted import NewRegion

COUNTS, GRID, POLYGONS = "counts", "grid", "polygons"
_GRID_IDS = ("gitter_id", "grd_id", "grid_id")
_FINEST_FIRST = ("100m", "1km", "1000m", "10km")


def kind_of_people(path: Path, district_ids: Collection[str]) -> str:
    """
    Say what a file of people is: `counts`, `grid` or `polygons`.

    Raises
    ------
    PopulationError
        If it is a table that cannot be read.
    """
    if is_table(path):
        with open_table(path, member=_member(path)) as table:
            is_grid = table.columns[0].lower().startswith(_GRID_IDS)
        return GRID if is_grid else COUNTS
    try:
        counted = read_counts(path)
    except (
        RegionError
    ):  # no ids, or no column of that name: `geo.population_polygons` looks further
        return POLYGONS
    return COUNTS if set(counted) & set(district_ids) else POLYGONS


def keys_of_people(
    wanted: NewRegion, path: Path, folder: Path, district_ids: Collection[str]
) -> dict[str, Any]:
    """
    Copy a file of people into a region's folder and return the keys of `region.toml`.

    Raises
    ------
    RegionError
        If nobody says who counted the people of cells or areas.
    """
    kind = kind_of_people(path, district_ids)
    copy = folder / f"population{path.suffix.lower() if is_table(path) else '.geojson'}"
    shutil.copyfile(path, copy)
    about: dict[str, Any] = {}
    if wanted.population_source:
        about["population_source"] = wanted.population_source
    if wanted.population_year:
        about["population_year"] = wanted.population_year
    if kind == COUNTS:
        return {"population": copy.name} | about
    if not wanted.population_source:
        raise RegionError(
            f"`--population-source` is missing: {path.name} is "
            f"{'a census grid' if kind == GRID else 'a file of counted areas'}; say who counted"
        )
    table = {kind: copy.name, "member": _member(path)}
    table |= {key.removeprefix("population_"): value for key, value in about.items()}
    return {"population": table | ({"official": True} if kind == GRID else {})}


def _member(path: Path) -> str:
    """Return the finest table of a zip with several, as offices pack them; empty where one."""
    tables = tables_in(path)
    if len(tables) < 2:
        return ""
    for size in _FINEST_FIRST:
        if len(named := [name for name in tables if size in name.lower()]) == 1:
            return named[0]
    return ""
