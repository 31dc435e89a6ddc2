"""
How sure a verdict on a district is: the same question again with other assumptions.

One assumption changes at a time, all variants in the order in which they are told:

    asked                      as it was asked
    limit_less, limit_more     the limit 20 % smaller, 20 % larger
    slower, faster             every part of the way at 20 % less, 20 % more speed
    equal_buildings            each municipality's people spread equally over its homes
    without_offer              that one offer is gone which the district would miss most
    hours_unknown_open         offers whose hours nobody knows are open at the time asked for
    beyond_edge                an offer stands just beyond the data wherever a street leaves it

Paths stay the fastest ones when all speeds change alike, by car as well; so for a limit of minutes
a slower way is a smaller limit, and no search is needed. A limit of metres does not know speed. By
public transport people walk slower and faster while rides keep their timetable, so that these are
questions of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layers.coverage import (
    COVERED,
    UNCOVERED,
    UNREACHABLE,
    CoverageReport,
    nearest_offers,
    report_of,
    within_limit,
)
from layers.dependence import without, without_each
from layers.open_arrivals import OpenArrivals
from layers.timetable import TRANSIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.districts import Area
    from layers.tally import Tally

CHANGE = 0.2  # of limit and speed
DEFAULT_THRESHOLD = 0.5  # served is a district of which at least this share is covered
BEYOND_EDGE = "beyond_edge"
_AFTER_LOSS = ("hours_unknown_open", BEYOND_EDGE)  # told after the loss of an offer
_LANES = 16  # offers left out in one search
UNDERSERVED, SERVED, DEPENDS, UNCLEAR, UNKNOWN = (
    "underserved",
    "served",
    "depends",
    "unclear",
    "unknown",
)


@dataclass(frozen=True)
class Variant:
    """
    The answer under one changed assumption.

    `verdict` is `underserved`, `served`, or `unclear` where too few people live there to say.
    `rank` counts from 1, the least covered; equal shares have the same; None where it may not be
    told.
    `offer` is the row of the offer left out, −1 in all others.
    """

    id: str
    tally: Tally
    verdict: str
    rank: int | None
    offer: int = -1


@dataclass(frozen=True)
class Stability:
    """
    A verdict over all variants.

    `verdict` is `underserved` or `served` where every variant says so, else `depends`; `unclear`
    where none can say, `unknown` where no source tells. `ranks` is the interval over the variants,
    among `ranked` areas; None where there is nothing to rank.
    """

    threshold: float
    verdict: str
    variants: tuple[Variant, ...]
    ranks: tuple[int, int] | None
    ranked: int


def stability(
    report: CoverageReport, area: Area, *, threshold: float = DEFAULT_THRESHOLD
) -> Stability:
    """
    Ask a report's question again under other assumptions, for one area.

    Parameters
    ----------
    report
        The answer to the question as it was asked.
    area
        The area that is judged; it is ranked among those of its level.
    threshold
        Share of its people from which on an area is served.

    """
    if report.unknown:
        return Stability(threshold, UNKNOWN, (), None, 0)
    variants = tuple(
        Variant(
            name,
            tally := area.tally_of(changed),
            verdict_on(tally, threshold),
            rank_of(area.tallies_of(changed), area.place),
            offer,
        )
        for name, changed, offer in _variants(report, area)
    )
    ranks = [v.rank for v in variants if v.rank is not None]
    return Stability(
        threshold=threshold,
        verdict=overall({v.verdict for v in variants}),
        variants=variants,
        ranks=(min(ranks), max(ranks)) if ranks else None,
        ranked=len(area.tallies_of(report)),
    )


def verdict_on(tally: Tally, threshold: float) -> str:
    """Judge one published share; a range only where all of it says the same."""
    if tally.share is not None:
        low = high = tally.share
    elif tally.share_range is not None:
        low, high = tally.share_range
    else:
        return UNCLEAR
    return UNDERSERVED if high < threshold else SERVED if low >= threshold else UNCLEAR


def rank_of(tallies: list[Tally], place: int) -> int | None:
    """Return 1 + the number of areas that are surely covered less; None for a single area."""
    own = tallies[place].lowest_share
    if math.isnan(own) or len(tallies) < 2:
        return None
    return 1 + sum(tally.lowest_share < own for tally in tallies)


def overall(verdicts: set[str]) -> str:
    """Return the verdict on which all variants agree, else `depends`."""
    return next(iter(verdicts)) if len(verdicts) == 1 else DEPENDS


def _variants(report: CoverageReport, area: Area) -> list[tuple[str, CoverageReport, int]]:
    found = [(name, changed, -1) for name, changed in shared_variants(report)]
    if (lost := _without_offer(report, area)) is not None:
        place = next((i for i, each in enumerate(found) if each[0] in _AFTER_LOSS), len(found))
        found.insert(place, ("without_offer", *lost))
    beyond = beyond_edge(report)
    if not beyond[area.holds[report.atlas.population.district]].any():
        found = [each for each in found if each[0] != BEYOND_EDGE]
    return found


def shared_variants(report: CoverageReport) -> list[tuple[str, CoverageReport]]:
    """Answer under each assumption that is changed for all areas alike, in the order of telling."""
    less, more = 1 - CHANGE, 1 + CHANGE
    found = [
        ("asked", report),
        ("limit_less", _with_limit(report, less)),
        ("limit_more", _with_limit(report, more)),
    ]
    if report.question.mode == TRANSIT:
        found += [("slower", _at_pace(report, 1 / less)), ("faster", _at_pace(report, 1 / more))]
    elif report.question.minutes is not None:
        found += [("slower", found[1][1]), ("faster", found[2][1])]
    if report.atlas.population.basis.unit == "residents":
        found.append(("equal_buildings", replace(report, atlas=_with_equal_homes(report.atlas))))
    if report.with_unknown is not None:
        found.append(("hours_unknown_open", report.with_unknown))
    beyond = beyond_edge(report)
    if beyond.any():
        state = np.where(beyond, COVERED, report.state).astype(np.int8)
        found.append((BEYOND_EDGE, replace(report, state=state)))
    return found


def beyond_edge(report: CoverageReport) -> NDArray[np.bool_]:
    """Return whom an offer just beyond the data would cover."""
    return np.asarray((report.state == UNCOVERED) & report.has_exit_in_reach)


def _with_limit(report: CoverageReport, factor: float) -> CoverageReport:
    asked = report.question
    question = replace(asked, limit_s=asked.limit_s * factor, limit_m=asked.limit_m * factor)
    is_covered = within_limit(question, report.travel_s, report.distance_m)
    state = np.where(is_covered, COVERED, UNCOVERED)
    state[report.state == UNREACHABLE] = UNREACHABLE
    return replace(report, question=question, state=state.astype(np.int8))


def _at_pace(report: CoverageReport, pace: float) -> CoverageReport:
    """Answer for people who take `pace` times as long on foot, by public transport."""
    question = report.question
    open_then = report.hours.surely if isinstance(report.hours, OpenArrivals) else None
    nearest = nearest_offers(
        report.atlas, question.mode, [report.offers], with_distance=False, window=question.window,
        spans=[open_then], pace=pace,
    )  # fmt: skip
    walked = report_of(report.atlas, question, report.offers, nearest, 0)
    return replace(walked, unknown=report.unknown)


def _with_equal_homes(atlas: Atlas) -> Atlas:
    """Spread the placed people of each municipality equally over its residential buildings."""
    population = atlas.population
    home = atlas.region.municipality_of_finest[population.district]
    count = len(atlas.region.municipalities)
    people = np.bincount(home, population.residents, minlength=count)
    buildings = np.maximum(np.bincount(home, minlength=count), 1)
    return replace(atlas, population=replace(population, residents=(people / buildings)[home]))


def _without_offer(report: CoverageReport, area: Area) -> tuple[CoverageReport, int] | None:
    """
    Leave out the offer whose loss leaves most people of the area uncovered; None if none serves it.

    Closing an offer uncovers at most the people for whom it is the nearest. So the offers are
    tried in that order until no other one can cost more.
    """
    atlas = report.atlas
    weight = np.nan_to_num(atlas.population.weight)
    inside = area.holds[atlas.population.district]
    if report.question.mode == TRANSIT:
        return _without_ridden(report, np.where(inside, weight, 0.0))
    served = inside & (report.state == COVERED)
    most = np.bincount(report.supply[served], weight[served], minlength=len(report.offers))
    order = [k for k in np.argsort(-most, kind="stable") if most[k] > 0]
    worst: tuple[CoverageReport, int] | None = None
    largest = -1.0
    for start in range(0, len(order), _LANES):
        tried = order[start : start + _LANES]
        if largest >= most[tried[0]]:
            break
        for k, changed in zip(tried, _each_left_out(report, tried), strict=True):
            loss = float(weight[served & (changed.state != COVERED)].sum())
            if loss > largest:
                worst, largest = (changed, int(report.offers[k])), loss
    return worst


def _without_ridden(
    report: CoverageReport, weight: NDArray[np.float64]
) -> tuple[CoverageReport, int] | None:
    """Leave out the offer on which most of the weight depends by public transport."""
    if not weight[report.state == COVERED].any():
        return None
    _, dependence = without_each(report)
    lose = dependence.lose(weight, len(report.offers))
    worst = int(lose.argmax())
    if not lose[worst]:  # whichever closes, everybody has another one
        return report, int(report.offers[worst])
    return without(report, dependence, worst), int(report.offers[worst])


def _each_left_out(report: CoverageReport, places: list[int]) -> list[CoverageReport]:
    """Answer once for each offer left out, as lanes of one search."""
    atlas, question = report.atlas, report.question
    kept: list[NDArray[np.int64]] = [np.delete(report.offers, k) for k in places]
    nearest = nearest_offers(atlas, question.mode, kept, with_distance=question.metres is not None)
    return [report_of(atlas, question, rows, nearest, k) for k, rows in enumerate(kept)]
