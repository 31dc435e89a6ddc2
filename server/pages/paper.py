"""
The page that puts a council paper together: chapters, a district, and how it looks on paper.

Without scripts its form asks one question and shows the chapters of it that were ticked. Scripts
keep several chapters in the browser and send them to the interface, which answers with the paper.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from layers.atlas import Atlas
from layers.document import MAX_BYTES, MAX_TEXT
from layers.paper import (
    COVERAGE,
    EQUITY,
    GAPS,
    MAX_CHAPTERS,
    MAX_WORDS,
    RESILIENCE,
    SCENARIO,
    SHEET,
    SITES,
    TEXT,
    VERSION,
    check_paper,
)
from layers.paper_answers import answer_paper
from layers.question import ALL_MODES, LINE, MAX_METRES, MAX_MINUTES, Question, ask
from server.asked import Asked, default_category, parse_asked
from server.choices import (
    category_choice,
    category_groups,
    mode_choices,
    number_field,
    time_choices,
)
from server.measures.papers.html import paper_article
from server.measures.papers.whole import paper_pages
from server.regions import regions_of
from server.sentences import category_names, label, mode_names
from server.shell import PageRoute, render, texts_for
from server.texts import Texts, kept
from server.transit_view import window_choices, window_phrase

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ASKING = (COVERAGE, GAPS, SHEET, SITES, RESILIENCE, EQUITY)  # those of one question


@router.get("/r/{region}/paper")
def paper(request: Request, region: str) -> HTMLResponse:
    """Show the form, and the paper that the address asks for."""
    query = request.query_params
    asked = parse_asked(query)
    atlas = regions_of(request).open(region)
    texts = texts_for(request)
    question = ask(
        atlas,
        category=asked.categories or default_category(atlas),
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
        window=asked.window,
        with_transit=True,
    )
    kinds = [kind for kind in _ASKING if kind in query.getlist("kind")]
    article = ""
    if kinds:
        document = _document(kinds, question, query)
        found = answer_paper(atlas, check_paper(document), district=query.get("district"))
        article = paper_article(paper_pages(found, texts))
    return render(
        request,
        "paper.html",
        region=atlas.region,
        article=article,
        form=_form(atlas, question, asked, kinds, texts),
        about={name: query.get(name, "") for name in ("title", "author")},
        areas=_areas(atlas, query.get("district") or "", texts),
        most_text=MAX_TEXT,
        most_words=MAX_WORDS,
        page_data=_page_data(atlas, texts),
    )


def _document(kinds: list[str], question: Question, query: QueryParams) -> dict[str, Any]:
    """Return the paper of one question, as it stands in an address."""
    when = question.when
    asked = {
        "category": [category.id for category in question.categories],
        "mode": question.mode,
        "minutes": question.minutes,
        "metres": question.metres,
        "at": when.text if when else None,
        # with `at` people leave at that time
        "window": str(question.window) if question.window and not when else None,
    }
    of_kind = {
        SITES: ("category", "mode", "minutes", "at", "window"),
        EQUITY: ("category", "mode", "minutes", "window"),
    }
    return {
        "version": VERSION,
        "title": query.get("title") or None,
        "author": query.get("author") or None,
        "chapters": [
            {"kind": kind, **{name: asked[name] for name in of_kind.get(kind, asked)}}
            for kind in kinds
        ],
    }


def _form(
    atlas: Atlas, question: Question, asked: Asked, kinds: list[str], texts: Texts
) -> dict[str, Any]:
    names = kind_names(texts)
    return {
        "fields": category_groups(atlas, texts),
        "option": lambda category: category_choice(atlas, category, texts),
        "category": ",".join(category.id for category in question.categories),
        "several": category_names(texts, question) if len(question.categories) > 1 else "",
        "modes": mode_choices(atlas, texts, with_transit=True),
        **_windows(atlas, question, texts),
        "mode": question.mode,
        "minutes": number_field(question.minutes or question.categories[0].reach.minutes),
        "metres": number_field(question.metres or 1000.0),
        "along_metres": question.metres is not None,
        "most_minutes": f"{MAX_MINUTES:.0f}",
        "most_metres": f"{MAX_METRES:.0f}",
        "times": time_choices(question, texts),
        "kinds": [
            (kind, names[kind], kind in kinds or (not kinds and kind in (COVERAGE, GAPS)))
            for kind in _ASKING
        ],
        "line": LINE,
        "language": asked.language,
    }


def _windows(atlas: Atlas, question: Question, texts: Texts) -> dict[str, Any]:
    """Return the departures to choose from, the asker's own first."""
    choices = window_choices(atlas, question, texts)
    window = question.window
    is_own = window is not None and not any(choice.is_asked for choice in choices)
    return {
        "windows": choices,
        "own_window": str(window) if is_own and not question.when else "",
        "own_window_name": window_phrase(texts, window) if window else "",
    }


