"""
Several regions side by side: the same question asked of each of them.

Compared is only what was asked in the same way. Where one region has no streets, all of them are
measured in a straight line, and the comparison says so; a region of which no source can tell is
`unknown`, never 0. What makes figures hard to compare (ages, sources, people spread evenly) stands
beside them as caveats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.median import weighted_median
from layers.access_scores import access_scores
from layers.coverage import CoverageReport, coverage
from layers.errors import UnknownCategoryError
from layers.evidence import sources_of
from layers.field_mix import PER_PEOPLE, FieldCount, field_mix, per_10000
from layers.question import (
    DEFAULT_LINE_M,
    DEFAULT_TRANSIT_MIN,
    LINE,
    MAX_METRES,
    MAX_MINUTES,
    check_limit,
    check_mode,
)
from layers.tabular import Tabular
from layers.timetable import TRANSIT, WALK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.evidence import SourceTold
    from layers.open_offers import Knowledge
    from layers.tally import Tally
    from layers.taxonomy import Category

AGES_DIFFER_YEARS = 1.0  # assumption: offers change by some percent a year
NO_CATEGORY = "no_category"  # the region was built with a taxonomy that lacks it
NO_TIMETABLE = "no_timetable"  # of a region that is asked for public transport
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class RegionFigures:
    """
    What a comparison tells of one region, or of its `home` municipality where it names one.

    Attributes
    ----------
    atlas
        The region.
    name
        Of what is compared.
    municipalities
        How many of them that is.
    report
        The region's answer to the common question; None where its taxonomy lacks the category.
    count
        Of it, the people that are compared; None where there is no report.
    unknown
        Why there is no answer: as in a coverage report, `NO_CATEGORY` or `NO_TIMETABLE`; ""
        where there is one.
    residents
        People who live there; None where not all of it is counted, or few live there.
    offers
        Offers of the categories there; None where unknown.
    per_10000
        Of them per 10,000 residents; None where unknown, or where nobody is counted.
    access
        Offers per 10,000 people within reach (E2SFCA, 30 minutes) of the median resident: half of
        the people have at most so many. The mean would only repeat `per_10000`, as every offer is
        shared out among those who reach it. None in a straight line, too.
    median_min, median_m
        Median way of the residents to the nearest offer, in the unit of the question; `inf` where
        half of them reach none, NaN where unknown or not of this unit.
    fields
        One count per field, in the order of the taxonomy.
    data_as_of
        Date of the newest source of the categories.
    knowledge
        What the sources tell of the categories' offers, inside and just outside the boundary.
    sources
        Streets, offers and people with their ages.
    """

    atlas: Atlas
    name: str
    municipalities: int
    report: CoverageReport | None
    count: Tally | None
    unknown: str
    residents: float | None
    offers: int | None = None
    per_10000: float | None = None
    access: float | None = None
    median_min: float = math.nan
    median_m: float = math.nan
    fields: tuple[FieldCount, ...] = ()
    data_as_of: date | None = None
    knowledge: Knowledge | None = None
    sources: tuple[SourceTold, ...] = ()


@dataclass(frozen=True)
class Caveat:
    """
    Something that makes figures hard to compare.

    `kind` is `mode` (another way of travel than asked: streets are missing in `regions`), `limit`
    (the limit asked has no meaning then), `timetable` (no public transport is known), `ages` (their
    data are more than a year apart), `unknown`, `buildings` (no people counted: shares of
    buildings), `spread` (people are spread evenly, not placed on homes), `sources` (different
    sources list the offers) or `taxonomy` (built with different versions).
    """

    kind: str
    regions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Comparison(Tabular, frames="compare"):
    """
    Regions side by side.

    `mode` with `minutes` or `metres` is the common question; `asked_mode` what it would have been
    where every region had streets.
    """

    categories: tuple[Category, ...]
    mode: str
    minutes: float | None
    metres: float | None
    asked_mode: str
    regions: tuple[RegionFigures, ...]
    caveats: tuple[Caveat, ...]


def compare(
    atlases: Sequence[Atlas],
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    window: str | None = None,
) -> Comparison:
    """
    Ask the same question of several regions.

    Parameters
    ----------
    atlases
        The regions, each once.
    category
        One id of the taxonomy, or several that mean any of them.
    mode, minutes, metres
        As for coverage; the first category's own where they are left out. Where a region has no
        such streets all are measured in a straight line, by `metres` or 1,000 m. A region without
        a timetable is `NO_TIMETABLE` by `transit`, and the others are measured all the same.
    window
        With `transit`, as for coverage: a part of the week is a day of each region's own timetable.

    Raises
    ------
    ParameterError
        If there is no region, one stands twice, or mode or limit are not allowed.
    UnknownCategoryError
        If no region knows the category.
    """
    _check_regions(atlases)
    ids = [category] if isinstance(category, str) else list(dict.fromkeys(category))
    if not ids:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    categories = _categories(atlases, ids)
    asked_mode = check_mode(mode or categories[0].reach.mode, _all_modes(atlases))
    without = () if asked_mode in (LINE, TRANSIT) else tuple(
        atlas.region.id for atlas in atlases if asked_mode not in atlas.networks
    )  # fmt: skip
    common = LINE if without else asked_mode
    limit_is_lost = bool(without) and minutes is not None
    if minutes is not None:
        check_limit("minutes", minutes, MAX_MINUTES)
    if metres is not None:
        check_limit("metres", metres, MAX_METRES)
    if common == LINE:
        minutes, metres = (
            (None if without else minutes),
            metres or (DEFAULT_LINE_M if without or minutes is None else None),
        )
    elif minutes is None and metres is None:
        own = categories[0].reach.minutes
        minutes = max(own, DEFAULT_TRANSIT_MIN) if common == TRANSIT else own
    figures = tuple(
        _figures(atlas, ids, mode=common, minutes=minutes, metres=metres, window=window)
        for atlas in atlases
    )
    caveats = [
        *([Caveat("mode", without)] if without else []),
        *([Caveat("limit", without)] if limit_is_lost else []),
        *_caveats(figures),
    ]
    return Comparison(categories, common, minutes, metres, asked_mode, figures, tuple(caveats))


def _check_regions(atlases: Sequence[Atlas]) -> None:
    ids = [atlas.region.id for atlas in atlases]
    if not ids:
        raise ParameterError("`regions` is empty; name at least one region", parameter="regions")
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise ParameterError(f"`regions` names {', '.join(twice)} twice", parameter="regions")


def _all_modes(atlases: Sequence[Atlas]) -> tuple[str, ...]:
    """Return what may be asked: what any of the regions has, and always a straight line."""
    found = {mode for atlas in atlases for mode in atlas.networks}
    found |= {TRANSIT for atlas in atlases if _has_timetable(atlas)}
    return (*sorted(found), LINE) if found else (LINE, "walk", "stepfree", "bike", "car")


def _categories(atlases: Sequence[Atlas], ids: Sequence[str]) -> tuple[Category, ...]:
    """Look the categories up where they are known."""
    failure: UnknownCategoryError | None = None
    for atlas in atlases:
        try:
            return tuple(atlas.taxonomy.category(i) for i in ids)
        except UnknownCategoryError as exc:
            failure = failure or exc
    assert failure is not None  # noqa: S101 (for mypy: there is at least one region)
    raise failure


def _figures(
    atlas: Atlas,
    ids: Sequence[str],
    *,
    mode: str,
    minutes: float | None,
    metres: float | None,
    window: str | None,
) -> RegionFigures:
    people = _residents(atlas)
    district = atlas.region.locate(atlas.offer_xy)
    inside = (district >= 0) & atlas.region.at_home[district]
    name, municipalities = _compared(atlas)
    fields = field_mix(atlas, inside, people)
    known = {c.id for c in atlas.taxonomy.categories}
    unknown = "" if known.issuperset(ids) else NO_CATEGORY
    if mode == TRANSIT and not _has_timetable(atlas):
        unknown = unknown or NO_TIMETABLE
    if unknown:
        return RegionFigures(
            atlas, name, municipalities, None, None, unknown, people, fields=fields
        )
    report = coverage(atlas, category=ids, mode=mode, minutes=minutes, metres=metres, window=window)
    offers = None if report.unknown else int(inside[report.offers].sum())
    days = [day for c in report.question.categories if (day := atlas.data_as_of(c)) is not None]
    return RegionFigures(
        atlas=atlas,
        name=name,
        municipalities=municipalities,
        report=report,
        count=_count(report),
        unknown=report.unknown,
        residents=people,
        offers=offers,
        per_10000=per_10000(offers, people),
        access=_access(atlas, ids, report, window),
        median_min=_median(report, report.travel_s / 60) if mode != LINE else math.nan,
        median_m=_median(report, report.distance_m) if metres is not None else math.nan,
        fields=fields,
        data_as_of=max(days, default=None),
        knowledge=report.knowledge,
        sources=tuple(sources_of(report)),
    )


def _compared(atlas: Atlas) -> tuple[str, int]:
    """Return the name of what is compared, and how many municipalities it is."""
    region, areas = atlas.region, atlas.municipality_areas
    return (dict(areas)[region.home], 1) if region.home else (region.name, len(areas))


def _count(report: CoverageReport) -> Tally:
    home = report.atlas.region.home
    return next((t for t in report.by_municipality if t.area_id == home), report.totals)


def _at_home(atlas: Atlas) -> NDArray[np.bool_]:
    """Shape (n,): whether each place where people live is compared."""
    district = atlas.population.district
    return (district >= 0) & atlas.region.at_home[district]


def _residents(atlas: Atlas) -> float | None:
    """Return the people who are compared as they may be told; None where not all are counted."""
    home = atlas.region.at_home
    if atlas.population.basis.unit != "residents" or not atlas.counted_districts[home].all():
        return None
    placed = atlas.people[_at_home(atlas)].sum()
    total = float(placed + np.nansum(atlas.population.unplaced[home]))
    return total if total >= atlas.population.smallest_published else None


def _has_timetable(atlas: Atlas) -> bool:
    return atlas.timetable is not None and WALK in atlas.networks


def _access(
    atlas: Atlas, ids: Sequence[str], report: CoverageReport, window: str | None
) -> float | None:
    is_counted = atlas.population.basis.unit == "residents"
    if report.unknown or report.question.mode == LINE or not is_counted:
        return None
    scores = access_scores(atlas, category=ids, mode=report.question.mode, window=window)
    if scores.region.per_10000 is None:  # few people
        return None
    home = _at_home(atlas)
    return weighted_median(scores.per_head[home], atlas.people[home]) * PER_PEOPLE


def _median(report: CoverageReport, way: NDArray[np.float64]) -> float:
    """Return the median way of all residents; NaN where few live or nobody knows."""
    home = _at_home(report.atlas)
    weight = np.nan_to_num(report.atlas.population.weight)[home]
    if report.unknown or weight.sum() < report.smallest:
        return math.nan
    if not len(report.offers):
        return math.inf
    reached = np.where(np.isnan(way), np.inf, way)[home]
    return weighted_median(reached, weight)


def _is_spread(atlas: Atlas) -> bool:
    """Whether people are spread evenly over municipalities: no homes, no cells of a census."""
    return atlas.region.extract is None and atlas.population.account is None


def _caveats(figures: Sequence[RegionFigures]) -> list[Caveat]:
    def those(test: list[bool]) -> tuple[str, ...]:
        return tuple(
            f.atlas.region.id for f, holds in zip(figures, test, strict=True) if holds
        )  # fmt: skip

    all_ids = those([True] * len(figures))
    dated = [f.data_as_of or f.atlas.region.as_of for f in figures]
    apart_years = (max(dated) - min(dated)).days / _DAYS_A_YEAR
    told_by = [{s.source for s in f.sources if s.kind == "offers" and s.offers} for f in figures]
    versions = {f.atlas.taxonomy.version for f in figures}
    found = {
        "timetable": those([f.unknown == NO_TIMETABLE for f in figures]),
        "unknown": those([bool(f.unknown) and f.unknown != NO_TIMETABLE for f in figures]),
        "buildings": those([f.atlas.population.basis.unit != "residents" for f in figures]),
        "spread": those([_is_spread(f.atlas) for f in figures]),
        "ages": all_ids if apart_years > AGES_DIFFER_YEARS else (),
        "sources": all_ids if len({frozenset(told) for told in told_by if told}) > 1 else (),
        "taxonomy": all_ids if len(versions) > 1 else (),
    }
    return [Caveat(kind, regions) for kind, regions in found.items() if regions]
