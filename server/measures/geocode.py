"""Addresses and places over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from layers.atlas import Atlas
from layers.geocode import DEFAULT_LIMIT, MAX_CHARS, Answer, Geocoding, geocode
from server import models
from server.api import AtlasPath, api_router

MOST_ANSWERS = 50


class GeocodeIn(models.Model):
    """What is searched. A POST, so that no home address stands in a URL or log."""

    q: str = Field(
        min_length=1, max_length=MAX_CHARS, description="as people write it; typos are forgiven",
        examples=["Demminer Straße 12, 17034 Neubrandenburg"],
    )  # fmt: skip
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST_ANSWERS)
    typing: bool = Field(default=False, description="`q` is still being typed")


class AnswerOut(models.Model):
    """An address, a street or a place; texts are empty where there is none."""

    label: str = Field(description="one line: Demminer Straße 12, 17034 Neubrandenburg")
    kind: Literal["address", "interpolated", "street", "place"] = Field(
        description="interpolated: between two known house numbers"
    )
    match: Literal["exact", "typo", "prefix", "other_number", "street_only"]
    quality: float = Field(description="0 to 1: share of the letters that agree")
    lon: float
    lat: float
    municipality: str
    district: str
    street: str
    housenumber: str
    postcode: str
    city: str
    place_kind: str = Field(description="suburb, village, station, …; empty for what is no place")


class GeocodeOut(models.Model):
    """Answers, the best first."""

    status: Literal["found", "ambiguous", "not_exact", "suggestions", "nothing"] = Field(
        description="found: the first is meant; ambiguous: let people choose; not_exact: what was "
        "asked is not there, these are near it"
    )
    answers: list[AnswerOut]
    as_of: date
    attributions: list[str]


router = api_router()


@router.post("/regions/{region}/geocode")
def find_address(atlas: AtlasPath, question: GeocodeIn) -> GeocodeOut:
    """Find addresses, streets and places of the region's extract, with typos."""
    found = geocode(atlas, question.q, limit=question.limit, typing=question.typing)
    return geocode_out(atlas, found)


def geocode_out(atlas: Atlas, found: Geocoding) -> GeocodeOut:
    """Write answers."""
    return GeocodeOut(
        status=found.status,
        answers=[_answer(answer) for answer in found.answers],
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def _answer(answer: Answer) -> AnswerOut:
    return AnswerOut(
        label=answer.label,
        kind=answer.kind,
        match=answer.match,
        quality=answer.quality,
        lon=round(answer.lon, 7),
        lat=round(answer.lat, 7),
        municipality=answer.municipality,
        district=answer.district,
        street=answer.street,
        housenumber=answer.housenumber,
        postcode=answer.postcode,
        city=answer.city,
        place_kind=answer.place_kind,
    )
