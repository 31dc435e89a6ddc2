"""What an import needs to know of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.crs import to_lonlat

if TYPE_CHECKING:
    from layers.addresses import Addresses
    from layers.atlas import Atlas
    from layers.sources.bounded import Bounds
    from layers.taxonomy import Taxonomy

_MARGIN_DEGREES = 0.001  # edges that are straight in metres bow a little in degrees


@dataclass(frozen=True, eq=False)
class ImportRegion:
    """
    A region as an import sees it.

    Attributes
    ----------
    id, name
        Of the region.
    taxonomy
        Tells categories and facts.
    timezone
        Of calendars without one.
    bounds
        West, south, east, north in degrees: what lies elsewhere is not taken.
    addresses
        To look up rows without coordinates; None where no addresses are known.
    """

    id: str
    name: str
    taxonomy: Taxonomy
    timezone: str
    bounds: Bounds
    addresses: Addresses | None = None

    @classmethod
    def of(cls, atlas: Atlas) -> ImportRegion:
        """Make it of a built region; offers lie where its data reach."""
        region = atlas.region
        lonlat = to_lonlat(shapely.get_coordinates(region.extent), region.crs)
        west, south = (lonlat.min(axis=0) - _MARGIN_DEGREES).tolist()
        east, north = (lonlat.max(axis=0) + _MARGIN_DEGREES).tolist()
        bounds = (west, south, east, north)
        return cls(region.id, region.name, atlas.taxonomy, region.timezone, bounds, atlas.addresses)
