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
from layers.coverage import CoverageReport
from server import answers, models
from server import sentences as words
from server.classes import ALL_CLASSES, NOBODY, SHARE_CLASSES, UNKNOWN, WITHHELD, ShareClass
from server.classes import share_class as class_of_share
from server.map_view import MapView, OfferLayer
from server.texts import Texts, texts_of

_MOST_NAMED = 4  # districts of a gap
_FEW = 25.5  # people; a bound of a share that is rounded to a thousandth may be half a person off


@dataclass(frozen=True)
class Row:
    """
    A district in the ranking; texts to read, values to sort by (None last).

    `bar` is 0…100, None where there is no share.
    """

    id: str
    name: str
    rank: int | None
    look: ShareClass
    share: float | None
    share_text: str
    bar: float | None
    short: int | None
    short_text: str
    residents: int | None
    residents_text: str
    covered_text: str
    median: float | None
    median_text: str
    note: str


@dataclass(frozen=True)
class GapRow:
    """A gap: how many people, where, and how far the nearest offer is."""

    rank: int
    label: str
    people: str
    place: str
    nearest: str


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
    remarks: list[str]
    method: list[str]
    rows: list[Row]
    gaps: list[GapRow]
    scattered: str
    legend: list[LegendEntry]
    legend_title: str
    has_medians: bool
    has_withheld: bool


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
    rows = _rows(report, out, texts)
    counts = Counter(row.look.id for row in rows)
    return Answer(
        title=_title(report, texts),
        as_of=words.as_of_line(report, texts),
        share_text=_share_text(out, texts),
        summary=words.summary_lines(report, texts),
        remarks=words.remark_lines(report, texts),
        method=words.method_lines(report, texts),
        rows=rows,
        gaps=[_gap_row(report, gap, texts) for gap in out.gaps],
        scattered=texts.number(out.scattered) if out.scattered else "",
        legend=[
            LegendEntry(look, look.label(texts.language), counts[look.id])
            for look in ALL_CLASSES
            if look in SHARE_CLASSES or counts[look.id]
        ],
        legend_title=_legend_title(report, texts),
        has_medians=any(row.median is not None for row in rows),
        has_withheld=any(row.short_text in ("–", _few(texts)) for row in rows)
        and not out.unknown_reason,
    )


def sentences(report: CoverageReport, language: str) -> list[str]:
    """Return a report as sentences: its date, the result, what is open, what it rests on."""
    texts = texts_of(language)
    return [
        words.as_of_line(report, texts),
        *words.summary_lines(report, texts),
        *words.remark_lines(report, texts),
        *words.method_lines(report, texts),
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
        tiles_url=f"/tiles/{atlas.region.id}.pmtiles",
        note_lines=(*answer.remarks, *answer.method),
    )


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
            "layer": layer,
        }
        features.append(feature)
    return {"type": "FeatureCollection", "features": features}


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
    return texts.gettext(
        "{category} {how}: {region}",
        category=words.category_names(texts, report.question),
        how=words.question_phrase(texts, report.question),
        region=report.atlas.region.name,
    )


def _legend_title(report: CoverageReport, texts: Texts) -> str:
    how = words.question_phrase(texts, report.question)
    if report.atlas.population.basis.unit == "buildings":
        return texts.gettext("Residential buildings with an offer {how}", how=how)
    return texts.gettext("Share of people who reach an offer {how}", how=how)


def _rows(report: CoverageReport, out: models.CoverageOut, texts: Texts) -> list[Row]:
    """Least covered first, then what has no rank, by name."""
    rows = [_row(report, district, texts) for district in out.by_district]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.name))


def _row(report: CoverageReport, row: models.DistrictRow, texts: Texts) -> Row:
    short = None if row.uncovered is None else row.uncovered + (row.unreachable or 0)
    is_unknown = bool(report.unknown)
    homes = row.residents if row.unit == "residents" else row.buildings
    lowest = row.share_range[0] if row.share is None and row.share_range else row.share
    return Row(
        id=row.id,
        name=row.name,
        rank=row.rank,
        look=look_of(row, is_unknown=is_unknown),
        share=lowest,
        share_text=texts.gettext("unknown") if is_unknown else _share_text(row, texts),
        bar=None if is_unknown or lowest is None else round(lowest * 100, 1),
        short=short,
        short_text=_short_text(row, short, is_unknown=is_unknown, texts=texts),
        residents=homes,
        residents_text=_homes_text(row, texts),
        covered_text="" if is_unknown else _covered_text(row, texts),
        median=row.median_min,
        median_text="–" if row.median_min is None else texts.number(round(row.median_min)),
        note=_note(row, texts),
    )


