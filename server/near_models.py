"""What is asked from a place, and what is answered, over the wire (see `server.models`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from server.models import Model


class PlaceIn(Model):
    """A place and what is looked for. A POST, so that no home address stands in a URL or log."""

    lon: float = Field(description="degrees, first", examples=[13.2611])
    lat: float = Field(description="degrees", examples=[53.5573])
    mode: Literal["walk", "stepfree", "bike", "car", "transit"] = "walk"
    minutes: float = Field(default=15, description="limit of travel")
    speed_kmh: float | None = Field(default=None, description="another pace, walk or stepfree only")
    categories: list[str] = Field(
        default=[], max_length=100,
        description="ids; what belongs to any category, field or layer; all where all are empty",
    )  # fmt: skip
    fields: list[str] = Field(default=[], max_length=20)
    layers: list[str] = Field(default=[], max_length=20)
    q: str = Field(default="", max_length=200, description="words; a typo is forgiven")
    facts: dict[str, Any] = Field(
        default={}, max_length=20, description="what is wanted, by id of the fact",
        examples=[{"repairs": ["appliances"], "open_shares": 1, "kitchen": True}],
    )  # fmt: skip
    wheelchair: list[str] = Field(default=[], max_length=3, description="yes, limited, no")


class NearIn(PlaceIn):
    """A question from one place."""

    leaving: str | None = Field(
        default=None,
        description="mode transit: a local time; else the moment of `open_at`, else now",
        examples=["2026-11-28T10:00"],
    )
    limit: int = Field(default=200, ge=1, le=2000, description="at most so many offers")
    open_at: str | None = Field(
        default=None,
        description="a moment or a part of the week: tells of each offer whether it is open then",
        examples=["2026-11-28T10:00"],
    )
    states: list[str] = Field(
        default=[], max_length=3, description="open, closed, unknown: only what is so at `open_at`"
    )


class NextDateOut(Model):
    """When something takes place next; `from` is the id of the fact that says so."""

    told_by: str = Field(alias="from")
    start: datetime
    end: datetime


class OfferInReachOut(Model):
    """An offer with the way there, both access legs included."""

    id: str
    name: str
    category: str
    categories: list[str]
    field: str
    layer: str
    lon: float
    lat: float
    travel_min: float
    distance_m: int | None = Field(description="null by public transport")
    address: str
    opening_hours: str
    open: Literal["open", "closed", "unknown"] | None = Field(description="null without a time")
    open_reason: str = Field(description="why it is unknown, or closed in general")
    next_change: datetime | None = Field(description="within eight days of a moment, else null")
    open_until: datetime | None = Field(description="when it closes, if it is open at a moment")
    next_opening: datetime | None = Field(description="surely open next, if it is not open")
    next_date: NextDateOut | None
    website: str
    phone: str
    email: str
    description: str
    facts: dict[str, Any]
    gives: list[str]
    needs: list[str]
    wheelchair: str
    source: str
    source_url: str | None
    licence: str
    as_of: date | None


class FurtherOut(Model):
    """How many more there are up to the next step of the limit."""

    minutes: int
    offers: int


class BeyondOut(Model):
    """Why something is not shown: exact counts of offers that fit all else."""

    closed_then: int | None = Field(description="in reach, closed then; null without a time")
    unknown_hours: int | None
    facts_unknown: int | None = Field(description="in reach; they do not say what is wanted")
    wheelchair_unknown: int | None
    further: FurtherOut | None = Field(description="null where the limit is the longest")
    by_mode: dict[str, int | None] = Field(description="more within the same minutes; null: no way")


class Place(Model):
    """Where the question was asked from, as it came."""

    lon: float
    lat: float


class NearOut(Model):
    """Offers within reach, the nearest first."""

    origin: Place
    mode: str
    minutes: float
    at: str | None = Field(description="the time that is asked, canonical; null without one")
    offers: list[OfferInReachOut]
    total: int = Field(description="offers in reach, before `limit`")
    beyond: BeyondOut
    as_of: date
    attributions: list[str]
