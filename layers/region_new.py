"""
Makes the folder of a new region from an extract.

Everything happens in a temporary folder of the state folder, is read once as a build would read it,
and put into its place by one rename: there is a whole region or none. The folder holds a clipped
extract, so that it is small and can be copied to another machine.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as crs_module
from geo.districts import districts_from_file
from geo.errors import RegionError
from geo.extract import Bounds, extract_info
from geo.osm import read_places
from geo.region_below import MUNICIPALITY_LEVEL, Below, districts_below, holes
from geo.region_clip import Clipped, clip_extract
from geo.region_file import load_region
from geo.region_place import box_around, place_of, utm_zone
from geo.region_relation import close_relations, find_relation, read_relations
from geo.vector import read_geojson
from layers.region_toml import region_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geo.region import Region

    Say = Callable[[str], None]

DEFAULT_MARGIN_KM = 10.0  # people walk, cycle and drive so far across a boundary for an offer
OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
_QUARTER_KINDS = ("borough", "suburb", "quarter", "suburb;quarter;village;hamlet")
_EMPTY_SHARE = 0.25  # of the box without a node: more, and the extract ends before it does


@dataclass(frozen=True, kw_only=True)
class NewRegion:
    """
    What is wanted.

    `key`, `relation` or `boundary` says where; a boundary goes before the shape of the relation,
    and so does all else before what the extract says.
    """

    id: str
    extract: Path
    key: str = ""
    relation: int | None = None
    boundary: Path | None = None
    districts: Path | None = None
    population: Path | None = None
    population_source: str = ""
    population_year: int | None = None
    name: str = ""
    country: str = ""
    subdivision: str = ""
    timezone: str = ""
    attribution: tuple[str, ...] = ()
    margin_km: float = DEFAULT_MARGIN_KM
    command: str = ""


@dataclass(frozen=True)
class Made:
    """The folder that was made, the region in it, and what is to be said of it."""

    folder: Path
    region: Region
    said: list[str]


@dataclass
class _Area:
    """Where the region is: its shape in degrees and what its relation says."""

    shape: shapely.Geometry
    name: str
    level: int = 0
    key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


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
    regions.mkdir(parents=True, exist_ok=True)
    with _temporary(regions.parent) as folder:
        said: list[str] = []
        clipped = _clip(wanted, area.shape, folder, said, say)
        files, more = _districts(wanted, area, clipped, folder, crs, said)
        _write_geojson(
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
        said += more + _said_of(region)
        _into_place(folder, target)
    return Made(target, region, said)


def _find_area(wanted: NewRegion) -> _Area:
    own = None
    if wanted.boundary:
        own = shapely.union_all(read_geojson(wanted.boundary).geometry.to_numpy())
        if not wanted.key and wanted.relation is None:
            if not wanted.name:
                raise RegionError("`--name` is missing beside --boundary: what is it called?")
            return _Area(own, wanted.name)
    relations = read_relations(wanted.extract)
    relation = find_relation(relations, key=wanted.key, relation_id=wanted.relation)
    if own is not None:
        name = wanted.name or relation.name
        return _Area(own, name, relation.level, relation.key, relation.tags)
    closed = close_relations(wanted.extract, [relation])[relation.id]
    if closed.shape is None:
        raise RegionError(
            f"{relation} does not close: {closed.fault}; use an extract that holds it whole, mend "
            "it in OpenStreetMap, or give its --boundary as a file as well"
        )
    name = wanted.name or relation.name
    return _Area(closed.shape, name, relation.level, relation.key, relation.tags)


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


def _districts(
    wanted: NewRegion, area: _Area, clipped: Clipped, folder: Path, crs: str, said: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Write the files of districts and counts; return the keys that name them."""
    frame, how = _parts(wanted, area, clipped, crs, said)
    more = [how] if how else []
    if frame is not None:
        counts = [_whole_number(v) for v in frame.get("population", [None] * len(frame))]
        own_counts = sum(c is not None for c in counts)
        parts_have_counts = bool(wanted.population) or own_counts == len(frame)
        is_above = 0 < area.level < MUNICIPALITY_LEVEL and how.startswith("municipal")
        if parts_have_counts or is_above or (wanted.districts and own_counts):
            _write_geojson(folder / "districts.geojson", frame)
            files = {"districts": "districts.geojson"}
            return files | _counts(wanted, folder, bool(own_counts)), more
    town = gpd.GeoDataFrame(
        {
            "district_id": [area.key or wanted.key or wanted.id],
            "name": [area.name],
            "population": [_whole_number(area.tags.get("population"))],
            "population_source": [_source_of(area.tags)],
            "shape_source": ["boundary"],
        },
        geometry=[area.shape],
        crs=crs_module.LONLAT,
    )
    _write_geojson(folder / "districts.geojson", town)
    files = {"districts": "districts.geojson"}
    if frame is not None:
        _write_geojson(
            folder / "quarters.geojson", frame.drop(columns="population", errors="ignore")
        )
        files["quarters"] = "quarters.geojson"
    elif kinds := _quarter_kinds(clipped, area):
        files["quarters"] = kinds
        more.append(f"districts are quarters: what lies nearest to each place={kinds}")
    known = town["population"].notna().any()
    return files | _counts(wanted, folder, bool(known)), more