def look_of(row: models.DistrictCoverage, *, is_unknown: bool) -> ShareClass:
    """Return the class of a district; a withheld share has one if all it may be lies in it."""
    if is_unknown:
        return UNKNOWN
    if row.residents == 0 or (row.unit == "buildings" and not row.buildings):
        return NOBODY
    if row.share is not None:
        return class_of_share(row.share)
    if row.share_range is not None:
        low, high = (class_of_share(bound) for bound in row.share_range)
        return low if low is high else WITHHELD
    return WITHHELD


def _share_text(row: models.DistrictCoverage, texts: Texts) -> str:
    if row.share is not None:
        return texts.percent(row.share)
    if row.share_range is not None:
        return texts.percent_range(row.share_range[0], row.share_range[1])
    return "–"


def _few(texts: Texts) -> str:
    return f"<\u202f{texts.number(25)}"


def _short_text(
    row: models.DistrictCoverage, short: int | None, *, is_unknown: bool, texts: Texts
) -> str:
    if is_unknown:
        return "–"
    if short is not None:
        return texts.number(short)
    if row.residents and row.share_range and row.residents * (1 - row.share_range[0]) <= _FEW:
        return _few(texts)
    return "–"


def _covered_text(row: models.DistrictCoverage, texts: Texts) -> str:
    if row.covered is not None:
        return texts.number(row.covered)
    if row.residents and row.share_range and row.residents * row.share_range[1] <= _FEW:
        return _few(texts)
    return "–"


def _homes_text(row: models.DistrictCoverage, texts: Texts) -> str:
    if row.unit == "buildings":
        return texts.ngettext("{n} building", "{n} buildings", row.buildings or 0)
    return "–" if row.residents is None else texts.number(row.residents)


def _note(row: models.DistrictRow, texts: Texts) -> str:
    notes = []
    if row.share_inside < 0.995:
        inside = texts.percent(row.share_inside)
        notes.append(texts.gettext("Only {share} of its area lie inside the data.", share=inside))
    if row.edge_uncertain:
        notes.append(
            texts.ngettext(
                "An offer beyond the edge of the data may reach {n} person.",
                "An offer beyond the edge of the data may reach {n} people.",
                row.edge_uncertain,
            )
        )
    return " ".join(notes)


def _gap_row(report: CoverageReport, gap: models.GapOut, texts: Texts) -> GapRow:
    if gap.residents is None:
        people = (
            texts.ngettext("{n} building", "{n} buildings", gap.buildings)
            if gap.buildings
            else _few(texts)
        )
    else:
        people = texts.ngettext("{n} person", "{n} people", gap.residents)
    count = gap.residents if gap.residents is not None else gap.buildings
    return GapRow(
        rank=gap.rank,
        label="" if count is None else texts.number(count),
        people=people,
        place=_place(gap.districts, texts),
        nearest=_nearest(report, gap, texts),
    )


def _place(districts: list[str], texts: Texts) -> str:
    named = ", ".join(districts[:_MOST_NAMED])
    more = len(districts) - _MOST_NAMED
    if more <= 0:
        return named
    return named + " " + texts.ngettext("and {n} more", "and {n} more", more)


def _nearest(report: CoverageReport, gap: models.GapOut, texts: Texts) -> str:
    if gap.nearest_offer is None:
        return ""
    name = gap.nearest_offer.name
    if not name:
        row = report.atlas.offers.row(gap.nearest_offer.id)
        labels = category_labels(report.atlas, texts.language)
        asked = {category.id for category in report.question.categories}
        name = labels[next(c for c in report.atlas.offers[row].categories if c in asked)]
    if gap.median_min is not None and math.isfinite(gap.median_min):
        minutes = texts.gettext("{n} min", n=texts.number(round(gap.median_min)))
        return f"{name}, {minutes}"
    if gap.median_m is not None:
        return f"{name}, {texts.number(gap.median_m)} m"
    return name
