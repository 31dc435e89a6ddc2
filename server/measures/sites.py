"""Next sites over HTTP and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import click
from fastapi import Query
from pydantic import Field

from geo.network import MODES
from layers.candidates import CORNERS
from layers.capacity import ALL
from layers.given_places import MAX_NAME, MOST_PLACES, Place, parse_place, read_places
from layers.site_report import SitesReport
from layers.sites import (
    AGE_GROUPS,
    ALL_PEOPLE,
    DEFAULT_SHARE,
    MOST_NEW,
    OBJECTIVES,
    next_sites,
)
from layers.timetable import TRANSIT
from server import models
from server.api import AtlasPath, AtQuery, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.radius import parse_capacities
from server.measures.sites_out import Objective, SitesOut, sites_out
from server.measures.sites_words import sites_words
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery
from server.settings import LANGUAGES, Settings
from server.texts import texts_of

_PEOPLE = f"whom to count: {ALL_PEOPLE}, or where ages are known {' or '.join(AGE_GROUPS)}"


class PlaceIn(models.Model):
    """A candidate of the asker's."""

    lon: float = Field(description="degrees, first", examples=[13.2611])
    lat: float = Field(description="degrees", examples=[53.5573])
    name: str = Field(default="", max_length=MAX_NAME)


class SitesIn(models.Model):
    """Where new offers would help most, with candidates of the asker's. Nothing is stored."""

    category: str | list[str] = Field(description="id, or several that mean any of them")
    new: int | None = Field(default=None, description=f"how many, 1 to {MOST_NEW}")
    mode: str | None = Field(default=None, description="the category's own where null")
    minutes: float | None = None
    at: str | None = Field(default=None, description="existing offers are those open then")
    window: str | None = Field(
        default=None, description="departures of mode transit: a day and a span, or a part"
    )
    candidates: list[str] | None = Field(
        default=None, description="corners, spaces, ids of categories; null: none besides places"
    )
    places: list[PlaceIn] = Field(default_factory=list, max_length=MOST_PLACES)
    objective: Objective = "most_people"
    share: float | None = None
    people: str = Field(default=ALL_PEOPLE, description=_PEOPLE)
    new_capacity: float | None = Field(default=None, description="units each new site can serve")
    capacity: float | dict[str, float] | None = Field(
        default=None, description="units of every existing offer, or by id"
    )
    demand: float | None = Field(default=None, description="units that one resident uses")


router = api_router()


@router.get("/regions/{region}/sites")
def get_sites(
    atlas: AtlasPath,
    category: CategoriesQuery,
    new: Annotated[int | None, Query(description=f"how many, 1 to {MOST_NEW}")] = None,
    mode: Annotated[str | None, Query(description="walk, stepfree, bike, car or transit")] = None,
    minutes: Annotated[float | None, Query(description="limit of travel, 0.001 to 240")] = None,
    at: AtQuery = None,
    window: WindowQuery = None,
    candidates: Annotated[
        str, Query(description="by comma: corners, spaces, ids of categories")
    ] = CORNERS,
    objective: Annotated[str, Query(description=", ".join(OBJECTIVES))] = OBJECTIVES[0],
    share: Annotated[
        float | None, Query(description=f"for fewest_sites, above 0 to 1; else {DEFAULT_SHARE}")
    ] = None,
    people: Annotated[str, Query(description=_PEOPLE)] = ALL_PEOPLE,
    new_capacity: Annotated[
        float | None,
        Query(description="units each new site can serve; then most_people are served"),
    ] = None,
    capacity: Annotated[
        list[str] | None,
        Query(description="units of every existing offer, or ID=units of one; several by comma"),
    ] = None,
    demand: Annotated[float | None, Query(description="units that one resident uses")] = None,
) -> SitesOut:
    """Where new offers would help most, with the existing ones fixed."""
    kinds = _split(candidates)
    report = next_sites(
        atlas,
        category=category,
        new=new,
        mode=mode,
        minutes=minutes,
        at=at,
        window=window,
        candidates=kinds,
        objective=objective,
        share=share,
        people=people,
        new_capacity=new_capacity,
        capacity=parse_capacities(capacity or []),
        demand=demand,
    )
    return sites_out(report, kinds)


@router.post("/regions/{region}/sites")
def try_places(atlas: AtlasPath, asked: SitesIn) -> SitesOut:
    """
    Where new offers would help most among places of the asker's.

    A POST, so that no place that somebody thinks of stands in an address or a log.
    """
    question = {name: getattr(asked, name) for name in SitesIn.model_fields}
    entered = question.pop("capacity")
    by_offer = {} if entered is None else {ALL: entered} if isinstance(entered, float) else entered
    places = [Place(place.lon, place.lat, place.name) for place in question.pop("places")]
    return _ask(atlas, question, places, by_offer)[1]


def _ask(
    atlas: Any, question: dict[str, Any], places: Sequence[Place], capacity: Mapping[str, float]
) -> tuple[SitesReport, SitesOut]:
    report = next_sites(atlas, **question, places=places, capacity=capacity)
    kinds = question["candidates"]
    return report, sites_out(report, kinds if kinds is not None else [] if places else [CORNERS])


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@click.command("sites")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--new", type=int, help=f"How many new sites, 1 to {MOST_NEW}.")
@click.option(
    "--mode", type=click.Choice((*MODES, TRANSIT)), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option(
    "--at", metavar="TIME|PART_OF_WEEK",
    help="Existing offers are those open then: 2026-11-28T10:00, Sa, 'Mo-Fr 18:00-24:00', …",
)  # fmt: skip
@WINDOW
@click.option(
    "--candidates", metavar="KIND[,KIND…]",
    help="corners (the default), spaces (rooms and meeting places), or ids of categories.",
)  # fmt: skip
@click.option("--place", "single", multiple=True, metavar="LON,LAT", help="A candidate of yours.")
@click.option(
    "--places", "file", type=click.Path(path_type=Path), metavar="FILE",
    help="Candidates of yours: CSV with lon, lat and name, or GeoJSON points.",
)  # fmt: skip
@click.option(
    "--objective", type=click.Choice(OBJECTIVES), default=OBJECTIVES[0], show_default=True
)
@click.option("--share", type=float, help="For fewest_sites: of all residents, above 0 to 1.")
@click.option("--people", default=ALL_PEOPLE, show_default=True, help=f"{_PEOPLE.capitalize()}.")
@click.option(
    "--new-capacity", type=float,
    help="Units that each new site can serve: then the most people that find room are sought.",
)  # fmt: skip
@click.option(
    "--capacity", multiple=True, metavar="N|ID=N",
    help="Units that every existing offer can serve, or one by its id.",
)  # fmt: skip
@click.option("--demand", type=float, help="Units that one resident uses.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    candidates: str | None,
    single: tuple[str, ...],
    file: Path | None,
    capacity: tuple[str, ...],
    format_: str,
    lang: str | None,
    output: Path | None,
    **question: Any,
) -> None:
    """Where new offers would help most, and which districts gain."""
    places = [parse_place(text) for text in single] + (read_places(file) if file else [])
    question |= {
        "category": categories,
        "candidates": None if candidates is None else _split(candidates),
    }
    entered = parse_capacities(list(capacity))
    report, out = _ask(open_region(region), question, places, entered)
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    if as_json:
        write_text(out.model_dump_json(indent=1) + "\n", output)
        return
    texts = texts_of(lang or Settings.from_env().language)
    write_text("\n".join(sites_words(report, out, texts)) + "\n", output)
