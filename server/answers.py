"""
Turns what `layers` answers into what goes over the wire.

Rounding happens here and only for display: minutes to 0.1, metres to whole ones, degrees to the
seventh decimal (a centimetre).
"""

from __future__ import annotations

import csv
import io
import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import geometry_to_lonlat
from geo.population_account import published
from geo.street_access import Speeds
from layers.ages import by_age
from layers.evidence import certainties, sources_of
from layers.question import LINE
from layers.timetable import TRANSIT, WALK
from server import models as m
from server.hill_words import hills_out
from server.hours import certainty_fields, knowledge_out, source_out, time_fields

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from geo.region import Region
    from layers.atlas import Atlas
    from layers.coverage import CoverageReport, GapTally
    from layers.offers import Offer
    from layers.tally import Tally

_DEGREE_DECIMALS = 6  # 0.1 m


def disclosure_of(atlas: Atlas) -> str:
    """Say which counts of people are withheld in a region."""
    return (
        f"counts of fewer than {atlas.population.smallest_published} people are withheld, and a "
        "second one where a difference would tell them; counts that depend on what is asked are "
        "rounded to tens"
    )


def region_out(atlas: Atlas) -> m.RegionOut:
    """Describe a region."""
    region = atlas.region
    return m.RegionOut(
        id=region.id,
        name=region.name,
        as_of=region.as_of,
        country=region.country,
        crs=region.crs,
        bbox=[round(c, 6) for c in _lonlat(region.boundary, region.crs).bounds],
        modes=modes_of(atlas),
        offers=len(atlas.offers),
        districts=len(region.finest),
        population=_basis(atlas),
        left_out=m.LeftOut(**atlas.manifest["left_out"]),
        attributions=list(region.attributions),
    )


def modes_of(atlas: Atlas) -> list[str]:
    """Return the ways to travel that a region answers; `transit` where it has a timetable."""
    rides = [TRANSIT] if atlas.timetable is not None and WALK in atlas.networks else []
    return [*atlas.networks, LINE, *rides]


def _basis(atlas: Atlas) -> m.PopulationBasis:
    basis = atlas.population.basis
    return m.PopulationBasis(
        unit="residents" if basis.unit == "residents" else "buildings",
        source=basis.source,
        method=basis.method,
        year=basis.year,
        official=basis.official,
        total=None if math.isnan(basis.total) else round(basis.total),
        districts_without_count=list(basis.districts_without_count),
        smallest_published=atlas.population.smallest_published,
        counted=_counted(atlas),
    )


def _counted(atlas: Atlas) -> m.CountedAreas | None:
    account = atlas.population.account
    if account is None:
        return None
    return m.CountedAreas(**published(account, smallest=atlas.population.smallest_published))


@lru_cache(maxsize=32)
def districts_text(atlas: Atlas, by: str) -> str:
    """Write the districts of a level as GeoJSON text."""
    districts = atlas.region.finest if by == "district" else atlas.region.municipalities
    features = [
        _feature(
            row.geometry,
            atlas.region.crs,
            row.district_id,
            {
                "id": row.district_id,
                "name": row.name,
                "level": row.level,
                "parent_id": row.parent_id,
                "population": _whole_or_none(row.population),
                "population_year": _whole_or_none(row.population_year),
                "population_source": row.population_source,
                "share_inside": round(row.share_inside, 3),
                "shape_source": row.shape_source,
            },
        )
        for row in districts.itertuples(index=False)
    ]
    return _collection(features)


@lru_cache(maxsize=32)
def offer_texts(atlas: Atlas) -> list[str]:
    """Write each offer as the text of a GeoJSON feature, in the order of `atlas.offers`."""
    before, now = _last_written(atlas.region), {}
    for offer in atlas.offers:
        known = before.get(offer.id)
        if known is None or known[0] is not offer:  # after a change most are the very same objects
            known = offer, _dumps(offer_feature(atlas, offer))
        now[offer.id] = known
    before.clear()
    before.update(now)
    return [text for _, text in now.values()]


@lru_cache(maxsize=32)
def _last_written(region: Region) -> dict[str, tuple[Offer, str]]:  # noqa: ARG001 (the key)
    """Keep what was written last of a region's offers, and of which object."""
    return {}


