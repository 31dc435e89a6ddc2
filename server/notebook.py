"""
A notebook's door: open a region, ask, take the answer as a table with shapes, look at it.

    from server.notebook import open_region, show, table
    from layers import coverage

    atlas = open_region("neubrandenburg")
    report = coverage(atlas, category="library", minutes=15)
    table(report).explore("share")
    show(report)

Tables hold what may be published: counts of few people are withheld here as everywhere.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from server.opened import open_region

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.compare import Comparison
    from layers.coverage import CoverageReport
    from layers.site_report import SitesReport

__all__ = ["Shown", "compared_table", "open_region", "show", "sites_table", "table"]

TABLES = ("districts", "gaps", "offers")
HEIGHT_PX = 640


@dataclass(frozen=True)
class Shown:
    """A page that a notebook draws: `page` is the whole of it, as `umkreis map` writes it."""

    page: str

    def _repr_html_(self) -> str:
        # a document of its own in a sandbox: its scripts see nothing of the notebook
        return (
            f'<iframe srcdoc="{html.escape(self.page, quote=True)}" sandbox="allow-scripts" '
            f'width="100%" height="{HEIGHT_PX}" style="border: 0"></iframe>'
        )


def table(
    report: CoverageReport, what: str = "districts", *, by: str = "district"
) -> gpd.GeoDataFrame:
    """
    Return an answer as a table with shapes, in the region's CRS.

    Parameters
    ----------
    report
        What `layers.coverage` answered.
    what
        `districts`, `gaps` or `offers`; one row each, columns as in the GeoPackage.
    by
        `district` or `municipality`, for `districts`.

    Raises
    ------
    ParameterError
        If there is no such table.
    """
    from server.report_files import coverage_tables

    if what not in TABLES:
        raise ParameterError(f"`what` is {what!r}; it may be {', '.join(TABLES)}", parameter="what")
    return coverage_tables(report, by=by)[what]


def sites_table(report: SitesReport) -> gpd.GeoDataFrame:
    """
    Return the chosen places of `layers.sites.next_sites`, in the region's CRS.

    Columns are the district's name and `gained`, the people newly within reach, None where they
    are too few to be told; the place that adds most comes first.
    """
    import geopandas as gpd
    import shapely

    atlas = report.before.atlas
    return gpd.GeoDataFrame(
        {
            "district": [
                atlas.finest_areas[site.district][1] if site.district >= 0 else ""
                for site in report.sites
            ],
            "gained": [site.gained for site in report.sites],
        },
        geometry=[shapely.Point(site.x, site.y) for site in report.sites],
        crs=atlas.region.crs,
    )


def compared_table(comparison: Comparison) -> pd.DataFrame:
    """
    Return `layers.compare.compare` as a table, a row a region.

    None where something is unknown; `median_min` is inf where half of the people reach no offer.
    """
    import pandas as pd

    columns = ("name", "residents", "offers", "per_10000", "median_min")
    return pd.DataFrame(
        [{name: getattr(figures, name) for name in columns} for figures in comparison.regions]
    )


def show(report: CoverageReport, *, language: str = "en") -> Shown:
    """
    Return the map of an answer, which a notebook draws.

    Parameters
    ----------
    report
        What `layers.coverage` answered.
    language
        Of its texts.

    Raises
    ------
    TilesMissingError
        If the region was built without a base map.
    """
    from server.single_file import single_file
    from server.view import map_view

    return Shown(single_file(map_view(report, language), report.atlas.base_map))
