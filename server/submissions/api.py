"""Suggestions over HTTP: `POST /api/v1/regions/{region}/submissions`."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil
from typing import Any, Literal

from fastapi import Request, Response
from pydantic import Field

from layers.submissions.content import FIELDS
from layers.submissions.kept import Sender
from layers.submissions.review import similar_offers
from layers.submissions.sending import ContentError, submit
from server import models
from server.api import PROBLEMS, AtlasPath, api_router
from server.errors import problem
from server.private_links import SUGGESTED
from server.submissions.letters import origin_of, tell_sender
from server.submissions.places import placed
from server.submissions.stored import AN_HOUR, private, register_of, wait_s
from server.submissions.words import CONSENT

router = api_router()


class SubmissionIn(models.Model):
    """A new place, or a correction of an entry: then what is left out stays as it is."""

    offer: str = Field(
        default="", max_length=200, description="id of the entry that is corrected; empty: new"
    )
    name: str | None = Field(default=None, max_length=1000, examples=["Repair-Café am Markt"])
    categories: list[str] | None = Field(
        default=None, max_length=50, description="ids, the main one first",
        examples=[["repair_cafe"]],
    )  # fmt: skip
    lon: float | None = Field(default=None, description="degrees; with `lat`, or an address")
    lat: float | None = None
    address: str | None = Field(
        default=None, max_length=1000, description="street, number, town; must be one place",
        examples=["Demminer Straße 12, 17034 Neubrandenburg"],
    )  # fmt: skip
    opening_hours: str | None = Field(
        default=None, max_length=5000, description="in the syntax of OpenStreetMap",
        examples=["Mo-Fr 09:00-18:00; PH off"],
    )  # fmt: skip
    website: str | None = Field(default=None, max_length=5000, description="http or https alone")
    phone: str | None = Field(default=None, max_length=1000)
    email: str | None = Field(default=None, max_length=1000)
    description: str | None = Field(default=None, max_length=20_000, description="plain text")
    wheelchair: str | None = Field(default=None, max_length=20, description="yes, limited or no")
    gives: list[str] | None = Field(default=None, max_length=100, description="ids of resources")
    needs: list[str] | None = Field(default=None, max_length=100, description="ids of resources")
    closed_on: str | None = Field(
        default=None, max_length=20, description="of a correction: closed for good since that day"
    )
    release_contacts: bool = Field(
        default=False, description="telephone and e-mail may be shown to everybody"
    )
    note: str = Field(default="", max_length=10_000, description="to those who check it")
    sender_name: str = Field(default="", max_length=1000, description="never published")
    sender_email: str = Field(default="", max_length=1000, description="never published")
    consent: Literal[True] = Field(
        description="that what is said of the place may be published under CC0, as /privacy says"
    )


class SimilarOut(models.Model):
    """An offer that a new place may be already."""

    id: str
    name: str
    distance_m: float
    why: list[str]


class SubmissionOut(models.Model):
    """A suggestion that was kept; nothing of it is public before somebody has checked it."""

    id: str
    state: Literal["waiting", "accepted", "rejected", "withdrawn"]
    link: str = Field(description="private: follow, change, withdraw; told this once")
    content: dict[str, Any] = Field(description="what is kept; of a correction what differs")
    similar: list[SimilarOut] = Field(description="offers that it may be: look before it is sent")


_CONFLICT: dict[int | str, dict[str, Any]] = dict.fromkeys((409, 429), PROBLEMS[400])


@router.post(
    "/regions/{region}/submissions",
    response_model=SubmissionOut,
    status_code=HTTPStatus.CREATED,
    responses=_CONFLICT,
)
def suggest(request: Request, atlas: AtlasPath, given: SubmissionIn) -> Response:
    """Suggest a place or a correction without an account; somebody checks it."""
    values = {
        name: value
        for name in FIELDS
        if name in given.model_fields_set and (value := getattr(given, name, None)) is not None
    }
    if given.offer:  # what is left out stays; null takes away
        values |= {
            name: None
            for name in given.model_fields_set & set(FIELDS)
            if getattr(given, name) is None
        }
    if given.address is not None:
        pin = None if given.lon is None or given.lat is None else (given.lon, given.lat)
        place = placed(atlas, given.address, pin=pin)
        if place.why:
            listed = "; ".join(choice.label for choice in place.choices)
            hint = f"; it may be one of: {listed}" if listed else ""
            return problem(
                HTTPStatus.BAD_REQUEST,
                f"`address` is not one known place{hint}; or give `lon` and `lat` as well",
                parameter="address",
            )
        values = {**{k: v for k, v in values.items() if k != "address"}, **place.values}
    if seconds := wait_s(request):
        refused = problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{AN_HOUR} suggestions an hour; send it again after `Retry-After`",
        )
        refused.headers["Retry-After"] = str(ceil(seconds))
        return private(refused)
    try:
        kept, token = submit(
            register_of(request),
            atlas,
            values,
            sender=Sender(
                given.sender_name,
                given.sender_email,
                request.app.state.settings.language,
                given.note,
            ),
            consent=CONSENT,
            is_released=given.release_contacts,
            offer_id=given.offer,
        )
    except ContentError as exc:
        errors = [{"parameter": f.field, "detail": str(f)} for f in exc.faults]
        return problem(
            HTTPStatus.BAD_REQUEST, str(exc), parameter=exc.faults[0].field, errors=errors
        )
    tell_sender(request, kept, token)
    similar = [] if given.offer else similar_offers(atlas, kept.content)
    out = SubmissionOut(
        id=kept.id,
        state="waiting",
        link=SUGGESTED.link(origin_of(request), token),
        content=dict(kept.content),
        similar=[
            SimilarOut(id=p.first, name=p.first_name, distance_m=p.distance_m, why=list(p.why))
            for p in similar
        ],
    )
    answered = Response(out.model_dump_json(), HTTPStatus.CREATED, media_type="application/json")
    return private(answered)
