"""
What figures rest on and assume, and what the data lacks, in sentences.

Whoever quotes a figure can quote these with it.
"""

from __future__ import annotations

import math

from geo.disclosure import ROUNDED_TO
from geo.street_access import Speeds
from layers.atlas import Atlas
from layers.coverage import CoverageReport
from layers.question import LINE, Question
from layers.vocabulary import ASSUMPTION, Category
from server.hill_words import hill_lines
from server.people_sentences import counted_lines, placement_line
from server.sentences import label, reach_phrase
from server.texts import Texts
from server.transit_view import transit_method

_WORTH_SAYING = 0.0005  # of the study area: less is the thickness of a boundary


def method_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say what the figures rest on and assume."""
    return [
        *_basis_lines(report, texts),
        *_way_lines(report.question, texts),
        *hill_lines(report.atlas, report.question.on_streets, texts),
        *transit_method(report, texts),
        texts.gettext(
            "Counts of fewer than {smallest} people are not shown, nor a second one from which "
            "they could be worked out; counts that depend on the limit are rounded to {step}.",
            smallest=report.smallest,
            step=ROUNDED_TO,
        ),
        reach_line(report.question.categories[0], texts),
        *left_out_lines(report.atlas, texts),
        *_too_far_lines(report, texts),
    ]


def left_out_lines(atlas: Atlas, texts: Texts) -> list[str]:
    """Say what the data lacks; empty where it lacks nothing."""
    left_out = atlas.manifest["left_out"]
    lines = []
    if names := left_out["districts_without_data"]:
        lines.append(
            texts.gettext("Left out, beyond the data: {districts}.", districts=texts.join(names))
        )
    if (share := left_out["share_without_district"]) >= _WORTH_SAYING:
        lines.append(
            texts.gettext(
                "{share} of the study area lies in no district; nobody is counted there.",
                share=texts.percent(share),
            )
        )
    if n := left_out["buildings_broken"]:
        lines.append(
            texts.ngettext(
                "{n} building is left out: the data lack a part of its outline.",
                "{n} buildings are left out: the data lack a part of their outline.",
                n,
            )
        )
    if n := left_out["offers_broken"]:
        lines.append(
            texts.ngettext(
                "{n} offer is left out: the data lack a part of its outline.",
                "{n} offers are left out: the data lack a part of their outline.",
                n,
            )
        )
    return lines


def _too_far_lines(report: CoverageReport, texts: Texts) -> list[str]:
    network = report.atlas.manifest["networks"].get(report.question.on_streets, {})
    if n := network.get("homes_too_far", 0):
        return [
            texts.ngettext(
                "{n} residential building lies too far from any street of this mode; its people "
                "count as not reaching an offer.",
                "{n} residential buildings lie too far from any street of this mode; their people "
                "count as not reaching an offer.",
                n,
            )
        ]
    return []


def _basis_lines(report: CoverageReport, texts: Texts) -> list[str]:
    basis = report.atlas.population.basis
    if basis.unit == "buildings":
        return [texts.gettext("People: no count is known; residential buildings are counted.")]
    year = (
        texts.gettext("of a year the source does not name")
        if basis.year is None
        else texts.gettext("of {year}", year=basis.year)
    )
    kind = texts.gettext("official") if basis.official else texts.gettext("not official")
    total = "–" if math.isnan(basis.total) else texts.number(round(basis.total))
    lines = [
        texts.gettext(
            "People: {total} in all, {year}, {kind}. Source: {source}.",
            total=total,
            year=year,
            kind=kind,
            source=basis.source,
        ),
        placement_line(report.atlas, texts),
        *counted_lines(report.atlas, texts),
    ]
    if basis.districts_without_count:
        lines.append(
            texts.gettext(
                "Without a population count: {districts}.",
                districts=texts.join(list(basis.districts_without_count)),
            )
        )
    return lines


def _way_lines(question: Question, texts: Texts) -> list[str]:
    if question.mode == LINE:
        return [
            texts.gettext(
                "Distances are straight lines: streets, rivers and railways do not count."
            )
        ]
    speeds = Speeds()
    kmh = {"walk": speeds.walk_kmh, "stepfree": speeds.stepfree_kmh, "bike": speeds.bike_kmh}
    lines = [
        texts.gettext(
            "Travel follows the streets and paths of the data; the way from the door to the street "
            "and from the street to the offer counts."
        )
    ]
    if question.on_streets in kmh:
        speed = texts.number(kmh[question.on_streets])
        lines.append(texts.gettext("Assumed speed: {speed} km/h.", speed=speed))
    else:
        lines.append(
            texts.gettext("Assumed speed: by class of road and speed limit, without congestion.")
        )
    if question.mode == "stepfree":
        lines.append(
            texts.gettext(
                "Step-free leaves out steps, high kerbs and surfaces that stop a wheelchair or a "
                "pram."
            )
        )
    return lines


def reach_line(category: Category, texts: Texts) -> str:
    """Say a category's own reach and where it is from."""
    reach = category.reach
    how = reach_phrase(texts, reach.mode, minutes=reach.minutes, metres=None)
    name = label(texts, category)
    if reach.source == ASSUMPTION:
        return texts.gettext(
            "Default for “{category}”: {how} (an assumption of ours).", category=name, how=how
        )
    return texts.gettext(
        "Default for “{category}”: {how} (source: {source}).",
        category=name,
        how=how,
        source=reach.source,
    )