def offer_feature(atlas: Atlas, offer: Offer) -> dict[str, Any]:
    """Write an offer as a GeoJSON feature."""
    properties = offer.to_record()
    del properties["lon"], properties["lat"]
    primary = atlas.taxonomy.category(offer.categories[0])
    return {
        "type": "Feature",
        "id": offer.id,
        "geometry": {"type": "Point", "coordinates": [round(offer.lon, 7), round(offer.lat, 7)]},
        "properties": {
            **properties,
            "category": primary.id,
            "layer": primary.layer,
            "address": offer.address,
        },
    }


def coverage_out(
    report: CoverageReport, *, by: str = "district", with_shapes: bool = False
) -> m.CoverageOut:
    """Write a report; `by` is `district` or `municipality`."""
    question = report.question
    region = report.atlas.region
    is_finest = by == "district"
    possible = report.with_unknown.totals if report.with_unknown else None
    return m.CoverageOut(
        **tally_fields(report.totals),
        region=region.id,
        categories=[c.id for c in question.categories],
        answer="unknown" if report.unknown else "known",
        unknown_reason=report.unknown or None,  # type: ignore[arg-type]
        by="district" if is_finest else "municipality",
        assumptions=assumptions(report),
        by_district=area_rows(report, by=by),
        by_age=[m.AgeCoverage(**tally_fields(tally)) for tally in by_age(report)],
        by_offer=_offer_rows(report),
        gaps=[
            gap_out(report, gap, rank, with_shapes=with_shapes)
            for rank, gap in enumerate(report.gaps, start=1)
        ],
        scattered=report.scattered,
        covered_with_unknown=possible.covered if possible else None,
        share_with_unknown=possible.share if possible else None,
        knowledge=knowledge_out(report),
        attributions=list(region.attributions),
    )


def assumptions(report: CoverageReport) -> m.Assumptions:
    """Say all that a report rests on."""
    atlas, question = report.atlas, report.question
    speeds = Speeds()
    speed = {
        "walk": speeds.walk_kmh,
        "stepfree": speeds.stepfree_kmh,
        "bike": speeds.bike_kmh,
    }.get(question.on_streets)
    is_line = question.mode == LINE
    placed = None if is_line else atlas.supply[question.on_streets].take(report.offers).placed
    return m.Assumptions(
        mode=question.mode,
        window=str(question.window) if question.window else None,
        speed_kmh=speed,
        limit_min=question.minutes,
        limit_m=question.metres,
        access_legs="straight line, no street network"
        if is_line
        else "straight from the home to the street and from the street to the offer, both counted",
        hills=hills_out(atlas, question.on_streets),
        as_of=atlas.region.as_of,
        offers=len(report.offers),
        **time_fields(report),
        offers_not_placed=0 if placed is None else int((~placed).sum()),
        sources=[source_out(source) for source in sources_of(report)],
        population=_basis(atlas),
        disclosure=disclosure_of(atlas),
    )


def tally_fields(tally: Tally) -> dict[str, Any]:
    """Write a tally as the fields of a `DistrictCoverage`."""
    return {
        "id": tally.area_id,
        "name": tally.name,
        "residents": tally.residents,
        "covered": tally.covered,
        "uncovered": tally.uncovered,
        "unreachable": tally.unreachable,
        "unplaced": tally.unplaced,
        "edge_uncertain": tally.edge_uncertain,
        "share": tally.share,
        "share_range": None if tally.share_range is None else list(tally.share_range),
        "suppressed": tally.suppressed,
        "unit": tally.unit,
        "buildings": tally.buildings if tally.unit == "buildings" else None,
    }


def area_rows(report: CoverageReport, *, by: str) -> list[m.DistrictRow]:
    """Write the areas of a level: the finest for `district`, else the municipalities."""
    return district_rows(report) if by == "district" else _municipality_rows(report)


def district_rows(report: CoverageReport) -> list[m.DistrictRow]:
    """Write the finest districts, in the region's order."""
    rank = {row: i for i, row in enumerate(report.ranking, start=1)}
    median = [None] * len(report.by_district) if report.unknown else report.median_min
    finest = report.atlas.region.finest
    columns = finest["share_inside"], finest["level"], finest["parent_id"]
    possible = report.with_unknown.by_district if report.with_unknown else None
    known = certainties(report, by="district")
    return [
        m.DistrictRow(
            **tally_fields(tally),
            rank=None if report.unknown else rank.get(i),
            **certainty_fields(known[i]),
            median_min=rounded(median[i], 1),
            share_inside=round(share_inside, 3),
            level=level,
            parent_id=parent_id,
            share_with_unknown=possible[i].share if possible else None,
        )
        for i, (tally, share_inside, level, parent_id) in enumerate(
            zip(report.by_district, *columns, strict=True)
        )
    ]


