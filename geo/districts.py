"""
Makes districts of what files and extracts call them, with their counts of people.

Ids and names stand under many headings (`ags` and `GEN` in the maps of Germany's survey office, for
example). Counts must be plain whole numbers: "1.234" is a thousand and some in one country and
one and a bit in another, so it is refused and never guessed.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as crs_module
from geo import osm
from geo.counts_table import is_table, read_table_of_counts
from geo.errors import RegionError
from geo.vector import read_geojson

if TYPE_CHECKING:
    from pathlib import Path

_HEADINGS = {
    "district_id": ("ags", "ars", "rs", "id"),
    "name": ("gen", "label"),
    "population": ("ewz", "einwohner"),
}
_OVERLAP_SHARE = 0.01  # shared border lines drawn twice overlap by slivers; districts do not


def districts_from_file(path: Path) -> gpd.GeoDataFrame:
    """
    Read districts from a GeoJSON file.

    Returns
    -------
    districts
        In lon/lat, sorted by `district_id`; `name`, `shape_source` (the file's name where it states
        none), and what else the file has.

    Raises
    ------
    RegionError
        If the file cannot be read, or districts have no id or name, or the same id twice.
    """
    frame = _with_headings(read_geojson(path), path.name, ("district_id", "name"))
    stated = frame.get("shape_source", [None] * len(frame))
    frame["shape_source"] = [_text_of(own) or path.name for own in stated]
    return frame


def districts_from_extract(extract: Path, level: str) -> gpd.GeoDataFrame:
    """
    Read the administrative areas of one level that close inside the extract.

    Raises
    ------
    RegionError
        If there is none; the levels that exist are named.
    """
    areas = osm.read_admin_areas(extract)
    rows = [i for i, tags in enumerate(areas.tags) if tags.get("admin_level") == level]
    # an island is often both a closed way and the relation around it
    names = {areas.tags[i]["name"] for i in rows if areas.area_id[i][0] == "r"}
    rows = [i for i in rows if areas.area_id[i][0] == "r" or areas.tags[i]["name"] not in names]
    if not rows:
        found = sorted({tags["admin_level"] for tags in areas.tags})
        raise RegionError(
            f"`districts` admin_level:{level}: the extract closes no such relation; it has levels "
            f"{', '.join(found) or 'none'} ({areas.broken} areas do not close); name one of them "
            "or a file"
        )
    frame = gpd.GeoDataFrame(
        {
            "district_id": [areas.area_id[i] for i in rows],
            "name": [areas.tags[i]["name"] for i in rows],
            "shape_source": f"OpenStreetMap admin_level={level}",
        },
        geometry=areas.geometry[rows],
        crs=crs_module.LONLAT,
    )
    return frame.sort_values("district_id", ignore_index=True)


def _with_headings(frame: gpd.GeoDataFrame, file: str, wanted: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Find the wanted columns, whatever the file calls them, and sort by id."""
    properties = [str(column) for column in frame.columns if column != "geometry"]
    by_lower = {column.lower(): column for column in properties}
    for heading in wanted:
        found = next((by_lower[c] for c in (heading, *_HEADINGS[heading]) if c in by_lower), None)
        if found is None:
            way_out = (
                f"; rename one, or say which it is by `umkreis region new --column {heading}=…`"
                if heading != "population"
                else ""
            )
            raise RegionError(
                f"{file}: no property {heading!r} (or {', '.join(_HEADINGS[heading])}); the file "
                f"has {', '.join(properties) or 'none'}{way_out}"
            )
        frame[heading] = frame[found].astype(object)
    for heading in set(wanted) - {"population"}:
        frame[heading] = [_text_of(value) for value in frame[heading]]
        if blank := [str(i) for i, text in enumerate(frame[heading], start=1) if not text]:
            raise RegionError(f"{file}: no {heading!r} in feature {', '.join(blank[:10])}")
    ids = frame["district_id"]
    if twice := sorted(set(ids[ids.duplicated()])):
        raise RegionError(
            f"{file}: the same id twice: {', '.join(twice[:10])}; join the parts of a district "
            "into one feature"
        )
    return frame.sort_values("district_id", ignore_index=True)


