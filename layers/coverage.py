"""
Who lives within reach of an offer, and who does not.

The share of residents whose travel time to the nearest offer of a category (or of any of several)
is at most a limit. Everybody is counted once:

    residents = covered + uncovered + unreachable + unplaced

`unreachable` are people from whose home no way leads to any offer, or who live farther from every
street than the network's longest access leg; `unplaced` are people for whom the data has no
building. Where no source could tell of a category, the answer is `unknown`, never 0 %.

Sums are exact inside; what a report shows has passed `geo.disclosure`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.access import nearest_in_line
from geo.disclosure import publish_levels, publish_parts, publish_singly
from geo.errors import ParameterError
from geo.gaps import Gaps, find_gaps, gap_members, rows_by_gap
from geo.median import weighted_median, weighted_median_by
from geo.once import cached_property
from geo.transit.limits import Limits
from layers.open_arrivals import OpenArrivals, open_arrivals
from layers.open_offers import Knowledge, OpenOffers, knowledge_of, open_offers
from layers.question import LINE, Question, ask
from layers.tabular import Tabular
from layers.tally import (
    Tally,
    tally_of_buildings,
    tally_of_nothing,
    tally_of_people,
    whole,
    without_answer,
)
from layers.timetable import TRANSIT, WALK, transit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely
    from numpy.typing import NDArray

    from geo.disclosure import Published, PublishedLevels
    from geo.network import Nearest
    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.open_arrivals import OpenSet

    Floats = NDArray[np.float64]

SMALLEST_GAP_BUILDINGS = 10.0  # where no people are known, so that a farm is no gap
COVERED, UNCOVERED, UNREACHABLE = 0, 1, 2
_EPSILON = 1e-3  # seconds and metres: exactly at the limit is covered, whatever the rounding
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class OfferTally:
    """People within the limit for whom this offer is the nearest; None where withheld."""

    offer: int
    offer_id: str
    name: str
    covered: int | None


@dataclass(frozen=True)
class GapTally:
    """
    A contiguous area of uncovered people.

    `shape` is in metres of the region's CRS; `nearest_offer` is the row of the offer that is
    nearest to most of them, −1 where there is none and by public transport; `travel_min` and
    `distance_m` are the median way to the nearest one, `inf` where there is none, NaN where the
    report has no such way.
    """

    shape: shapely.Geometry
    residents: int | None
    buildings: int
    districts: tuple[str, ...]
    nearest_offer: int
    travel_min: float
    distance_m: float


@dataclass(frozen=True, eq=False)
class CoverageReport(Tabular, frames="coverage"):
    """
    The answer to one question; everything public is computed when it is first read.

    Attributes
    ----------
    atlas, question
        Of what, and what was asked.
    unknown
        Why there is no answer: `no_source`, `too_old`, `no_hours` (offers, but of none is it known
        whether it is open then), or empty.
    offers
        Rows of `atlas.offers` that count as supply.
    travel_s, distance_m, supply
        Shape (n,), by resident: the way to the nearest offer and its place in `offers` (−1: none).
        In `line` mode `travel_s` is NaN; `distance_m` is NaN where the limit is in minutes.
    state
        Shape (n,): COVERED, UNCOVERED or UNREACHABLE.
    hours
        What the hours of the categories' offers say of the time that was asked; None where none
        was. `offers` are the open ones.
    with_unknown
        The same report with those counted as open of which it is not known; None where no time
        was asked.
    """

    atlas: Atlas
    question: Question
    unknown: str
    offers: NDArray[np.int64]
    travel_s: Floats
    distance_m: Floats
    supply: NDArray[np.int32]
    state: NDArray[np.int8]
    hours: OpenOffers | None = None
    with_unknown: CoverageReport | None = None

    def __repr__(self) -> str:
        totals, region = self.totals, self.atlas.region.id
        share = "share withheld" if totals.suppressed else "nobody to count"
        if self.unknown:
            share = f"not known ({self.unknown})"
        if totals.share is not None:
            share = f"{totals.share:.1%} of {_whom(totals)} covered"
        return f"<CoverageReport {region}, {self.question}, {len(self.offers)} offers, {share}>"

    @cached_property
    def exact(self) -> Floats:
        """Shape (d, 4), by finest district: covered, uncovered, unreachable, unplaced; internal."""
        return np.column_stack(
            [self._sum_by_state(self.atlas.people), self.atlas.population.unplaced]
        )

    @cached_property
    def assumed(self) -> Floats:
        """Shape (d, 4): those of `exact` whom the asker assumed, so that they are no secret."""
        people = np.where(self.atlas.population.is_assumed, self.atlas.people, 0.0)
        return np.column_stack([self._sum_by_state(people), np.zeros(len(self.exact))])

    @property
    def smallest(self) -> int:
        """Fewest people of whom a count may be published here."""
        return self.atlas.population.smallest_published

    @cached_property
    def totals(self) -> Tally:
        """The whole region."""
        region = self.atlas.region
        whole = np.zeros(len(self.exact), np.int64)
        return self._tallies(self._levels.region, [(region.id, region.name)], whole)[0]

    @cached_property
    def by_district(self) -> list[Tally]:
        """One tally per finest district, in the region's order."""
        areas = self.atlas.finest_areas
        return self._tallies(self._levels.finest, areas, np.arange(len(areas)))

    @cached_property
    def by_municipality(self) -> list[Tally]:
        """One tally per municipality, in the region's order."""
        return self._tallies(
            self._levels.municipalities,
            self.atlas.municipality_areas,
            self.atlas.region.municipality_of_finest,
        )

    @cached_property
    def by_offer(self) -> list[OfferTally]:
        """
        One tally per offer of the categories, in the order of `offers`.

        None where unknown, nor by public transport: which offer is nearest differs from minute to
        minute.
        """
        if self.unknown or self.question.mode == TRANSIT:
            return []
        covered, population = self.state == COVERED, self.atlas.population
        counted, assumed = (
            np.bincount(self.supply[at], self.atlas.people[at], minlength=len(self.offers))
            for at in (covered & ~population.is_assumed, covered & population.is_assumed)
        )
        rows = [int(row) for row in self.offers]
        return [
            OfferTally(row, self.atlas.offers[row].id, self.atlas.offers[row].name, whole(count))
            for row, count in zip(
                rows, publish_parts(counted, smallest=self.smallest) + assumed, strict=True
            )
        ]

    @cached_property
    def median_min(self) -> Floats:
        """Shape (d,): median minutes to the nearest offer; NaN where few live or nobody knows."""
        population = self.atlas.population
        if self.unknown or self.question.mode == LINE:
            return np.full(len(self.exact), np.nan)
        return weighted_median_by(
            population.district,
            self.travel_s / 60,
            population.weight,
            len(self.exact),
            smallest=self.smallest,
        )

    @cached_property
    def knowledge(self) -> Knowledge:
        """What the sources tell of the categories' offers, open or not."""
        categories = self.question.categories
        rows = offers_of_question(self.atlas, self.question)
        return knowledge_of(self.atlas, rows, has_capacity=any(c.capacity_unit for c in categories))

    @cached_property
    def gaps(self) -> list[GapTally]:
        """Contiguous areas of uncovered people, the largest first; none where nobody knows."""
        return [] if self.unknown else self._gap_tallies(*self._gaps)

    @cached_property
    def gap_of(self) -> NDArray[np.int32]:
        """Shape (n,): the place in `gaps` of who lives in one, else −1; none where nobody knows."""
        gap = np.full(len(self.state), -1, np.int32)
        if not self.unknown:
            rows = np.flatnonzero(self.state == UNCOVERED)
            gap[rows] = gap_members(
                *self._places_of(rows),
                smallest=self._smallest_gap,
                grain_m=self.atlas.population.grain_m,
            )
        return gap

    @cached_property
    def scattered(self) -> int | None:
        """Uncovered people who live in no gap; None where nobody is counted."""
        if self.unknown or self.atlas.population.basis.unit != "residents":
            return None
        gaps, rows = self._gaps
        return whole(self._publish_people(rows[gaps.member < 0]))

    @cached_property
    def ranking(self) -> list[int]:
        """Rows of `by_district`, the least covered first, without those that have no answer."""
        rows = [i for i, t in enumerate(self.by_district) if not math.isnan(t.lowest_share)]
        short = self.exact[:, UNCOVERED] + self.exact[:, UNREACHABLE]
        return sorted(rows, key=lambda i: (self.by_district[i].lowest_share, -short[i]))

    @cached_property
    def _levels(self) -> PublishedLevels:
        return publish_levels(
            self.exact,
            self.atlas.region.municipality_of_finest,
            known=self.assumed,
            smallest=self.smallest,
        )

    @cached_property
    def _edge_uncertain(self) -> Floats:
        """Shape (d,): counted uncovered people with a street out of the data within the limit."""
        might = (self.state == UNCOVERED) & self.has_exit_in_reach
        might &= ~self.atlas.population.is_assumed
        return np.bincount(
            self.atlas.population.district[might],
            self.atlas.people[might],
            minlength=len(self.exact),
        ).astype(float)

    @property
    def has_exit_in_reach(self) -> NDArray[np.bool_]:
        """Shape (n,): who might reach an offer beyond the data's edge within the limit."""
        question = self.question
        if question.mode == LINE:
            return np.asarray(self.atlas.edge_m <= question.limit_m)
        exits = self.atlas.exits[question.on_streets]  # of rides beyond it nothing is known
        return np.asarray(
            (exits.travel_s <= question.limit_s) & (exits.distance_m <= question.limit_m)
        )

    def _sum_by_state(self, weight: Floats) -> Floats:
        districts = len(self.atlas.region.finest)
        cell = self.atlas.population.district.astype(np.int64) * 3 + self.state
        return np.bincount(cell, weight, minlength=districts * 3).reshape(-1, 3).astype(float)

    def _tallies(
        self, published: Published, areas: list[tuple[str, str]], area_of: NDArray[np.int64]
    ) -> list[Tally]:
        """Make a tally per area; `area_of` is the area of each finest district."""
        count = len(areas)
        edge = publish_singly(
            np.bincount(area_of, self._edge_uncertain, minlength=count), smallest=self.smallest
        )
        known = np.bincount(area_of, self.atlas.counted_districts, minlength=count) > 0
        short = np.bincount(area_of, self.exact[:, UNCOVERED : UNREACHABLE + 1].sum(axis=1))
        covered = np.bincount(area_of, self.exact[:, COVERED])
        tallies = [
            tally_of_people(area, tuple(counts), total, covered=most, short=least, edge=at_edge,
                smallest=self.smallest)
            for area, counts, total, most, least, at_edge in zip(
                areas, published.counts.tolist(), published.totals.tolist(), covered.tolist(),
                short.tolist(), edge.tolist(), strict=True,
            )
        ]  # fmt: skip
        if not known.all():
            uncounted = tally_of_buildings if self.atlas.region.extract else tally_of_nothing
            buildings = np.zeros((count, 3))
            np.add.at(buildings, area_of, self._sum_by_state(np.ones(len(self.state))))
            for i in np.flatnonzero(~known):
                tallies[i] = uncounted(areas[i], buildings[i])
        return [without_answer(t) for t in tallies] if self.unknown else tallies

    @cached_property
    def _gaps(self) -> tuple[Gaps, NDArray[np.int64]]:
        rows = np.flatnonzero(self.state == UNCOVERED)
        grain_m = self.atlas.population.grain_m
        gaps = find_gaps(*self._places_of(rows), smallest=self._smallest_gap, grain_m=grain_m)
        return gaps, rows

    def _places_of(self, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
        population = self.atlas.population
        return population.xy[rows], np.nan_to_num(population.weight[rows])

    @property
    def _smallest_gap(self) -> float:
        by_people = self.atlas.population.basis.unit == "residents"
        return self.smallest if by_people else SMALLEST_GAP_BUILDINGS

    def _publish_people(self, rows: NDArray[np.int64]) -> float:
        """Round the people at `rows`, NaN where withheld; those whom the asker assumed are told."""
        people, is_assumed = self.atlas.people[rows], self.atlas.population.is_assumed[rows]
        counted = publish_singly(people[~is_assumed].sum(), smallest=self.smallest)
        return float(counted + people[is_assumed].sum())

    def _gap_tallies(self, gaps: Gaps, rows: NDArray[np.int64]) -> list[GapTally]:
        people = rows_by_gap(gaps.member, len(gaps.geometry))
        return [
            self._gap_tally(shape, rows[at])
            for shape, at in zip(gaps.geometry, people, strict=True)
        ]

    def _gap_tally(self, shape: shapely.Geometry, rows: NDArray[np.int64]) -> GapTally:
        """Describe the gap of the residents at `rows`."""
        population = self.atlas.population
        areas = self.atlas.finest_areas
        weight = np.nan_to_num(population.weight[rows])
        by_district = np.bincount(population.district[rows], weight)
        is_counted = population.basis.unit == "residents"
        return GapTally(
            shape=shape,
            residents=whole(self._publish_people(rows)) if is_counted else None,
            buildings=0 if is_counted else len(rows),
            districts=tuple(areas[d][1] for d in np.argsort(-by_district) if by_district[d] > 0),
            nearest_offer=self._most_frequent_offer(self.supply[rows], weight),
            travel_min=weighted_median(self.travel_s[rows] / 60, weight),
            distance_m=weighted_median(self.distance_m[rows], weight),
        )

    def _most_frequent_offer(self, supply: NDArray[np.int32], weight: Floats) -> int:
        reached = supply >= 0
        if not reached.any() or self.question.mode == TRANSIT:
            return -1
        return int(self.offers[np.bincount(supply[reached], weight[reached]).argmax()])


def _whom(tally: Tally) -> str:
    if tally.unit == "buildings":
        return f"{tally.buildings} buildings"
    return f"{tally.residents} residents"


def coverage(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    at: str | None = None,
    window: str | None = None,
) -> CoverageReport:
    """
    Report who lives within reach of the nearest offer of a category, or of any of several.

    Parameters
    ----------
    atlas
        The region.
    category
        One id of the taxonomy, or several.
    mode
        A street mode, `line` or `transit`; the (first) category's own where it is left out.
    minutes, metres
        The limit, one of them; the category's own where both are left out. `line` takes metres,
        `transit` minutes.
    at
        A moment or a part of the week: only offers that are open then count. By `transit` people
        leave then, and arrive while an offer is open (`layers.open_arrivals`).
    window
        With `transit`: a day and a span, or a part of the week (`layers.timetable.WINDOWS`);
        covered is whose median over its departures is within the limit.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If mode, limit, time or window are not allowed.
    OutsideValidityError
        If the timetable does not cover the day of the window.
    """
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at, window=window,
        with_transit=True,
    )  # fmt: skip
    return answer(atlas, [question])[0]


