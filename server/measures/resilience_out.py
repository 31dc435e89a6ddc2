"""Resilience as it goes over the wire: models, and reports put into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from layers.question import LINE
from layers.resilience import ResilienceReport, VarietyReport, without_car
from layers.scenario_streets import StreetChange
from layers.stress import StressCase
from layers.tally import Tally
from server import answers, models
from server.measures.scenario_out import StreetOut, street_out


class Twice(models.Model):
    """People of one area with one or more offers in reach, and with two or more."""

    id: str
    name: str
    residents: int | None
    covered: int | None
    covered_twice: int | None
    share: float | None
    share_twice: float | None


class CriticalOffer(models.Model):
    """People who lose cover if this offer closes."""

    rank: int
    id: str
    name: str
    lose: int | None


class ByMode(models.Model):
    """The same question by one mode."""

    mode: str
    covered: int | None
    share: float | None


class StressOut(Twice):
    """The same question under strain; `id` and `name` are the region's."""

    case: Literal["today", "scenario", "without_car", "sunday", "all"]
    modes: list[str] = Field(description="any of them counts")
    at: str | None = Field(description="moment or part of the week; null: whenever they open")
    answer: Literal["known", "unknown"]
    by_district: list[Twice]


class ResilienceIn(models.Model):
    """A question of resilience, perhaps of what a scenario makes of the region."""

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
    scenario: dict[str, Any] | None = Field(
        default=None, description="version, name and changes, as for scenarios"
    )
    stress: bool = Field(default=False, description="asks for `stress_cases`")


class ResilienceOut(Twice):
    """How well the supply of a category stands when an offer closes, or without cars."""

    region: str
    categories: list[str]
    answer: Literal["known", "unknown"]
    assumptions: models.Assumptions
    by_district: list[Twice]
    critical: list[CriticalOffer] = Field(description="all offers, the most critical first")
    by_mode: list[ByMode] = Field(description="the same limit by every mode; empty for line")
    car_only: int | None = Field(description="people covered by car and by no other mode")
    scenario: str | None = Field(description="its name; null where none was given")
    streets: list[StreetOut] = Field(description="that the scenario closes or opens")
    stress_cases: list[StressOut] | None = Field(description="null where not asked for")
    attributions: list[str]


class AskedCategory(models.Model):
    """A category with the mode and the limit that count for it."""

    id: str
    label: models.Label
    mode: str
    minutes: float | None


class Reaching(models.Model):
    """People within reach of so many of the categories."""

    categories: int
    people: int | None
    people_twice: int | None = Field(description="with two or more offers of so many of them")


class VarietyOut(models.Model):
    """Of how many categories of a layer or field people reach an offer, and two."""

    region: str
    layer: str | None
    field: str | None
    categories: list[AskedCategory]
    unknown: list[str] = Field(description="categories that no source can tell: not counted")
    by_count: list[Reaching]
    every: Twice | None = Field(description="one (two) offers of every category; null without any")
    by_district: list[Twice]
    disclosure: str
    attributions: list[str]


def resilience_out(
    report: ResilienceReport,
    *,
    scenario: str | None = None,
    streets: Sequence[StreetChange] = (),
    stress: Sequence[StressCase] | None = None,
) -> ResilienceOut:
    """Write a report, with the scenario that it holds in and the stress cases asked for."""
    once, atlas = report.once, report.once.atlas
    cases = None if once.question.mode == LINE else without_car(atlas, once.question)
    by_mode = {} if cases is None else cases.by_mode
    return ResilienceOut(
        **twice_fields(once.totals, report.twice.totals),
        region=atlas.region.id,
        categories=[c.id for c in once.question.categories],
        answer="unknown" if once.unknown else "known",
        assumptions=answers.assumptions(once),
        by_district=_by_district(report),
        critical=[
            CriticalOffer(rank=rank, id=offer.offer_id, name=offer.name, lose=offer.lose)
            for rank, offer in enumerate(report.critical, start=1)
        ],
        by_mode=[
            ByMode(mode=mode, covered=other.totals.covered, share=other.totals.share)
            for mode, other in by_mode.items()
        ],
        car_only=None if cases is None else cases.car_only,
        scenario=scenario,
        streets=[street_out(atlas, street) for street in streets],
        stress_cases=None if stress is None else [_stress(case) for case in stress],
        attributions=list(atlas.region.attributions),
    )


def variety_out(report: VarietyReport, *, layer: str | None, field: str | None) -> VarietyOut:
    """Write how many categories people reach."""
    region, every = report.atlas.region, report.every
    counts = zip(report.by_count, report.by_count_twice, strict=True)
    return VarietyOut(
        region=region.id,
        layer=layer,
        field=field,
        categories=[
            AskedCategory(
                id=q.categories[0].id,
                label=models.Label(de=q.categories[0].de, en=q.categories[0].en),
                mode=q.mode,
                minutes=q.minutes,
            )
            for q in report.questions
        ],
        unknown=[category.id for category in report.unknown],
        by_count=[
            Reaching(categories=number, people=people, people_twice=people_twice)
            for number, (people, people_twice) in enumerate(counts)
        ],
        every=Twice(**twice_fields(every.once.totals, every.twice.totals)) if every else None,
        by_district=_by_district(every) if every else [],
        disclosure=answers.disclosure_of(report.atlas),
        attributions=list(region.attributions),
    )


def _stress(case: StressCase) -> StressOut:
    once = case.report.once
    when = once.question.when
    return StressOut(
        **twice_fields(once.totals, case.report.twice.totals),
        case=case.case,  # type: ignore[arg-type]
        modes=list(case.modes),
        at=when.text if when else None,
        answer="unknown" if once.unknown else "known",
        by_district=_by_district(case.report),
    )


def _by_district(report: ResilienceReport) -> list[Twice]:
    pairs = zip(report.once.by_district, report.twice.by_district, strict=True)
    return [Twice(**twice_fields(once, twice)) for once, twice in pairs]


def twice_fields(once: Tally, twice: Tally) -> dict[str, Any]:
    """Write an area as the fields of a `Twice`."""
    return {
        "id": once.area_id,
        "name": once.name,
        "residents": once.residents,
        "covered": once.covered,
        "covered_twice": twice.covered,
        "share": once.share,
        "share_twice": twice.share,
    }
