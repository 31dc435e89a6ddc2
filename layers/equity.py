"""
How many people fall short, how far, and how unequally cover is spread over districts.

Shares alone hide depth: two districts with the same share uncovered differ if people of one walk a
minute too far and those of the other an hour. Income is not known here, so districts are ranked by
the share covered itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.inequality import concentration_index, foster_greer_thorbecke, palma_ratio
from layers.coverage import COVERED, UNCOVERED, CoverageReport, coverage
from layers.question import LINE
from layers.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.tally import Tally

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shortfall:
    """
    How far the people of an area fall short.

    Attributes
    ----------
    tally
        Its people, as coverage publishes them: those short are uncovered and unreachable.
    short
        People beyond the limit or without a way; None where withheld.
    missing_min
        Mean minutes that those who fall short and have a way are beyond the limit, whole; None
        where nobody is, or fewer than 25 are.
    fgt0, fgt1, fgt2
        Foster–Greer–Thorbecke with α = 0, 1, 2 of the minutes missing as a share of the limit:
        `fgt0` is the share not covered, from published counts; the others are means over all who
        have a way to an offer. None where withheld or not known.
    """

    tally: Tally
    short: int | None
    missing_min: int | None
    fgt0: float | None
    fgt1: float | None
    fgt2: float | None


@dataclass(frozen=True, eq=False)
class EquityReport(Tabular, frames="equity"):
    """
    The answer.

    `concentration` of cover over districts ranked by it (the Gini coefficient, 0: equal), `palma`:
    mean share covered of the best-served 10 % of people ÷ that of the least-served 40 % (None where
    those have no cover at all, or nobody has any).
    """

    coverage: CoverageReport
    region: Shortfall
    by_district: tuple[Shortfall, ...]
    concentration: float | None
    palma: float | None


def equity(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    window: str | None = None,
) -> EquityReport:
    """
    Report who falls short of a limit, how far, and how unequally cover is spread.

    Parameters
    ----------
    atlas, category, mode, minutes, window
        As in coverage, along streets or by public transport.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy lacks a category.
    ParameterError
        If mode or limit are not allowed.
    """
    if mode == LINE:
        raise ParameterError(
            "`mode` line has no travel time; use a way along streets", parameter="mode"
        )
    report = coverage(atlas, category=category, mode=mode, minutes=minutes, window=window)
    everybody = np.ones(len(atlas.population.xy), bool)
    district = atlas.population.district
    level, weight = _levels(report)
    concentration = concentration_index(level, weight, level)
    palma = palma_ratio(level, weight, level)
    return EquityReport(
        coverage=report,
        region=_shortfall(report, report.totals, everybody),
        by_district=tuple(
            _shortfall(report, tally, district == row)
            for row, tally in enumerate(report.by_district)
        ),
        concentration=_told(concentration, report),
        palma=_told(palma, report),
    )


def _levels(report: CoverageReport) -> tuple[Floats, Floats]:
    """Return the share covered and the people of each district that has any."""
    atlas = report.atlas
    weight = np.nan_to_num(atlas.population.weight)
    district, count = atlas.population.district, len(atlas.finest_areas)
    people = np.bincount(district, weight, minlength=count).astype(float)
    covered = report.state == COVERED
    got = np.bincount(district[covered], weight[covered], minlength=count)
    has = people > 0
    return got[has] / people[has], people[has]


def _shortfall(report: CoverageReport, tally: Tally, who: NDArray[np.bool_]) -> Shortfall:
    """Measure the people of a mask; rounded so that two figures together tell no exact count."""
    counted = tally.unit == "residents"
    short = _short(tally)
    nothing = Shortfall(tally, short, None, None, None, None)
    if report.unknown or tally.share is None:
        return nothing
    weight = np.where(who, np.nan_to_num(report.atlas.population.weight), 0.0)
    use = np.flatnonzero(np.isfinite(report.travel_s) & (weight > 0))
    is_far = report.state[use] == UNCOVERED
    far = float(weight[use[is_far]].sum())
    fgt0 = round(1 - tally.share, 3)
    if far == 0:
        return Shortfall(tally, short, None, fgt0, 0.0, 0.0) if len(use) else nothing
    if counted and far < report.atlas.population.smallest_published:
        return nothing
    limit_s = report.question.limit_s
    beyond = np.where(is_far, report.travel_s[use] / limit_s - 1, 0.0)
    fgt1, fgt2 = (foster_greer_thorbecke(beyond, weight[use], alpha=alpha) for alpha in (1.0, 2.0))
    missing_min = fgt1 * float(weight[use].sum()) / far * limit_s / 60
    return Shortfall(tally, short, round(missing_min), fgt0, round(fgt1, 2), round(fgt2, 2))


def _short(tally: Tally) -> int | None:
    """Return uncovered and unreachable people together, from published counts."""
    if tally.unit != "residents" or tally.uncovered is None:
        return None
    return tally.uncovered + (tally.unreachable or 0)


def _told(value: float, report: CoverageReport) -> float | None:
    return None if report.unknown or not math.isfinite(value) else round(value, 3)
