"""
Writes the districts of a new region and their counts of people.

Three cases. Every part of the region has a count of its own (or a file of counts is given): the
parts are its districts. Only the whole has one: the whole is the district and the parts are its
quarters, over whose houses it is spread. There are no parts: places divide the whole, if there are
any.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import LONLAT
from geo.districts import districts_from_file
from geo.osm import read_places
from geo.region_below import MUNICIPALITY_LEVEL, districts_below
from layers.region_new_people import keys_of_people

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.region_clip import Clipped
    from layers.region_wanted import Area, NewRegion

_QUARTER_KINDS = ("borough", "suburb", "quarter", "suburb;quarter;village;hamlet")


@dataclass(frozen=True)
class _Parts:
    """The parts of a region in lon/lat; `told` says where they come from."""

    frame: gpd.GeoDataFrame
    told: str
    are_municipalities: bool = False

    @property
    def counted(self) -> int:
        """How many have a count of their own."""
        return int(self.frame["population"].notna().sum()) if "population" in self.frame else 0


def write_districts(
    wanted: NewRegion, area: Area, clipped: Clipped, folder: Path, crs: str
) -> tuple[dict[str, Any], list[str]]:
    """
    Write the files of districts, quarters and counts.

    Returns
    -------
    keys, said
        The keys of `region.toml` that name the files, and what is to be said of them.
    """
    parts, said = _parts(wanted, area, clipped, crs)
    total = _whole_number(area.tags.get("population"))
    if parts is not None and _are_districts(parts, wanted, total):
        write_geojson(folder / "districts.geojson", parts.frame)
        keys = {"districts": "districts.geojson"}
        return keys | _counts(wanted, folder, parts.frame, is_counted=parts.counted > 0), said
    whole = gpd.GeoDataFrame(
        {
            "district_id": [area.key or wanted.key or wanted.id],
            "name": [area.name],
            "population": [total],
            "population_source": [_source_of(area.tags)],
            "shape_source": ["boundary"],
        },
        geometry=[area.shape],
        crs=LONLAT,
    )
    write_geojson(folder / "districts.geojson", whole)
    keys = {"districts": "districts.geojson"}
    if parts is not None:
        counts = ["population", "population_source"]
        write_geojson(
            folder / "quarters.geojson", parts.frame.drop(columns=counts, errors="ignore")
        )
        keys["quarters"] = "quarters.geojson"
    elif kinds := _quarter_kinds(clipped, area):
        keys["quarters"] = kinds
        said.append(f"districts are quarters: what lies nearest to each place={kinds}")
    return keys | _counts(wanted, folder, whole, is_counted=total is not None), said


def _are_districts(parts: _Parts, wanted: NewRegion, total: int | None) -> bool:
    """Whether the parts are counted by themselves, and not quarters of the whole."""
    if wanted.population or parts.counted == len(parts.frame):
        return True
    if wanted.districts and parts.counted:
        return True
    return parts.are_municipalities and (parts.counted > 0 or total is None)


def _parts(
    wanted: NewRegion, area: Area, clipped: Clipped, crs: str
) -> tuple[_Parts | None, list[str]]:
    """Return the parts of the region, from a file or the extract, and what is to be said."""
    if wanted.districts:
        frame = districts_from_file(wanted.districts)
        frame["shape_source"] = wanted.districts.name
        parts = _Parts(frame, f"districts: {len(frame)} of {wanted.districts.name}")
        return parts, [parts.told]
    below = districts_below(clipped.path, area.shape, level=area.level, crs=crs)
    if below.districts is None:
        return None, below.said
    tags = below.districts["tags"]
    frame = below.districts.drop(columns="tags")
    frame["population"] = [_whole_number(t.get("population")) for t in tags]
    frame["population_source"] = [_source_of(t) for t in tags]
    unread = [
        f"{t['population']!r} of {name}"
        for t, name, count in zip(tags, frame["name"], frame["population"], strict=True)
        if "population" in t and _is_missing(count)
    ]
    are_municipalities = below.level == MUNICIPALITY_LEVEL
    what = "municipalities" if are_municipalities else "districts"
    told = f"{what}: {len(frame)} relations of admin_level {below.level}"
    said = [*below.said, told]
    if unread:
        said.append(f"no plain whole number and not used as population: {', '.join(unread)}")
    return _Parts(frame, told, are_municipalities), said


def _whole_number(value: Any) -> int | None:
    text = "" if _is_missing(value) else str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def _source_of(tags: Mapping[str, str]) -> str:
    dated = tags.get("population:date") or tags.get("source:population:date")
    return "population tag of OpenStreetMap" + (f" ({dated})" if dated else "")


def _counts(
    wanted: NewRegion, folder: Path, districts: gpd.GeoDataFrame, *, is_counted: bool
) -> dict[str, Any]:
    """Return the keys of `population`; the districts' own file where none is given."""
    if wanted.population:
        return keys_of_people(wanted, wanted.population, folder, list(districts["district_id"]))
    keys: dict[str, Any] = {}
    if not is_counted:
        return keys
    keys["population"] = "districts.geojson"
    if wanted.population_source:
        keys["population_source"] = wanted.population_source
    if wanted.population_year:
        keys["population_year"] = wanted.population_year
    return keys


def _quarter_kinds(clipped: Clipped, area: Area) -> str:
    """Return the coarsest kind of place of which the region has two of different names."""
    places = read_places(clipped.path)
    inside = np.flatnonzero(shapely.intersects_xy(area.shape, places.lon, places.lat))
    for kinds in _QUARTER_KINDS:
        fitting = [places.tags[i] for i in inside if places.tags[i]["place"] in kinds.split(";")]
        if len({tags["name"] for tags in fitting}) > 1:
            return kinds
    return ""


def write_geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write areas with those of their properties that are known."""
    rows = frame.drop(columns="geometry").to_dict("records")
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if not _is_missing(v)},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in zip(rows, frame.geometry, strict=True)
    ]
    data = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
