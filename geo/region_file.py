"""
Makes a `Region` of a `region.toml` and the files it names.

Districts come from a file, from the extract's administrative relations, or are the whole region.
They are cut to where data is; which ones lie wholly beyond is recorded. Where no official quarters
exist, a municipality may be divided among its places (`geo.quarters`).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as crs_module
from geo import osm
from geo.districts import (
    add_population,
    districts_from_extract,
    districts_from_file,
    refuse_overlaps,
)
from geo.errors import RegionError
from geo.polygons import polygonal
from geo.population_config import counted_source
from geo.quarters import add_quarters, add_quarters_from_file
from geo.region import DISTRICT_COLUMNS, Region
from geo.region_config import OPTIONAL_KEYS, REQUIRED_KEYS, is_places, read_config
from geo.region_place import box_around
from geo.vector import read_geojson

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OPTIONAL_KEYS", "REQUIRED_KEYS", "load_region"]

_log = logging.getLogger(__name__)
_AROUND_KM = 10.0  # around a region without an extract, where its own table may have offers
_NOTHING_SHARE = 1e-6  # of a district's area: less inside is none of it, less outside is all of it


def load_region(path: Path) -> Region:
    """
    Read a `region.toml` and the files that it names.

    Parameters
    ----------
    path
        The `region.toml`; files in it are relative to its folder and inside it.

    Returns
    -------
    region
        With districts cut to the study area and the extent.

    Raises
    ------
    RegionError
        If a key is missing or unknown, a value is not allowed, a file does not fit, districts
        overlap, or the extract does not meet the boundary. All faults of the keys at once.
    CRSError
        If `crs` is not projected in metres, or made for elsewhere.
    ExtractError
        If the extract cannot be read.
    """
    config = read_config(path)
    folder, crs = path.parent, config["crs"]
    extract = folder / config["extract"] if "extract" in config else None
    bounds = _bounds(config, folder, extract)
    box = shapely.segmentize(shapely.box(*bounds), 0.01)  # straight in degrees, not in metres
    whole = _districts(config, folder, extract, box)
    boundary = _boundary(config, folder, extract, whole)
    inside = box if boundary is None else shapely.intersection(boundary, box)
    if shapely.area(inside) == 0:
        raise RegionError(_no_meeting(config["id"], boundary, bounds, config.get("extract", "")))
    crs_module.check_fits(crs, shapely.bounds(inside).tolist())
    extent, study_area = crs_module.geometry_to_metric(np.array([box, inside], object), crs)
    whole = whole.set_geometry(
        gpd.GeoSeries(crs_module.geometry_to_metric(whole.geometry.to_numpy(), crs), crs=crs)
    )
    refuse_overlaps(whole, config["id"])
    whole = _with_counts(whole, config, folder)
    districts = _cut(whole, study_area)
    beyond = None if boundary is None else crs_module.geometry_to_metric(boundary, crs)
    region = Region(
        id=config["id"],
        name=config["name"],
        crs=crs,
        timezone=config["timezone"],
        country=config["country"],
        subdivision=config.get("subdivision", ""),
        as_of=config["as_of"],
        boundary=study_area,
        extent=extent,
        districts=_with_quarters(districts, config, folder),
        attributions=tuple(config["attribution"]),
        population_official=_is_official(config),
        extract=extract,
        districts_without_data=_without_data(whole, districts, beyond),
        share_without_district=_share_without(districts, study_area),
        home=_home(config, districts),
    )
    _log.info(
        "region %s: %d districts, %d beyond the data, %.1f %% of the area in none",
        region.id,
        len(region.finest),
        len(region.districts_without_data),
        100 * region.share_without_district,
    )
    return region


def _bounds(config: dict[str, Any], folder: Path, extract: Path | None) -> osm.Bounds:
    """Return the box of the data in degrees; without an extract one around the boundary."""
    if extract is not None:
        return osm.extract_info(extract).bounds
    boundary = read_geojson(folder / config["boundary"])
    west, south, east, north = (float(value) for value in boundary.total_bounds)
    return box_around((west, south, east, north), _AROUND_KM)


def _districts(
    config: dict[str, Any], folder: Path, extract: Path | None, box: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Whole districts of the upper level in degrees, before any cut."""
    source = config.get("districts", "")
    if extract is not None and source.startswith("admin_level:"):
        return districts_from_extract(extract, source.partition(":")[2])
    if source:
        return districts_from_file(folder / source)
    boundary = _boundary(config, folder, extract, None)
    return gpd.GeoDataFrame(
        {"district_id": [config["id"]], "name": [config["name"]], "shape_source": ["boundary"]},
        geometry=[box if boundary is None else boundary],
        crs=crs_module.LONLAT,
    )


