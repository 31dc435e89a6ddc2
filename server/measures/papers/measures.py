"""Chapters of sites, resilience, equity and scenarios, as blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from layers.candidates import CORNERS
from layers.coverage import CoverageReport
from layers.districts import REGION, Area
from layers.equity import EquityReport
from layers.paper_answers import Tried
from layers.resilience import ResilienceReport
from layers.scenario import Scenario
from layers.site_report import SitesReport
from server import sentences as words
from server.measures.equity import equity_out
from server.measures.papers.areas import coverage_figure, held_ids, told_areas
from server.measures.papers.blocks import LIST, SOFT, STRONG, Block, Table, Words
from server.measures.resilience_out import Twice, resilience_out, twice_fields
from server.measures.scenario_out import TriedOut, scenario_out
from server.measures.sites_out import sites_out
from server.measures.sites_words import site_place, sites_words
from server.rows import few_text, withheld_line
from server.texts import Texts

_MOST_CRITICAL = 10


def tried_out(tried: Tried) -> TriedOut:
    """Return a tried scenario as the interface writes it."""
    return TriedOut(tried.scenario, tried.difference, tried.streets, None)


def sites_blocks(report: SitesReport, area: Area, texts: Texts) -> list[Block]:
    """Where new offers help most in the whole region, and what the area gains."""
    out = sites_out(report, [CORNERS])
    before = report.before
    told = [line.strip() for line in sites_words(report, out, texts)]
    smallest = report.before.smallest
    if not out.sites:
        return [Words((told[0],), STRONG), Words(tuple(told[1:]), LIST)]
    caption = texts.gettext("Places for new offers, and the share of people who reach one today.")
    figure = coverage_figure(
        before,
        area,
        texts,
        caption=caption,
        places=[(site.x, site.y) for site in report.sites],
    )
    table = Table(
        caption=texts.gettext("The place with rank 1 brings most."),
        heads=(
            texts.gettext("No."),
            texts.gettext("Place"),
            texts.gettext("District"),
            texts.gettext("Newly in reach"),
        ),
        rows=tuple(
            (
                texts.number(site.rank),
                "".join(site_place(site, texts)),
                site.district,
                _people(site.gained, texts, smallest),
            )
            for site in out.sites
        ),
        numeric=frozenset({0, 3}),
        name_column=1,
    )
    notes = list(told[1 + len(out.sites) :])
    if area.level != REGION:
        notes.insert(
            0, texts.gettext("Places are sought in the whole region, not only in the district.")
        )
        held = held_ids(before, area)
        notes += [
            texts.gettext(
                "{area}: {people} newly in reach.",
                area=r.name,
                people=_people(r.gained, texts, smallest),
            )
            for r in out.by_district
            if r.id in held and r.gained == 0
        ]
    return [Words((told[0],), STRONG), figure, table, Words(tuple(notes), LIST)]


def resilience_blocks(report: ResilienceReport, area: Area, texts: Texts) -> list[Block]:
    """Who has a second offer in reach, and for how many each one is critical."""
    once = report.once
    out = resilience_out(report)
    own = Twice(**twice_fields(area.tally_of(once), area.tally_of(report.twice)))
    parts = _of_areas(once, area, out.by_district)
    sums = [own, out] if area.level != REGION and len(parts) > 1 else [out]
    rows = [*parts, *sums]
    table = Table(
        caption=texts.gettext("People with one and with two offers in reach.")
        + f" {words.as_of_line(once, texts)}.",
        heads=(
            texts.gettext("District"),
            texts.gettext("People"),
            texts.gettext("One offer"),
            texts.gettext("Share within reach"),
            texts.gettext("Two or more"),
            texts.gettext("Share within reach"),
        ),
        rows=tuple(
            (
                row.name,
                _count(row.residents, texts),
                _count(row.covered, texts),
                _percent(row.share, texts),
                _count(row.covered_twice, texts),
                _percent(row.share_twice, texts),
            )
            for row in rows
        ),
        numeric=frozenset(range(1, 6)),
        total=len(sums),
    )
    head = texts.gettext(
        "{area}: {twice} of {n} people ({share}) have two or more offers in reach.",
        area=own.name,
        twice=_count(own.covered_twice, texts),
        n=_count(own.residents, texts),
        share=_percent(own.share_twice, texts),
    )
    blocks: list[Block] = [Words((head,), STRONG), table]
    if out.critical:
        blocks.append(
            Table(
                caption=texts.gettext("How many people reach none if this offer closes."),
                heads=(
                    texts.gettext("No."),
                    texts.gettext("Offer"),
                    texts.gettext("People who lose it"),
                ),
                rows=tuple(
                    (
                        str(each.rank),
                        _offer(once, each.id, texts),
                        _people(each.lose, texts, once.smallest),
                    )
                    for each in out.critical[:_MOST_CRITICAL]
                ),
                numeric=frozenset({0, 2}),
                name_column=1,
            )
        )
    notes = [texts.gettext("Offers are those of the whole region.")] if out.critical else []
    if out.car_only is not None:
        notes.append(
            texts.ngettext(
                "{n} person reaches one by car and in no other way.",
                "{n} people reach one by car and in no other way.",
                out.car_only,
            )
        )
    return [*blocks, Words((*notes, withheld_line(texts, once.smallest)), SOFT)]


def equity_blocks(report: EquityReport, area: Area, texts: Texts) -> list[Block]:
    """Who falls short, by how many minutes, and how unequally."""
    coverage = report.coverage
    out = equity_out(report)
    rows = [*_of_areas(coverage, area, out.by_district), out]
    head = texts.gettext(
        "{short} of {n} people of the region are beyond the limit; on average {minutes} min are "
        "missing.",
        short=_count(out.short, texts),
        n=_count(out.residents, texts),
        minutes=_count(out.missing_min, texts),
    )
    table = Table(
        caption=texts.gettext("How many people are beyond the limit, and by how much.")
        + f" {words.as_of_line(coverage, texts)}.",
        heads=(
            texts.gettext("District"),
            texts.gettext("People"),
            texts.gettext("Beyond the limit"),
            texts.gettext("Minutes missing"),
            texts.gettext("Share beyond"),
            texts.gettext("Depth"),
        ),
        rows=tuple(
            (
                row.name,
                _count(row.residents, texts),
                _count(row.short, texts),
                _count(row.missing_min, texts),
                _percent(row.fgt0, texts),
                "–" if row.fgt1 is None else texts.number(row.fgt1, decimals=2),
            )
            for row in rows
        ),
        numeric=frozenset(range(1, 6)),
        total=1,
    )
    notes = [
        texts.gettext(
            "Depth: the minutes missing as a share of the limit, on average over all people (the "
            "measure of Foster, Greer and Thorbecke with exponent 1)."
        )
    ]
    if out.concentration is not None:
        notes.append(
            texts.gettext(
                "Concentration of cover over the districts of the region: {value} (0 is equal).",
                value=texts.number(out.concentration, decimals=3),
            )
        )
    return [
        Words((head,), STRONG),
        table,
        Words((*notes, withheld_line(texts, coverage.smallest)), SOFT),
    ]


def scenario_blocks(tried: Tried, area: Area, texts: Texts) -> list[Block]:
    """Before and after, and what changes."""
    before, after = tried.difference.before, tried.difference.after
    out = scenario_out(tried_out(tried))
    old, total = told_areas(before, area, texts)
    new = {row.id: row for row in told_areas(after, area, texts)[0]}
    table = Table(
        caption=texts.gettext("People who reach an offer, before and after.")
        + f" {words.as_of_line(before, texts)}.",
        heads=(
            texts.gettext("District"),
            texts.gettext("People"),
            texts.gettext("Before"),
            texts.gettext("Share within reach"),
            texts.gettext("People after"),
            texts.gettext("After"),
            texts.gettext("Share within reach"),
        ),
        rows=tuple(
            (
                row.name,
                row.count_text,
                row.covered_text or "–",
                row.share_text,
                new[row.id].count_text,
                new[row.id].covered_text or "–",
                new[row.id].share_text,
            )
            for row in old
        ),
        numeric=frozenset(range(1, 7)),
        total=total,
    )
    gained, lost = out.difference.gained, out.difference.lost
    if gained is None or lost is None:
        head = texts.gettext("How many people gain or lose would tell of too few people.")
    else:
        head = texts.gettext(
            "In the whole region {gained} people come within reach, {lost} fall out of it.",
            gained=texts.number(gained),
            lost=texts.number(lost),
        )
    caption = texts.gettext("Share of people who reach an offer with the scenario, by district.")
    return [
        Words((head,), STRONG),
        Words(tuple(change_lines(tried.scenario, texts)), LIST),
        coverage_figure(after, area, texts, caption=caption),
        table,
        Words(
            (
                texts.gettext("Before, and today, means without the scenario."),
                withheld_line(texts, after.smallest),
            ),
            SOFT,
        ),
    ]


def change_lines(scenario: Scenario, texts: Texts) -> list[str]:
    """Count what a scenario assumes, a line for each kind of change."""
    count = Counter(type(change).__name__ for change in scenario.changes)
    n = {kind: texts.number(many) for kind, many in count.items()}
    written: dict[str, Callable[[str], str]] = {
        "AddOffer": lambda n: texts.gettext("New offers: {n}", n=n),
        "MoveOffer": lambda n: texts.gettext("Offers that move: {n}", n=n),
        "CloseOffer": lambda n: texts.gettext("Offers that close: {n}", n=n),
        "ChangeHours": lambda n: texts.gettext("Offers with other hours: {n}", n=n),
        "AddPeople": lambda n: texts.gettext("New quarters: {n}", n=n),
        "CloseStreet": lambda n: texts.gettext("Streets that close: {n}", n=n),
        "OpenStreet": lambda n: texts.gettext("Streets that open: {n}", n=n),
    }
    return [line(n[kind]) for kind, line in written.items() if kind in n]


def _of_areas(report: CoverageReport, area: Area, rows: Sequence[Any]) -> list[Any]:
    """Return the rows of an area's finest districts."""
    held = held_ids(report, area)
    return [row for row in rows if row.id in held]


def _offer(report: CoverageReport, offer_id: str, texts: Texts) -> str:
    """Name an offer; one without a name by its kind and its id."""
    atlas = report.atlas
    offer = atlas.offers[atlas.offers.row(offer_id)]
    kind = words.label(texts, atlas.taxonomy.category(offer.categories[0]))
    return offer.name or f"{kind} ({offer.id})"


def _people(value: int | None, texts: Texts, smallest: int) -> str:
    return few_text(texts, smallest) if value is None else texts.number(value)


def _count(value: int | None, texts: Texts) -> str:
    return "–" if value is None else texts.number(value)


def _percent(share: float | None, texts: Texts) -> str:
    return "–" if share is None else texts.percent(share)
