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


def find_area(atlas: Atlas, wanted: str) -> Area:
    """
    Find an area by its id, or by a name that only one area of its level has.

    Ids go before names, finest districts before municipalities, these before the region. A
    municipality without quarters is its own finest district.

    Raises
    ------
    UnknownDistrictError
        If the region has none.
    """
    areas = _all_areas(atlas)
    for area in areas:
        if area.id == wanted:
            return area
    for level in (DISTRICT, MUNICIPALITY, REGION):
        named = [a for a in areas if a.level == level and a.name.casefold() == wanted.casefold()]
        if len(named) == 1:
            return named[0]
    raise UnknownDistrictError(wanted, [text for area in areas for text in (area.id, area.name)])


def _all_areas(atlas: Atlas) -> list[Area]:
    region, count = atlas.region, len(atlas.finest_areas)
    finest = [
        Area(id_, name, DISTRICT, place, np.arange(count) == place)
        for place, (id_, name) in enumerate(atlas.finest_areas)
    ]
    towns = [
        Area(id_, name, MUNICIPALITY, place, region.municipality_of_finest == place)
        for place, (id_, name) in enumerate(atlas.municipality_areas)
    ]
    return [*finest, *towns, Area(region.id, region.name, REGION, 0, np.ones(count, bool))]
