"""
Reads a `region.toml` and the files it names.

Districts come from a file, from the extract's administrative relations, or are the whole region.
Where no official quarters exist, a municipality is divided among its places: each spot belongs to
the nearest one (Voronoi cells, cut to the municipality). Such quarters are marked as what they are.
"""

from __future__ import annotations

import math
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import crs as crs_module
from geo import osm
from geo.errors import RegionError
from geo.region import DISTRICT_COLUMNS, Region
from geo.vector import read_geojson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

REQUIRED_KEYS = ("id", "name", "crs", "timezone", "country", "as_of", "extract", "attribution")
OPTIONAL_KEYS = (
    "subdivision", "boundary", "districts", "quarters", "population", "population_year",
    "population_source", "population_official",
)  # fmt: skip
_OVERLAP_SHARE = 0.01  # shared border lines drawn twice overlap by slivers; districts do not


def load_region(path: Path) -> Region:
    """
    Read a `region.toml` and the files that it names.

    Parameters
    ----------
    path
        The `region.toml`; files in it are relative to its folder.

    Returns
    -------
    region
        With districts cut to the extent.

    Raises
    ------
    RegionError
        If a key is missing or unknown, a value is not allowed, a file does not fit, districts
        overlap, or the extract does not meet the boundary. All faults of the keys at once.
    CRSError
        If `crs` is not projected in metres.
    ExtractError
        If the extract cannot be read.
    """
    config = _read_config(path)
    folder, crs = path.parent, crs_module.check_metric(config["crs"])
    extract = folder / config["extract"]
    info = osm.extract_info(extract)
    box = shapely.segmentize(shapely.box(*info.bounds), 0.01)  # straight in degrees, not in metres
    extent = crs_module.geometry_to_metric(box, crs)
    municipalities = _municipalities(config, folder, extract, extent)
    boundary = _boundary(config, folder, extract, extent, municipalities)
    inside = shapely.intersection(boundary, extent)
    if inside.is_empty:
        raise RegionError(
            f"region {config['id']!r}: the extract {extract.name} "
            f"({_box_text(info.bounds)}) does not meet the boundary; "
            "use an extract that covers the region, or another boundary"
        )
    districts = _cut(municipalities, shapely.intersection(extent, boundary))
    if places := config.get("quarters"):
        districts = _with_quarters(districts, extract, crs, places)
    return Region(
        id=config["id"],
        name=config["name"],
        crs=crs,
        timezone=config["timezone"],
        country=config["country"],
        subdivision=config.get("subdivision", ""),
        as_of=config["as_of"],
        boundary=inside,
        extent=extent,
        districts=districts,
        attributions=tuple(config["attribution"]),
        population_official=bool(config.get("population_official", False)),
        extract=extract,
    )


def _read_config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise RegionError(f"there is no {path.name} in {path.parent}; a region needs one")
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise RegionError(f"{path.name} of {path.parent.name!r} is not valid TOML: {exc}") from exc
    faults = [f"`{key}` is missing" for key in REQUIRED_KEYS if key not in config]
    unknown = sorted(set(config) - set(REQUIRED_KEYS) - set(OPTIONAL_KEYS))
    faults += [f"`{key}` is not a key of a region" for key in unknown]
    if isinstance(config.get("attribution"), str):
        config["attribution"] = [config["attribution"]]
    faults += [
        fault for key, rule in _RULES.items() if key in config and (fault := rule(config[key]))
    ]
    if faults:
        raise RegionError(f"{path.name} of {path.parent.name!r}: " + "; ".join(faults))
    return config


def _is_text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else f"{value!r} is not a text"


def _is_id(value: Any) -> str:
    fits = isinstance(value, str) and value.replace("-", "").replace("_", "").isalnum()
    return (
        "" if fits and value.isascii() else f"`id` {value!r} may hold letters, digits, - and _ only"
    )


def _is_zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        return f"`timezone` {value!r} is no IANA time zone such as Europe/Berlin"
    return ""


_RULES: dict[str, Callable[[Any], str]] = {
    "id": _is_id,
    "name": _is_text,
    "crs": _is_text,
    "timezone": _is_zone,
    "extract": _is_text,
    "as_of": lambda v: "" if type(v) is date else f"`as_of` {v!r} is no date such as 2016-02-10",
    "population_year": lambda v: (
        "" if isinstance(v, int) else f"`population_year` {v!r} is no year"
    ),
    "attribution": lambda v: (
        "" if isinstance(v, list) and v else f"`attribution` {v!r} is no list of texts"
    ),
}


