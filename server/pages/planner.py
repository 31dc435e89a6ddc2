"""
The planner's page: a question of reach, its answer in words and rows, and what its map draws.

Scripts take the same page apart: a changed choice fetches the page of the new choice and puts its
parts in place, so that what is read and what is drawn come from one answer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from layers.atlas import Atlas
from layers.coverage import CoverageReport
from layers.question import LINE, MAX_METRES, MAX_MINUTES
from layers.timetable import TRANSIT
from server import sentences as words
from server import view
from server.asked import Asked, address, answer_asked, asked_again, parse_asked
from server.charts import pictures
from server.choices import (
    category_choice,
    category_groups,
    mode_choices,
    number_field,
    time_choices,
)
from server.classes import classes_as_json
from server.map_view import OfferLayer
from server.more_texts import more_data
from server.pages.export import file_name
from server.people_sentences import placement_line
from server.reach_texts import capacity_facts
from server.regions import regions_of
from server.script_data import can_try, measures_data, script_texts, street_reach
from server.shell import PageRoute, render, texts_for
from server.texts import Texts
from server.transit_view import own_window, transit_view, window_choices
from server.trial_texts import trial_view

MINUTE_STEPS = (5, 10, 15, 20, 30)
DOWNLOADS = (("CSV", "csv"), ("Excel", "xlsx"), ("GeoJSON", "geojson"), ("GeoPackage", "gpkg"))
METRE_STEPS = (300, 500, 1000, 2000)
ICONS = {
    "walk": "walk", "stepfree": "wheelchair", "bike": "bike", "car": "car", LINE: "line",
    TRANSIT: "bus",
}  # fmt: skip

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/planner")
def planner(request: Request, region: str) -> HTMLResponse:
    """Show who reaches an offer and which districts are underserved."""
    asked = parse_asked(request.query_params)
    atlas = regions_of(request).open(region)
    report = answer_asked(atlas, asked)
    texts = texts_for(request)
    answer = view.answer_view(report, texts, by=asked.by)
    full = asked_again(report.question, asked)
    question = full.parameters()
    transit = transit_view(report, texts, by=asked.by)
    data_question = {k: v for k, v in question.items() if k != "lang"}
    api_path = f"/api/v1/regions/{region}/coverage"
    return render(
        request,
        "planner.html",
        region=atlas.region,
        people_placed=placement_line(atlas, texts) if atlas.population.account else "",
        answer=answer,
        report=report,
        transit=transit,
        window_url=lambda window: address(
            f"/r/{region}/planner", replace(full, window=window).parameters()
        ),
        window=str(report.question.window or ""),
        tools=can_try(report, counts_buildings=answer.counts_buildings),
        trial=trial_view(report, texts, counts_buildings=answer.counts_buildings),
        form=_form(report, asked, texts),
        downloads=[
            (name, address(api_path, {**data_question, "f": f}), file_name(full, region, f))
            for name, f in DOWNLOADS
        ],
        pictures=pictures(report, texts),
        carry=capacity_facts(report, texts),
        carry_how=street_reach(report.question, texts)["how"],
        sheet_url=lambda area: _sheet_url(report, asked, area),
        layers=_layer_entries(report, texts),
        asked_layers=_asked_layers(report, texts),
        attributions=atlas.region.attributions,
        map_data={
            **_map_data(report, answer, asked, texts),
            "transit_alone": {
                row.id: {"people": row.people, "text": row.text}
                for row in (transit.alone_rows if transit else ())
            },
        },
        default_url=_default_url(report, asked),
        paper_url=address(f"/r/{region}/paper", {k: v for k, v in question.items() if k != "by"}),
        file_url=address(f"/r/{region}/map", {**question, "download": "1"}),
        export_url=address(f"/r/{region}/map", question),
    )


def _form(report: CoverageReport, asked: Asked, texts: Texts) -> dict[str, Any]:
    question, atlas = report.question, report.atlas
    minutes = question.minutes
    if minutes is None and question.metres is not None and question.mode == LINE:
        minutes = question.categories[0].reach.minutes  # stands ready where another mode is chosen
    return {
        "fields": category_groups(atlas, texts),
        "category": ",".join(category.id for category in question.categories),
        "several": words.category_names(texts, question) if len(question.categories) > 1 else "",
        "option": lambda category: category_choice(atlas, category, texts),
        "modes": [
            (mode, name, ICONS[mode])
            for mode, name in mode_choices(atlas, texts, with_transit=True)
        ],
        "mode": question.mode,
        "minutes": number_field(minutes),
        "metres": number_field(question.metres or (1000.0 if question.mode == LINE else None)),
        "along_metres": question.mode != LINE and question.metres is not None,
        "minute_steps": MINUTE_STEPS,
        "metre_steps": METRE_STEPS,
        "most_minutes": f"{MAX_MINUTES:.0f}",
        "most_metres": f"{MAX_METRES:.0f}",
        "times": time_choices(question, texts),
        "windows": window_choices(atlas, question, texts),
        "own_window": own_window(question),
        "by": asked.by,
        "has_levels": len(atlas.region.finest) > len(atlas.region.municipalities),
    }


def _default_url(report: CoverageReport, asked: Asked) -> str:
    """Return the page with the category's own reach; empty where it is shown or cannot be."""
    question = report.question
    reach = question.categories[0].reach
    is_shown = question.mode == reach.mode and question.minutes == reach.minutes
    if is_shown or reach.mode not in report.atlas.networks:
        return ""
    own = Asked(
        categories=tuple(c.id for c in question.categories),
        at=question.when.text if question.when else None,
        by=asked.by,
        language=asked.language,
    )
    return address(f"/r/{report.atlas.region.id}/planner", own.parameters())


