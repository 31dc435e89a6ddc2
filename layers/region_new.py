"""
Makes the folder of a new region from an extract.

Everything happens in a temporary folder of the state folder, is read once as a build would read it,
and put into its place by one rename: there is a whole region or none. The folder holds a clipped
extract, so that it is small and can be copied to another machine.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as crs_module
from geo.counted_areas import read_areas
from geo.errors import RegionError
from geo.extract import Bounds, extract_info
from geo.population_config import counted_source
from geo.region_below import holes
from geo.region_clip import Clipped, clip_extract
from geo.region_config import read_config
from geo.region_file import load_region
from geo.region_place import box_around, place_of, utm_zone
from geo.region_relation import close_relations, find_relation, read_relations
from geo.vector import read_geojson
from layers.region_new_areas import as_geojson
from layers.region_new_districts import write_districts, write_geojson
from layers.region_toml import region_toml
from layers.region_wanted import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.region import Region
    from layers.region_wanted import NewRegion

    Say = Callable[[str], None]

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
_EMPTY_SHARE = 0.25  # of the box without a node: more, and the extract ends before it does


@dataclass(frozen=True)
class Made:
    """The folder that was made, the region in it, and what is to be said of it."""

    folder: Path
    region: Region
    said: list[str]


def make_region(
    wanted: NewRegion, regions: Path, *, replace: bool = False, say: Say = lambda _text: None
) -> Made:
    """
    Make a region's folder.

    Parameters
    ----------
    wanted
        What is wanted.
    regions
        The folder that will hold it, under its id.
    replace
        Whether a folder of this id may be replaced.
    say
        Called with what goes on, for people.

    Raises
    ------
    RegionError
        If the extract has no such area, it does not close, districts overlap, a file does not fit,
        or the folder exists; nothing is written then.
    ExtractError
        If the extract cannot be read.
    """
    target = regions / wanted.id
    if target.exists() and not replace:
        raise RegionError(f"region {wanted.id!r} exists in {target}; --force replaces it")
    with tempfile.TemporaryDirectory(prefix="umkreis-") as converted:
        return _make(_with_geojson(wanted, Path(converted)), target, say)


def _with_geojson(wanted: NewRegion, folder: Path) -> NewRegion:
    """Return what is wanted with GIS files as GeoJSON, each in a folder of its own."""
    apart = bool(wanted.population)  # then counts are those of that file
    about_people = {k: v for k, v in wanted.columns.items() if k.startswith("population")}
    of_districts = {k: v for k, v in wanted.columns.items() if not (apart and k in about_people)}
    return replaced(
        wanted,
        boundary=as_geojson(wanted.boundary, folder / "b", columns={}),
        districts=as_geojson(
            wanted.districts, folder / "d", columns=of_districts, layer=wanted.layer
        ),
        population=as_geojson(wanted.population, folder / "p", columns=about_people),
    )


def _make(wanted: NewRegion, target: Path, say: Say) -> Made:
    say(f"looking for the region in {wanted.extract.name}")
    area = _find_area(wanted)
    crs = utm_zone(*_middle(area.shape))
    place = place_of(
        wanted.key or area.key,
        area.tags,
        country=wanted.country,
        subdivision=wanted.subdivision,
        timezone=wanted.timezone,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(target.parent.parent) as folder:
        said: list[str] = []
        clipped = _clip(wanted, area.shape, folder, said, say)
        files, more = write_districts(wanted, area, clipped, folder, crs)
        write_geojson(
            folder / "boundary.geojson",
            gpd.GeoDataFrame({"name": [area.name]}, geometry=[area.shape], crs=crs_module.LONLAT),
        )
        text = region_toml(
            {
                "id": wanted.id,
                "name": area.name,
                "crs": crs,
                "timezone": place.timezone,
                "country": place.country,
                "subdivision": place.subdivision,
                "as_of": clipped.as_of,
                "extract": clipped.path.name,
                "boundary": "boundary.geojson",
                **files,
                "attribution": [OSM_ATTRIBUTION, *wanted.attribution],
            },
            head=f"Made by: {wanted.command}" if wanted.command else "",
        )
        (folder / "region.toml").write_text(text, "utf-8")
        say("reading it as a build will")
        region = load_region(folder / "region.toml")
        said += more + _said_of(region, _people_said(region, folder))
        _into_place(folder, target)
    return Made(target, region, said)


def _find_area(wanted: NewRegion) -> Area:
    own = None
    if wanted.boundary:
        own = shapely.union_all(read_geojson(wanted.boundary).geometry.to_numpy())
        if not wanted.key and wanted.relation is None:
            if not wanted.name:
                raise RegionError("`--name` is missing beside --boundary: what is it called?")
            return Area(own, wanted.name)
    relations = read_relations(wanted.extract)
    relation = find_relation(relations, key=wanted.key, relation_id=wanted.relation)
    if own is not None:
        name = wanted.name or relation.name
        return Area(own, name, relation.level, relation.key, relation.tags)
    closed = close_relations(wanted.extract, [relation])[relation.id]
    if closed.shape is None:
        raise RegionError(
            f"{relation} does not close: {closed.fault}; use an extract that holds it whole, mend "
            "it in OpenStreetMap, or give its --boundary as a file as well"
        )
    name = wanted.name or relation.name
    return Area(closed.shape, name, relation.level, relation.key, relation.tags)


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    return (west + east) / 2, (south + north) / 2


def _clip(
    wanted: NewRegion, shape: shapely.Geometry, folder: Path, said: list[str], say: Say
) -> Clipped:
    have = extract_info(wanted.extract).bounds
    want = box_around(shape.bounds, wanted.margin_km)
    box = (
        max(want[0], have[0]), max(want[1], have[1]), min(want[2], have[2]), min(want[3], have[3])
    )  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        raise RegionError(
            f"`--pbf` {wanted.extract.name} covers {_box_text(have)}, the region lies in "
            f"{_box_text(shape.bounds)}; use an extract that covers it"
        )
    if box != want:
        said.append(
            f"the extract reaches less than {wanted.margin_km:g} km beyond the region: offers and "
            "ways beyond it are not known, and reports say how many people that may concern"
        )
    outside = 1 - shapely.area(shapely.intersection(shape, shapely.box(*box))) / shape.area
    if outside > 1e-6:
        said.append(f"{outside:.1%} of the region lie beyond the extract and are not studied")
    say(f"cutting out {_box_text(box)}")
    clipped = clip_extract(wanted.extract, folder / f"{wanted.id}.osm.pbf", box)
    if clipped.empty_share > _EMPTY_SHARE:
        said.append(
            f"in {clipped.empty_share:.0%} of the box around the region the extract has nothing at "
            "all: if that is no sea, it ends there; take a larger one (two states joined, say)"
        )
    return clipped


def _box_text(box: Bounds) -> str:
    west, south, east, north = box
    return f"lon {west:.3f} to {east:.3f}, lat {south:.3f} to {north:.3f}"


def _people_said(region: Region, folder: Path) -> str:
    """Read the cells or areas of people, where there are such, as a build will, and count them."""
    source = counted_source(read_config(folder / "region.toml"), folder)
    if source is None:
        return ""
    areas, _ = read_areas(region, source)
    what = f"census cells of {areas.cell_m} m" if areas.cell_m else "areas"
    inhabited = areas.residents[np.nan_to_num(areas.residents) > 0]
    return (
        f"people: {len(inhabited):,} {what} touch the region, with {inhabited.sum():,.0f} people; "
        "for an exact sum add official_total to region.toml"
    )


def _said_of(region: Region, people: str) -> list[str]:
    """Say what a planner must know before the first report."""
    said = []
    gaps = holes(region.finest, region.boundary)
    if gaps.count:
        said.append(
            f"{gaps.count} holes of {gaps.area_m2 / 1e6:.2f} km² in all lie in no district "
            f"({region.share_without_district:.1%} of the region); nobody is counted there"
        )
    if region.districts_without_data:
        said.append(f"beyond the data: {', '.join(region.districts_without_data)}")
    if people:
        return [*said, people]
    unknown = region.municipalities["name"][region.municipalities["population"].isna()]
    if len(unknown) == len(region.municipalities):
        said.append("no population is known: answers are shares of residential buildings")
    elif len(unknown):
        said.append(f"no population is known of {', '.join(unknown)}")
    return said


@contextmanager
def _temporary(beside: Path) -> Iterator[Path]:
    """Give a folder that no list of regions sees, on the same disk."""
    folder = Path(tempfile.mkdtemp(prefix=".region-new-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _into_place(folder: Path, target: Path) -> None:
    folder.chmod(0o755)  # temporary folders are private
    if target.exists():
        with _temporary(folder.parent) as old:
            target.rename(old / target.name)
            folder.rename(target)
    else:
        folder.rename(target)
