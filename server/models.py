"""
The published contract: what goes over the wire, as models.

Units end a field's name; `share` is 0 to 1. A count of people that may not be published is null,
and `suppressed` is true where that is so. Fields may be added; none is renamed or changes its
meaning.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["walk", "stepfree", "bike", "car", "line", "transit"]


class Model(BaseModel):
    """Base of all: unknown keys of a request are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Label(Model):
    """A text in both languages."""

    de: str
    en: str


class Problem(Model):
    """What a failure looks like (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    parameter: str | None = None
    errors: list[dict[str, str]] | None = None


class RakedArea(Model):
    """People whom cells or areas count, and the official total to which they are raked."""

    area: str
    counted: int | None = Field(description="before raking; null where withheld")
    official: int
    difference: int | None = Field(description="official − counted")


class CountedAreas(Model):
    """How the people of census cells or of an office's areas were placed and raked."""

    kind: Literal["grid", "polygons"]
    file: str
    source: str
    year: int | None = Field(description="of the counts; null where the source does not say")
    cell_m: int = Field(description="width of a cell; 0 for polygons")
    areas: int = Field(description="cells or polygons with people that touch the region")
    secret: int = Field(description="those whose count is secret (or where nobody lives)")
    without_homes: int = Field(description="with people and no residential building: at the centre")
    people_without_homes: int | None
    people_outside: int | None = Field(
        description="people of areas across the region's edge who live beyond it"
    )
    homes_without_area: int = Field(description="residential buildings in no area with people")
    before: int | None = Field(description="people inside the region before raking")
    after: int | None
    differences: list[RakedArea]
    not_raked: list[str] = Field(description="without an official total, or cut by the data's edge")
    official_source: str
    official_year: int | None
    ages_known: float = Field(description="share of the people whose age group is known")
    notes: list[str]


class PopulationBasis(Model):
    """On what the numbers of people rest."""

    unit: Literal["residents", "buildings"]
    source: str
    method: str
    year: int | None = Field(description="null where the source does not say")
    official: bool = Field(description="whether an office published the counts")
    total: int | None = Field(description="named total that the residents add up to")
    districts_without_count: list[str]
    smallest_published: int = Field(description="fewest people of whom a count is published")
    counted: CountedAreas | None = Field(
        description="how cells or areas of a census became people; null where municipalities were "
        "counted"
    )


class LeftOut(Model):
    """What the data lacks."""

    districts_without_data: list[str]
    share_without_district: float = Field(description="share of the study area in no district")
    buildings_broken: int = Field(description="the extract lacks a part of their outline")
    offers_broken: int
    addresses_without_street: int = Field(description="no street or village is stated")


class RegionOut(Model):
    """A region that is served."""

    id: str
    name: str
    as_of: date = Field(description="date of its data")
    country: str
    crs: str
    bbox: list[float] = Field(description="west, south, east, north of the study area, degrees")
    modes: list[str]
    offers: int
    districts: int
    population: PopulationBasis
    left_out: LeftOut
    attributions: list[str]


class RegionList(Model):
    """All regions."""

    regions: list[RegionOut]


class Reach(Model):
    """How far people go by default; `source` is a source or the word assumption."""

    mode: str
    minutes: float
    source: str


class CategoryOut(Model):
    """A category with what the region has of it."""

    id: str
    label: Label
    field: str
    layer: str
    role: str
    reach: Reach
    offers: int
    answer: Literal["known", "unknown"] = Field(
        description="unknown where no source could tell of the category"
    )
    note: str = Field(description="what the data can and cannot tell; empty where nothing is said")
    note_de: str
    gives: list[str] = Field(description="ids of resources")
    needs: list[str]
    facts: list[str] = Field(description="ids of facts that such offers may state")


class GroupOut(Model):
    """A field or a layer of the taxonomy."""

    id: str
    label: Label
    color: str


class TermOut(Model):
    """Something with an id and a label."""

    id: str
    label: Label


class FactOut(TermOut):
    """Something that offers may state; `unit` is empty for a plain count."""

    type: str = Field(description="text, number, boolean, choice, choices or times")
    unit: str
    choices: list[TermOut]


class CategoryList(Model):
    """The taxonomy as the region answers it."""

    fields: list[GroupOut]
    layers: list[GroupOut]
    categories: list[CategoryOut]
    facts: list[FactOut]
    resources: list[TermOut]


class SourceOut(Model):
    """A source of a report, how old it is and how much it tells."""

    source: str
    kind: Literal["streets", "offers", "population"]
    as_of: date | None = Field(description="date of its newest data; null where not known")
    oldest: date | None = Field(description="of its oldest data")
    age_years: float | None = Field(description="at the date of the region's data")
    offers: int | None = Field(description="of the question; null for other kinds")
    share_with_hours: float | None = Field(
        description="of its offers, those whose hours are stated and understood"
    )
    unconfirmed: int | None = Field(
        description="of its offers, those that no source has shown and nobody has confirmed for "
        "two years"
    )
    licence: str


class Hills(Model):
    """Whether slopes count on the streets of a mode."""

    count: bool = Field(
        description="false where no heights are known: every street is taken as flat"
    )
    source: str | None = Field(description="whom to name for the heights; null without")
    unknown_share: float | None = Field(
        description="street length without known heights, taken as flat; null without heights"
    )
    too_steep_m: float | None = Field(
        description="street length steeper than 6 %, left out; null but for step-free travel"
    )
    bicycle: str | None = Field(description="bicycle or pedelec; null in other modes")


