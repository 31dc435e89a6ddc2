"""Possible partners of an offer: a row for each, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import numbers, offer_columns, offer_points, shaped, texts
from layers.notices import GIVES, NEEDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.partners import Partner, Partners


def partners(found: Partners) -> gpd.GeoDataFrame:
    """
    Make a row for each partner, what is read out first first.

    `needs` are resources that the offer needs and the partner gives, `gives` the other way round;
    `ties` by which both work together already.
    """
    each = found.partners
    rows = [partner.offer for partner in each]
    columns = offer_columns(found.atlas, rows) | {
        "needs": texts(_resources(partner, NEEDS) for partner in each),
        "gives": texts(_resources(partner, GIVES) for partner in each),
        "ties": texts("; ".join(tie.kind for tie in partner.ties) for partner in each),
        "travel_min": numbers(partner.travel_s / 60 for partner in each),
        "distance_m": numbers(partner.distance_m for partner in each),
    }
    return shaped(columns, offer_points(found.atlas, rows), found.atlas)


def _resources(partner: Partner, kind: str) -> str:
    return "; ".join(match.resource for match in partner.matches if match.kind == kind)


TABLES: dict[str, Callable[[Partners], gpd.GeoDataFrame]] = {"partners": partners}
