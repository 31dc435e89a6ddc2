"""
How an Atlas lies on disk: `.npy` arrays, opened by memory map, and JSON.

    manifest.json  region.json  taxonomy.toml  benchmarks.toml  offers.json
    base_map.pmtiles  built.json
    population/{xy,residents,district,unplaced}.npy, about.json; ages.npy where known
    addresses/{street,house,place}_*.npy, texts.json
    networks/<mode>/…
    demand/<mode>/{edge,fraction,leg_m}.npy     people on the network
    supply/<mode>/{edge,fraction,leg_m}.npy     offers on the network
    exits/<mode>/{travel_s,distance_m}.npy      the way to the edge of the data
    timetable/…                                 where the region has one

The same input gives the same bytes; only `built.json`, which tells when, differs.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from time import sleep
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.network import Network, Snapped
from geo.population import Population, basis_from_dict, basis_to_dict
from geo.population_account import account_from_dict, account_to_dict
from geo.region import region_from_json
from layers.addresses import Addresses
from layers.atlas import Atlas, Exits
from layers.benchmarks import load_benchmarks
from layers.errors import AtlasError
from layers.offers import Offers
from layers.region_timetable import open_timetable
from layers.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.benchmarks import Benchmark
    from layers.taxonomy import Taxonomy

_LOG = logging.getLogger(__name__)
FORMAT_VERSION = 4
MANIFEST = "manifest.json"
REGION = "region.json"
TAXONOMY = "taxonomy.toml"
BENCHMARKS = "benchmarks.toml"
OFFERS = "offers.json"
ADDRESSES = "addresses"
_POPULATION = ("xy", "residents", "district", "unplaced")
_AGES = "ages"
_SNAPPED = ("edge", "fraction", "leg_m")
_EXITS = ("travel_s", "distance_m")
REPLACED = "replaced-"  # in the name of the folder that an old Atlas is moved to
_PATIENCE, _PAUSE_S = 50, 0.02  # a second in all; a replacement takes far less


def open_atlas(path: Path) -> Atlas:
    """
    Open a stored Atlas by memory map, also while another process is replacing it.

    Raises
    ------
    AtlasError
        If there is none, one of another format version, or a damaged one.
    """
    for _ in range(_PATIENCE):
        folder = _identity(path)
        try:
            atlas = _open(path)
        except (OSError, EOFError, ValueError, LookupError, TypeError) as exc:
            is_settled = _identity(path) == folder and not _is_being_replaced(path)
            if is_settled and isinstance(exc, AtlasError):
                raise
            if is_settled:
                raise _damaged(path, exc) from exc
        else:
            if _identity(path) == folder:  # else it may be half of the old and half of the new one
                return atlas
        sleep(_PAUSE_S)
    if _put_back(path):
        return open_atlas(path)
    raise AtlasError(
        f"the Atlas of region {path.name!r} is still being replaced; ask again in a moment or, if "
        f"a build was broken off, run `umkreis build {path.name} --force`"
    )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what a folder differs by from the one that replaces it, None where there is none."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    return about.st_dev, about.st_ino


def _is_being_replaced(path: Path) -> bool:
    """Tell whether the old one was just moved away and the new one is about to come."""
    return not path.exists() and any(path.parent.glob(f".{path.name}.{REPLACED}*"))


def _put_back(path: Path) -> bool:
    """Put an Atlas back that was moved away for one that never came: its build was killed."""
    moved = path.parent.glob(f".{path.name}.{REPLACED}*/{path.name}")
    for old in sorted(moved, key=lambda p: p.parent.stat().st_mtime, reverse=True):
        with suppress(OSError):  # somebody else was quicker, or may write here while we may not
            old.rename(path)
            _LOG.warning("a build of region %s was broken off; its old Atlas is back", path.name)
            return True
    return False


def _open(path: Path) -> Atlas:
    manifest = read_manifest(path)
    if manifest.get("format") != FORMAT_VERSION:
        raise AtlasError(
            f"the Atlas in {path.name} has format {manifest.get('format')}, this version reads "
            f"{FORMAT_VERSION}; build it again with `umkreis build`"
        )
    networks = {mode: Network.open(path / "networks" / mode) for mode in manifest["modes"]}
    taxonomy = load_taxonomy(path / TAXONOMY)
    return Atlas(
        region=region_from_json((path / REGION).read_text("utf-8")),
        networks=networks,
        population=_open_population(path / "population"),
        taxonomy=taxonomy,
        offers=Offers.from_records(json.loads((path / OFFERS).read_text("utf-8"))),
        demand={m: _open_snapped(path / "demand" / m, n) for m, n in networks.items()},
        supply={m: _open_snapped(path / "supply" / m, n) for m, n in networks.items()},
        exits={m: Exits(**_open_arrays(path / "exits" / m, _EXITS)) for m in networks},
        manifest=manifest,
        path=path,
        addresses=Addresses.open(path / ADDRESSES),
        benchmarks=_open_benchmarks(path / BENCHMARKS, taxonomy),
        timetable=open_timetable(path),
    )


def _open_benchmarks(path: Path, taxonomy: Taxonomy) -> tuple[Benchmark, ...]:
    return load_benchmarks(path, taxonomy) if path.is_file() else ()


def read_manifest(path: Path) -> dict[str, Any]:
    """
    Read what an Atlas was built from.

    Raises
    ------
    AtlasError
        If there is no Atlas, or its manifest is damaged.
    """
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
    except FileNotFoundError as exc:
        raise AtlasError(
            f"region {path.name!r} has not been built; run `umkreis build {path.name}`"
        ) from exc
    except ValueError as exc:
        raise _damaged(path, exc) from exc
    return manifest


def _damaged(path: Path, exc: Exception) -> AtlasError:
    what = f"{type(exc).__name__}: {exc}" if isinstance(exc, LookupError) else exc
    return AtlasError(
        f"the Atlas of region {path.name!r} is damaged ({what}); run "
        f"`umkreis build {path.name} --force`"
    )


def save_json(path: Path, data: Any) -> None:
    """Write JSON that a person can read."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def save_offers(folder: Path, offers: Offers) -> None:
    """Write the offers of an Atlas."""
    save_json(folder / OFFERS, offers.to_records())