def _sheet_url(report: CoverageReport, asked: Asked, area: str) -> str:
    """Return the sheet of an area for this question."""
    question = replace(asked_again(report.question, asked), by="district")
    return address(f"/r/{report.atlas.region.id}/sheets/{area}", question.parameters())


def _layer_entries(report: CoverageReport, texts: Texts) -> list[dict[str, Any]]:
    """Layers of offers with their number in the whole region."""
    atlas = report.atlas
    return [
        {
            "index": i,
            "id": layer.id,
            "label": layer.label,
            "color": layer.color,
            "count": texts.number(count),
        }
        for i, layer in enumerate(view.offer_layers(atlas, texts))
        if (count := _layer_counts(atlas)[layer.id])
    ]


def _asked_layers(report: CoverageReport, texts: Texts) -> list[OfferLayer]:
    """Layers of the offers that are asked for."""
    asked = {category.layer for category in report.question.categories}
    return [layer for layer in view.offer_layers(report.atlas, texts) if layer.id in asked]


@lru_cache(maxsize=32)
def _layer_counts(atlas: Atlas) -> dict[str, int]:
    counts = {layer.id: 0 for layer in atlas.taxonomy.layers}
    layer_of = {c.id: c.layer for c in atlas.taxonomy.categories}
    for offer in atlas.offers:
        for layer in {layer_of[c] for c in offer.categories}:
            counts[layer] += 1
    return counts


def _map_data(
    report: CoverageReport, answer: view.Answer, asked: Asked, texts: Texts
) -> dict[str, Any]:
    """Return what the scripts draw; shapes of districts they fetch once from the interface."""
    atlas, question = report.atlas, report.question
    base = f"/api/v1/regions/{atlas.region.id}"
    level = {} if asked.by == "district" else {"by": asked.by}
    asked_time = next(time for time in time_choices(question, texts) if time[2])
    return {
        "question": {
            "category": ",".join(category.id for category in question.categories),
            "mode": question.mode,
            "minutes": question.minutes,
            "metres": question.metres,
            "at": asked_time[0],
            "at_name": asked_time[1],
            "window": str(question.window) if question.window else "",
            "by": asked.by,
        },
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "shapes": address(f"{base}/districts", level),
        "districts": {
            row.id: {
                **view.district_properties(row),
                "count_text": row.count_text,
                "sheet": _sheet_url(report, asked, row.id),
            }
            for row in answer.rows
        },
        "has_short": answer.has_short,
        "gaps": view.gap_features(report, answer.gaps),
        "offers": view.offer_features(report, texts),
        "layer_url": address(f"{base}/offers", {"limit": "2000", "layer": ""}),
        "layers": [
            {"id": layer.id, "label": layer.label, "color": layer.color}
            for layer in view.offer_layers(atlas, texts)
        ],
        "categories": view.category_labels(atlas, texts.language),
        "looks": classes_as_json(texts.language),
        "attributions": list(atlas.region.attributions),
        "summary": " ".join([*answer.summary[:2], f"{answer.as_of}."]),
        "texts": script_texts(
            texts, counts_buildings=answer.counts_buildings, smallest=report.smallest
        ),
        "counts_buildings": answer.counts_buildings,
        **measures_data(report, texts),
        "more": more_data(report, texts, by=asked.by),
    }
