"""What somebody wants of a new region, and where that turns out to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import shapely

DEFAULT_MARGIN_KM = 10.0  # people walk, cycle and drive so far across a boundary for an offer


@dataclass(frozen=True, kw_only=True)
class NewRegion:
    """
    What is wanted.

    `key`, `relation` or `boundary` says where; a boundary goes before the shape of the relation,
    and so does all else before what the extract says. `columns` tells what the file of districts
    and that of people call theirs, `layer` which layer of a GeoPackage is meant.
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
    columns: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    margin_km: float = DEFAULT_MARGIN_KM
    command: str = ""


@dataclass(frozen=True)
class Area:
    """Where the region is: its shape in degrees and what its relation says."""

    shape: shapely.Geometry
    name: str
    level: int = 0
    key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
