"""
A coverage report as it is shown: rows of the ranking, gaps, classes, and what a map draws.

The planner's page, the folium map and the single file all show this, so none can differ from
another. Everything here is plain text from everybody's data: templates and scripts escape it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from layers.atlas import Atlas
from layers.capacity import stated_capacity
from layers.coverage import CoverageReport
from server import answers
from server import sentences as words
from server.classes import ALL_CLASSES, SHARE_CLASSES, ShareClass
from server.evidence_sentences import age_lines, knowledge_lines
from server.map_view import MapView, OfferLayer
from server.method import method_lines
from server.people_sentences import by_age_lines
from server.rows import GapRow, Row, gap_row, ranking_rows, share_text, withheld_line
from server.texts import Texts, texts_of
from server.time_sentences import when_phrase
from server.transit_view import transit_lines


@dataclass(frozen=True)
class LegendEntry:
    """A class with the number of districts in it."""

    look: ShareClass
    label: str
    count: int


@dataclass(frozen=True)
class Answer:
    """All that a page says of a report, in one language."""

    title: str
    as_of: str
    share_text: str
    summary: list[str]
    ages: list[str]
    remarks: list[str]
    sure: list[str]
    method: list[str]
    rows: list[Row]
    gaps: list[GapRow]
    scattered: str
    legend: list[LegendEntry]
    legend_title: str
    default_reach: str
    counts_buildings: bool
    has_medians: bool
    has_short: bool
    withheld: str


def answer_view(report: CoverageReport, texts: Texts, *, by: str = "district") -> Answer:
    """
    Put a report into words and rows.

    Parameters
    ----------
    report
        What to show.
    texts
        In which language.
    by
        `district` or `municipality`.
    """
    out = answers.coverage_out(report, by=by)
    rows = ranking_rows(out, texts)
    counts = Counter(row.look.id for row in rows)
    reach = report.question.categories[0].reach
    return Answer(
        title=_title(report, texts),
        as_of=words.as_of_line(report, texts),
        share_text=share_text(out, texts),
        summary=[
            *words.summary_lines(report, texts),
            *transit_lines(report, texts),
            *by_age_lines(report, texts),
        ],
        ages=age_lines(report, texts),
        remarks=words.remark_lines(report, texts),
        sure=[*words.remark_lines(report, texts), *knowledge_lines(report, texts)],
        method=method_lines(report, texts),
        rows=rows,
        gaps=[gap_row(gap, texts, report.smallest) for gap in out.gaps],
        scattered=texts.number(out.scattered) if out.scattered else "",
        legend=[
            LegendEntry(look, look.label(texts.language), counts[look.id])
            for look in ALL_CLASSES
            if counts[look.id] or (look in SHARE_CLASSES and not report.unknown)
        ],
        legend_title=_legend_title(report, texts),
        default_reach=words.reach_phrase(texts, reach.mode, minutes=reach.minutes, metres=None),
        counts_buildings=all(district.unit == "buildings" for district in out.by_district),
        has_medians=any(row.median is not None for row in rows),
        has_short=any(row.short_text != "–" for row in rows),
        withheld=withheld_line(texts, report.smallest)
        if not report.unknown and any(row.suppressed for row in out.by_district)
        else "",
    )


def sentences(report: CoverageReport, language: str) -> list[str]:
    """Return a report as sentences: its date, the result, what is open, what it rests on."""
    texts = texts_of(language)
    return [
        words.as_of_line(report, texts),
        *words.summary_lines(report, texts),
        *transit_lines(report, texts),
        *by_age_lines(report, texts),
        *words.remark_lines(report, texts),
        *method_lines(report, texts),
    ]


def map_view(report: CoverageReport, language: str, *, by: str = "district") -> MapView:
    """
    Return what a folium map shows of a report.

    Parameters
    ----------
    report
        What to show.
    language
        `de` or `en`.
    by
        `district` or `municipality`.
    """
    texts = texts_of(language)
    atlas = report.atlas
    answer = answer_view(report, texts, by=by)
    districts = json.loads(answers.districts_text(atlas, by))
    rows = {row.id: row for row in answer.rows}
    for feature in districts["features"]:
        feature["properties"] = district_properties(rows[feature["id"]])
    return MapView(
        title=answer.title,
        language=language,
        districts=districts,
        offers=offer_features(report, texts),
        gaps=gap_features(report, answer.gaps),
        offer_layers=offer_layers(atlas, texts),
        totals_lines=tuple(answer.summary),
        legend_title=answer.legend_title,
        attributions=tuple(atlas.region.attributions),
        as_of=answer.as_of,
        tiles_url=tiles_url(atlas),
        note_lines=(*answer.ages, *answer.remarks, *answer.method),
    )


def tiles_url(atlas: Atlas) -> str:
    """Return where the region's base map is served; empty if it was built without one."""
    return f"/tiles/{atlas.region.id}.pmtiles" if atlas.base_map.is_file() else ""