def _box_text(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = bounds
    return f"lon {west:.3f} to {east:.3f}, lat {south:.3f} to {north:.3f}"


def _municipalities(
    config: dict[str, Any], folder: Path, extract: Path, extent: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Whole districts of the upper level with their populations, before any cut."""
    source = config.get("districts", "")
    if source.startswith("admin_level:"):
        frame = _from_admin_level(extract, source.partition(":")[2])
    elif source:
        frame = read_geojson(folder / source)
        frame["shape_source"] = source
    else:
        whole = _boundary_lonlat(config, folder, extract)
        geometry = crs_module.geometry_to_lonlat(extent, config["crs"]) if whole is None else whole
        frame = gpd.GeoDataFrame(
            {"district_id": [config["id"]], "name": [config["name"]], "shape_source": ["boundary"]},
            geometry=[geometry],
            crs=crs_module.LONLAT,
        )
    frame = _named(frame, source)
    frame = frame.set_geometry(
        gpd.GeoSeries(
            crs_module.geometry_to_metric(frame.geometry.to_numpy(), config["crs"]),
            crs=config["crs"],
        )
    )
    _refuse_overlaps(frame, config["id"])
    frame["level"], frame["parent_id"], frame["share_inside"] = "municipality", "", 1.0
    return _with_population(frame, config, folder)


def _named(frame: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    """Give each district an id and a name, whatever the file calls them."""
    for target, candidates in {
        "district_id": ("ags", "ars", "id"),
        "name": ("gen", "label"),
    }.items():
        if target not in frame:
            found = next((c for c in candidates if c in frame), None)
            if found is None:
                raise RegionError(
                    f"`districts` {source}: no property {target!r} (or {', '.join(candidates)}); "
                    "name it in the file"
                )
            frame = frame.rename(columns={found: target})
    frame["district_id"] = frame["district_id"].astype(str)
    twice = sorted(set(frame["district_id"][frame["district_id"].duplicated()]))
    if twice:
        raise RegionError(f"`districts` {source}: the same id twice: {', '.join(twice)}")
    return frame.sort_values("district_id", ignore_index=True)


def _refuse_overlaps(frame: gpd.GeoDataFrame, region_id: str) -> None:
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


def _from_admin_level(extract: Path, level: str) -> gpd.GeoDataFrame:
    areas = osm.read_admin_areas(extract)
    rows = [i for i, tags in enumerate(areas.tags) if tags.get("admin_level") == level]
    if not rows:
        found = sorted({tags["admin_level"] for tags in areas.tags})
        raise RegionError(
            f"`districts` admin_level:{level}: the extract closes no such relation; it has levels "
            f"{', '.join(found) or 'none'}; name one of them or a file"
        )
    return gpd.GeoDataFrame(
        {
            "district_id": [areas.area_id[i] for i in rows],
            "name": [areas.tags[i]["name"] for i in rows],
            "shape_source": f"OpenStreetMap admin_level={level}",
        },
        geometry=areas.geometry[rows],
        crs=crs_module.LONLAT,
    )


def _boundary_lonlat(
    config: dict[str, Any], folder: Path, extract: Path
) -> shapely.Geometry | None:
    """Read the study area as the config names it; None where it is the extent."""
    source = config.get("boundary", "extent")
    if source == "extent":
        return None
    if source.startswith("relation:"):
        areas = osm.read_admin_areas(extract)
        wanted = "r" + source.partition(":")[2]
        if wanted not in areas.area_id:
            raise RegionError(
                f"`boundary` {source}: the extract has no closed administrative relation with "
                f"that id; closed are: {', '.join(_relation_names(areas)) or 'none'}"
            )
        return areas.geometry[areas.area_id.index(wanted)]
    return shapely.union_all(read_geojson(folder / source).geometry.to_numpy())


def _relation_names(areas: osm.Areas) -> list[str]:
    return [f"{i[1:]} ({t['name']})" for i, t in zip(areas.area_id, areas.tags, strict=True)]


def _boundary(
    config: dict[str, Any],
    folder: Path,
    extract: Path,
    extent: shapely.Geometry,
    municipalities: gpd.GeoDataFrame,
) -> shapely.Geometry:
    if config.get("boundary") == config.get("districts"):  # read already
        return shapely.union_all(municipalities.geometry.to_numpy())
    lonlat = _boundary_lonlat(config, folder, extract)
    return extent if lonlat is None else crs_module.geometry_to_metric(lonlat, config["crs"])


def _with_population(
    frame: gpd.GeoDataFrame, config: dict[str, Any], folder: Path
) -> gpd.GeoDataFrame:
    counts = pd.DataFrame(columns=["district_id", "population"])
    if source := config.get("population"):
        counts = _named(read_geojson(folder / source), source).drop(columns="geometry")
        if "population" not in counts:
            raise RegionError(f"`population` {source}: no property 'population' in it")
    counts = counts.drop_duplicates("district_id").set_index("district_id")
    population = pd.to_numeric(frame["district_id"].map(counts["population"]), errors="coerce")
    if (population < 0).any():
        names = ", ".join(frame["name"][population < 0])
        raise RegionError(f"`population`: negative count for {names}")
    frame["population"] = population.astype(float)
    source_text = config.get("population_source", "")
    own_source = counts.get("population_source", pd.Series(dtype=object)).dropna().to_dict()
    own_year = counts.get("population_year", pd.Series(dtype=float)).dropna().to_dict()
    default_year = config.get("population_year", math.nan)
    ids = frame["district_id"]
    frame["population_source"] = [str(own_source.get(i, source_text)) for i in ids]
    frame["population_year"] = [float(own_year.get(i, default_year)) for i in ids]
    return frame[list(DISTRICT_COLUMNS)]


def _cut(districts: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut districts to the studied area; those wholly outside are not part of the region."""
    whole = districts.geometry.to_numpy()
    cut = _polygons(shapely.intersection(whole, area))
    share = shapely.area(cut) / shapely.area(whole)
    districts = districts.set_geometry(gpd.GeoSeries(cut, crs=districts.crs))
    districts["share_inside"] = np.where(share > 1 - 1e-6, 1.0, share)
    return districts[share > 1e-6].reset_index(drop=True)


def _polygons(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop the points and lines that cutting leaves behind."""
    parts = [
        [p for p in shapely.get_parts(g) if p.geom_type in ("Polygon", "MultiPolygon")]
        for g in geometry
    ]
    return np.array([shapely.union_all(p) for p in parts], object)


def _with_quarters(
    districts: gpd.GeoDataFrame, extract: Path, crs: str, kinds: str
) -> gpd.GeoDataFrame:
    """Divide each municipality with two or more places of the kinds among them."""
    places = osm.read_places(extract)
    wanted = [i for i, t in enumerate(places.tags) if t["place"] in kinds.split(";")]
    xy = crs_module.to_metric(places.lon[wanted], places.lat[wanted], crs)
    names = [places.tags[i]["name"] for i in wanted]
    ids = [places.feature_id[i] for i in wanted]
    rows: list[dict[str, Any]] = []
    for municipality in districts.itertuples():
        inside = np.flatnonzero(shapely.intersects_xy(municipality.geometry, xy))
        if len(inside) < 2:
            continue
        cells = _voronoi(xy[inside], municipality.geometry)
        rows += [
            {
                "district_id": f"{municipality.district_id}.{ids[i]}",
                "name": names[i],
                "level": "quarter",
                "parent_id": municipality.district_id,
                "population": math.nan,
                "population_year": math.nan,
                "population_source": "",
                "share_inside": 1.0,
                "shape_source": f"nearest place={places.tags[wanted[i]]['place']} (Voronoi cell)",
                "geometry": cell,
            }
            for i, cell in zip(inside, cells, strict=True)
        ]
    if not rows:
        return districts
    quarters = gpd.GeoDataFrame(rows, crs=crs).sort_values("district_id", ignore_index=True)
    return gpd.GeoDataFrame(
        pd.concat([districts, quarters], ignore_index=True)[list(DISTRICT_COLUMNS)], crs=crs
    )


def _voronoi(xy: NDArray[np.float64], area: shapely.Geometry) -> NDArray[np.object_]:
    """Divide `area` among the points; cell i belongs to point i."""
    points = shapely.multipoints(xy)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=area, ordered=True))
    return _polygons(shapely.intersection(cells, area))
