"""
What the scripts of the planner's page need to say and to ask, in the language of the page.

Scripts put numbers into these texts; which measure answers what, they are told here.
"""

from __future__ import annotations

from typing import Any

from layers.coverage import CoverageReport
from layers.question import Question
from layers.timetable import TRANSIT
from server.asked import Asked, address, asked_again
from server.more_texts import more_texts
from server.reach_texts import reach_data, reach_texts
from server.sentences import label, question_phrase, reach_phrase
from server.texts import Texts, kept
from server.transit_view import has_transit
from server.trial_ride_texts import ride_texts
from server.trial_texts import trial_texts


def can_try(report: CoverageReport, *, counts_buildings: bool) -> bool:
    """Say whether sites and offers on trial can be asked: they count people, at any time."""
    return not (report.unknown or report.question.when or counts_buildings)


def measures_data(report: CoverageReport, texts: Texts) -> dict[str, Any]:
    """Return what the measures beside the answer ask; by streets and minutes, as they must."""
    question = report.question
    by_street = question.minutes is not None
    by_transit = question.mode == TRANSIT
    reach = street_reach(question, texts)
    mode, minutes = reach["mode"], reach["minutes"]
    base = f"/api/v1/regions/{report.atlas.region.id}"
    asked = {
        "category": ",".join(category.id for category in question.categories),
        "mode": mode,
        "minutes": f"{minutes:.10g}",
    }
    whole = _whole_question(question)
    at = {"at": whole["at"]} if "at" in whole else {}
    how = question_phrase(texts, question)
    return {
        "question_how": how,
        "site_how": how if by_transit else reach["how"],
        "reach": {"url": f"{base}/isochrone/", **reach},
        "sites_url": address(
            f"{base}/sites", {**(whole if by_transit else asked), **at, "new": "1"}
        ),
        "scenarios_url": f"{base}/scenarios",
        "timetable_url": f"{base}/timetable" if has_transit(report.atlas) else "",
        "has_cars": "car" in report.atlas.networks,
        "partners_url": f"/r/{report.atlas.region.id}/offers/",
        "partnering": [
            label(texts, c) for c in report.atlas.taxonomy.categories if c.gives or c.needs
        ],
        "resilience_url": address(f"{base}/resilience", whole),
        "equity_url": address(f"{base}/equity", whole if by_transit else asked)
        if by_street
        else "",
        **reach_data(report, texts, mode=mode, minutes=minutes),
    }


def street_reach(question: Question, texts: Texts) -> dict[str, Any]:
    """Return mode and minutes as they are asked, else the category's own, and both in words."""
    own = question.categories[0].reach
    by_street = question.minutes is not None and question.mode != TRANSIT
    mode = question.mode if by_street else own.mode
    minutes = (question.minutes if by_street else None) or own.minutes
    how = reach_phrase(texts, mode, minutes=minutes, metres=None)
    return {"mode": mode, "minutes": minutes, "how": how}


def _whole_question(question: Question) -> dict[str, str]:
    return asked_again(question, Asked()).parameters()


def script_texts(texts: Texts, *, counts_buildings: bool, smallest: int) -> dict[str, str]:
    """Return the texts of the scripts; what stands in braces they fill in."""
    return {
        **_map_texts(texts, counts_buildings=counts_buildings),
        **_measure_texts(texts, smallest),
        **reach_texts(texts),
        **more_texts(texts),
        **trial_texts(texts),
        **ride_texts(texts),
    }


def _map_texts(texts: Texts, *, counts_buildings: bool) -> dict[str, str]:
    people = texts.gettext("People who live there")
    return {
        "map": texts.gettext("Map of the districts"),
        "zoom_in": texts.gettext("Zoom in"),
        "zoom_out": texts.gettext("Zoom out"),
        "whole_region": texts.gettext("Show the whole region"),
        "close": texts.gettext("Close"),
        "sort": texts.gettext("Sort by: {column}", column="{column}"),
        "save_table": texts.gettext("Table as CSV"),
        "failed": texts.gettext("The answer could not be loaded. Is the connection there?"),
        "share": texts.gettext("reach an offer"),
        "short": texts.gettext("Without an offer in reach"),
        "residents": texts.gettext("Residential buildings") if counts_buildings else people,
        "gap": texts.gettext("Gap: {people} without an offer in reach", people="{people}"),
        "nearest": texts.gettext("Nearest offer"),
        "address": texts.gettext("Address"),
        "hours": texts.gettext("Opening hours"),
        "website": texts.gettext("Website"),
        "sheet": texts.gettext("District sheet"),
        "cluster": texts.gettext("{n} offers", n="{n}"),
    }


def _measure_texts(texts: Texts, smallest: int) -> dict[str, str]:
    return {
        "few": texts.gettext("fewer than {n}", n=texts.number(smallest)),
        "region": texts.gettext("Whole region"),
        "district": texts.gettext("District"),
        "show_reach": texts.gettext("Show its reach ({how})", how="{how}"),
        "partners": texts.gettext("Partners nearby"),
        "hide_reach": texts.gettext("Hide its reach"),
        "reach_people": texts.gettext("{n} people reach it {how}.", n="{n}", how="{how}"),
        "reach_area": texts.gettext("Outlined: from where it is reached {how}.", how="{how}"),
        "reach_edge": texts.gettext("The area goes on beyond the data."),
        "site_near": texts.gettext(
            "Another offer helps most in {district}, {metres} m from {landmark}: {gained} more "
            "people would reach one {how}.",
            **kept("district", "metres", "landmark", "gained", "how"),
        ),
        "site": texts.gettext(
            "Another offer helps most in {district}: {gained} more people would reach one {how}.",
            **kept("district", "gained", "how"),
        ),
        "site_proven": texts.gettext(
            "Proven: none of {n} street corners examined is better.", n="{n}"
        ),
        "site_not_proven": texts.gettext(
            "Not proven: one of {n} street corners examined may be up to {gap} better.",
            **kept("n", "gap"),
        ),
        "no_site": texts.gettext("No place would bring more people within reach."),
        "newly": texts.gettext("Newly in reach"),
        "twice": texts.gettext(
            "{n} of {residents} people ({share}) have two or more offers in reach.",
            **kept("n", "residents", "share"),
        ),
        "critical": texts.gettext(
            "The closing of “{offer}” would hurt most: {n} people would lose their only offer.",
            **kept("offer", "n"),
        ),
        "critical_nameless": texts.gettext(
            "The closing of one offer without a name would hurt most: {n} people would lose their "
            "only offer.",
            n="{n}",
        ),
        "missing": texts.gettext(
            "Those who reach none are {n} min too far away on average.", n="{n}"
        ),
    }
