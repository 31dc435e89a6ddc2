"""What an Atlas tells of its hills: whether they count, and where heights come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.street_access import Speeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.slope_streets import Hills
    from layers.atlas import Atlas


def hills_of(atlas: Atlas, mode: str) -> Hills | None:
    """Return what heights did to the streets of a mode, None where they are flat."""
    network = atlas.networks.get(mode)
    return None if network is None else network.hills


def bicycle_of(atlas: Atlas) -> str:
    """Return how a region's bicycles take slopes, one of `geo.slope.BICYCLES`."""
    speeds: Mapping[str, Any] = atlas.manifest["parameters"]["speeds"]
    return str(speeds.get("bicycle", Speeds().bicycle))


def elevation_of(atlas: Atlas) -> Mapping[str, Any] | None:
    """Return what is told of a region's heights, None where it has none."""
    told: Mapping[str, Any] | None = atlas.manifest.get("elevation")
    return told
