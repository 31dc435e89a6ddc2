"""What a list says of a region, read without opening its Atlas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import AtlasError
from layers.store import FORMAT_VERSION, OFFERS, REGION, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from layers.atlas import Atlas


@dataclass(frozen=True)
class AtlasBrief:
    """
    A region in a few figures.

    `unit` is what its population counts (`residents` or `buildings`), `total` how many, `source`
    whose count it is; `homes` are places where people live, `districts` the finest ones; `offers`
    are those of the build, or those of the register where the Atlas was open.
    """

    id: str
    name: str
    as_of: date
    unit: str
    source: str
    total: float
    homes: int
    districts: int
    offers: int
    attributions: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]


def brief_of(atlas: Atlas) -> AtlasBrief:
    """Sum up an open Atlas."""
    region, basis = atlas.region, atlas.population.basis
    return AtlasBrief(
        id=region.id,
        name=region.name,
        as_of=region.as_of,
        unit=basis.unit,
        source=basis.source,
        total=basis.total,
        homes=len(atlas.population.xy),
        districts=len(region.finest),
        offers=len(atlas.offers),
        attributions=region.attributions,
        sources=tuple(atlas.manifest["sources"]),
    )


def read_brief(path: Path) -> AtlasBrief:
    """
    Sum up a stored Atlas from its texts; no shape and no array is read.

    Raises
    ------
    AtlasError
        If there is none, or one of another format, or a damaged one.
    """
    manifest = read_manifest(path)
    if manifest.get("format") != FORMAT_VERSION:
        raise AtlasError(f"the Atlas in {path.name} has another format; run `umkreis build`")
    try:
        region = json.loads((path / REGION).read_text("utf-8"))
        basis = json.loads((path / "population" / "about.json").read_text("utf-8"))["basis"]
        homes = np.load(path / "population" / "xy.npy", mmap_mode="r").shape[0]
        offers = len(json.loads((path / OFFERS).read_text("utf-8")))
        parents = {district["parent_id"] for district in region["districts"]}
        return AtlasBrief(
            id=region["id"],
            name=region["name"],
            as_of=date.fromisoformat(region["as_of"]),
            unit=basis["unit"],
            source=basis["source"],
            total=basis["total"],
            homes=homes,
            districts=sum(d["district_id"] not in parents for d in region["districts"]),
            offers=offers,
            attributions=tuple(region["attributions"]),
            sources=tuple(manifest["sources"]),
        )
    except (OSError, EOFError, ValueError, LookupError, TypeError) as exc:
        raise AtlasError(f"the Atlas of region {path.name!r} is damaged ({exc})") from exc
