"""
Reads the areas of a new region as offices keep them, and hands them on as GeoJSON in lon/lat.

A GeoPackage, a zipped Shapefile or GeoJSON in metres becomes what `region.toml` names. Columns are
renamed as the asker says and never guessed: two columns may both look like an id.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.crs import LONLAT
from geo.errors import RegionError
from layers.errors import SourceError
from layers.sources.vector import kind_of_vector, read_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COLUMNS = ("district_id", "name", "population", "population_source", "population_year")


def as_geojson(
    path: Path | None, folder: Path, *, columns: Mapping[str, str], layer: str = ""
) -> Path | None:
    """
    Return a file of areas as GeoJSON in lon/lat; one that is so already is returned itself.

    Parameters
    ----------
    path
        GeoPackage, zipped Shapefile, GeoParquet or GeoJSON; anything else is returned as it is, for
        its reader to judge, and None as None.
    folder
        Made where a file of the same name is to be written.
    columns
        What the file calls `COLUMNS`, by these names.
    layer
        The layer of a GeoPackage or the Shapefile of an archive with several.

    Raises
    ------
    RegionError
        If the file cannot be read, or a column that is named is not there.
    """
    if path is None:
        return None
    kind = _kind(path)
    if kind:
        try:
            frame = read_shapes(path, kind, layer=layer)
        except SourceError as exc:
            raise RegionError(str(exc).replace("`source`", path.name)) from exc
    elif (told := _collection(path)) is not None and (_crs(told) or columns):
        frame = _frame(told, path)
    else:
        return path
    _rename(frame, columns, path.name)
    folder.mkdir(parents=True)
    copy = folder / path.name
    lonlat = frame.to_crs(LONLAT)
    copy.write_text(lonlat.to_json(drop_id=True, na="drop", default=str), encoding="utf-8")
    return copy


def _kind(path: Path) -> str:
    if path.suffix.lower() == ".shp":
        raise RegionError(
            f"{path.name} is one of several files; zip it together with its .dbf, .shx and .prj, "
            "and give the zip"
        )
    if not path.is_file():
        return ""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
        return "shapefile" if any(name.endswith(".shp") for name in names) else ""
    return kind_of_vector(path)


def _collection(path: Path) -> dict[str, Any] | None:
    """Return GeoJSON as it stands there; None where it is none, which its reader explains."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    is_collection = isinstance(told, dict) and isinstance(told.get("features"), list)
    return told if is_collection else None


def _crs(told: Mapping[str, Any]) -> str:
    """Return the CRS of the old `crs` member, such as EPSG:25832; empty for lon/lat."""
    member = told.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    _, mark, code = str(name or "").upper().rpartition("EPSG:")
    code = code.rpartition(":")[2]
    return f"EPSG:{code}" if mark and code.isdecimal() and code not in ("4326", "4258") else ""


def _frame(told: dict[str, Any], path: Path) -> gpd.GeoDataFrame:
    crs = _crs(told) or LONLAT
    try:
        return gpd.GeoDataFrame.from_features(told["features"], crs=crs)
    except Exception as exc:  # a geometry or a CRS that is none has many ways to fail
        raise RegionError(f"{path.name} cannot be read as areas in {crs}: {exc}") from exc


def _rename(frame: gpd.GeoDataFrame, columns: Mapping[str, str], file: str) -> None:
    has = [str(name) for name in frame.columns if name != "geometry"]
    for ours, theirs in columns.items():
        if theirs not in has:
            raise RegionError(
                f"`--column` {ours}={theirs}: {file} has no such column; it has {', '.join(has)}"
            )
        frame[ours] = frame[theirs]
