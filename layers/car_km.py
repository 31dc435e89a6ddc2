"""
How many kilometres by car a scenario spares: only what follows from the data and what is entered.

The data tell how much shorter the way by car to the nearest offer becomes, for each person. How
often people go there and how many of them drive, no source tells for a category: the asker enters
both, as a low and a high value. Without them there is only the sum over the people if each drove
there once.

    km a year = Σ people · (distance before − distance after) · trips a year · share by car · 2
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import publish_singly, round_to_tens
from geo.errors import ParameterError
from layers.coverage import nearest_offers
from layers.tally import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.coverage import CoverageReport

    Range = tuple[float, float]

MAX_TRIPS_PER_YEAR = 1000.0
_LEAST_M = 1.0  # a way that changes by less has not changed
_THERE_AND_BACK = 2


@dataclass(frozen=True)
class CarKm:
    """
    The change of car kilometres; None where withheld or unknown.

    `km_per_trip` are person-kilometres spared if everybody drives there once, one way, below 0
    where ways get longer. `km_per_year` is low and high, there and back; None without assumptions.
    `people` are those whose way changes, `people_left_out` those who reach no offer by car before
    or after. `assumptions` says in words what the figures rest on.
    """

    km_per_trip: int | None
    km_per_year: tuple[int, int] | None
    people: int | None
    people_left_out: int | None
    trips_per_year: Range | None
    car_share: Range | None
    assumptions: tuple[str, ...]


def car_km(
    before: CoverageReport,
    after: CoverageReport,
    *,
    trips_per_year: Range | None = None,
    car_share: Range | None = None,
) -> CarKm:
    """
    Measure how the way by car to the nearest offer changes.

    Parameters
    ----------
    before, after
        Two answers to one question, `after` with a scenario; people whom it adds do not count.
    trips_per_year
        Low and high: how often a person goes to such an offer in a year.
    car_share
        Low and high, 0 to 1: the share of these trips that is driven.

    Raises
    ------
    ParameterError
        If the region has no streets for cars, one range is given without the other, or one is out
        of bounds.
    """
    _check(before, trips_per_year, car_share)
    told = _assumptions(trips_per_year, car_share)
    if before.unknown or after.unknown or before.atlas.population.basis.unit != "residents":
        return CarKm(None, None, None, None, trips_per_year, car_share, told)
    people = before.atlas.people
    was_m, is_m = _distance_m(before), _distance_m(after)[: len(people)]
    reached = np.isfinite(was_m) & np.isfinite(is_m)
    spared_m = np.subtract(was_m, is_m, where=reached, out=np.zeros(len(people)))
    changes = np.abs(spared_m) >= _LEAST_M
    smallest = before.atlas.population.smallest_published
    counted = whole(float(publish_singly(people[changes].sum(), smallest=smallest)))
    left_out = whole(float(publish_singly(people[~reached].sum(), smallest=smallest)))
    per_trip, per_year = None, None
    if counted is not None:
        exact = (people[changes] * spared_m[changes]).sum() / 1000
        per_trip = int(round_to_tens(exact))
    if per_trip is not None and trips_per_year is not None and car_share is not None:
        ends = [
            round(per_trip * trips * share * _THERE_AND_BACK)
            for trips, share in zip(trips_per_year, car_share, strict=True)
        ]
        per_year = min(ends), max(ends)
    return CarKm(per_trip, per_year, counted, left_out, trips_per_year, car_share, told)


def _distance_m(report: CoverageReport) -> NDArray[np.float64]:
    found = nearest_offers(report.atlas, "car", [report.offers], with_distance=True)
    return np.full(len(report.state), np.inf) if found.distance_m is None else found.distance_m[0]


def _check(report: CoverageReport, trips: Range | None, share: Range | None) -> None:
    if "car" not in report.atlas.networks:
        raise ParameterError(
            f"`car_km` needs streets for cars; {report.atlas.region.name} has none",
            parameter="car_km",
        )
    if (trips is None) != (share is None):
        raise ParameterError(
            "`car_km` takes both `trips_per_year` and `car_share`, or none of them",
            parameter="car_km",
        )
    for name, value, most in (
        ("trips_per_year", trips, MAX_TRIPS_PER_YEAR),
        ("car_share", share, 1.0),
    ):
        if value is None:
            continue
        low, high = value
        if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= high <= most):
            raise ParameterError(
                f"`{name}` is {low:g} to {high:g}; use a low and a high value from 0 to {most:g}",
                parameter="car_km",
            )


def _assumptions(trips: Range | None, share: Range | None) -> tuple[str, ...]:
    told = [
        "people drive to the offer that is nearest in time by car, before and after",
        "only people of today who reach an offer by car before and after are counted",
    ]
    if trips is None or share is None:
        return (
            *told,
            "nothing is assumed of how often people go there and how many of them drive: "
            "km_per_trip is the sum if everybody drives there once, one way",
        )
    return (
        *told,
        f"entered: {trips[0]:g} to {trips[1]:g} trips of a person in a year",
        f"entered: {share[0]:.0%} to {share[1]:.0%} of these trips are driven",
        "the way back is as long as the way there",
    )
