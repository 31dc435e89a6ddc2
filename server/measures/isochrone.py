"""Isochrones over HTTP and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import Query, Response
from pydantic import Field

from geo.errors import ParameterError
from geo.network import MODES
from layers.atlas import Atlas
from layers.isochrone import DIRECTIONS, MAX_LIMITS, ReachArea, isochrone
from layers.timetable import TRANSIT
from server import answers, models
from server.api import GEOJSON, AtlasPath, WindowQuery, api_router
from server.commands.options import WINDOW
from server.opened import open_region
from server.outputs import write_text

IsochroneMode = Literal["walk", "stepfree", "bike", "car", "transit"]
Direction = Literal["from", "to"]
DEFAULT_MINUTES = 15.0


class IsochroneIn(models.Model):
    """A place and limits. A POST, so that no home address stands in a URL or log."""

    lon: float = Field(description="degrees, first", examples=[13.2611])
    lat: float = Field(description="degrees", examples=[53.5573])
    mode: IsochroneMode = "walk"
    minutes: float | Annotated[list[float], Field(min_length=1, max_length=MAX_LIMITS)] = Field(
        default=DEFAULT_MINUTES, description="one limit, or several at once"
    )
    direction: Direction = Field(default="from", description="away from the place, or to it")
    window: str | None = Field(
        default=None,
        description="mode transit: when people leave for the place, or arrive from it; a day and "
        "a span, or a part of the week",
    )


class IsochroneProperties(models.Model):
    """What an area tells."""

    minutes: float
    mode: str
    direction: Direction
    residents: int | None = Field(
        description="people of the study area in 100 m cells whose middle lies inside, in tens; "
        "null where fewer than are published or where no people are counted"
    )
    area_m2: int
    reaches_edge: bool = Field(description="the area goes on beyond the data")


class IsochroneFeature(models.Model):
    """An area as a GeoJSON Feature; a FeatureCollection of these for several limits."""

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: IsochroneProperties


class IsochroneCollection(models.Model):
    """Areas, in the order of the limits."""

    type: Literal["FeatureCollection"]
    features: list[IsochroneFeature]


router = api_router()
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": IsochroneFeature | IsochroneCollection, "content": {GEOJSON: {}}}
}


@router.post("/regions/{region}/isochrone", responses=_RESPONSES)
def draw_isochrone(atlas: AtlasPath, question: IsochroneIn) -> Response:
    """Draw the area within so many minutes of a place; several limits give a collection."""
    minutes = question.minutes if isinstance(question.minutes, list) else [question.minutes]
    areas = isochrone(
        atlas,
        lon=question.lon,
        lat=question.lat,
        mode=question.mode,
        minutes=minutes,
        direction=question.direction,
        window=question.window,
    )
    as_list = isinstance(question.minutes, list) and len(areas) > 1
    return _respond(atlas, areas, question.mode, question.direction, as_list=as_list)


@router.get("/regions/{region}/isochrone/{offer}", responses=_RESPONSES)
def draw_isochrone_of_offer(
    atlas: AtlasPath,
    offer: str,
    mode: Annotated[
        IsochroneMode, Query(description="walk, stepfree, bike, car or transit")
    ] = "walk",
    minutes: Annotated[
        str, Query(description="limit 0.001 to 240, or several by comma", examples=["5,10,15"])
    ] = f"{DEFAULT_MINUTES:g}",
    direction: Annotated[Direction, Query(description="to the offer, or away from it")] = "to",
    window: WindowQuery = None,
) -> Response:
    """Draw the area from which people reach an offer in so many minutes."""
    areas = isochrone(
        atlas, offer=offer, mode=mode, minutes=parse_minutes(minutes), direction=direction,
        window=window,
    )  # fmt: skip
    return _respond(atlas, areas, mode, direction, as_list=len(areas) > 1)


def parse_minutes(text: str) -> list[float]:
    """
    Split limits at commas.

    Raises
    ------
    ParameterError
        If one is not a number.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as exc:
        raise ParameterError(
            f"`minutes` {text!r} is no number; give one limit, or several such as 5,10,15",
            parameter="minutes",
        ) from exc


def area_feature(atlas: Atlas, area: ReachArea, properties: dict[str, Any]) -> dict[str, Any]:
    """Write an area as a GeoJSON feature, with further properties of its question."""
    return {
        "type": "Feature",
        "geometry": answers.geometry(area.shape, atlas.region.crs),
        "properties": {
            "minutes": area.minutes,
            **properties,
            "residents": area.residents,
            "area_m2": round(area.shape.area),
            "reaches_edge": area.reaches_edge,
        },
    }


def _geojson(
    atlas: Atlas, areas: list[ReachArea], mode: str, direction: str, *, as_list: bool
) -> str:
    told = {"mode": mode, "direction": direction}
    features = [area_feature(atlas, area, told) for area in areas]
    body = {"type": "FeatureCollection", "features": features} if as_list else features[0]
    return json.dumps(body, ensure_ascii=False)


def _respond(
    atlas: Atlas, areas: list[ReachArea], mode: str, direction: str, *, as_list: bool
) -> Response:
    text = _geojson(atlas, areas, mode, direction, as_list=as_list)
    return Response(text, media_type=GEOJSON)


@click.command("isochrone")
@click.argument("region")
@click.option("--lon", type=float, help="Degrees east.")
@click.option("--lat", type=float, help="Degrees north.")
@click.option("--offer", metavar="ID", help="An offer instead of a place.")
@click.option("--mode", type=click.Choice((*MODES, TRANSIT)), default="walk", show_default=True)
@click.option(
    "--minutes", default=f"{DEFAULT_MINUTES:g}", show_default=True, metavar="N[,N…]",
    help="Limit of travel, 0.001 to 240, or several by comma.",
)  # fmt: skip
@click.option(
    "--direction", type=click.Choice(DIRECTIONS),
    help="Away from the place or to it; else from a place and to an offer.",
)  # fmt: skip
@WINDOW
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A GeoJSON file."
)
def command(
    region: str,
    lon: float | None,
    lat: float | None,
    offer: str | None,
    mode: str,
    minutes: str,
    direction: str | None,
    window: str | None,
    output: Path | None,
) -> None:
    """How far one gets from a place, or from where people come to an offer, as areas."""
    limits = parse_minutes(minutes)
    atlas = open_region(region)
    areas = isochrone(
        atlas, lon=lon, lat=lat, offer=offer, mode=mode, minutes=limits, direction=direction,
        window=window,
    )  # fmt: skip
    if output is not None:
        chosen = direction or ("from" if offer is None else "to")
        write_text(_geojson(atlas, areas, mode, chosen, as_list=True) + "\n", output)
    click.echo(_table(areas))


def _table(areas: list[ReachArea]) -> str:
    lines = [f"{'min':>6} {'residents':>10} {'km²':>8}"]
    for area in areas:
        people = "-" if area.residents is None else f"{area.residents:,}"
        edge = "  goes on beyond the data" if area.reaches_edge else ""
        lines.append(f"{area.minutes:6g} {people:>10} {area.shape.area / 1e6:8.2f}{edge}")
    return "\n".join(lines)
