"""Why a district resembles another one, in words: which traits are near, which differ."""

from __future__ import annotations

from layers.district_traits import CENTRE, COVERED, DENSITY, FROM_65, SUPPLY, UNDER_18
from layers.question import LINE
from layers.similar import Shared, Similar, SimilarReport
from server.sentences import label, mode_names
from server.texts import Texts


def trait_name(trait: str, report: SimilarReport, texts: Texts) -> str:
    """Name a trait."""
    if trait.startswith(SUPPLY):
        wanted = trait.removeprefix(SUPPLY)
        field = next(f for f in report.atlas.taxonomy.fields if f.id == wanted)
        return texts.gettext("offers per 10,000 people, {field}", field=label(texts, field))
    return {
        DENSITY: texts.gettext("people per km²"),
        UNDER_18: texts.gettext("under 18 years"),
        FROM_65: texts.gettext("65 years and older"),
        COVERED: texts.gettext("reach food for every day")
        if report.is_daily
        else texts.gettext("reach the kind asked for"),
        CENTRE: texts.gettext("kilometres to the middle of the largest municipality"),
    }[trait]


def _value(trait: str, value: float, texts: Texts) -> str:
    if trait in (UNDER_18, FROM_65, COVERED):
        return texts.percent(value)
    return texts.number(round(value)) if trait == DENSITY else texts.number(value, decimals=1)


def similar_lines(
    found: Similar, report: SimilarReport, texts: Texts
) -> list[tuple[str, list[str]]]:
    """Return heading and traits: what is near, what lies between, what differs."""
    groups = [
        (texts.gettext("Near"), found.near),
        (texts.gettext("In between"), found.between),
        (texts.gettext("Different"), found.differ),
    ]
    return [
        (head, [_shared(s, report, texts) for s in shared]) for head, shared in groups if shared
    ]


def _shared(shared: Shared, report: SimilarReport, texts: Texts) -> str:
    return texts.gettext(
        "{trait}: {here} here, {there} there",
        trait=trait_name(shared.trait, report, texts),
        here=_value(shared.trait, shared.here, texts),
        there=_value(shared.trait, shared.there, texts),
    )


def unknown_line(found: Similar, report: SimilarReport, texts: Texts) -> str:
    """Say what was left out of the distance; empty where nothing was."""
    if not found.unknown:
        return ""
    names = "; ".join(trait_name(trait, report, texts) for trait in found.unknown)
    return texts.gettext("Not known of both, so left out: {names}.", names=names)


def mode_line(report: SimilarReport, texts: Texts) -> str:
    """Say how the share covered was measured, where that is no way along streets."""
    mode = mode_names(texts)[report.mode]
    if report.mode == LINE:
        return texts.gettext("Who reaches what is measured in a straight line for all.")
    return texts.gettext("Who reaches what is measured in one way for all: {mode}.", mode=mode)


def similar_text(report: SimilarReport, texts: Texts) -> str:
    """Write the answer for a terminal."""
    lines = [
        f"{report.name} ({report.atlas.region.name})",
        texts.gettext("{n} districts compared.", n=texts.number(report.compared)),
        mode_line(report, texts),
    ]
    if report.too_little:
        lines.append(
            texts.gettext(
                "Of {n} more too little is known to compare them.",
                n=texts.number(report.too_little),
            )
        )
    for place, found in enumerate(report.found, start=1):
        lines += ["", f"{place}. {found.name} ({found.region_name})"]
        for head, told in similar_lines(found, report, texts):
            lines += [f"   {head}:", *(f"     {text}" for text in told)]
        lines += [f"   {line}" for line in [unknown_line(found, report, texts)] if line]
    return "\n".join([*lines, ""])