def district_properties(row: Row) -> dict[str, Any]:
    """Return what a map says of a district."""
    return {
        "name": row.name,
        "share": row.share if row.look in SHARE_CLASSES else None,
        "class_id": row.look.id,
        "share_text": row.share_text,
        "residents_text": row.residents_text,
        "covered_text": row.covered_text,
        "uncovered_text": row.short_text,
        "note_text": row.note,
    }


def offer_layers(atlas: Atlas, texts: Texts) -> tuple[OfferLayer, ...]:
    """Return the layers of a region's offers."""
    return tuple(OfferLayer(y.id, words.label(texts, y), y.color) for y in atlas.taxonomy.layers)


def offer_features(report: CoverageReport, texts: Texts) -> dict[str, Any]:
    """Return the offers that count as supply; none where nobody knows of any."""
    names = category_labels(report.atlas, texts.language)
    rows = [] if report.unknown else [int(row) for row in report.offers]
    asked = {category.id for category in report.question.categories}
    features = []
    for row in rows:
        feature = json.loads(answers.offer_texts(report.atlas)[row])
        properties = feature["properties"]
        shown = next(c for c in report.atlas.offers[row].categories if c in asked)
        layer = report.atlas.taxonomy.category(shown).layer
        kept = ("id", "name", "address", "opening_hours", "website")
        feature["properties"] = {
            **{key: properties.get(key, "") for key in kept},
            "category": names[shown],
            "category_id": shown,
            "layer": layer,
            "stated": _stated(report.atlas, shown, row),
        }
        features.append(feature)
    return {"type": "FeatureCollection", "features": features}


def _stated(atlas: Atlas, category: str, row: int) -> int | None:
    """Return the capacity that an offer states, None where it states none."""
    units = stated_capacity(atlas, atlas.taxonomy.category(category), row)
    return None if math.isnan(units) else int(units)


def gap_features(report: CoverageReport, rows: list[GapRow]) -> dict[str, Any]:
    """Return the outlines of the gaps with what a map says of them."""
    crs = report.atlas.region.crs
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": answers.geometry(gap.shape, crs),
                "properties": {
                    "rank": row.rank,
                    "label": row.label,
                    "residents_text": row.people,
                    "nearest_text": row.nearest,
                    "districts_text": row.place,
                },
            }
            for gap, row in zip(report.gaps, rows, strict=True)
        ],
    }


@lru_cache(maxsize=32)
def category_labels(atlas: Atlas, language: str) -> dict[str, str]:
    """Return the label of each category by its id."""
    texts = texts_of(language)
    return {c.id: words.label(texts, c) for c in atlas.taxonomy.categories}


def _title(report: CoverageReport, texts: Texts) -> str:
    when = report.question.when
    return texts.gettext(
        "{category} {how}: {region}",
        category=words.category_names(texts, report.question)
        + (f", {when_phrase(texts, when)}," if when else ""),
        how=words.question_phrase(texts, report.question),
        region=report.atlas.region.name,
    )


def _legend_title(report: CoverageReport, texts: Texts) -> str:
    how = words.question_phrase(texts, report.question)
    if report.atlas.population.basis.unit == "buildings":
        return texts.gettext("Residential buildings with an offer {how}", how=how)
    return texts.gettext("Share of people who reach an offer {how}", how=how)