def answer(atlas: Atlas, questions: Sequence[Question]) -> list[CoverageReport]:
    """
    Answer several questions, each as if it were asked alone.

    Those of one mode, window and unit (minutes or metres) are one search with as many sets of
    supply.

    Returns
    -------
    reports
        In the order of the questions.
    """
    reports: dict[int, CoverageReport] = {}
    kinds = [(q.mode, q.window, q.metres is not None) for q in questions]
    for kind in dict.fromkeys(kinds):
        mode, window, by_metres = kind
        asked = [i for i, other in enumerate(kinds) if other == kind]
        offers = [offers_of_question(atlas, questions[i]) for i in asked]
        hours = [_hours(atlas, questions[i], rows) for i, rows in zip(asked, offers, strict=True)]
        surely = [h.open if h else rows for h, rows in zip(hours, offers, strict=True)]
        perhaps = [(k, h) for k, h in enumerate(hours) if h is not None]
        sets = surely + [h.possible for _, h in perhaps]
        spans = [h.surely if isinstance(h, OpenArrivals) else None for h in hours]
        spans += [h.perhaps if isinstance(h, OpenArrivals) else None for _, h in perhaps]
        nearest = nearest_offers(
            atlas, mode, sets, with_distance=by_metres, window=window, spans=spans
        )
        found = [report_of(atlas, questions[i], sets[k], nearest, k) for k, i in enumerate(asked)]
        for row, (k, h) in enumerate(perhaps, start=len(asked)):
            question = questions[asked[k]]
            found[k] = _with_hours(found[k], h, report_of(atlas, question, sets[row], nearest, row))
        reports |= zip(asked, found, strict=True)
    return [reports[i] for i in range(len(questions))]


