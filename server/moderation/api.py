"""The review desk for programs: `/api/v1/moderation/{region}`, with the scope `moderate`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request, Response
from pydantic import Field

from layers.atlas import Atlas
from layers.desk.decided import decisions_of
from layers.desk.items import Item
from layers.submissions.sending import ContentError
from server import models
from server.accounts.signed_in import Moderator
from server.api import PROBLEMS, AtlasPath, api_router
from server.errors import problem
from server.moderation.desk import Waiting, today, waiting_in
from server.moderation.detail import Detail, detail_of
from server.moderation.doing import Said, do_it, undo_it
from server.submissions.stored import register_of

router = api_router(demands_account=True)
_PATH = "/moderation/{region}"
_PRIVATE = {"Cache-Control": "no-store"}
_CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[400]}
Kind = Literal["place", "correction", "claim", "import", "duplicate", "overdue"]
ItemId = Annotated[str, Path(max_length=2000, description="id of something at the desk")]


class ItemOut(models.Model):
    """Something that waits to be decided."""

    region: str
    kind: Kind
    id: str
    title: str
    since: str = Field(description="time or day since when it waits; empty: not known")
    offers: list[str] = Field(description="ids of the entries that it is about")
    about: str = Field(description="the source of an import; the other name of a pair")
    why: list[str] = Field(
        description="why a pair is suspected or an entry overdue; the fields that are changed"
    )
    distance_m: float = Field(description="between a pair")


class QueueOut(models.Model):
    """What waits, the oldest first."""

    total: int
    counts: dict[str, int] = Field(description="by kind, before `kind` filters")
    items: list[ItemOut]


class DecisionOut(models.Model):
    """What was decided: by whom (the id of an account), when, what, why."""

    who: str
    at: str
    what: str
    why: str
    rev: int = Field(description="the change of the register; 0: none")


class DecisionsOut(models.Model):
    """What was decided in the register last, the newest first."""

    decisions: list[DecisionOut]


class DifferenceOut(models.Model):
    """One field: what is now, what is said, what would hold; of a pair the first, the second."""

    field: str
    now: Any
    said: Any
    then: Any


class SuspectOut(models.Model):
    """An offer, or another suggestion, that a new place may be."""

    id: str
    name: str
    why: list[str]
    similarity: float = Field(description="of the names, 0 to 1")
    distance_m: float
    is_offer: bool


class ProvenanceOut(models.Model):
    """Who says what of a field of the first entry."""

    field: str
    value: Any
    source: str
    licence: str
    said_on: date | None
    holds: bool


class SenderOut(models.Model):
    """Who sent it; never published."""

    name: str
    email: str
    note: str
    releases_contacts: bool
    consent: str = Field(description="version of the text that they agreed to")
    language: str


class DetailOut(ItemOut):
    """All that is known of something at the desk."""

    stamp: str = Field(description="send it back with the decision")
    is_waiting: bool
    decision: DecisionOut | None
    differences: list[DifferenceOut]
    suspected: list[SuspectOut]
    provenance: list[ProvenanceOut]
    history: list[DecisionOut]
    sender: SenderOut | None
    trouble: str = Field(description="why the difference cannot be told")


class DecisionIn(models.Model):
    """What somebody decides."""

    do: Literal["accept", "reject", "merge", "apart", "confirm", "archive"] = Field(
        description="accept or reject; of a pair merge or apart; of what is overdue confirm or "
        "archive"
    )
    stamp: str = Field(
        default="", max_length=40, description="of what was looked at; empty: whatever it is now"
    )
    reason: str = Field(
        default="", max_length=1000, description="whoever sent it reads it; needed to reject that"
    )
    into: str = Field(default="", max_length=200, description="the entry that a new place is")
    apart: list[str] = Field(
        default_factory=list, max_length=20, description="entries that a new place is not"
    )
    keep: str = Field(default="", max_length=200, description="which of a pair stays")
    edits: dict[str, Any] = Field(
        default_factory=dict,
        max_length=30,
        description="values in the place of those suggested, by field as in `POST …/submissions`; "
        "null: has none",
    )
    release_contacts: bool | None = Field(
        default=None, description="whether contacts may be shown; left out: as the sender said"
    )


class DoneOut(models.Model):
    """What was done."""

    item: str
    offer: str = Field(description="id of the entry, empty where there is none")


@router.get(_PATH)
def list_waiting(
    request: Request,
    response: Response,
    atlas: AtlasPath,
    _: Moderator,
    kind: Annotated[Kind | None, Query(description="only this kind")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> QueueOut:
    """List what waits to be decided, the oldest first; needs the role of a moderator."""
    response.headers.update(_PRIVATE)
    waiting = Waiting(waiting_in(request, atlas))
    items = waiting.of_kind(kind or "")
    return QueueOut(
        total=len(items),
        counts=waiting.counts(),
        items=[_item_out(item) for item in items[offset : offset + limit]],
    )


@router.get(f"{_PATH}/decisions")
def list_decisions(
    request: Request,
    response: Response,
    atlas: AtlasPath,
    _: Moderator,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DecisionsOut:
    """List what was decided in the register last; needs the role of a moderator."""
    response.headers.update(_PRIVATE)
    changes = decisions_of(register_of(request), atlas.region.id, limit=limit)
    return DecisionsOut(
        decisions=[
            DecisionOut(who=c.who, at=c.recorded_at, what=c.what, why=c.why, rev=c.rev)
            for c in changes
        ]
    )


@router.get(f"{_PATH}/{{item}}")
def get_item(
    request: Request,
    response: Response,
    atlas: AtlasPath,
    item: ItemId,
    _: Moderator,
    into: Annotated[
        str, Query(max_length=200, description="the entry that a new place would correct")
    ] = "",
) -> DetailOut:
    """Tell what something at the desk would change; needs the role of a moderator."""
    response.headers.update(_PRIVATE)
    return _detail_out(_detail(request, atlas, item, into))


@router.post(f"{_PATH}/{{item}}", response_model=DoneOut, responses=_CONFLICT)
def decide(
    request: Request,
    atlas: AtlasPath,
    item: ItemId,
    account: Moderator,
    given: Annotated[DecisionIn, Body()],
) -> Response:
    """Decide; 409 where somebody has, or it changed since. Needs the role of a moderator."""
    said = Said(
        given.do,
        stamp=given.stamp,
        reason=given.reason,
        into=given.into,
        apart=tuple(given.apart),
        keep=given.keep,
        edits=given.edits,
        is_released=given.release_contacts,
    )
    try:
        offer = do_it(request, account, atlas, item, said)
    except ContentError as exc:
        errors = [{"parameter": f"edits.{f.field}", "detail": str(f)} for f in exc.faults]
        return problem(HTTPStatus.BAD_REQUEST, str(exc), parameter="edits", errors=errors)
    return _done(item, offer)


@router.post(f"{_PATH}/{{item}}/undo", response_model=DoneOut, responses=_CONFLICT)
def undo(request: Request, atlas: AtlasPath, item: ItemId, account: Moderator) -> Response:
    """Take the last decision back; 409 where that is not possible. Needs a moderator's role."""
    undo_it(request, account, atlas, item)
    return _done(item, "")


