"""Where the people of a report live and how old they are, in sentences."""

from __future__ import annotations

from typing import Any

from geo.population_account import GRID, POLYGONS, Account, published
from layers.ages import UNKNOWN_AGE, by_age
from layers.atlas import Atlas
from layers.coverage import CoverageReport
from layers.tally import Tally
from server.texts import Texts

_MOST_NAMED = 12  # differences that are said one by one; the interface has all


def placement_line(atlas: Atlas, texts: Texts) -> str:
    """Say how counts became people at places."""
    account, has_homes = atlas.population.account, atlas.region.extract is not None
    if account is None:
        return _municipal_line(texts, has_homes=has_homes)
    if account.kind == GRID and has_homes:
        return texts.gettext(
            "People are counted in census cells {width} wide and placed in the residential "
            "buildings inside them, by floor area: a model, not a register.",
            width=_width(account, texts),
        )
    if account.kind == GRID:
        return texts.gettext(
            "People are counted in census cells {width} wide. No building is known, so all of a "
            "cell stand at its centre. That is coarse.",
            width=_width(account, texts),
        )
    if has_homes:
        return texts.gettext(
            "People are counted by blocks or small districts and placed in the residential "
            "buildings inside them, by floor area: a model, not a register."
        )
    return texts.gettext(
        "People are counted by blocks or small districts. No building is known, so they are spread "
        "evenly over each. That is coarse."
    )


def _municipal_line(texts: Texts, *, has_homes: bool) -> str:
    if not has_homes:
        return texts.gettext(
            "No building is known: the count of each municipality is spread evenly over its area, "
            "forests and fields included. That is coarse."
        )
    return texts.gettext(
        "The count of each municipality is spread over its residential buildings by floor area "
        "and storeys: a model, not a register."
    )


def _width(account: Account, texts: Texts) -> str:
    if account.cell_m >= 1_000:
        return f"{texts.number(account.cell_m / 1000)} km"
    return f"{texts.number(account.cell_m)} m"


def counted_lines(atlas: Atlas, texts: Texts) -> list[str]:
    """Say what cells or areas left open and how they were raked; empty where there are none."""
    account = atlas.population.account
    if account is None:
        return []
    told = published(account, smallest=atlas.population.smallest_published)
    lines = _raked_lines(told, texts)
    if account.secret and account.kind == GRID:
        lines.append(
            texts.ngettext(
                "{n} cell of the region is secret or empty; nobody is counted there.",
                "{n} cells of the region are secret or empty; nobody is counted there.",
                account.secret,
            )
        )
    elif account.secret:
        lines.append(
            texts.ngettext(
                "The count of {n} area is secret; nobody is counted there.",
                "The counts of {n} areas are secret; nobody is counted there.",
                account.secret,
            )
        )
    if atlas.region.extract is not None:
        lines += _home_lines(told, texts)
    if atlas.population.ages is not None:
        lines.append(
            texts.gettext("Ages are known of {share} of the people.",
                          share=texts.percent(account.ages_known))
        )  # fmt: skip
    return [*lines, *account.notes]


def _raked_lines(told: dict[str, Any], texts: Texts) -> list[str]:
    rows = told["differences"]
    lines = []
    if rows:
        named = [
            texts.gettext(
                "{area} {counted} → {official}",
                area=row["area"],
                counted="–" if row["counted"] is None else texts.number(row["counted"]),
                official=texts.number(row["official"]),
            )
            for row in rows[:_MOST_NAMED]
        ]
        more = len(rows) - _MOST_NAMED
        if more > 0:
            named.append(texts.ngettext("and {n} more", "and {n} more", more))
        lines.append(
            texts.gettext(
                "Counted there and raked to the official totals ({source}): {areas}.",
                source=told["official_source"],
                areas=", ".join(named),
            )
        )
    if left := told["not_raked"]:
        lines.append(
            texts.gettext(
                "Left as counted, without an official total or cut by the edge of the data: "
                "{areas}.",
                areas=texts.join(left),
            )
        )
    return lines


def _home_lines(told: dict[str, Any], texts: Texts) -> list[str]:
    lines = []
    is_polygons = told["kind"] == POLYGONS
    if n := told["without_homes"]:
        people = told["people_without_homes"]
        lines.append(
            texts.ngettext(
                "{n} counted area has people and no residential building in the data; they "
                "({people}) stand at its centre.",
                "{n} counted areas have people and no residential building in the data; they "
                "({people}) stand at their centres.",
                n,
                people="–" if people is None else texts.number(people),
            )
        )
    if (n := told["homes_without_area"]) and is_polygons:
        lines.append(
            texts.ngettext(
                "{n} residential building lies in none of the counted areas; nobody lives in it "
                "here.",
                "{n} residential buildings lie in none of the counted areas; nobody lives in them "
                "here.",
                n,
            )
        )
    return lines


def by_age_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say how many of each age are within reach; empty where nobody knows."""
    tallies = [] if report.unknown else by_age(report)
    told = [
        texts.gettext("{share} of {group}", share=_share(tally, texts), group=name)
        for tally in tallies
        if tally.residents and (name := _group(tally, texts)) and _share(tally, texts) != "–"
    ]
    if not told:
        return []
    return [texts.gettext("By age, an offer is in reach of {shares}.", shares=texts.join(told))]


def _share(tally: Tally, texts: Texts) -> str:
    if tally.share is not None:
        return texts.percent(tally.share)
    return "–" if tally.share_range is None else texts.percent_range(*tally.share_range)


def _group(tally: Tally, texts: Texts) -> str:
    names = {
        "under_18": texts.gettext("people under 18"),
        "18_to_64": texts.gettext("people aged 18 to 64"),
        "65_and_older": texts.gettext("people aged 65 and older"),
        UNKNOWN_AGE: "",
    }
    return names[tally.area_id]