def _areas(
    atlas: Atlas, chosen: str, texts: Texts
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the areas that a paper can be about, in groups: id, name, whether it is chosen."""
    districts = sorted(atlas.finest_areas, key=lambda area: area[1])
    inner = {id_ for id_, _ in districts}
    towns = sorted(
        (area for area in atlas.municipality_areas if area[0] not in inner),
        key=lambda area: area[1],
    )
    groups = ((texts.gettext("Districts"), districts), (texts.gettext("Municipalities"), towns))
    return [
        (name, [(id_, title, id_ == chosen) for id_, title in rows])
        for name, rows in groups
        if rows
    ]


def kind_names(texts: Texts) -> dict[str, str]:
    """Name the kinds of chapters, as a list of them reads."""
    return {
        COVERAGE: texts.gettext("Who reaches an offer"),
        GAPS: texts.gettext("Where an offer is missing"),
        SHEET: texts.gettext("District against benchmarks"),
        SITES: texts.gettext("Where a new offer helps most"),
        RESILIENCE: texts.gettext("If an offer closes"),
        EQUITY: texts.gettext("Who falls short, and by how much"),
        SCENARIO: texts.gettext("What would change"),
        TEXT: texts.gettext("Text"),
    }


def _page_data(atlas: Atlas, texts: Texts) -> dict[str, Any]:
    """Return what the script says and asks."""
    region = atlas.region.id
    return {
        "region": region,
        "language": texts.language,
        "url": f"/api/v1/regions/{region}/papers",
        "version": VERSION,
        "most_bytes": MAX_BYTES,
        "most_chapters": MAX_CHAPTERS,
        "kinds": kind_names(texts),
        "modes": {i: n for i, n in mode_names(texts).items() if i in ALL_MODES},
        "categories": {c.id: label(texts, c) for c in atlas.taxonomy.categories},
        "times": {value: name for value, name, _ in time_choices(_any_time(atlas), texts) if value},
        "windows": {
            choice.value: choice.name for choice in window_choices(atlas, _any_time(atlas), texts)
        },
        "texts": {
            "or": texts.gettext("or"),
            "up": texts.gettext("Move up: {chapter}", **kept("chapter")),
            "down": texts.gettext("Move down: {chapter}", **kept("chapter")),
            "remove": texts.gettext("Remove: {chapter}", **kept("chapter")),
            "minutes": texts.gettext("{n} min", **kept("n")),
            "metres": "{n} m",
            "added": texts.gettext("Added: {chapter}", **kept("chapter")),
            "removed": texts.gettext("Removed: {chapter}", **kept("chapter")),
            "moved": texts.gettext("{chapter} is number {n} now", **kept("chapter", "n")),
            "computing": texts.gettext("The paper is computed …"),
            "ready": texts.gettext("The paper is ready."),
            "failed": texts.gettext("The paper could not be computed. Please try again."),
            "refused": texts.gettext("The paper cannot be computed like this:"),
            "unreadable": texts.gettext("This file is no council paper."),
            "no_scenario": texts.gettext("This file is no scenario."),
            "too_large": texts.gettext("The file is larger than 1 MB."),
            "full": texts.gettext(
                "A paper holds at most {n} chapters.", n=texts.number(MAX_CHAPTERS)
            ),
            "none_ticked": texts.gettext("Tick at least one chapter."),
            "scenario": texts.gettext("Scenario from the planner’s page"),
            "forget": texts.gettext("Remove all chapters and begin again?"),
            "not_kept": texts.gettext(
                "This browser keeps nothing; save the paper as a file before you leave."
            ),
        },
    }


def _any_time(atlas: Atlas) -> Question:
    return ask(atlas, category=default_category(atlas))