def _hours(atlas: Atlas, question: Question, rows: NDArray[np.int64]) -> OpenOffers | None:
    if question.when is None:
        return None
    if question.window is not None:
        return open_arrivals(atlas, rows, question.window, limit_s=question.limit_s)
    return open_offers(atlas, rows, question.when)


def _with_hours(
    surely: CoverageReport, hours: OpenOffers, perhaps: CoverageReport
) -> CoverageReport:
    """Put both reports together; where of no offer anything is known there is no answer."""
    is_silent = len(hours.unknown) and not len(hours.open) and not len(hours.closed)
    unknown = surely.unknown or ("no_hours" if is_silent else "")
    return replace(surely, unknown=unknown, hours=hours, with_unknown=perhaps)


def offers_of_question(atlas: Atlas, question: Question) -> NDArray[np.int64]:
    """Return the rows of `atlas.offers` in a question's categories, whenever they are open."""
    return np.unique(np.concatenate([atlas.offers_of(c) for c in question.categories]))


def nearest_offers(
    atlas: Atlas,
    mode: str,
    offers: list[NDArray[np.int64]],
    *,
    with_distance: bool,
    window: Window | None = None,
    spans: Sequence[OpenSet | None] | None = None,
    pace: float = 1.0,
) -> Nearest:
    """
    Find the nearest of each set of offers (rows of `atlas.offers`) for all residents.

    In `transit`, which needs a `window`, seconds are the median of its departures; `spans` say when
    the offers of each set are open, where that counts, and `pace` by how much longer walks take.
    `supply` then is the nearest one on foot.
    """
    if mode == LINE:
        return nearest_in_line(atlas.population.xy, [atlas.offer_xy[rows] for rows in offers])
    if mode == TRANSIT:
        if window is None:
            raise ParameterError("`transit` needs a `window`", parameter="window")
        walked, spans = atlas.supply[WALK], spans or [None] * len(offers)
        return (
            transit_of(atlas, limits=Limits(pace=pace))
            .at(window)
            .to_nearest(
                atlas.demand[WALK],
                [
                    walked.take(rows if span is None else span.rows)
                    for rows, span in zip(offers, spans, strict=True)
                ],
                hours=[None if span is None else span.hours for span in spans],
            )
        )
    supply = atlas.supply[mode]
    return atlas.networks[mode].to_nearest(
        atlas.demand[mode], [supply.take(rows) for rows in offers], with_distance=with_distance
    )