def _text_of(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():  # a column of numbers with one missing
        return str(int(value))
    return str(value).strip()


def refuse_overlaps(frame: gpd.GeoDataFrame, region_id: str) -> None:
    """
    Refuse districts that share more than a sliver: people there would count twice.

    Raises
    ------
    RegionError
        Naming the pairs.
    """
    geometry = frame.geometry.to_numpy()
    left, right = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    area = shapely.area(shapely.intersection(geometry[left], geometry[right]))
    smaller = np.minimum(shapely.area(geometry[left]), shapely.area(geometry[right]))
    bad = area > _OVERLAP_SHARE * smaller
    if bad.any():
        names = frame["name"].to_numpy()
        text = ", ".join(
            f"{names[a]} and {names[b]}" for a, b in zip(left[bad], right[bad], strict=True)
        )
        raise RegionError(f"region {region_id!r}: districts overlap: {text}; mend their shapes")


def add_population(
    frame: gpd.GeoDataFrame,
    path: Path | None,
    *,
    source: str,
    year: int | None,
    column: str = "",
    key: str = "population",
) -> gpd.GeoDataFrame:
    """
    Append `population`, `population_source` and `population_year` to districts.

    Parameters
    ----------
    frame
        Districts with `district_id` and `name`.
    path
        GeoJSON or CSV with the same ids and a `population` each; None where there is none.
    source, year
        Used where a feature of the file has no `population_source` or `population_year`.
    column
        What the file calls its counts, where it is none of the usual names.
    key
        Of `region.toml`, for messages.

    Returns
    -------
    districts
        Population as float, NaN where the file has none.

    Raises
    ------
    RegionError
        If a count is negative or no plain whole number, if no id of the file is a district's, or
        if a count has no source.
    """
    frame = frame.copy()
    counts = read_counts(path, column=column, key=key) if path else {}
    ids = frame["district_id"]
    if path and not set(ids) & set(counts):
        raise RegionError(
            f"`{key}` {path.name}: none of its ids is a district's: it has "
            f"{', '.join(list(counts)[:3])}, the districts have {', '.join(ids[:3])}"
        )
    unknown = (math.nan, None, None)
    found = [counts.get(i, unknown) for i in ids]
    frame["population"] = [count for count, _, _ in found]
    frame["population_source"] = [own or source for _, own, _ in found]
    frame["population_year"] = [
        float(own or year or math.nan) if count == count else math.nan for count, _, own in found
    ]
    without = frame["name"][frame["population"].notna() & (frame["population_source"] == "")]
    if len(without):
        raise RegionError(
            f"`population_source` is missing for {', '.join(without[:10])}; say in region.toml or "
            "in the file where the counts come from"
        )
    return frame


def read_counts(
    path: Path, *, column: str = "", key: str = "population"
) -> dict[str, tuple[float, str | None, float | None]]:
    """
    Read counts of people by district id.

    Parameters
    ----------
    path
        GeoJSON, or CSV with a header.
    column
        What the file calls its counts, where it is none of the usual names.
    key
        Of `region.toml`, for messages.

    Returns
    -------
    counts
        Count (NaN where unknown), own source and own year of each id; None where not stated.

    Raises
    ------
    RegionError
        If the file cannot be read, or a count is negative or no plain whole number.
    """
    frame = read_table_of_counts(path) if is_table(path) else read_geojson(path)
    if column and column not in frame:
        raise RegionError(
            f"`{key}` {path.name} has no column {column!r}; it has {', '.join(map(str, frame))}"
        )
    if column:
        frame["population"] = frame[column]
    frame = _with_headings(frame, path.name, ("district_id", "population"))
    faults: list[str] = []
    counts = [
        _count(value, district_id, faults)
        for value, district_id in zip(frame["population"], frame["district_id"], strict=True)
    ]
    if faults:
        raise RegionError(f"`{key}` {path.name}: " + "; ".join(faults[:10]))
    sources = frame.get("population_source", [None] * len(frame))
    years = frame.get("population_year", [None] * len(frame))
    return {
        district_id: (count, _text_of(source) or None, _year(own_year))
        for district_id, count, source, own_year in zip(
            frame["district_id"], counts, sources, years, strict=True
        )
    }


def _year(value: Any) -> float | None:
    text = _text_of(value)
    return float(text) if text.isdecimal() else None


def _count(value: Any, district_id: str, faults: list[str]) -> float:
    """Return a count of people; NaN where none stands there."""
    text = _text_of(value)
    if not text:
        return math.nan
    if re.fullmatch(r"-?[0-9]+", text):  # `_text_of` writes 1234.0 as 1234
        if not text.startswith("-"):
            return float(text)
        faults.append(f"{district_id} has the negative count {text}; leave unknown ones out (null)")
    else:
        faults.append(
            f"{district_id} has {value!r}, no plain whole number; write 1234 for a thousand and "
            "some, null for unknown"
        )
    return math.nan