def _boundary(
    config: dict[str, Any], folder: Path, extract: Path | None, districts: gpd.GeoDataFrame | None
) -> shapely.Geometry | None:
    """Read the study area in degrees as the config names it; None where it is the extent."""
    source = config.get("boundary", "extent")
    if source == "extent":
        return None
    if districts is not None and source == config.get("districts"):  # read already
        return shapely.union_all(districts.geometry.to_numpy())
    if extract is None or not source.startswith("relation:"):
        return shapely.union_all(read_geojson(folder / source).geometry.to_numpy())
    areas = osm.read_admin_areas(extract)
    wanted = "r" + source.partition(":")[2]
    if wanted not in areas.area_id:
        closed = [f"{i[1:]} ({t['name']})" for i, t in zip(areas.area_id, areas.tags, strict=True)]
        raise RegionError(
            f"`boundary` {source}: the extract has no closed administrative relation with "
            f"that id; closed are: {', '.join(closed) or 'none'}"
        )
    return areas.geometry[areas.area_id.index(wanted)]


def _no_meeting(
    region_id: str, boundary: shapely.Geometry, bounds: osm.Bounds, extract: str
) -> str:
    swapped = shapely.transform(boundary, lambda points: points[:, ::-1])
    way_out = (
        "its coordinates are lat, lon; GeoJSON wants lon, lat"
        if shapely.intersects(swapped, shapely.box(*bounds))
        else "use an extract that covers the region, or another boundary"
    )
    return (
        f"region {region_id!r}: the extract {extract} ({_box_text(*bounds)}) does not "
        f"meet the boundary ({_box_text(*shapely.bounds(boundary))}); {way_out}"
    )


def _box_text(west: float, south: float, east: float, north: float) -> str:
    return f"lon {west:.3f} to {east:.3f}, lat {south:.3f} to {north:.3f}"


def _home(config: dict[str, Any], districts: gpd.GeoDataFrame) -> str:
    home = str(config.get("home", ""))
    known = districts["district_id"].tolist()
    if home and home not in known:
        raise RegionError(
            f"region.toml of {config['id']!r}: `home` {home!r} is no municipality of the region; "
            f"they are {', '.join(sorted(known)[:20])}"
        )
    return home


def _is_official(config: dict[str, Any]) -> bool:
    table = config.get("population")
    official: bool = (
        table.get("official", False)
        if isinstance(table, dict)
        else config.get("population_official", False)
    )
    return official


def _with_counts(
    districts: gpd.GeoDataFrame, config: dict[str, Any], folder: Path
) -> gpd.GeoDataFrame:
    counted = counted_source(config, folder)
    if counted is None:
        source = config.get("population")
        districts = add_population(
            districts,
            folder / source if source else None,
            source=config.get("population_source", ""),
            year=config.get("population_year"),
        )
    else:  # people are counted in small areas; these are the totals they are raked to
        districts = add_population(
            districts,
            counted.totals,
            source=counted.totals_source,
            year=counted.totals_year,
            column=counted.totals_column,
            key="official_total",
        )
        if counted.total is not None and len(districts) == 1:
            districts["population"] = counted.total
            districts["population_source"] = counted.totals_source
            districts["population_year"] = float(counted.totals_year or "nan")
    districts["level"], districts["parent_id"] = "municipality", ""
    districts["share_inside"] = 1.0
    return districts[list(DISTRICT_COLUMNS)]


def _cut(whole: gpd.GeoDataFrame, study_area: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut districts to the studied area; those wholly outside are not part of the region."""
    shapes = whole.geometry.to_numpy()
    cut = polygonal(shapely.intersection(shapes, study_area))
    share = shapely.area(cut) / shapely.area(shapes)
    districts = whole.set_geometry(gpd.GeoSeries(cut, crs=whole.crs))
    districts["share_inside"] = np.where(share > 1 - _NOTHING_SHARE, 1.0, share)
    districts = districts[share > _NOTHING_SHARE].reset_index(drop=True)
    if not len(districts):
        raise RegionError(
            "`districts`: none of them lies in the study area where the extract has data; "
            "use districts of this region"
        )
    return districts


def _without_data(
    whole: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, boundary: shapely.Geometry | None
) -> tuple[str, ...]:
    """Name the districts inside the boundary of which no part lies in the data."""
    left_out = whole[~whole["district_id"].isin(districts["district_id"])]
    if boundary is None:  # the study area is the extent: what is beyond was not asked for
        return ()
    shapes = left_out.geometry.to_numpy()
    share = shapely.area(shapely.intersection(shapes, boundary)) / shapely.area(shapes)
    return tuple(left_out["name"][share > _NOTHING_SHARE])


def _share_without(districts: gpd.GeoDataFrame, study_area: shapely.Geometry) -> float:
    covered = shapely.area(shapely.union_all(districts.geometry.to_numpy()))
    return max(0.0, 1.0 - float(covered / shapely.area(study_area)))


def _with_quarters(
    districts: gpd.GeoDataFrame, config: dict[str, Any], folder: Path
) -> gpd.GeoDataFrame:
    quarters = config.get("quarters")
    if not quarters:
        return districts
    if is_places(quarters):
        return add_quarters(districts, osm.read_places(folder / config["extract"]), kinds=quarters)
    return add_quarters_from_file(districts, folder / quarters)