def save_population(folder: Path, population: Population) -> None:
    """Write the people of an Atlas."""
    _save_arrays(folder / "population", {name: getattr(population, name) for name in _POPULATION})
    about = {
        "basis": basis_to_dict(population.basis),
        "quality": json.loads(population.quality.to_json(orient="records")),
        "broken": population.broken,
        "smallest_published": population.smallest_published,
        "account": population.account and account_to_dict(population.account),
    }
    if population.ages is not None:
        np.save(folder / "population" / f"{_AGES}.npy", population.ages)
    save_json(folder / "population" / "about.json", about)


def save_mode(
    folder: Path, network: Network, *, demand: Snapped, supply: Snapped, exits: Exits
) -> None:
    """Write a mode's network and what is snapped to it."""
    mode = network.mode
    network.save(folder / "networks" / mode)
    for kind, names, table in (
        ("demand", _SNAPPED, demand),
        ("supply", _SNAPPED, supply),
        ("exits", _EXITS, exits),
    ):
        _save_arrays(folder / kind / mode, {name: getattr(table, name) for name in names})


def _save_arrays(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _open_arrays(folder: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    # a plain view of the map: indexing a np.memmap itself is slow
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in names}


def _open_snapped(folder: Path, network: Network) -> Snapped:
    return Snapped(**_open_arrays(folder, _SNAPPED), network_id=network.network_id)


def _open_population(folder: Path) -> Population:
    about = json.loads((folder / "about.json").read_text("utf-8"))
    arrays = _open_arrays(folder, _POPULATION)
    return Population(
        xy=arrays["xy"],
        residents=arrays["residents"],
        district=arrays["district"],
        unplaced=arrays["unplaced"],
        basis=basis_from_dict(about["basis"]),
        quality=pd.DataFrame(about["quality"]),
        broken=about["broken"],
        ages=_open_arrays(folder, (_AGES,))[_AGES] if (folder / f"{_AGES}.npy").is_file() else None,
        smallest_published=about["smallest_published"],
        account=about["account"] and account_from_dict(about["account"]),
    )
