"""How coverage changed over time: a chart, the same as a table, and what nobody knows of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from geo.errors import ParameterError, UmkreisError
from layers.experiment import outcome
from layers.experiment_store import experiments
from layers.history import QUARTER, STEPS, history
from layers.history_offers import DatedOffers
from server.asked import address, default_category, parse_asked
from server.choices import category_groups, mode_choices, number_field
from server.drawing import svg_painter
from server.measures.experiment_words import outcome_lines
from server.measures.history import dated_of
from server.measures.history_words import (
    history_chart,
    history_notes,
    history_rows,
    history_title,
)
from server.regions import Regions, regions_of
from server.sentences import label
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/history")
def history_page(request: Request, region: str) -> HTMLResponse:
    """Show how many people reached an offer when."""
    asked, texts, query = (
        parse_asked(request.query_params),
        texts_for(request),
        request.query_params,
    )
    dated = dated_of(regions_of(request), region)
    atlas = dated.atlas
    category = list(asked.categories) or [default_category(atlas)]
    found = history(
        dated,
        category=category,
        district=query.get("district", "").strip(),
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        start=_day(query, "from"),
        end=_day(query, "to"),
        step=query.get("step") or QUARTER,
    )
    steps = {
        "month": texts.gettext("every month"),
        "quarter": texts.gettext("every quarter of a year"),
        "year": texts.gettext("every year"),
    }
    return render(
        request,
        "history.html",
        region=atlas.region,
        title=history_title(found, texts),
        chart=history_chart(found, texts),
        svg=svg_painter(),
        rows=history_rows(found, texts),
        notes=history_notes(found, texts),
        groups=category_groups(atlas, texts),
        label=lambda term: label(texts, term),
        category=",".join(category),
        several=", ".join(label(texts, c) for c in found.question.categories)
        if len(category) > 1
        else "",
        areas=[*atlas.municipality_areas, *atlas.finest_areas],
        area=found.area.id,
        modes=mode_choices(atlas, texts),
        mode=found.question.mode,
        minutes=number_field(found.question.minutes),
        metres=number_field(found.question.metres),
        is_line=found.question.minutes is None,
        first=found.points[0].day.isoformat(),
        last=found.points[-1].day.isoformat(),
        steps=[(step, steps[step]) for step in STEPS],
        step=found.step,
        experiments=_experiments(regions_of(request), dated, texts),
        downloads=_downloads(region, query, category),
        attributions=atlas.region.attributions,
    )


def _experiments(known: Regions, dated: DatedOffers, texts: Texts) -> list[list[str]]:
    """Tell each experiment of the region in lines, its title first."""
    register = known.register()
    if register is None:
        return []
    today = datetime.now(UTC).date()
    found = []
    for registered in experiments(register.database, dated.atlas.region.id):
        try:
            found.append(outcome_lines(outcome(dated, registered, today=today), texts))
        except UmkreisError as exc:  # a district that is no more must not hide the history
            found.append([registered.experiment.title, str(exc)])
    return found


def _day(query: QueryParams, name: str) -> date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(
            f"`{name}` is {text!r} but must be a day such as 2024-05-01", parameter=name
        ) from None


def _downloads(region: str, query: QueryParams, category: list[str]) -> list[tuple[str, Any]]:
    names = ("district", "mode", "minutes", "metres", "from", "to", "step")
    pairs = {name: query[name] for name in names if query.get(name)}
    if pairs.get("mode") == "line":
        pairs.pop("minutes", None)
    elif "minutes" in pairs:
        pairs.pop("metres", None)
    path = f"/api/v1/regions/{region}/history"
    return [
        (name, address(path, {**pairs, "category": ",".join(category), "f": format_}))
        for name, format_ in (("CSV", "csv"), ("JSON", "json"))
    ]
