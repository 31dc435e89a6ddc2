"""
Puts a timetable into a region's folder, and reads it from there when the region is built.

The feed is read before anything is written: what does not fit the region is refused. It then lies
in the folder as `timetable.zip`, and `region.toml` names it, whom to name for it, and its licence.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from geo.region_config import read_config
from geo.transit.timetable import Timetable
from layers.region_toml import own_folder, rewrite_region

if TYPE_CHECKING:
    from pathlib import Path

    from geo.region import Region

FOLDER = "timetable"
FEED = "timetable.zip"
REGION_FILE = "region.toml"
_PREFIX = "Timetable: "


def add_timetable(
    region_dir: Path,
    gtfs: Path,
    *,
    regions: Path | None = None,
    attribution: str = "",
    licence: str = "",
) -> tuple[Path, Timetable]:
    """
    Check a feed against a region and put it into the region's folder.

    Parameters
    ----------
    region_dir
        Folder with a `region.toml`, which is written anew: comments below its head are lost.
    gtfs
        A zip file.
    regions
        The folder of own regions: one that lies elsewhere is copied there and stays as it is.
    attribution, licence
        Whom to name and under which licence, where the feed does not say.

    Returns
    -------
    folder, timetable
        Where the region lies now, and what was read.

    Raises
    ------
    TimetableError
        If the feed cannot be read or has nothing for the region; nothing is written then.
    RegionError
        If the region cannot be read.
    """
    # loaded where it is needed: who only asks need not wait for it
    from geo.region_file import load_region
    from geo.transit.gtfs import read_gtfs

    config = read_config(region_dir / REGION_FILE)
    region = load_region(region_dir / REGION_FILE)
    timetable = read_gtfs(
        gtfs, crs=region.crs, within=region.extent, attribution=attribution, licence=licence
    )
    about = timetable.about
    named = _PREFIX + about.attribution + (f", {about.licence}" if about.licence else "")
    config["attribution"] = [
        *(text for text in config["attribution"] if not text.startswith(_PREFIX)), named,
    ]  # fmt: skip
    config |= {
        "timetable": FEED,
        "timetable_attribution": about.attribution,
        "timetable_licence": about.licence,
    }
    folder = region_dir if regions is None else own_folder(region_dir, regions)
    part = folder / f".{FEED}.part"
    shutil.copyfile(gtfs, part)
    part.replace(folder / FEED)
    rewrite_region(folder / REGION_FILE, config)
    return folder, timetable


def build_timetable(folder: Path, region_dir: Path, region: Region) -> list[dict[str, Any]]:
    """Read the feed of a region, if it has one, into its Atlas' folder; return it as a source."""
    config = read_config(region_dir / REGION_FILE)
    if "timetable" not in config:
        return []
    from geo.transit.gtfs import read_gtfs

    timetable = read_gtfs(
        region_dir / config["timetable"],
        crs=region.crs,
        within=region.extent,
        attribution=config.get("timetable_attribution", ""),
        licence=config.get("timetable_licence", ""),
    )
    timetable.save(folder / FOLDER)
    about = timetable.about
    return [
        {
            "name": about.name,
            "sha256": about.sha256,
            "as_of": about.valid_from.isoformat(),
            "licence": about.licence or "not stated",
        }
    ]


def open_timetable(atlas_dir: Path) -> Timetable | None:
    """Open the timetable of an Atlas, None where it has none."""
    folder = atlas_dir / FOLDER
    return Timetable.open(folder) if folder.is_dir() else None
