"""One area of a region by its id: a finest district, a municipality, or the whole region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import UnknownDistrictError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport
    from layers.tally import Tally

DISTRICT, MUNICIPALITY, REGION = "district", "municipality", "region"


@dataclass(frozen=True, eq=False)
class Area:
    """
    An area with its place among those of its level.

    `holds` is shape (d,): which of the finest districts belong to it.
    """

    id: str
    name: str
    level: str
    place: int
    holds: NDArray[np.bool_]

    def tallies_of(self, report: CoverageReport) -> list[Tally]:
        """Return the tallies of all areas of this level."""
        if self.level == DISTRICT:
            return report.by_district
        return report.by_municipality if self.level == MUNICIPALITY else [report.totals]

    def tally_of(self, report: CoverageReport) -> Tally:
        """Return the tally of this area."""
        return self.tallies_of(report)[self.place]


def find_area(atlas: Atlas, area_id: str) -> Area:
    """
    Find an area by its id; a municipality without quarters is its own finest district.

    Raises
    ------
    UnknownDistrictError
        If the region has none with this id.
    """
    finest, towns = atlas.finest_areas, atlas.municipality_areas
    count = len(finest)
    for place, (id_, name) in enumerate(finest):
        if id_ == area_id:
            return Area(id_, name, DISTRICT, place, np.arange(count) == place)
    for place, (id_, name) in enumerate(towns):
        if id_ == area_id:
            holds = atlas.region.municipality_of_finest == place
            return Area(id_, name, MUNICIPALITY, place, holds)
    region = atlas.region
    if area_id == region.id:
        return Area(region.id, region.name, REGION, 0, np.ones(count, bool))
    raise UnknownDistrictError(area_id, [id_ for id_, _ in (*finest, *towns)] + [region.id])
