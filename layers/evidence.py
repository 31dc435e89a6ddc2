"""
How much of a verdict is known, and what it rests on: sources with their age and completeness.

A share says who surely reaches an offer. Two things may raise it that nobody knows: offers of
unknown hours, where a time was asked, and offers beyond the edge of the data. What is left is the
share of people whose answer is known either way; it comes from published counts alone, and is a
lower bound, as somebody may be in doubt for both reasons.

    share known = 1 − (share with unknown hours − share) − edge-uncertain people ÷ residents
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.coverage import offers_of_question
from layers.open_offers import knowledge_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport
    from layers.tally import Tally

UNCERTAIN_BELOW = 0.8  # share known: below it the answer may be off by a whole class of the map
HOURS, EDGE = "hours", "edge"
STREETS, OFFERS, POPULATION = "streets", "offers", "population"
OSM = "osm"
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Certainty:
    """
    How much of one area's share is known.

    `share_known` is None where the share is withheld or unknown; `uncertain` is True below
    `UNCERTAIN_BELOW`, and `because` then names the reasons, the weightier first.
    """

    share_known: float | None
    uncertain: bool
    because: tuple[str, ...]


def certainty(tally: Tally, possible: Tally | None) -> Certainty:
    """
    Say how much of an area's share is known.

    Parameters
    ----------
    tally
        The area, as published.
    possible
        The same if all offers of unknown hours are open; None where no time was asked.
    """
    share = tally.share
    most = share if possible is None else possible.share
    if share is None or most is None:
        return Certainty(None, False, ())
    doubt = {HOURS: max(most - share, 0.0), EDGE: 0.0}
    if tally.edge_uncertain and tally.residents:
        doubt[EDGE] = tally.edge_uncertain / tally.residents
    known = round(max(1.0 - sum(doubt.values()), 0.0), 3)
    uncertain = known < UNCERTAIN_BELOW
    reasons = sorted((r for r in doubt if doubt[r] > 0), key=lambda r: -doubt[r])
    return Certainty(known, uncertain, tuple(reasons) if uncertain else ())


def certainties(report: CoverageReport, *, by: str = "district") -> list[Certainty]:
    """Say how much is known of each area, in the report's order; `by` as in coverage."""
    perhaps = report.with_unknown

    def of(which: CoverageReport) -> list[Tally]:
        return which.by_district if by == "district" else which.by_municipality

    possible: Sequence[Tally | None] = of(perhaps) if perhaps else [None] * len(of(report))
    return [certainty(*pair) for pair in zip(of(report), possible, strict=True)]


@dataclass(frozen=True)
class SourceTold:
    """
    A source of a report with its age and completeness.

    Attributes
    ----------
    source
        Its name; `osm` for OpenStreetMap.
    kind
        `streets`, `offers` or `population`.
    as_of, oldest
        The newest and the oldest date of its data; None where not known.
    age_years
        From `as_of` to the date of the region's data, 0 where it is newer; None where not known.
    offers, with_hours, unconfirmed
        Offers of the question that it tells, how many of them with hours that are stated and
        understood, and how many that nobody has confirmed for two years; None where it is no source
        of offers.
    licence
        "" where not known.
    """

    source: str
    kind: str
    as_of: date | None
    oldest: date | None
    age_years: float | None
    offers: int | None = None
    with_hours: int | None = None
    unconfirmed: int | None = None
    licence: str = ""


def sources_of(report: CoverageReport) -> list[SourceTold]:
    """List the sources of a report: streets, those of the categories' offers, and people."""
    atlas, region = report.atlas, report.atlas.region

    def age_years(day: date | None) -> float | None:
        days = None if day is None else max((region.as_of - day).days, 0)
        return None if days is None else round(days / _DAYS_A_YEAR, 1)

    found: list[SourceTold] = []
    if region.extract:
        licence = str(atlas.manifest["sources"][0].get("licence", ""))
        found.append(SourceTold(OSM, STREETS, region.as_of, region.as_of, 0.0, licence=licence))
    by_source: dict[str, list[int]] = {}
    if region.extract and any(category.osm for category in report.question.categories):
        by_source[OSM] = []  # it would tell of them, if there were any
    for known in atlas.sources.values():
        if any(category.id in known.categories for category in report.question.categories):
            by_source[known.id] = []
    for row in offers_of_question(atlas, report.question).tolist():
        by_source.setdefault(atlas.offers[row].source or OSM, []).append(row)
    for source, rows in by_source.items():
        offers = [atlas.offers[row] for row in rows]
        days = sorted(offer.as_of for offer in offers if offer.as_of is not None)
        if (told := atlas.sources.get(source)) and told.as_of:
            days = sorted((*days, told.as_of))  # it showed them then, also what it said before
        elif source == OSM and not days:
            days = [region.as_of]
        newest = days[-1] if days else None
        found.append(
            SourceTold(
                source,
                OFFERS,
                newest,
                days[0] if days else None,
                age_years(newest),
                offers=len(rows),
                with_hours=knowledge_of(atlas, rows, has_capacity=False).with_hours,
                unconfirmed=sum(offer.id in atlas.unconfirmed for offer in offers),
                licence=next((o.licence for o in offers if o.licence), ""),
            )
        )
    return found + _sources_of_people(atlas)


def _sources_of_people(atlas: Atlas) -> list[SourceTold]:
    """Name who counted the people and, where small areas were raked, who gives the totals."""
    basis, account = atlas.population.basis, atlas.population.account
    told = [(basis.source, basis.year)]
    if account:
        told = [(account.source, account.year)]
    if account and account.official_source and account.official_source != account.source:
        told.append((account.official_source, account.official_year))
    ages = [None if year is None else float(atlas.region.as_of.year - year) for _, year in told]
    return [
        SourceTold(source, POPULATION, None, None, age)
        for (source, _), age in zip(told, ages, strict=True)
    ]
