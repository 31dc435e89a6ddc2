"""Scenarios as they go over the wire: models, and what was tried put into them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import Field

from layers.atlas import Atlas
from layers.car_km import CarKm
from layers.coverage import CoverageReport
from layers.difference import Change, Difference
from layers.scenario import Scenario
from layers.scenario_streets import StreetChange
from server import answers, models


class CarKmIn(models.Model):
    """What the asker assumes of trips by car, low and high; without it only the way per trip."""

    trips_per_year: tuple[float, float] | None = Field(
        default=None, description="trips of a person to such an offer in a year"
    )
    car_share: tuple[float, float] | None = Field(
        default=None, description="share of them that is driven, 0 to 1"
    )


class ScenarioIn(models.Model):
    """A scenario and the question that is asked without it and with it."""

    scenario: dict[str, Any] = Field(
        description="version, name and changes",
        examples=[
            {
                "version": 1,
                "changes": [
                    {
                        "do": "add_offer",
                        "category": "greengrocer_bakery",
                        "lon": 13.27,
                        "lat": 53.54,
                    }
                ],
            }
        ],
    )
    category: str | list[str] = Field(description="id, or several that mean any of them")
    mode: models.Mode | None = Field(default=None, description="the category's own where null")
    minutes: float | None = None
    metres: float | None = None
    at: str | None = Field(
        default=None, description="a moment or a part of the week: what is open then"
    )
    window: str | None = Field(
        default=None, description="departures of mode transit: a day and a span, or a part"
    )
    by: Literal["district", "municipality"] = Field(
        default="district", description="areas of the rows; district means the finest ones"
    )
    car_km: CarKmIn | None = Field(default=None, description="asks for car kilometres")


class Side(models.DistrictCoverage):
    """One side: the region without the scenario, or with it."""

    answer: Literal["known", "unknown"]
    unknown_reason: str | None = Field(description="as in coverage")
    assumptions: models.Assumptions
    by_district: list[models.DistrictRow]


class ChangeOut(models.Model):
    """
    What changes in one area, after minus before; null where withheld or unknown.

    covered = gained − lost + new_covered.
    """

    id: str
    name: str
    covered: int | None
    gained: int | None = Field(description="people of today who come within the limit")
    lost: int | None = Field(description="people of today who fall out of it")
    new_people: int = Field(description="whom the scenario adds")
    new_covered: int = Field(description="those of them within the limit")
    share: float | None = Field(description="change of the share, -1 to 1")


class DifferenceOut(ChangeOut):
    """The region and its districts."""

    by_district: list[ChangeOut]


class StreetByMode(models.Model):
    """What was closed or opened for one mode."""

    mode: str
    names: list[str] = Field(description="of the streets; empty where none has a name")
    length_m: int
    joined_m: list[float] | None = Field(
        description="of a new street: metres from each of its joins to the street it meets"
    )
    geometry: dict[str, Any] = Field(description="GeoJSON MultiLineString")


class StreetOut(models.Model):
    """A street that a scenario closes or opens."""

    change: int = Field(description="its place in the scenario's changes, from 0")
    do: Literal["close_street", "open_street"]
    name: str = Field(description="as the scenario calls a new street")
    by_mode: list[StreetByMode]


class CarKmOut(models.Model):
    """How much shorter the way to the nearest offer becomes by car; below 0: longer."""

    km_per_trip: int | None = Field(
        description="person-kilometres if everybody drives there once; null where withheld"
    )
    km_per_year: tuple[int, int] | None = Field(
        description="low and high, there and back; null without assumptions, or withheld"
    )
    people: int | None = Field(description="whose way changes; null where withheld")
    people_left_out: int | None = Field(
        description="who reach no offer by car before or after; null where withheld"
    )
    trips_per_year: tuple[float, float] | None
    car_share: tuple[float, float] | None
    assumptions: list[str]


class ScenarioOut(models.Model):
    """The same question without the scenario and with it."""

    region: str
    scenario: str = Field(description="its name")
    categories: list[str]
    before: Side
    after: Side
    difference: DifferenceOut
    streets: list[StreetOut] = Field(description="closed and opened ones")
    car_km: CarKmOut | None = Field(description="null where it was not asked for")
    attributions: list[str]


@dataclass(frozen=True)
class TriedOut:
    """A scenario, and all that was asked of it."""

    scenario: Scenario
    difference: Difference
    streets: tuple[StreetChange, ...]
    car_km: CarKm | None


def scenario_out(found: TriedOut, *, by: str = "district") -> ScenarioOut:
    """Write what was tried; `by` is `district` or `municipality`."""
    difference = found.difference
    by_town = by == "municipality"
    changes = difference.by_municipality if by_town else difference.by_district
    atlas = difference.before.atlas
    return ScenarioOut(
        region=atlas.region.id,
        scenario=found.scenario.name,
        categories=[c.id for c in difference.before.question.categories],
        before=_side(difference.before, by=by),
        after=_side(difference.after, by=by),
        difference=DifferenceOut(
            **_change(difference.totals),
            by_district=[ChangeOut(**_change(change)) for change in changes],
        ),
        streets=[street_out(atlas, street) for street in found.streets],
        car_km=None if found.car_km is None else CarKmOut(**asdict(found.car_km)),
        attributions=list(atlas.region.attributions),
    )


def street_out(atlas: Atlas, street: StreetChange) -> StreetOut:
    """Write what was found of a street that closes or opens."""
    return StreetOut(
        change=street.change,
        do="open_street" if street.is_new else "close_street",
        name=street.name,
        by_mode=[
            StreetByMode(
                mode=one.mode,
                names=list(one.names),
                length_m=round(one.length_m),
                joined_m=None if one.joined_m is None else [round(m, 1) for m in one.joined_m],
                geometry=answers.geometry(one.line, atlas.region.crs),
            )
            for one in street.by_mode
        ],
    )


def _side(report: CoverageReport, *, by: str) -> Side:
    return Side(
        **answers.tally_fields(report.totals),
        answer="unknown" if report.unknown else "known",
        unknown_reason=report.unknown or None,
        assumptions=answers.assumptions(report),
        by_district=answers.area_rows(report, by=by),
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.area_id,
        "name": change.name,
        "covered": change.covered,
        "gained": change.gained,
        "lost": change.lost,
        "new_people": change.new_people,
        "new_covered": change.new_covered,
        "share": change.share,
    }
