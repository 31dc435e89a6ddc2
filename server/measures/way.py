"""The way from a place to an offer over HTTP."""

from __future__ import annotations

import json
from typing import Literal

import shapely
from fastapi import Response
from pydantic import Field

from geo.crs import geometry_to_lonlat
from layers.way import way_to_offer
from server import models
from server.api import GEOJSON, AtlasPath, api_router

_DEGREE_DECIMALS = 6  # 0.1 m


class WayIn(models.Model):
    """From where to which offer. A POST, so that no home address stands in a URL or log."""

    lon: float = Field(description="degrees, first", examples=[13.2611])
    lat: float = Field(description="degrees", examples=[53.5573])
    mode: Literal["walk", "stepfree", "bike", "car"] = "walk"
    offer: str = Field(description="id")


router = api_router()


@router.post("/regions/{region}/way", responses={200: {"content": {GEOJSON: {}}}})
def find_way(atlas: AtlasPath, question: WayIn) -> Response:
    """Find the fastest way to an offer, as a GeoJSON Feature."""
    way = way_to_offer(
        atlas, question.offer, lon=question.lon, lat=question.lat, mode=question.mode
    )
    line = geometry_to_lonlat(way.line, atlas.region.crs)
    feature = {
        "type": "Feature",
        "properties": {
            "offer": way.offer.id,
            "mode": question.mode,
            "travel_min": round(way.travel_s / 60, 1),
            "distance_m": round(way.distance_m),
            "streets": way.streets,
        },
        "geometry": {
            "type": "LineString",
            "coordinates": shapely.get_coordinates(line).round(_DEGREE_DECIMALS).tolist(),
        },
    }
    return Response(json.dumps(feature, ensure_ascii=False), media_type=GEOJSON)
