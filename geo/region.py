"""
What area is studied, where its data is complete, and into which districts it falls.

People are counted inside the study area; streets and offers beyond it count as long as the data
reaches (the extent), because people do not stop at a boundary. A district that the extent cuts is
studied as far as the data goes, and says which share of it that is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.once import cached_property

if TYPE_CHECKING:
    from numpy.typing import NDArray

DISTRICT_COLUMNS = (
    "district_id", "name", "level", "parent_id", "population", "population_year",
    "population_source", "share_inside", "shape_source", "geometry",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Region:
    """
    A study area with its districts; all geometry in `crs`.

    Attributes
    ----------
    id, name
        Id of letters, digits, `-` and `_`; name for people.
    crs
        Projected, metres.
    timezone, country, subdivision
        IANA zone; ISO 3166-1 and the part after the hyphen of ISO 3166-2 (for holidays).
    as_of
        The date of its data.
    boundary
        The study area, inside the extent.
    extent
        Where the data is complete.
    districts
        `GeoDataFrame` with `DISTRICT_COLUMNS`: `level` is `municipality` or `quarter`; `parent_id`
        is the municipality of a quarter, else empty; `population` is that of the whole district,
        NaN where unknown; `population_year` may be missing; `share_inside` is the share of its area
        inside the extent; `geometry` is cut to the extent.
    attributions
        Shown on every map and export.
    population_official
        Whether the populations are an office's figures.
    extract
        The file it is built from; None where the region has none: no streets, no buildings.
    districts_without_data
        Names of districts of the study area that are left out, because no part of them lies in the
        data.
    share_without_district
        Share of the study area that lies in no district (lakes, or districts that the extract does
        not close); people there are not counted.
    home
        Id of the municipality that the region is about, where the others are its surroundings; ""
        where it is about all of them.
    """

    id: str
    name: str
    crs: str
    timezone: str
    country: str
    subdivision: str
    as_of: date
    boundary: shapely.Geometry
    extent: shapely.Geometry
    districts: gpd.GeoDataFrame
    attributions: tuple[str, ...]
    population_official: bool
    extract: Path | None
    districts_without_data: tuple[str, ...] = ()
    share_without_district: float = 0.0
    home: str = ""

    def __repr__(self) -> str:
        return (
            f"<Region {self.id} ({self.name}), {len(self.finest)} districts, "
            f"data of {self.as_of}, {self.crs}>"
        )

    @cached_property
    def finest(self) -> gpd.GeoDataFrame:
        """The finest district at each place, in a fixed order: what reports count by."""
        parents = set(self.districts["parent_id"])
        return self.districts[~self.districts["district_id"].isin(parents)].reset_index(drop=True)

    @cached_property
    def municipalities(self) -> gpd.GeoDataFrame:
        """The districts of the upper level, in a fixed order."""
        return self.districts[self.districts["level"] == "municipality"].reset_index(drop=True)

    @cached_property
    def municipality_of_finest(self) -> NDArray[np.int64]:
        """For each of `finest` its row in `municipalities`."""
        row = {d: i for i, d in enumerate(self.municipalities["district_id"])}
        finest = self.finest
        own = finest["parent_id"].where(finest["parent_id"] != "", finest["district_id"])
        municipality: NDArray[np.int64] = own.map(row).to_numpy(np.int64)
        return municipality

    @cached_property
    def at_home(self) -> NDArray[np.bool_]:
        """For each of `finest` whether it belongs to what the region is about."""
        if not self.home:
            return np.ones(len(self.finest), bool)
        is_home: NDArray[np.bool_] = self.municipalities["district_id"].eq(self.home).to_numpy(bool)
        return is_home[self.municipality_of_finest]

    def locate(self, xy: NDArray[np.float64]) -> NDArray[np.int32]:
        """
        Find the finest district of each point.

        Parameters
        ----------
        xy
            Shape (n, 2) in metres of `crs`.

        Returns
        -------
        district
            Shape (n,): row in `finest`, −1 outside all; a point on a shared border belongs to the
            first.
        """
        district = np.full(len(xy), -1, np.int32)
        tree = shapely.STRtree(self.finest.geometry.to_numpy())
        point, row = tree.query(shapely.points(xy), predicate="intersects")
        order = np.lexsort((row, point))[::-1]  # written last wins: the lowest row
        district[point[order]] = row[order]
        return district


def region_to_json(region: Region) -> str:
    """Write a region as JSON text; geometries as WKB, exact."""
    districts = region.districts.drop(columns="geometry").astype(object)
    return json.dumps(
        {
            "id": region.id,
            "name": region.name,
            "crs": region.crs,
            "timezone": region.timezone,
            "country": region.country,
            "subdivision": region.subdivision,
            "as_of": region.as_of.isoformat(),
            "boundary": shapely.to_wkb(region.boundary, hex=True),
            "extent": shapely.to_wkb(region.extent, hex=True),
            "attributions": list(region.attributions),
            "population_official": region.population_official,
            "extract": region.extract.name if region.extract else "",
            "districts_without_data": list(region.districts_without_data),
            "share_without_district": region.share_without_district,
            "home": region.home,
            "districts": districts.where(districts.notna(), None).to_dict("records"),
            "shapes": list(shapely.to_wkb(region.districts.geometry.to_numpy(), hex=True)),
        },
        ensure_ascii=False,
        indent=1,
        allow_nan=False,
    )


def region_from_json(text: str) -> Region:
    """Read what `region_to_json` wrote."""
    data = json.loads(text)
    frame = pd.DataFrame(data.pop("districts"))
    for column in ("population", "population_year"):
        frame[column] = frame[column].astype(float)
    shapes = shapely.from_wkb(data.pop("shapes"))
    return Region(
        **{
            **data,
            "as_of": date.fromisoformat(data["as_of"]),
            "boundary": shapely.from_wkb(data["boundary"]),
            "extent": shapely.from_wkb(data["extent"]),
            "attributions": tuple(data["attributions"]),
            "districts_without_data": tuple(data.get("districts_without_data", ())),
            "extract": Path(data["extract"]) if data["extract"] else None,
            "districts": gpd.GeoDataFrame(frame, geometry=shapes, crs=data["crs"]),
        }
    )
