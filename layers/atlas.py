"""
The Atlas: everything known of a region, built once, never changed.

How it comes into being is told in `layers.build`, how it lies on disk in `layers.store`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import to_metric
from geo.index import SpatialIndex
from geo.once import cached_property
from layers.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from geo.population import Population
    from geo.region import Region
    from geo.transit.timetable import Timetable
    from layers.addresses import Addresses
    from layers.benchmarks import Benchmark
    from layers.offers import Offers
    from layers.register import Source
    from layers.taxonomy import Category, Taxonomy

BASE_MAP = "base_map.pmtiles"


@dataclass(frozen=True)
class Exits:
    """
    How far it is from each resident to the nearest street that leaves the data.

    `travel_s` and `distance_m` are shape (n,), access legs included, `inf` where there is none. An
    uncovered resident within the limit of an exit might be covered by an offer that the data do not
    show.
    """

    travel_s: NDArray[np.float32]
    distance_m: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Atlas(Tabular, frames="atlas"):
    """
    A region with its streets, people and offers.

    Attributes
    ----------
    region, population, taxonomy, offers
        As their own modules describe them.
    networks
        One street network per mode.
    demand
        For each mode the people snapped to its network, in the order of `population`.
    supply
        For each mode all offers snapped to its network, in the order of `offers`.
    exits
        For each mode the way to the edge of the data.
    manifest
        Sources with checksum, date and licence, and all parameters.
    path
        Its folder.
    addresses
        Addresses, streets and places of the extract.
    benchmarks
        What others call reachable, to hold a district against.
    sources
        What the register knows of the sources of its offers, by id; empty where it holds none.
    unconfirmed
        Ids of offers that no source has shown and nobody has confirmed for two years.
    timetable
        Of public transport, None where the region has none.
    """

    region: Region
    networks: Mapping[str, Network]
    population: Population
    taxonomy: Taxonomy
    offers: Offers
    demand: Mapping[str, Snapped]
    supply: Mapping[str, Snapped]
    exits: Mapping[str, Exits]
    manifest: Mapping[str, Any]
    path: Path
    addresses: Addresses
    benchmarks: tuple[Benchmark, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()
    timetable: Timetable | None = None

    def __repr__(self) -> str:
        homes, offers = len(self.population.xy), len(self.offers)
        return (
            f"<Atlas {self.region.id}, data of {self.region.as_of}, "
            f"{homes} homes, {offers} offers, {', '.join(self.networks)}>"
        )

    @property
    def base_map(self) -> Path:
        """The base map as one PMTiles file; it may not exist."""
        return self.path / BASE_MAP

    @cached_property
    def offer_xy(self) -> NDArray[np.float64]:
        """Shape (m, 2): the offers in metres of the region's CRS."""
        return to_metric(self.offers.lon, self.offers.lat, self.region.crs)

    @cached_property
    def offer_index(self) -> SpatialIndex:
        """The offers by lon, lat, for boxes."""
        lonlat = np.column_stack([self.offers.lon, self.offers.lat])
        return SpatialIndex(np.arange(len(lonlat)), lonlat)

    @cached_property
    def people(self) -> NDArray[np.float64]:
        """Shape (n,): residents, 0 where they are not known: for sums."""
        return np.nan_to_num(self.population.residents)

    @cached_property
    def finest_areas(self) -> list[tuple[str, str]]:
        """Id and name of each finest district."""
        return _ids_and_names(self.region.finest)

    @cached_property
    def municipality_areas(self) -> list[tuple[str, str]]:
        """Id and name of each municipality."""
        return _ids_and_names(self.region.municipalities)

    @cached_property
    def counted_districts(self) -> NDArray[np.bool_]:
        """
        Shape (d,): whether people are counted in the municipality of each finest district.

        By an official total, or in cells or areas that lie in it.
        """
        municipality = self.region.municipality_of_finest
        counted = self.region.municipalities["population"].notna().to_numpy().copy()
        placed = np.unique(self.population.district[~np.isnan(self.population.residents)])
        counted[municipality[placed]] = True
        has_count: NDArray[np.bool_] = counted[municipality]
        return has_count

    @cached_property
    def edge_m(self) -> NDArray[np.float64]:
        """Shape (n,): straight line from each resident to the edge of the data, metres."""
        distance: NDArray[np.float64] = shapely.distance(
            shapely.points(self.population.xy), shapely.boundary(self.region.extent)
        )
        return distance

    def offers_of(self, category: Category) -> NDArray[np.int64]:
        """Return the rows of a category's offers in `offers`, ascending."""
        return self.offers.of_category(category.id)

    def data_as_of(self, category: Category) -> date | None:
        """
        Return the date of the newest source that can tell of a category, None where none can.

        The extract tells of every category that has a selector, a source of the register of those
        that it ever listed or was said to cover, a region's own table of those that it holds. What
        was entered by hand, one by one, tells only where nothing else does.
        """
        days = [
            source.as_of
            for source in self.sources.values()
            if source.as_of is not None and category.id in source.categories
        ]
        if self.region.extract is not None and category.osm:
            return max([self.region.as_of, *days])
        offers = [self.offers[row] for row in self.offers_of(category)]
        listed = [offer for offer in offers if offer.source not in self.sources]
        days += [o.as_of or self.region.as_of for o in (listed if days else listed or offers)]
        return max(days, default=None)


def _ids_and_names(areas: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(areas["district_id"], areas["name"], strict=True))
