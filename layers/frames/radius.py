"""Radii as tables: a row for each area around an offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import counts, numbers, offer_columns, reason_of, shaped, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.radius import OfferRadius, RadiusReport


def radii(report: RadiusReport) -> gpd.GeoDataFrame:
    """
    Make a row for each offer, or for each ring of it; the shape is None where there is none.

    Besides few people, `reason` is `not_placed` (too far from any street), `not_used_up` (the data
    hold too few people for the capacity) or `no_shape` (its people are few, or its edge too far).
    """
    found = report.radii
    columns = offer_columns(report.atlas, (each.offer for each in found)) | {
        "kind": texts([report.kind] * len(found)),
        "limit_min": numbers(each.minutes for each in found),
        "ring_km": numbers(each.ring_km for each in found),
        "residents": counts(each.residents for each in found),
        "reaches_edge": [each.reaches_edge for each in found],
        "reason": texts(_reason(report, each) for each in found),
    }
    if report.capacities is not None:
        columns["capacity"] = report.capacities.amount
    return shaped(columns, [each.shape for each in found], report.atlas)


def _reason(report: RadiusReport, radius: OfferRadius) -> str:
    if not radius.is_placed:
        return "not_placed"
    if radius.used_up is False:
        return "not_used_up"
    if radius.shape is None:
        return "no_shape"
    return reason_of(radius.residents, report.atlas)


TABLES: dict[str, Callable[[RadiusReport], gpd.GeoDataFrame]] = {"radii": radii}