def _municipality_rows(report: CoverageReport) -> list[m.DistrictRow]:
    tallies = report.by_municipality
    by_share = sorted(
        (i for i, t in enumerate(tallies) if not math.isnan(t.lowest_share)),
        key=lambda i: (tallies[i].lowest_share, -(tallies[i].uncovered or 0)),
    )
    rank = {row: i for i, row in enumerate(by_share, start=1)}
    areas = report.atlas.region.municipalities.itertuples(index=False)
    possible = report.with_unknown.by_municipality if report.with_unknown else None
    known = certainties(report, by="municipality")
    return [
        m.DistrictRow(
            **tally_fields(tally),
            rank=rank.get(i),
            **certainty_fields(known[i]),
            median_min=None,
            share_inside=round(area.share_inside, 3),
            level=area.level,
            parent_id=area.parent_id,
            share_with_unknown=possible[i].share if possible else None,
        )
        for i, (tally, area) in enumerate(zip(tallies, areas, strict=True))
    ]


def _offer_rows(report: CoverageReport) -> list[m.OfferCoverage]:
    offers = [] if report.unknown else report.by_offer
    return [m.OfferCoverage(id=o.offer_id, name=o.name, covered=o.covered) for o in offers]


def gap_out(report: CoverageReport, gap: GapTally, rank: int, *, with_shapes: bool) -> m.GapOut:
    """Write a gap of a report."""
    nearest = None
    if gap.nearest_offer >= 0:
        offer = report.atlas.offers[gap.nearest_offer]
        nearest = m.NearestOffer(id=offer.id, name=offer.name)
    return m.GapOut(
        rank=rank,
        residents=gap.residents,
        buildings=gap.buildings or None,
        districts=list(gap.districts),
        nearest_offer=nearest,
        median_min=rounded(gap.travel_min, 1),
        median_m=rounded(gap.distance_m, 0),
        geometry=geometry(gap.shape, report.atlas.region.crs) if with_shapes else None,
    )


def gaps_geojson(report: CoverageReport) -> dict[str, Any]:
    """Write a report's gaps as GeoJSON."""
    features = []
    for rank, gap in enumerate(report.gaps, start=1):
        properties = gap_out(report, gap, rank, with_shapes=False).model_dump(exclude={"geometry"})
        shape = geometry(gap.shape, report.atlas.region.crs)
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def coverage_geojson(report: CoverageReport, *, by: str) -> dict[str, Any]:
    """Write a report's districts as GeoJSON."""
    rows = {row.id: row.model_dump(mode="json") for row in coverage_out(report, by=by).by_district}
    collection: dict[str, Any] = json.loads(districts_text(report.atlas, by))
    for feature in collection["features"]:
        feature["properties"] = rows[feature["id"]]
    collection["assumptions"] = assumptions(report).model_dump(mode="json")
    collection["attributions"] = list(report.atlas.region.attributions)
    return collection


def geometry(shape: shapely.Geometry, crs: str) -> dict[str, Any]:
    """Write a shape in metres as GeoJSON geometry in degrees."""
    lonlat = shapely.set_precision(_lonlat(shape, crs), 10**-_DEGREE_DECIMALS)
    written: dict[str, Any] = json.loads(shapely.to_geojson(lonlat))
    return written


def _lonlat(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    return geometry_to_lonlat(shape, crs)


def _feature(shape: shapely.Geometry, crs: str, feature_id: str, properties: dict[str, Any]) -> str:
    body = {"type": "Feature", "id": feature_id, "properties": properties}
    return _dumps({**body, "geometry": geometry(shape, crs)})


def _collection(features: Sequence[str]) -> str:
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def rounded(value: float | None, decimals: int) -> float | None:
    """Round for display; what is unknown or unreachable becomes None."""
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), decimals)


def _whole_or_none(value: float) -> int | None:
    return None if math.isnan(value) else int(value)


def rows_to_csv(rows: list[dict[str, Any]]) -> str:
    """
    Write rows as CSV that spreadsheets open safely.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    from layers.sources.table import FORMULA  # what reads tables is large, and few answers are one

    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")  # RFC 4180
        writer.writeheader()
        writer.writerows({k: _cell(v, FORMULA) for k, v in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any, formula: re.Pattern[str]) -> Any:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, str) and formula.match(value):
        return f"'{value}"
    return value