def report_of(
    atlas: Atlas, question: Question, offers: NDArray[np.int64], nearest: Nearest, k: int
) -> CoverageReport:
    """Answer a question with one set of offers, which is lane `k` of a search for the nearest."""
    travel_s, supply = nearest.travel_s[k], nearest.supply[k]
    distance_m = (
        np.full(len(supply), np.nan) if nearest.distance_m is None else nearest.distance_m[k]
    )
    state = np.where(within_limit(question, travel_s, distance_m), COVERED, UNCOVERED)
    if len(offers):  # without any offer there is nothing to reach: uncovered, not unreachable
        state[(supply < 0) & ~np.isfinite(travel_s)] = (
            UNREACHABLE  # a bus may lead where no way does
        )
    return CoverageReport(
        atlas=atlas,
        question=question,
        unknown=_why_unknown(atlas, question),
        offers=offers,
        travel_s=travel_s,
        distance_m=distance_m,
        supply=supply,
        state=state.astype(np.int8),
    )


def within_limit(question: Question, travel_s: Floats, distance_m: Floats) -> NDArray[np.bool_]:
    """Tell which ways are within the limit of a question; inf and NaN are not."""
    if question.minutes is not None:
        return np.asarray(travel_s <= question.limit_s + _EPSILON)
    return np.asarray(distance_m <= question.limit_m + _EPSILON)


def _why_unknown(atlas: Atlas, question: Question) -> str:
    """Say why no source can answer; one category that can is enough."""
    reasons = []
    for category in question.categories:
        as_of = atlas.data_as_of(category)
        if as_of is None:
            reasons.append("no_source")
        elif (atlas.region.as_of - as_of).days > category.max_age_years * _DAYS_A_YEAR:
            reasons.append("too_old")
        else:
            return ""
    return reasons[0]
