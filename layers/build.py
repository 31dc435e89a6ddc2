"""
Builds an Atlas from a region's folder.

A build happens in a temporary folder beside its place and is renamed when it is whole, so that
nobody ever sees half a region.
"""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from geo import osm
from geo.crs import geometry_to_lonlat, to_metric
from geo.errors import NetworkError
from geo.network import MAX_LEG_M, MODES, Network, Snapped
from geo.population_account import published
from geo.population_areas import read_people
from geo.population_config import counted_source
from geo.region import region_to_json
from geo.region_config import read_config
from geo.region_file import load_region
from geo.residential import (
    DEEPEST_HOME_M,
    DEFAULT_LEVELS,
    DEFAULT_LEVELS_LARGE,
    LARGE_FOOTPRINT_M2,
    SMALLEST_HOME_M2,
)
from geo.tiles import build_base_map
from layers.addresses import Addresses, read_addresses
from layers.atlas import BASE_MAP, Atlas, Exits
from layers.benchmarks import load_benchmarks
from layers.build_input import REGION_FILE, input_files, inputs_of
from layers.leftovers import sweep
from layers.offers import Offers, offers_from_osm
from layers.region_elevation import build_elevation, speeds_of_region
from layers.region_timetable import build_timetable
from layers.store import (
    ADDRESSES,
    BENCHMARKS,
    FORMAT_VERSION,
    MANIFEST,
    REGION,
    REPLACED,
    TAXONOMY,
    open_atlas,
    save_json,
    save_mode,
    save_offers,
    save_population,
)
from layers.table import read_offer_table
from layers.taxonomy import Taxonomy, load_taxonomy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from geo.elevation import Elevation
    from geo.region import Region
    from geo.street_access import Speeds

    Progress = Callable[[str, float], None]

_log = logging.getLogger(__name__)
_THREADS = 2  # the slow parts of a network leave Python's lock; each holds a network in memory
_BASE_MAP_WEIGHT = 8  # as long as all other steps together


def build_atlas(
    region_dir: Path,
    taxonomy_path: Path,
    target: Path,
    *,
    base_map: bool = True,
    progress: Progress = lambda _step, _share: None,
) -> Atlas:
    """
    Build a region and put it into its place.

    Parameters
    ----------
    region_dir
        Folder with a `region.toml`.
    taxonomy_path
        The taxonomy, kept with the Atlas; so is a `benchmarks.toml` beside it.
    target
        The Atlas' folder; replaced when the new one is whole.
    base_map
        Whether to draw the base map as well (the slowest step).
    progress
        Called before each step with its name and the share of the work done, 0 to 1.

    Raises
    ------
    UmkreisError
        If a file cannot be used; what stood at `target` still stands there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _temporary_beside(target) as folder:
        _build_into(folder, region_dir, taxonomy_path, base_map=base_map, progress=progress)
        _replace(folder, target)
    sweep(target.parent, f".{target.name}.")
    progress("done", 1.0)
    return open_atlas(target)


def _build_into(
    folder: Path, region_dir: Path, taxonomy_path: Path, *, base_map: bool, progress: Progress
) -> None:
    files = input_files(region_dir, taxonomy_path)  # before they are read: they may change
    steps = _Steps(progress, total=5 + len(MODES) + (_BASE_MAP_WEIGHT if base_map else 0))
    with steps.step("region"):
        taxonomy = load_taxonomy(taxonomy_path)
        region = load_region(region_dir / REGION_FILE)
        (folder / REGION).write_text(region_to_json(region), encoding="utf-8")
        shutil.copyfile(taxonomy_path, folder / TAXONOMY)
        if (benchmarks := taxonomy_path.with_name(BENCHMARKS)).is_file():
            load_benchmarks(benchmarks, taxonomy)
            shutil.copyfile(benchmarks, folder / BENCHMARKS)
    with steps.step("people"):
        config = read_config(region_dir / REGION_FILE)
        population = read_people(region, counted_source(config, region_dir))
        save_population(folder, population)
    with steps.step("offers"):
        offers, broken_offers = _read_offers(region, taxonomy)
        offers, table = _with_table(offers, region_dir, region, taxonomy)
        save_offers(folder, offers)
    networks: dict[str, Mapping[str, Any]] = {}
    addresses = Addresses.none()
    speeds = speeds_of_region(region_dir)
    elevation_told: dict[str, Any] = {}
    if region.extract:
        elevation, elevation_told = build_elevation(region_dir, region)
        offer_xy = to_metric(offers.lon, offers.lat, region.crs)
        networks, addresses = _build_streets(
            folder, region, region.extract, population.xy, offer_xy, steps,
            _Ground(elevation, speeds),
        )  # fmt: skip
        if base_map:
            with steps.step("base_map", weight=_BASE_MAP_WEIGHT):
                build_base_map(region.extract, folder / BASE_MAP)
    addresses.save(folder / ADDRESSES)
    left_out = {
        "buildings_broken": population.broken,
        "offers_broken": broken_offers,
        "districts_without_data": list(region.districts_without_data),
        "share_without_district": round(region.share_without_district, 6),
        "addresses_without_street": addresses.without_street,
    }
    manifest = _manifest(region, offers, networks, files, speeds) | {"left_out": left_out}
    manifest["inputs"] = inputs_of(config, files)
    if elevation_told:
        manifest["elevation"] = elevation_told
    manifest["sources"] += table + build_timetable(folder, region_dir, region)
    if account := population.account:
        manifest["people"] = published(account, smallest=population.smallest_published)
    save_json(folder / MANIFEST, manifest)
    built_at = datetime.now(UTC).isoformat(timespec="seconds")
    save_json(folder / "built.json", {"built_at": built_at, "seconds": steps.seconds})


def _build_streets(
    folder: Path,
    region: Region,
    extract: Path,
    home_xy: NDArray[np.float64],
    offer_xy: NDArray[np.float64],
    steps: _Steps,
    ground: _Ground,
) -> tuple[dict[str, Mapping[str, Any]], Addresses]:
    """Build the network of each mode beside reading addresses; return what was left out."""
    with steps.step("streets"):
        streets = osm.read_streets(extract)
    networks: dict[str, Mapping[str, Any]] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        reading = pool.submit(read_addresses, region, extract, streets)
        building = {
            mode: pool.submit(_build_mode, folder, streets, mode, region, home_xy, offer_xy, ground)
            for mode in MODES
        }
        with steps.step("addresses"):
            addresses = reading.result()
        for mode, result in building.items():
            with steps.step(mode):
                networks[mode] = result.result()
    return networks, addresses


def _read_offers(region: Region, taxonomy: Taxonomy) -> tuple[Offers, int]:
    """Read offers; and how many areas were left out because the extract lacks a part of them."""
    if region.extract is None:
        return Offers.of([]), 0
    features = osm.read_features(
        region.extract, keys=taxonomy.osm_keys(), keep=lambda tags: bool(taxonomy.match_osm(tags))
    )
    return offers_from_osm(features, taxonomy, as_of=region.as_of), features.broken


def _with_table(
    offers: Offers, region_dir: Path, region: Region, taxonomy: Taxonomy
) -> tuple[Offers, list[dict[str, Any]]]:
    """Add the offers of the region's own table, if it has one; and say what was read."""
    config = read_config(region_dir / REGION_FILE)
    if "offers" not in config:
        return offers, []
    path = region_dir / config["offers"]
    about = {"source": config["offers_source"], "licence": config["offers_licence"]}
    west, south, east, north = geometry_to_lonlat(region.extent, region.crs).bounds
    bounds = (west, south, east, north)
    added = read_offer_table(path, taxonomy, as_of=region.as_of, bounds=bounds, **about)
    source = {
        "name": path.name,
        "sha256": osm.sha256_of(path),
        "as_of": region.as_of.isoformat(),
        "licence": about["licence"],
    }
    return offers.with_table(added), [source]


