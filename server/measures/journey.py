"""One journey by public transport over HTTP: the departure to take now, and the last way home."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from geo.transit.journey import Journey
from layers.journeys import there_and_back
from server import models
from server.api import AtlasPath, api_router
from server.near import leaving_at


class JourneyIn(models.Model):
    """From where to which offer. A POST, so that no home address stands in a URL or log."""

    lon: float = Field(description="degrees, first", examples=[13.2611])
    lat: float = Field(description="degrees", examples=[53.5573])
    offer: str = Field(description="id")
    leaving: str | None = Field(
        default=None, description="a local time; else now", examples=["2026-11-28T10:00"]
    )


class LegOut(models.Model):
    """A ride: times are local, with their offset."""

    line: str
    line_type: int = Field(description="GTFS route_type: 0 tram, 1 metro, 2 train, 3 bus, …")
    headsign: str
    from_stop: str
    to_stop: str
    leaves: datetime
    arrives: datetime


class OneWay(models.Model):
    """A way from door to door; without legs the whole of it is walked."""

    leaves: datetime
    arrives: datetime
    travel_min: float
    walk_min: float = Field(description="all walking, changes left out")
    legs: list[LegOut]


class JourneysOut(models.Model):
    """The journey to take now, and the last way home of the evening."""

    there: OneWay
    home: OneWay | None = Field(description="null where no ride is sooner than walking")
    valid_until: date = Field(description="of the timetable")
    on_demand: list[str] = Field(description="services to be booked: named, not routed")
    attribution: str
    attributions: list[str]


router = api_router()


@router.post("/regions/{region}/journeys")
def find_journeys(atlas: AtlasPath, asked: JourneyIn) -> JourneysOut:
    """Find the next journey to an offer by public transport, and the last one home."""
    found = there_and_back(
        atlas, asked.offer, lon=asked.lon, lat=asked.lat, leaving=leaving_at(atlas, asked.leaving)
    )
    return JourneysOut(
        there=_way(found.there),
        home=None if found.home is None else _way(found.home),
        valid_until=found.timetable.valid_until,
        on_demand=list(found.timetable.on_demand),
        attribution=found.timetable.attribution,
        attributions=list(atlas.region.attributions),
    )


def _way(journey: Journey) -> OneWay:
    return OneWay(
        leaves=journey.leaves,
        arrives=journey.arrives,
        travel_min=round(journey.travel_s / 60, 1),
        walk_min=round(journey.walk_s / 60, 1),
        legs=[
            LegOut(
                line=leg.line,
                line_type=leg.line_type,
                headsign=leg.headsign,
                from_stop=leg.from_stop,
                to_stop=leg.to_stop,
                leaves=leg.leaves,
                arrives=leg.arrives,
            )
            for leg in journey.legs
        ],
    )
