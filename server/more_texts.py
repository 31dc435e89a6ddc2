"""
What else is known of a supply, told after the page is drawn: what the scripts ask and say of it.

How sure the verdicts are, second offers, offers per head, rooms for groups, and the week.
"""

from __future__ import annotations

from typing import Any

from layers.chains import ROOM
from layers.coverage import CoverageReport
from layers.question import LINE
from layers.stability import DEFAULT_THRESHOLD
from layers.timetable import TRANSIT
from server.asked import Asked, address, asked_again
from server.sentences import mode_names
from server.texts import Texts, kept


def more_data(report: CoverageReport, texts: Texts, *, by: str) -> dict[str, Any]:
    """Return the addresses that are asked; empty where the question has no meaning."""
    question, atlas = report.question, report.atlas
    base = f"/api/v1/regions/{atlas.region.id}"
    whole = asked_again(question, Asked()).parameters()
    timeless = {name: value for name, value in whole.items() if name != "at"}
    level = {} if by == "district" else {"by": by}
    by_street = question.mode not in (LINE, TRANSIT)
    mode = question.mode if by_street else question.categories[0].reach.mode
    about = {"category": whole["category"], "mode": mode}
    has_streets = mode in atlas.networks
    needs_room = has_streets and any(ROOM in (*c.gives, *c.needs) for c in question.categories)
    is_known = not report.unknown and len(report.offers) > 0
    by_transit = question.mode == TRANSIT  # which has four windows instead of 168 hours
    has_access = is_known and has_streets and "at" not in whole
    return {
        "stability": address(f"{base}/stability", {**whole, **level}) if is_known else "",
        "access": address(f"{base}/access", about) if has_access else "",
        "rooms": address(f"{base}/partners", {"mode": mode}) if needs_room else "",
        "week": address(f"{base}/week", timeless)
        if report.knowledge.offers and not by_transit
        else "",
        "partners": f"{base}/partners/",
        "mode_name": mode_names(texts)[mode],
    }


def more_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts; what stands in braces they fill in."""
    return {**_sentences(texts), **_week_texts(texts)}


def _sentences(texts: Texts) -> dict[str, str]:
    share = texts.percent(DEFAULT_THRESHOLD)
    return {
        "stable": texts.gettext(
            "Is at least half of a district served ({threshold})? In {same} of {all} districts "
            "every assumption gives the same verdict, in {depends} it depends on the assumption.",
            threshold=share,
            **kept("same", "all", "depends"),
        ),
        "stable_why": texts.gettext(
            "Tried were: limit and speed 20 % less and more, people spread equally over homes, "
            "without the most important offer, and what is unknown."
        ),
        "verdict_served": texts.gettext("served in every variant"),
        "verdict_underserved": texts.gettext("underserved in every variant"),
        "verdict_depends": texts.gettext("depends on the assumption"),
        "access_told": texts.gettext(
            "{mode}, within 30 minutes: {n} offers per 10,000 people, near ones counting "
            "more; fewest in {district}: {least}.",
            **kept("mode", "n", "district", "least"),
        ),
        "access_none": texts.gettext(
            "{mode}, within 30 minutes: {n} offers per 10,000 people, near ones counting "
            "more; in {k} districts there is none.",
            **kept("mode", "n", "k"),
        ),
        "rooms_told": texts.gettext(
            "{groups} groups usually need a room, {reached} of them have a free one in reach; "
            "rooms known to be free: {rooms}.",
            **kept("groups", "reached", "rooms"),
        ),
        "partners_told": texts.gettext(
            "Partners nearby: {n}, supply chains over two steps: {chains}",
            **kept("n", "chains"),
        ),
        "partners_only": texts.gettext("Partners nearby: {n}", n="{n}"),
    }


def _week_texts(texts: Texts) -> dict[str, str]:
    return {
        "week_hour": texts.gettext("Hour"),
        "week_table": texts.gettext("The week hour by hour: percent of people"),
        "week_best": texts.gettext(
            "Most people reach an open offer on {day} at {hour}: {share}. In {none} of 168 hours "
            "nobody is known to reach one.",
            **kept("day", "hour", "share", "none"),
        ),
        "week_unknown": texts.gettext(
            "Of {n} of {total} offers the hours are not known: where much hangs on them, hours are "
            "hatched and have two figures.",
            **kept("n", "total"),
        ),
        "week_silent": texts.gettext("The hours of no offer are known."),
        "week_cell": texts.gettext("{day} {hour}: {share}", **kept("day", "hour", "share")),
    }
