"""
Puts heights into a region's folder, and reads them from there when the region is built.

Whatever files they come in, the folder holds one grid of the region, `elevation.tif`, with holes
filled and what was done to them in its tags. `region.toml` names it, whom to name for it, and its
licence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.errors import ElevationError, RegionError
from geo.region_config import read_config
from geo.region_file import load_region
from geo.street_access import Speeds
from layers.region_toml import own_folder, rewrite_region

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.elevation import Elevation
    from geo.region import Region

GRID = "elevation.tif"
REGION_FILE = "region.toml"
SRTM_ATTRIBUTION, SRTM_LICENCE = "NASA SRTM", "public domain"
_PREFIX = "Elevation: "


def add_elevation(
    region_dir: Path,
    files: Sequence[Path],
    *,
    regions: Path | None = None,
    crs: str = "",
    attribution: str = "",
    licence: str = "",
    bicycle: str = "",
) -> tuple[Path, Elevation]:
    """
    Read heights and put them into a region's folder.

    Parameters
    ----------
    region_dir
        Folder with a `region.toml`, which is written anew: comments below its head are lost.
    files
        SRTM `.hgt`, GeoTIFF, or text grids.
    regions
        The folder of one's own regions; one that lies elsewhere is copied there first.
    crs
        The CRS of files that name none; the region's by default.
    attribution, licence
        Whom to name and under which licence; of SRTM both are known.
    bicycle
        One of `geo.slope.BICYCLES`: how bicycles take slopes; what the region says by default.

    Returns
    -------
    folder, elevation
        Where the region lies now, and the heights.

    Raises
    ------
    ElevationError
        If a file cannot be used, has nothing for the region, or nobody is named for it; nothing is
        written then.
    RegionError
        If the region cannot be read or has no streets.
    """
    # the library is large and slow to load, and most processes never read heights
    from geo.elevation_grid import read_elevation, write_elevation

    config = read_config(region_dir / REGION_FILE)
    if "extract" not in config:
        raise RegionError(
            f"region {config['id']!r} has no streets, which heights would be for; give it an "
            "`extract` first"
        )
    if all(".hgt" in file.name.lower() for file in files):
        attribution, licence = attribution or SRTM_ATTRIBUTION, licence or SRTM_LICENCE
    if not attribution.strip():
        raise ElevationError(
            "these heights do not say whom to name for them; say it with `--attribution`, and "
            "their licence with `--licence`"
        )
    region = load_region(region_dir / REGION_FILE)
    elevation = read_elevation(files, crs=region.crs, within=region.extent, file_crs=crs)
    named = _PREFIX + attribution + (f", {licence}" if licence else "")
    config["attribution"] = [
        *(text for text in config["attribution"] if not text.startswith(_PREFIX)), named,
    ]  # fmt: skip
    config |= {
        "elevation": GRID,
        "elevation_attribution": attribution,
        "elevation_licence": licence,
    }
    if bicycle:
        config["bicycle"] = bicycle
    folder = region_dir if regions is None else own_folder(region_dir, regions)
    part = folder / f".{GRID}.part"
    write_elevation(elevation, part)
    part.replace(folder / GRID)
    rewrite_region(folder / REGION_FILE, config)
    return folder, elevation


def build_elevation(region_dir: Path, region: Region) -> tuple[Elevation | None, dict[str, Any]]:
    """Read the heights of a region, if it has any; and what its Atlas tells of them."""
    config = read_config(region_dir / REGION_FILE)
    if "elevation" not in config:
        return None, {}
    from geo.elevation_grid import read_elevation

    path = region_dir / config["elevation"]
    elevation = read_elevation([path], crs=region.crs, within=region.extent)
    about = elevation.about.as_dict() | {
        "attribution": config.get("elevation_attribution", ""),
        "licence": config.get("elevation_licence", ""),
        "smoothing_m": round(elevation.smoothing_m, 1),
    }
    return elevation, about


def speeds_of_region(region_dir: Path) -> Speeds:
    """Return the speeds of a region, whose bicycles may be pedelecs."""
    config = read_config(region_dir / REGION_FILE)
    return Speeds(bicycle=config.get("bicycle", Speeds().bicycle))
