"""Lines and stops of a region's timetable over HTTP, as a scenario names them."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import Field

from layers.timetable import timetable_of
from layers.timetable_list import lines_of, stops_of
from server import models
from server.api import AtlasPath, api_router

MAX_ENTRIES = 2000

WordsQuery = Annotated[str, Query(max_length=200, description="words, or how they begin")]
LimitQuery = Annotated[int, Query(ge=1, description=f"clamped to {MAX_ENTRIES}")]
OffsetQuery = Annotated[int, Query(ge=0)]


class LineOut(models.Model):
    """A line, or all of one name."""

    line: str = Field(description="what a scenario calls it")
    kind: int = Field(description="GTFS route_type: 0 tram, 1 metro, 2 train, 3 bus, …")
    ends: list[str] = Field(description="stops at which most trips start or end")
    departures: int = Field(description="trips of a usual Tuesday, both directions")
    every_min: int | None = Field(
        description="median minutes between two trips from one end, 6 to 20; null: fewer than two"
    )


class StopOut(models.Model):
    """A stop, or both sides of its street."""

    stop: str = Field(description="what a scenario calls it; an id where the name is not enough")
    name: str
    lon: float
    lat: float
    lines: list[str]
    departures: int = Field(description="of a usual Tuesday")


class TimetablePart(models.Model):
    """A page of a list."""

    region: str
    total: int = Field(description="how many fit, on all pages")
    limit: int
    offset: int
    attribution: str = Field(description="of the timetable")


class LinesOut(TimetablePart):
    """Lines, by their number."""

    lines: list[LineOut]


class StopsOut(TimetablePart):
    """Stops that are served, by name."""

    stops: list[StopOut]


router = api_router()
_T = TypeVar("_T")


@router.get("/regions/{region}/timetable/lines")
def list_lines(
    atlas: AtlasPath, q: WordsQuery = "", limit: LimitQuery = 100, offset: OffsetQuery = 0
) -> LinesOut:
    """List the lines of the timetable, in pages."""
    found = lines_of(atlas, words=q)
    limit, page = _page(found, limit, offset)
    return LinesOut(
        region=atlas.region.id,
        total=len(found),
        limit=limit,
        offset=offset,
        attribution=timetable_of(atlas).about.attribution,
        lines=[
            LineOut(
                line=line.line,
                kind=line.kind,
                ends=list(line.ends),
                departures=line.departures,
                every_min=line.every_min,
            )
            for line in page
        ],
    )


@router.get("/regions/{region}/timetable/stops")
def list_stops(
    atlas: AtlasPath, q: WordsQuery = "", limit: LimitQuery = 100, offset: OffsetQuery = 0
) -> StopsOut:
    """List the stops that are served, in pages."""
    found = stops_of(atlas, words=q)
    limit, page = _page(found, limit, offset)
    return StopsOut(
        region=atlas.region.id,
        total=len(found),
        limit=limit,
        offset=offset,
        attribution=timetable_of(atlas).about.attribution,
        stops=[
            StopOut(
                stop=stop.stop,
                name=stop.name,
                lon=stop.lon,
                lat=stop.lat,
                lines=list(stop.lines),
                departures=stop.departures,
            )
            for stop in page
        ],
    )


def _page(found: list[_T], limit: int, offset: int) -> tuple[int, list[_T]]:
    limit = min(limit, MAX_ENTRIES)
    return limit, found[offset : offset + limit]
