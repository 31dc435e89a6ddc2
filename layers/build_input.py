"""What an Atlas is built from, and whether a stored one still fits it, by checksums of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.extract import sha256_of
from layers.errors import AtlasError
from layers.store import BENCHMARKS, FORMAT_VERSION, TAXONOMY, read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

REGION_FILE = "region.toml"
# folders of a region that tell of it and are no part of what is built
NOT_BUILT_FROM = ("experiments", "papers", "practice")
_READ = (
    "extract", "boundary", "districts", "quarters", "population", "offers", "timetable",
    "elevation",
)  # fmt: skip


def is_current(path: Path, region_dir: Path, taxonomy_path: Path) -> bool:
    """Whether a stored Atlas exists, has this format and was built from these very files."""
    try:
        manifest = read_manifest(path)
    except AtlasError:
        return False
    files = input_files(region_dir, taxonomy_path)
    return (manifest.get("format"), manifest.get("files")) == (FORMAT_VERSION, files)


def input_files(region_dir: Path, taxonomy_path: Path) -> dict[str, str]:
    """Return the checksum of each file of a region's folder, of the taxonomy and benchmarks."""
    files = sorted(
        p
        for p in region_dir.rglob("*")
        if p.is_file()
        and p.suffix != ".md"
        and p.relative_to(region_dir).parts[0] not in NOT_BUILT_FROM
    )
    checksums = {str(file.relative_to(region_dir)): sha256_of(file) for file in files}
    checksums[TAXONOMY] = sha256_of(taxonomy_path)
    if (benchmarks := taxonomy_path.with_name(BENCHMARKS)).is_file():
        checksums[BENCHMARKS] = sha256_of(benchmarks)
    return checksums


def inputs_of(config: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, list[str]]:
    """
    Return which files each key of a region's definition was read from.

    What is taken from the extract (`admin_level:8`, `relation:62504`, `suburb`) is the extract's.
    """
    found: dict[str, list[str]] = {}
    for key in _READ:
        value = config.get(key)
        told = list(value.values()) if isinstance(value, dict) else [value] if value else []
        names = [name for name in told if isinstance(name, str) and name in files]
        if not names and value and "extract" in config:
            names = [config["extract"]]
        if names:
            found[key] = names
    return found
