"""
How far offers carry, and how far one gets from a place: what the scripts ask and say of it.

A capacity is asked for where people use it up; where they do not, the page says why.
"""

from __future__ import annotations

import math
from typing import Any

from layers.capacity import stated_capacity
from layers.coverage import CoverageReport
from layers.radius import RINGS_KM
from server.sentences import category_names, label, mode_names
from server.texts import Texts, kept

LIMITS_MIN = (5.0, 10.0, 15.0)  # of a place, beside the limit that is asked for
PRODUCER = "producer"  # role of those for whom a regional ring means something
_ONE_EACH = ("persons",)


def reach_data(
    report: CoverageReport, texts: Texts, *, mode: str, minutes: float | None
) -> dict[str, Any]:
    """Return what the scripts ask, by streets and minutes."""
    base = f"/api/v1/regions/{report.atlas.region.id}"
    limits = {*LIMITS_MIN, minutes} - {None}
    return {
        "carry": {
            "url": f"{base}/radii",
            "mode": mode,
            "mode_name": mode_names(texts)[mode],
            "minutes": minutes,
            "rings": [c.id for c in report.atlas.taxonomy.categories if c.role == PRODUCER],
            **capacity_facts(report, texts),
        },
        "here": {
            "url": f"{base}/isochrone",
            "mode": mode,
            "mode_name": mode_names(texts)[mode],
            "minutes": sorted(limits),
        },
    }


def capacity_facts(report: CoverageReport, texts: Texts) -> dict[str, Any]:
    """Return the unit of the capacity that is asked for, or `refused`: why none is."""
    atlas, question = report.atlas, report.question
    category = question.categories[0]
    units = [unit for unit in atlas.taxonomy.units if unit.id == category.capacity_unit]
    unit = units[0] if units else None
    name = label(texts, unit) if unit else texts.gettext("people")
    refused = ""
    if len(question.categories) > 1:
        refused = texts.gettext("Capacities can be asked of one kind of offer at a time.")
    elif not atlas.networks:
        refused = texts.gettext("No street data yet")
    elif atlas.population.basis.unit != "residents":
        refused = texts.gettext("No people are counted here, so nobody can use up a capacity.")
    elif unit and not unit.consumable:
        refused = texts.gettext(
            "The capacity of “{category}” is told in {unit}, which people do not use up: only its "
            "reach can be shown.",
            category=category_names(texts, question),
            unit=name,
        )
    stated = [stated_capacity(atlas, category, int(row)) for row in report.offers]
    return {
        "category": category.id,
        "unit": name,
        "takes_demand": unit is not None and unit.id not in _ONE_EACH,
        "refused": refused,
        "stated": sum(not math.isnan(units) for units in stated),
        "offers": len(stated),
    }


def reach_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts; what stands in braces they fill in."""
    return {**_popup_texts(texts), **_allocation_texts(texts), **_here_texts(texts)}


def _popup_texts(texts: Texts) -> dict[str, str]:
    rings = texts.join([texts.number(km) for km in RINGS_KM])
    return {
        "capacity": texts.gettext("How far does its capacity carry?"),
        "capacity_units": texts.gettext("Capacity ({unit})", unit="{unit}"),
        "capacity_stated": texts.gettext("stated by the offer"),
        "capacity_entered": texts.gettext("entered here"),
        "demand_units": texts.gettext("Of which one resident uses"),
        "fill": texts.gettext("Show"),
        "filled": texts.gettext(
            "Its capacity of {capacity} {unit} ({source}) is used up by the people within "
            "{minutes} min: about {n}.",
            **kept("capacity", "unit", "source", "minutes", "n"),
        ),
        "filled_few": texts.gettext(
            "Its capacity of {capacity} {unit} ({source}) is used up by too few people, or too far "
            "away, to draw a radius.",
            **kept("capacity", "unit", "source"),
        ),
        "filled_never": texts.gettext(
            "Its capacity of {capacity} {unit} ({source}) is more than all people of the region "
            "use up.",
            **kept("capacity", "unit", "source"),
        ),
        "filled_note": texts.gettext("Solid line: as if it were the only offer. {mode}.",
                                     mode="{mode}"),
        "rings": texts.gettext("Rings of {rings} km (straight line)", rings=rings),
        "ring": texts.gettext("{km} km: {n} people inside the data", **kept("km", "n")),
        "not_placed": texts.gettext("The offer lies too far from any street of this mode."),
    }  # fmt: skip


def _allocation_texts(texts: Texts) -> dict[str, str]:
    return {
        "served": texts.gettext(
            "{served} of {demand} {unit} are served, {unserved} are not.",
            **kept("served", "demand", "unit", "unserved"),
        ),
        "all_served": texts.gettext("All {demand} {unit} are served.", **kept("demand", "unit")),
        "served_withheld": texts.gettext(
            "How many are served is withheld, because it would tell of too few people."
        ),
        "allocation_basis": texts.gettext(
            "Capacity of {total} in all. {mode}, {limit}. The best possible allocation, not a "
            "forecast.",
            **kept("total", "mode", "limit"),
        ),
        "no_limit": texts.gettext("however far"),
        "with_limit": texts.gettext("nobody farther than {minutes} min", minutes="{minutes}"),
        "entered_single": texts.gettext(
            "Capacities entered in the popups of single offers: {n}.", n="{n}"
        ),
        "allocation_map": texts.gettext(
            "On the map: where those live whom an offer mostly serves; lines lead to the offer."
        ),
        "allocation_title": texts.gettext("Offers in the best allocation"),
        "unserved_title": texts.gettext("Where the unserved live"),
        "compare_title": texts.gettext("Beside nearest offer and Huff"),
        "compare_note": texts.gettext(
            "People by offer: in the best allocation, by the nearest offer, and by Huff’s rule "
            "(capacity over squared travel time)."
        ),
        "offer": texts.gettext("Offer"),
        "nameless": texts.gettext("without a name"),
        "assigned": texts.gettext("Used"),
        "left": texts.gettext("Left"),
        "median": texts.gettext("Median min"),
        "p90": texts.gettext("90 % min"),
        "longest": texts.gettext("Max min"),
        "one_more": texts.gettext("One more place"),
        "one_more_serves": texts.gettext("serves one more"),
        "one_more_saves": texts.gettext("saves {n} min", n="{n}"),
        "one_more_nothing": texts.gettext("helps nobody"),
        "unserved": texts.gettext("Unserved"),
        "best": texts.gettext("Best"),
        "by_nearest": texts.gettext("Nearest"),
        "by_huff": texts.gettext("Huff"),
        "few_offers": texts.gettext("Too few people"),
    }


def _here_texts(texts: Texts) -> dict[str, str]:
    return {
        "here": texts.gettext("Place that is asked from"),
        "here_people": texts.gettext("People"),
        "here_area": texts.gettext("Area"),
        "here_min": texts.gettext("{n} min", n="{n}"),
        "here_km2": texts.gettext("{n} km²", n="{n}"),
        "here_told": texts.gettext("{mode}, {n} min: {people} people.",
                                   **kept("mode", "n", "people")),
    }  # fmt: skip
