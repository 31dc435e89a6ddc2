"""Checks a machine and an installation; each check says what was found and the way out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyogrio
import shapely

from geo.errors import UmkreisError
from geo.region_file import load_region
from layers.build import REGION_FILE
from layers.taxonomy import load_taxonomy
from server.regions import Regions
from server.settings import Settings

_OLDEST_PYTHON = (3, 11)
_FREE_MB = 500
_SHOWN_VERSIONS = ("umkreis", "numpy", "scipy", "geopandas", "osmium", "rtree", "folium", "fastapi")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    what: str
    is_ok: bool
    found: str


def examine(settings: Settings) -> Iterator[Check]:
    """Look at Python, libraries, folders, the taxonomy and every region."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", sys.version_info >= _OLDEST_PYTHON, f"{python} (3.11 or newer is needed)")
    versions = ", ".join(f"{name} {version(name)}" for name in _SHOWN_VERSIONS)
    yield Check("libraries", True, versions)
    yield Check("geometry", True, f"GEOS {shapely.geos_version_string}, GDAL {_gdal()}")
    yield _tile_driver()
    yield _state(settings.state_dir)
    try:
        taxonomy = load_taxonomy(settings.data_dir / "taxonomy.toml")
        yield Check("taxonomy", True, f"{len(taxonomy.categories)} categories")
    except UmkreisError as exc:
        yield Check("taxonomy", False, str(exc))
    regions = Regions(settings)
    for known in regions.known():
        try:
            region = load_region(known.folder / REGION_FILE)
        except UmkreisError as exc:
            yield Check(f"region {known.id}", False, str(exc))
            continue
        state = "built" if known.is_built else f"not built: run `umkreis build {known.id}`"
        yield Check(
            f"region {known.id}",
            True,
            f"{len(region.finest)} districts, data of {region.as_of}, {state}",
        )


def _gdal() -> str:
    return ".".join(map(str, pyogrio.__gdal_version__))


def _tile_driver() -> Check:
    has_driver = "w" in pyogrio.list_drivers().get("PMTiles", "")
    return Check(
        "base maps",
        has_driver,
        "GDAL can write PMTiles"
        if has_driver
        else "this GDAL cannot write PMTiles; install pyogrio from its wheel",
    )


def _state(folder: Path) -> Check:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free_mb = shutil.disk_usage(existing).free // 2**20
    is_ok = os.access(existing, os.W_OK) and free_mb >= _FREE_MB
    way_out = "" if is_ok else "; set UMKREIS_STATE_DIR to a writable folder with more room"
    return Check("state folder", is_ok, f"{folder}, {free_mb:,} MB free{way_out}")