def _build_mode(
    folder: Path,
    streets: osm.Streets,
    mode: str,
    region: Region,
    home_xy: NDArray[np.float64],
    offer_xy: NDArray[np.float64],
    ground: _Ground,
) -> Mapping[str, Any]:
    """Build a mode's network, place homes and offers on it, save all; say what was left out."""
    try:
        network = Network.build(
            streets, mode=mode, crs=region.crs, extent=region.extent,
            elevation=ground.elevation, speeds=ground.speeds,
        )  # fmt: skip
    except NetworkError as exc:
        raise NetworkError(f"region {region.id!r}: {exc}") from exc
    demand, supply = network.snap(home_xy), network.snap(offer_xy)
    save_mode(folder, network, demand=demand, supply=supply, exits=_exits(network, demand))
    return {
        "left_out": network.left_out,
        "dropped_share": round(network.dropped_share, 6),
        "search": network.search,
        "hills": network.hills.as_dict() if network.hills else None,
        "homes_too_far": int((~demand.placed).sum()),
        "offers_too_far": int((~supply.placed).sum()),
    }


def _exits(network: Network, demand: Snapped) -> Exits:
    nearest = network.to_nearest(demand, [network.exits()], with_distance=True)
    distance_m = nearest.travel_s if nearest.distance_m is None else nearest.distance_m
    return Exits(nearest.travel_s[0].astype(np.float32), distance_m[0].astype(np.float32))


def _manifest(
    region: Region,
    offers: Offers,
    networks: dict[str, Mapping[str, Any]],
    files: dict[str, str],
    speeds: Speeds,
) -> dict[str, Any]:
    return {
        "format": FORMAT_VERSION,
        "region": region.id,
        "modes": list(networks),
        "files": files,
        "sources": [
            {
                "name": extract.name,
                "sha256": osm.sha256_of(extract),
                "as_of": region.as_of.isoformat(),
                "licence": "ODbL-1.0",
            }
            for extract in ([region.extract] if region.extract else [])
        ],
        "attributions": list(region.attributions),
        "parameters": {
            "speeds": asdict(speeds),
            "max_leg_m": MAX_LEG_M,
            "smallest_home_m2": SMALLEST_HOME_M2,
            "large_footprint_m2": LARGE_FOOTPRINT_M2,
            "deepest_home_m": DEEPEST_HOME_M,
            "default_levels": DEFAULT_LEVELS,
            "default_levels_large": DEFAULT_LEVELS_LARGE,
        },
        "networks": networks,
        "offer_counts": asdict(offers.counts),
    }


@dataclass(frozen=True)
class _Ground:
    """What streets lie on, and how fast people are."""

    elevation: Elevation | None
    speeds: Speeds


class _Steps:
    """Times the steps of a build and reports progress before each."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, *, weight: int = 1) -> Iterator[None]:
        self._progress(name, self._done / self._total)
        start = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - start, 3)
        _log.info("built %s in %.2f s", name, self.seconds[name])
        self._done += weight


@contextmanager
def _temporary_beside(target: Path, kind: str = "") -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.{kind}", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(folder: Path, target: Path) -> None:
    """Put a folder into its place; a reader sees the old one or the new one (`open_atlas`)."""
    folder.chmod(0o755)  # temporary folders are private
    while True:
        with _temporary_beside(target, REPLACED) as old:
            with suppress(FileNotFoundError):
                target.rename(old / target.name)
            try:
                folder.rename(target)
            except OSError as exc:
                if exc.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            else:
                return  # else another build was there first: its Atlas is an old one now
