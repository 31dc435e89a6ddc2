"""What takes place near a place in the coming days, over HTTP."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Literal

from fastapi import Response
from pydantic import Field

from geo.errors import ParameterError
from layers.agenda import DEFAULT_DAYS, MOST_DAYS, Agenda, Day, Entry, agenda
from layers.atlas import Atlas
from layers.nearby import OfferInReach
from layers.opening import WORDS
from layers.when import DAYS, parse_when
from server.api import AtlasPath, api_router
from server.models import Model
from server.near import wishes_of
from server.near_models import Place, PlaceIn


class WeekNearIn(PlaceIn):
    """A place, what is looked for, and from when on."""

    begin: str = Field(
        alias="from", description="local time from which on", examples=["2026-11-28T10:00"]
    )
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)
    all: bool = Field(default=False, description="also offers that are open on many days")


class OfferBriefOut(Model):
    """An offer with the way there, in short."""

    id: str
    name: str
    category: str
    lon: float
    lat: float
    address: str
    travel_min: float = Field(description="waiting included by public transport")
    distance_m: int | None = Field(description="null by public transport")


class EntryOut(OfferBriefOut):
    """When an offer is open, or something takes place there; `from` tells where that stands."""

    start: datetime
    end: datetime
    state: Literal["open", "unknown", "closed"]
    reason: str = Field(description="why it is unknown")
    told_by: str = Field(alias="from", description="opening_hours, or the id of a fact")


class NoticeOut(OfferBriefOut):
    """What an offer gives or needs for a while; `until` is the last day."""

    until: date
    kind: Literal["gives", "needs"]
    resource: str
    text: str


class DayOut(Model):
    """A day with its entries by time; maybe none."""

    date: date
    weekday: str = Field(description="Mo to Su")
    holiday: bool = Field(description="a public holiday of the region")
    entries: list[EntryOut]


class LeftOutOut(Model):
    """Offers in reach that have no entry, by the reason."""

    many_hours: int = Field(description="open too often to be dates")
    unknown_hours: int
    no_date: int = Field(description="none in these days")
    no_timetable: int = Field(
        description="dates on days that the timetable does not cover; only by public transport"
    )


class WeekNearOut(Model):
    """The coming days."""

    origin: Place
    mode: str
    minutes: float
    days: list[DayOut]
    notices: list[NoticeOut]
    left_out: LeftOutOut
    as_of: date
    attributions: list[str]


router = api_router()


@router.post("/regions/{region}/near/week", response_model=WeekNearOut)
def find_week_near(atlas: AtlasPath, question: WeekNearIn) -> Response:
    """List what takes place within reach of a place in the coming days."""
    when = parse_when(question.begin, atlas.region, parameter="from")
    if when.moment is None:
        raise ParameterError(
            f"`from` {question.begin!r} is no moment; give a local time such as 2026-11-28T10:00",
            parameter="from",
        )
    found = agenda(
        atlas,
        lon=question.lon,
        lat=question.lat,
        mode=question.mode,
        minutes=question.minutes,
        speed_kmh=question.speed_kmh,
        wishes=wishes_of(question),
        moment=when.moment,
        days=question.days,
        all_hours=question.all,
    )
    out = week_near_out(atlas, question, found)
    return Response(out.model_dump_json(by_alias=True), media_type="application/json")


def week_near_out(atlas: Atlas, question: WeekNearIn, found: Agenda) -> WeekNearOut:
    """Write the coming days."""
    return WeekNearOut(
        origin=Place(lon=question.lon, lat=question.lat),
        mode=question.mode,
        minutes=question.minutes,
        days=[_day(atlas, day) for day in found.days],
        notices=[
            NoticeOut(
                **_brief(atlas, hit).model_dump(),
                until=notice.until,
                kind="gives" if notice.kind == "gives" else "needs",
                resource=notice.resource,
                text=notice.text,
            )
            for hit, notice in found.notices
        ],
        left_out=LeftOutOut(
            many_hours=found.left_out.many_hours,
            unknown_hours=found.left_out.unknown_hours,
            no_date=found.left_out.no_date,
            no_timetable=found.left_out.no_timetable,
        ),
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def _day(atlas: Atlas, day: Day) -> DayOut:
    return DayOut(
        date=day.date,
        weekday=DAYS[day.date.weekday()],
        holiday=day.is_holiday,
        entries=[_entry(atlas, entry) for entry in day.entries],
    )


def _entry(atlas: Atlas, entry: Entry) -> EntryOut:
    return EntryOut.model_validate(
        {
            **_brief(atlas, entry.hit).model_dump(),
            "start": entry.span.start,
            "end": entry.span.end,
            "state": WORDS[entry.span.state],
            "reason": entry.span.reason,
            "from": entry.told_by,
        }
    )


def _brief(atlas: Atlas, hit: OfferInReach) -> OfferBriefOut:
    offer = atlas.offers[hit.offer]
    return OfferBriefOut(
        id=offer.id,
        name=offer.name,
        category=offer.categories[0],
        lon=round(offer.lon, 7),
        lat=round(offer.lat, 7),
        address=offer.address,
        travel_min=round(hit.travel_s / 60, 1),
        distance_m=None if math.isnan(hit.distance_m) else round(hit.distance_m),
    )