def _parts(
    wanted: NewRegion, area: _Area, clipped: Clipped, crs: str, said: list[str]
) -> tuple[gpd.GeoDataFrame | None, str]:
    """Return the parts of the region, and in words where they come from."""
    if wanted.districts:
        frame = districts_from_file(wanted.districts)
        frame["shape_source"] = wanted.districts.name
        return frame, f"districts: {len(frame)} of {wanted.districts.name}"
    below: Below = districts_below(clipped.path, area.shape, level=area.level, crs=crs)
    said += below.said
    if below.districts is None:
        return None, ""
    frame = below.districts
    frame["population"] = [t.get("population") for t in frame["tags"]]
    frame["population_source"] = [_source_of(t) for t in frame["tags"]]
    what = "municipalities" if below.level == MUNICIPALITY_LEVEL else "districts"
    return frame.drop(
        columns="tags"
    ), f"{what}: {len(frame)} relations of admin_level {below.level}"


def _whole_number(value: Any) -> int | None:
    text = "" if value is None or value != value else str(value).removesuffix(".0")
    return int(text) if text.isdecimal() else None


def _source_of(tags: Mapping[str, str]) -> str:
    dated = tags.get("population:date") or tags.get("source:population:date")
    return "population tag of OpenStreetMap" + (f" ({dated})" if dated else "")


def _counts(wanted: NewRegion, folder: Path, own: bool) -> dict[str, Any]:
    """Return the keys of `population`; the counts of the districts' own file if none is given."""
    keys: dict[str, Any] = {}
    if wanted.population:
        shutil.copyfile(wanted.population, folder / "population.geojson")
        keys["population"] = "population.geojson"
    elif own:
        keys["population"] = "districts.geojson"
    else:
        return keys
    if wanted.population_source:
        keys["population_source"] = wanted.population_source
    if wanted.population_year:
        keys["population_year"] = wanted.population_year
    return keys


def _quarter_kinds(clipped: Clipped, area: _Area) -> str:
    """Return the coarsest kind of place of which the region has two of different names."""
    places = read_places(clipped.path)
    inside = np.flatnonzero(shapely.intersects_xy(area.shape, places.lon, places.lat))
    for kinds in _QUARTER_KINDS:
        names = {
            places.tags[i]["name"] for i in inside if places.tags[i]["place"] in kinds.split(";")
        }
        if len(names) > 1:
            return kinds
    return ""


def _said_of(region: Region) -> list[str]:
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
    unknown = region.municipalities["name"][region.municipalities["population"].isna()]
    if len(unknown) == len(region.municipalities):
        said.append("no population is known: answers are shares of residential buildings")
    elif len(unknown):
        said.append(f"no population is known of {', '.join(unknown)}")
    return said


def _write_geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
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
