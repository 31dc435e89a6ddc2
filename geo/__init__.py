"""Space: metres, graphs, people. Knows nothing of offers, requests or pages."""

from typing import TYPE_CHECKING

from geo.exports import export_lazily

if TYPE_CHECKING:
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

# where each public name loads from at its first use; the imports above tell type checkers the same
_HOMES = {
    "MODES": "geo.network",
    "CRSError": "geo.errors",
    "ExtractError": "geo.errors",
    "Gaps": "geo.gaps",
    "Nearest": "geo.network",
    "Network": "geo.network",
    "NetworkError": "geo.errors",
    "Pairs": "geo.network",
    "ParameterError": "geo.errors",
    "Population": "geo.population",
    "PopulationError": "geo.errors",
    "Region": "geo.region",
    "RegionError": "geo.errors",
    "Snapped": "geo.network",
    "SpatialIndex": "geo.index",
    "Speeds": "geo.street_access",
    "UmkreisError": "geo.errors",
    "build_base_map": "geo.tiles",
    "find_gaps": "geo.gaps",
    "load_region": "geo.region_file",
    "nearest_in_line": "geo.access",
    "publish_levels": "geo.disclosure",
    "publish_parts": "geo.disclosure",
    "publish_singly": "geo.disclosure",
    "read_population": "geo.population",
}

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

export_lazily(__name__, _HOMES)