class Assumptions(Model):
    """All that a figure rests on."""

    mode: str
    window: str | None = Field(
        description="departures by public transport, of which the median counts; else null"
    )
    speed_kmh: float | None = Field(
        description="null by car (a table by road class) and in line; to stops for transit"
    )
    limit_min: float | None
    limit_m: float | None
    access_legs: str
    hills: Hills | None = Field(description="null by car and in line, which no slope slows down")
    as_of: date = Field(description="date of streets and offers")
    offers: int = Field(description="offers that count as supply, also beyond the boundary")
    at: str | None = Field(description="moment or part of the week; null: whenever they open")
    offers_open: int | None = Field(description="offers that are open then; null without a time")
    offers_unknown_hours: int | None = Field(description="offers that may be open then or not")
    offers_closed: int | None = Field(description="offers that are closed then")
    offers_not_every_week: int | None = Field(description="closed ones that open in some weeks")
    why_unknown_hours: dict[str, int] | None = Field(description="offers by the reason")
    holidays_known: bool | None = Field(
        description="whether the region's public holidays are known; null without a moment"
    )
    offers_not_placed: int = Field(description="offers too far from any street of this mode")
    sources: list[SourceOut]
    population: PopulationBasis
    disclosure: str


class DistrictCoverage(Model):
    """
    The people of one area: residents = covered + uncovered + unreachable + unplaced.

    A withheld number of unreachable or unplaced people is contained in `uncovered`.
    """

    id: str
    name: str
    residents: int | None
    covered: int | None
    uncovered: int | None
    unreachable: int | None
    unplaced: int | None
    edge_uncertain: int | None = Field(
        description="uncovered people whom an offer beyond the data's edge might cover"
    )
    share: float | None = Field(description="covered ÷ residents (or buildings)")
    share_range: list[float] | None = Field(description="what may be said of a withheld share")
    suppressed: bool
    unit: Literal["residents", "buildings"]
    buildings: int | None = Field(description="residential buildings where no people are counted")


class DistrictRow(DistrictCoverage):
    """A district in the report; rank 1 is covered least."""

    rank: int | None
    median_min: float | None = Field(description="median minutes to the nearest offer")
    share_inside: float = Field(description="share of the district's area inside the data")
    level: str
    parent_id: str
    share_with_unknown: float | None = Field(
        description="share if all offers of unknown hours are open; null without a time"
    )
    share_known: float | None = Field(
        description="least share of people whose answer hangs on nothing unknown"
    )
    uncertain: bool = Field(description="share_known is below 0.8: draw it hatched")
    uncertain_because: list[Literal["hours", "edge"]] = Field(
        description="unknown hours, or offers beyond the data's edge; the weightier first"
    )


class OfferCoverage(Model):
    """People within the limit for whom this offer is the nearest."""

    id: str
    name: str
    covered: int | None


class NearestOffer(Model):
    """The nearest offer of most people in a gap."""

    id: str
    name: str


class GapOut(Model):
    """A contiguous area of uncovered people."""

    rank: int
    residents: int | None
    buildings: int | None
    districts: list[str]
    nearest_offer: NearestOffer | None
    median_min: float | None
    median_m: float | None
    geometry: dict[str, Any] | None = None


class KnowledgeOut(Model):
    """What the sources tell of the categories' offers, of how many each; and how old they are."""

    as_of: date | None = Field(description="date of the newest source; null where there is none")
    age_years: float | None = Field(description="of it, at the date of the region's data")
    max_age_years: float = Field(description="older ones do not answer")
    offers: int
    with_name: int
    with_hours: int = Field(description="hours are stated and understood")
    hours_not_understood: int
    with_address: int
    with_capacity: int | None = Field(description="null where the category has no unit of it")


class AgeCoverage(DistrictCoverage):
    """The people of one age group; `id` is under_18, 18_to_64, 65_and_older or unknown."""


class CoverageOut(DistrictCoverage):
    """The report of the whole region and its parts."""

    region: str
    categories: list[str]
    answer: Literal["known", "unknown"]
    unknown_reason: Literal["no_source", "too_old", "no_hours"] | None
    by: Literal["district", "municipality"]
    assumptions: Assumptions
    by_district: list[DistrictRow]
    by_age: list[AgeCoverage] = Field(
        description="the region's people by age, and those of unknown age; empty where no ages are "
        "known"
    )
    by_offer: list[OfferCoverage]
    gaps: list[GapOut]
    scattered: int | None = Field(description="uncovered people who live in no gap")
    covered_with_unknown: int | None = Field(
        description="covered if all offers of unknown hours are open; null without a time"
    )
    share_with_unknown: float | None
    knowledge: KnowledgeOut
    attributions: list[str]


class Link(Model):
    """A link as in RFC 8288."""

    href: str
    rel: str
    type: str


class OfferCollection(Model):
    """Offers as GeoJSON."""

    type: Literal["FeatureCollection"]
    numberMatched: int  # noqa: N815 (OGC API Features, clause 7.16.3)
    numberReturned: int  # noqa: N815
    links: list[Link]
    features: list[dict[str, Any]]


class FeatureCollection(Model):
    """GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