def _done(item: str, offer: str) -> Response:
    body = DoneOut(item=item, offer=offer).model_dump_json()
    return Response(body, media_type="application/json", headers=_PRIVATE)


def _detail(request: Request, atlas: Atlas, item: str, into: str) -> Detail:
    return detail_of(register_of(request), atlas, item, on=today(), into=into)


def _item_out(item: Item) -> ItemOut:
    return ItemOut(**_brief(item))


def _brief(item: Item) -> dict[str, Any]:
    return {
        "region": item.region,
        "kind": item.kind,
        "id": item.id,
        "title": item.title,
        "since": item.since,
        "offers": list(item.offer_ids),
        "about": item.about,
        "why": list(item.why),
        "distance_m": item.distance_m,
    }


def _detail_out(detail: Detail) -> DetailOut:
    given, keeper, decision = detail.given, detail.keeper, detail.decision
    sender = None
    if given is not None:
        sender = SenderOut(
            name=given.name,
            email=given.email,
            note=given.note,
            releases_contacts=given.is_released,
            consent=given.consent.version,
            language=given.consent.language,
        )
    elif keeper is not None:
        sender = SenderOut(
            name=keeper.name,
            email=keeper.email,
            note=keeper.note,
            releases_contacts=False,
            consent="",
            language=keeper.language,
        )
    return DetailOut(
        **_brief(detail.item),
        stamp=detail.stamp,
        is_waiting=detail.is_waiting,
        decision=None if decision is None else DecisionOut(**asdict(decision)),
        differences=[DifferenceOut(**asdict(each)) for each in detail.differences],
        suspected=[SuspectOut(**{**asdict(s), "why": list(s.why)}) for s in detail.suspects],
        provenance=[
            ProvenanceOut(
                field=name,
                value=one.value,
                source=one.source,
                licence=one.licence,
                said_on=one.said_on,
                holds=one.holds,
            )
            for name, said in detail.provenance.items()
            for one in said
        ],
        history=[
            DecisionOut(who=h.who, at=h.at, what=h.what, why=h.why, rev=0) for h in detail.history
        ],
        sender=sender,
        trouble=detail.trouble,
    )
