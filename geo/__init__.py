"""Space: metres, graphs, people. Knows nothing of offers, requests or pages."""

from geo.access import nearest_in_line
from geo.disclosure import publish_levels, publish_parts, publish_singly
from geo.errors import (
    CRSError,
    ExtractError,
    NetworkError,
    ParameterError,
    PopulationError,
    RegionError,
    UmkreisError,
)
from geo.gaps import Gaps, find_gaps
from geo.index import SpatialIndex
from geo.network import MODES, Nearest, Network, Pairs, Snapped
from geo.population import Population, read_population
from geo.region import Region
from geo.region_file import load_region
from geo.street_access import Speeds
from geo.tiles import build_base_map

__all__ = [
    "MODES",
    "CRSError",
    "ExtractError",
    "Gaps",
    "Nearest",
    "Network",
    "NetworkError",
    "Pairs",
    "ParameterError",
    "Population",
    "PopulationError",
    "Region",
    "RegionError",
    "Snapped",
    "SpatialIndex",
    "Speeds",
    "UmkreisError",
    "build_base_map",
    "find_gaps",
    "load_region",
    "nearest_in_line",
    "publish_levels",
    "publish_parts",
    "publish_singly",
    "read_population",
]
