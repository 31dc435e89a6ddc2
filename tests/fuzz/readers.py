"""
Every reader of what others send, ready to be given bytes, and what it may answer.

A reader answers with what it read, or with an error of its own that says what is wrong. Anything
else is a finding: another exception, more than `MOST_S`, or more than `MOST_MB`.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import shapely

from geo.census_grid import read_grid
from geo.errors import (
    CRSError,
    ElevationError,
    ExtractError,
    ParameterError,
    PopulationError,
    RegionError,
)
from geo.extract import explained
from geo.osm import read_admin_areas, read_features
from geo.osm_streets import read_streets
from geo.region_file import load_region
from geo.transit.errors import TimetableError
from geo.transit.gtfs import read_gtfs
from geo.vector import read_geojson
from layers.errors import RegisterError, SourceError, TaxonomyError
from layers.experiment_file import ExperimentError, read_experiment
from layers.opening import hours_of, opening
from layers.package import PackageError, from_zip
from layers.package_apply import plan
from layers.paper import PaperError, read_paper
from layers.practice.card import PracticeError, read_card
from layers.register import Register
from layers.scenario import ScenarioError, read_scenario
from layers.scenario_atlas import try_out
from layers.sources.bounded import ReadOptions
from layers.sources.sniff import read_source
from layers.taxonomy import load_taxonomy
from layers.when import parse_when
from server.ogc.collections import find_collection, list_collections
from server.ogc.filters import RESERVED, crs_of, parse_whole, select
from server.ogc.reference import to_crs
from server.query import parse_box
from tests.fuzz import mutate, seeds
from tests.toyregion import CRS, toy_xy, write_toy_region
from tests.toytransit import build_toy_with_timetable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.mutate import Mutator

    Run = Callable[[bytes], object]

MOST_S: Final = 2.0
MOST_MB: Final = 200
ROOT: Final = Path(__file__).parents[2]
TAXONOMY: Final = ROOT / "data" / "taxonomy.toml"
_TODAY: Final = date(2026, 3, 1)
_BOUNDS: Final = (7.5, 51.5, 8.5, 52.6)
_AROUND: Final = (-1000.0, -1000.0, 2000.0, 2000.0)


@dataclass(frozen=True)
class Reader:
    """
    A reader.

    Attributes
    ----------
    prepare
        Takes a folder that belongs to it; returns what takes the bytes.
    own
        The errors that it may answer with.
    modules
        The project's modules that it consists of; a path through them is what a corpus collects.
    seeds
        Takes a folder; returns inputs in order.
    mutate
        Changes an input where its format has a joint.
    """

    prepare: Callable[[Path], Run]
    own: tuple[type[Exception], ...]
    modules: tuple[str, ...]
    seeds: Callable[[Path], dict[str, bytes]]
    mutate: Mutator


def answers(reader: Reader, run: Run, data: bytes) -> bool:
    """Give a reader bytes; whether it read them. What is not its own error goes through."""
    try:
        run(data)
    except reader.own:
        return False
    return True


def _source(kind: str | None, **options: Any) -> Callable[[Path], Run]:
    def prepare(_: Path) -> Run:
        given = ReadOptions(
            taxonomy=load_taxonomy(TAXONOMY), as_of=_TODAY, licence="CC0-1.0", **options
        )
        return lambda data: read_source(data, kind=kind, options=given)

    return prepare


def _pbf(folder: Path) -> Run:
    path = folder / "given.osm.pbf"
    options = ReadOptions(taxonomy=load_taxonomy(TAXONOMY), as_of=_TODAY)

    def run(data: bytes) -> None:
        path.write_bytes(data)
        read_source(path, kind="osm-extract", options=options)
        with explained(path):
            read_streets(path)
            read_admin_areas(path)
            read_features(path, keys=("place",))

    return run


def _districts(folder: Path) -> Run:
    path = folder / "districts.geojson"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        read_geojson(path)

    return run


def _census(folder: Path) -> Run:
    box = (0.0, 0.0, 9_000_000.0, 9_000_000.0)

    def run(data: bytes) -> None:
        path = folder / ("given.zip" if data.startswith(b"PK") else "given.csv")
        path.write_bytes(data)
        read_grid(path, box)

    return run


def _gtfs(folder: Path) -> Run:
    path = folder / "feed.zip"
    left, bottom = toy_xy((_AROUND[0], _AROUND[1]))[0]
    right, top = toy_xy((_AROUND[2], _AROUND[3]))[0]

    def run(data: bytes) -> None:
        path.write_bytes(data)
        read_gtfs(path, crs=CRS, within=shapely.box(left, bottom, right, top), licence="CC0-1.0")

    return run


def _hours(folder: Path) -> Run:
    region = load_region(write_toy_region(folder / "toy"))
    times = [parse_when(text, region) for text in ("2026-10-25T02:30", "Mo-Su 16:00-18:00")]

    def run(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        hours_of.cache_clear()
        for when in times:
            opening(text, when, region)

    return run


def _scenario(folder: Path) -> Run:
    atlas = build_toy_with_timetable(folder, TAXONOMY)

    def run(data: bytes) -> None:
        try_out(atlas, read_scenario(data.decode("utf-8", "replace")))

    return run


def _region(folder: Path) -> Run:
    path = write_toy_region(folder / "toy")

    def run(data: bytes) -> None:
        path.write_bytes(data)
        load_region(path)

    return run


def _taxonomy(folder: Path) -> Run:
    path = folder / "taxonomy.toml"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        load_taxonomy(path)

    return run


def _ogc(folder: Path) -> Run:
    atlas = build_toy_with_timetable(folder, TAXONOMY)
    collections = [find_collection(atlas, about) for about in list_collections(atlas)]

    def run(data: bytes) -> None:
        asked = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
        for own in ("at", "place", "window"):
            if own in asked:
                parse_when(asked.pop(own), atlas.region)
        with suppress(ParameterError):  # its rules are others than those of /ogc
            parse_box(asked.get("bbox"))
        parse_whole(asked.get("limit"), 10, parameter="limit", least=1)
        for collection in collections:
            known = {k: v for k, v in asked.items() if k in (*RESERVED, *collection.queryables)}
            rows = select(collection, known)
            to_crs(collection.geometries[rows[:2]], crs_of(collection, known))
        select(collections[0], asked)

    return run


def _elevation(folder: Path) -> Run:
    from geo.elevation_grid import read_elevation

    left, bottom = toy_xy((-100, -100))[0]
    within = shapely.box(left, bottom, left + 600, bottom + 600)

    def run(data: bytes) -> None:
        head, _, content = data.partition(b"\n")
        ending = head.decode("ascii", "ignore")
        ending = ending if ending in ("xyz", "csv", "tif", "zip", "hgt", "txt.gz") else "xyz"
        path = folder / f"N54E013.{ending}"
        path.write_bytes(content)
        read_elevation([path], crs=CRS, within=within)

    return run


def _package(folder: Path) -> Run:
    file = folder / "given.zip"
    home = folder / "home"
    (home / "region").mkdir(parents=True, exist_ok=True)
    (home / "taxonomy.toml").write_text(seeds.SMALL_TAXONOMY, "utf-8")

    def run(data: bytes) -> None:
        file.write_bytes(data)
        plan(
            from_zip(file), region="next", region_dir=home / "region",
            taxonomy_path=home / "taxonomy.toml",
        )  # fmt: skip

    return run


def _backup(folder: Path) -> Run:
    file = folder / "given.sqlite"
    register = Register.open(f"sqlite:///{folder / 'register.sqlite'}")

    def run(data: bytes) -> None:
        file.write_bytes(data)
        # whoever sends a file can send its checksum as well
        total = hashlib.sha256(data).hexdigest()
        file.with_name(file.name + ".sha256").write_text(f"{total}  {file.name}\n", "utf-8")
        register.restore_backup(file)
        list(register.entries("toy"))

    return run


def _text(read: Callable[[str], object]) -> Callable[[Path], Run]:
    return lambda _: lambda data: read(data.decode("utf-8", "replace"))


_SOURCES = ("layers.sources", "layers.hours_text")
_JSON = mutate.mutate_json
READERS: Final[dict[str, Reader]] = {
    "pbf": Reader(
        _pbf,
        (ExtractError, SourceError),
        (
            "geo.extract",
            "geo.osm",
            "geo.osm_streets",
            "geo.osm_names",
            "layers.sources",
            "layers.offers",
            "layers.osm_tags",
            "layers.selectors",
            "layers.duplicates",
        ),
        seeds.pbf,
        mutate.mutate_pbf,
    ),
    "geojson": Reader(
        _source("geojson", bounds=_BOUNDS),
        (SourceError, ParameterError),
        _SOURCES,
        seeds.geojson,
        _JSON,
    ),
    "districts": Reader(
        _districts, (RegionError,), ("geo.vector", "geo.polygons"), seeds.districts, _JSON
    ),
    "csv": Reader(
        _source("csv", bounds=_BOUNDS),
        (SourceError, ParameterError),
        _SOURCES,
        seeds.table,
        mutate.mutate_table,
    ),
    "xlsx": Reader(
        _source("xlsx", bounds=_BOUNDS),
        (SourceError, ParameterError),
        _SOURCES,
        seeds.workbook,
        mutate.mutate_zip,
    ),
    "openfairdb": Reader(
        _source("openfairdb-search"),
        (SourceError, ParameterError),
        _SOURCES,
        seeds.openfairdb,
        _JSON,
    ),
    "lists": Reader(_source(None), (SourceError, ParameterError), _SOURCES, seeds.lists, _JSON),
    "census": Reader(
        _census,
        (PopulationError,),
        ("geo.census_file", "geo.census_grid", "geo.census_ids", "geo.census_ages"),
        seeds.census,
        mutate.either(mutate.mutate_table, mutate.mutate_zip),
    ),
    "gtfs": Reader(_gtfs, (TimetableError,), ("geo.transit",), seeds.gtfs, mutate.mutate_zip),
    "hours": Reader(
        _hours,
        (),
        ("layers.hours_text", "layers.opening", "layers.clock"),
        seeds.hours,
        mutate.mutate_lines,
    ),
    "scenario": Reader(
        _scenario,
        (ScenarioError,),
        (
            "layers.document",
            "layers.scenario",
            "geo.network_change",
            "geo.edge_cuts",
            "geo.street_stretch",
            "geo.transit.changes",
        ),
        seeds.scenario,
        _JSON,
    ),
    "region": Reader(
        _region,
        (RegionError, CRSError, ExtractError, PopulationError),
        ("geo.region", "geo.population_config", "geo.districts", "geo.quarters", "geo.crs"),
        seeds.region,
        mutate.mutate_lines,
    ),
    "taxonomy": Reader(
        _taxonomy,
        (TaxonomyError,),
        ("layers.taxonomy", "layers.entry", "layers.selectors", "layers.vocabulary"),
        seeds.taxonomy,
        mutate.mutate_lines,
    ),
    "ogc": Reader(
        _ogc,
        (ParameterError,),
        ("server.ogc", "server.query", "layers.when", "geo.crs"),
        seeds.ogc,
        mutate.mutate_lines,
    ),
    "calendar": Reader(
        _source("icalendar", first_day=date(2026, 3, 1), last_day=date(2026, 5, 31)),
        (SourceError, ParameterError),
        _SOURCES,
        seeds.ical,
        mutate.mutate_lines,
    ),
    "elevation": Reader(
        _elevation,
        (ElevationError, CRSError),
        ("geo.elevation",),
        seeds.elevation,
        mutate.after_first_line(mutate.either(mutate.mutate_table, mutate.mutate_zip)),
    ),
    "package": Reader(
        _package,
        (PackageError,),
        ("layers.package", "layers.practice", "layers.paper", "layers.benchmarks"),
        seeds.package,
        mutate.either(mutate.mutate_package, mutate.mutate_zip),
    ),
    "backup": Reader(
        _backup, (RegisterError,), ("layers.register",), seeds.backup, mutate.mutate_sqlite
    ),
    "paper": Reader(
        _text(read_paper),
        (PaperError,),
        ("layers.paper", "layers.document", "layers.scenario"),
        seeds.papers,
        _JSON,
    ),
    "card": Reader(
        _text(lambda text: read_card(text, region="toy")),
        (PracticeError,),
        ("layers.practice",),
        seeds.cards,
        mutate.mutate_lines,
    ),
    "experiment": Reader(
        _text(lambda text: read_experiment(text, region="toy")),
        (ExperimentError,),
        ("layers.experiment_file",),
        seeds.experiments,
        mutate.mutate_lines,
    ),
}
