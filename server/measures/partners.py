"""Partners, supply chains, rooms and groups over HTTP and on the command line."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Literal

import click
from fastapi import Query
from pydantic import Field

from geo.disclosure import publish_singly
from geo.errors import ParameterError
from geo.network import MODES
from layers.atlas import Atlas
from layers.chains import Group, Room, Step, chains_of, rooms_and_groups
from layers.notices import Notice
from layers.partners import (
    MAX_PARTNERS,
    Match,
    Partner,
    Partners,
    Tie,
    goals_of,
    partners,
    residents_reaching_both,
)
from layers.tally import whole
from layers.timetable import TRANSIT
from server import models
from server.api import AtlasPath, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.sheet import NamedOut, named_out
from server.opened import open_region
from server.settings import LANGUAGES, Settings

ORDER = (
    "those that work together already by a link of the register; then partners with a notice in a "
    "match, by its end; then more matched resources, then more "
    "weak ones (which all give or need, and which make no match alone), then the shorter way"
)
StreetMode = Literal["walk", "stepfree", "bike", "car"]
_RideQuery = Annotated[
    Literal["walk", "stepfree", "bike", "car", "transit"] | None,
    Query(description="else that of the offer's primary category"),
]
_ModeQuery = Annotated[
    StreetMode | None, Query(description="walk, stepfree, bike or car; else the category's own")
]
_MinutesQuery = Annotated[
    float | None,
    Query(description="limit of travel, 0.001 to 240; else the larger reach of both"),
]


class OfferRef(models.Model):
    """An offer in short."""

    id: str
    name: str
    category: str
    lon: float
    lat: float


class NoticeOut(models.Model):
    """What is given or needed for a while."""

    kind: Literal["gives", "needs"]
    resource: str
    until: date
    text: str


class MatchOut(models.Model):
    """One reason to work together."""

    kind: Literal["needs", "gives"] = Field(
        description="needs: the offer needs what the partner gives; gives: the other way round"
    )
    resource: NamedOut
    weak: bool = Field(description="what all give or need: it only breaks ties")
    notices: list[NoticeOut]


class TieOut(models.Model):
    """A link by which two work together already."""

    kind: Literal["supplies", "uses_room_of", "member_of", "partner"]
    direction: Literal["to_partner", "from_partner"]


class PartnerOut(models.Model):
    """A possible partner with its reasons."""

    offer: OfferRef
    ties: list[TieOut] = Field(description="links of the register: they work together already")
    matches: list[MatchOut]
    travel_min: float
    distance_m: int | None = Field(description="null by public transport")
    limit_min: float = Field(description="the limit of this pair")
    residents_both: int | None = Field(
        description="people who reach both within it, in tens; null where fewer than are published"
    )
    goals: list[str] = Field(description="goals of the programme that its categories serve")
    shared_goals: list[str]


class StepOut(models.Model):
    """A step of a chain."""

    source: OfferRef
    resource: NamedOut
    target: OfferRef
    travel_min: float


class PartnersOut(models.Model):
    """The partners of an offer, in an order that is explained."""

    offer: OfferRef
    mode: str
    window: str | None = Field(
        description="departures of mode transit: the longer of the ways there and back counts"
    )
    minutes: float | None = Field(description="null: the larger default reach of both")
    order: str
    goals: list[NamedOut]
    notices: list[NoticeOut] = Field(description="its own, those that hold at the data's date")
    partners: list[PartnerOut]
    total: int = Field(description="partners before the list was cut")
    chains: list[list[StepOut]] = Field(description="supply chains over two steps, shortest first")
    as_of: date
    attributions: list[str]


class RoomOut(models.Model):
    """A room that is free by a notice or by stated free times."""

    offer: OfferRef
    free_times: str
    until: date | None


class RoomNearOut(models.Model):
    """A free room in reach of a group."""

    offer: OfferRef
    travel_min: float


class GroupOut(models.Model):
    """An offer that needs a room."""

    offer: OfferRef
    until: date | None
    rooms: list[RoomNearOut]


class RoomsOut(models.Model):
    """Free rooms, and groups without one."""

    mode: str
    minutes: float | None
    rooms: list[RoomOut]
    groups: list[GroupOut]
    as_of: date
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/partners", response_model=RoomsOut)
def list_rooms_and_groups(
    atlas: AtlasPath, mode: _ModeQuery = None, minutes: _MinutesQuery = None
) -> RoomsOut:
    """List free rooms, and groups that need one with the rooms in their reach."""
    return rooms_out(atlas, mode or "walk", minutes)


@router.get("/regions/{region}/partners/{offer}", response_model=PartnersOut)
def get_partners(
    atlas: AtlasPath,
    offer: str,
    mode: _RideQuery = None,
    minutes: _MinutesQuery = None,
    window: WindowQuery = None,
) -> PartnersOut:
    """List who nearby gives what an offer needs, or needs what it gives."""
    return partners_out(partners(atlas, offer, mode=mode, minutes=minutes, window=window))


def partners_out(found: Partners, *, most: int = MAX_PARTNERS) -> PartnersOut:
    """Write the partners of an offer, the first ones."""
    atlas = found.atlas
    offer = atlas.offers[found.offer]
    shown = found.partners[:most]
    both = publish_singly(
        residents_reaching_both(found, shown), smallest=atlas.population.smallest_published
    )
    goals = goals_of(atlas, offer)
    return PartnersOut(
        offer=_ref(atlas, found.offer),
        mode=found.mode,
        window=str(found.window) if found.window else None,
        minutes=found.minutes,
        order=ORDER,
        goals=[named_out(goal) for goal in atlas.taxonomy.impacts if goal.id in goals],
        notices=[_notice(n) for n in offer.notices if n.until >= atlas.region.as_of],
        partners=[
            _partner(atlas, partner, whole(float(people)), goals)
            for partner, people in zip(shown, both, strict=True)
        ],
        total=len(found.partners),
        chains=[[_step(atlas, step) for step in chain] for chain in chains_of(found)],
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def _partner(
    atlas: Atlas, partner: Partner, residents: int | None, goals: tuple[str, ...]
) -> PartnerOut:
    theirs = goals_of(atlas, atlas.offers[partner.offer])
    return PartnerOut(
        offer=_ref(atlas, partner.offer),
        ties=[_tie(tie) for tie in partner.ties],
        matches=[_match(atlas, match) for match in partner.matches],
        travel_min=round(partner.travel_s / 60, 1),
        distance_m=None if math.isnan(partner.distance_m) else round(partner.distance_m),
        limit_min=partner.limit_s / 60,
        residents_both=residents,
        goals=list(theirs),
        shared_goals=[goal for goal in goals if goal in theirs],
    )


def _tie(tie: Tie) -> TieOut:
    return TieOut(
        kind=tie.kind,  # type: ignore[arg-type]
        direction="to_partner" if tie.is_own else "from_partner",
    )


def _match(atlas: Atlas, match: Match) -> MatchOut:
    return MatchOut(
        kind=match.kind,  # type: ignore[arg-type]
        resource=_resource(atlas, match.resource),
        weak=match.weak,
        notices=[_notice(notice) for notice in match.notices],
    )


def _notice(notice: Notice) -> NoticeOut:
    return NoticeOut(
        kind=notice.kind,  # type: ignore[arg-type]
        resource=notice.resource,
        until=notice.until,
        text=notice.text,
    )


def _resource(atlas: Atlas, resource_id: str) -> NamedOut:
    return next(named_out(r) for r in atlas.taxonomy.resources if r.id == resource_id)


def _step(atlas: Atlas, step: Step) -> StepOut:
    return StepOut(
        source=_ref(atlas, step.source),
        resource=_resource(atlas, step.resource),
        target=_ref(atlas, step.target),
        travel_min=round(step.travel_s / 60, 1),
    )


def _ref(atlas: Atlas, row: int) -> OfferRef:
    offer = atlas.offers[row]
    return OfferRef(
        id=offer.id,
        name=offer.name,
        category=offer.categories[0],
        lon=round(offer.lon, 7),
        lat=round(offer.lat, 7),
    )


def rooms_out(atlas: Atlas, mode: str, minutes: float | None) -> RoomsOut:
    """Write free rooms and groups without one."""
    rooms, groups = rooms_and_groups(atlas, mode=mode, minutes=minutes)
    return RoomsOut(
        mode=mode,
        minutes=minutes,
        rooms=[_room(atlas, room) for room in rooms],
        groups=[_group(atlas, group) for group in groups],
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def _room(atlas: Atlas, room: Room) -> RoomOut:
    return RoomOut(offer=_ref(atlas, room.offer), free_times=room.free_times, until=room.until)


def _group(atlas: Atlas, group: Group) -> GroupOut:
    near = [
        RoomNearOut(offer=_ref(atlas, room), travel_min=round(travel_s / 60, 1))
        for room, travel_s in group.rooms
    ]
    return GroupOut(offer=_ref(atlas, group.offer), until=group.until, rooms=near)


@click.command("partners")
@click.argument("region")
@click.argument("offer", metavar="[OFFER_ID]", required=False)
@click.option(
    "--mode", type=click.Choice((*MODES, TRANSIT)), help="How people go; else the category's own."
)
@click.option(
    "--minutes", type=float, help="Limit of travel, 0.001 to 240; else the larger reach of both."
)
@WINDOW
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")
def command(
    region: str,
    offer: str | None,
    mode: str | None,
    minutes: float | None,
    window: str | None,
    format_: str,
    lang: str | None,
) -> None:
    """Who nearby could work with an offer, and why; without one: free rooms and groups."""
    atlas = open_region(region)
    out: PartnersOut | RoomsOut
    if offer is None:
        if window is not None:
            raise ParameterError(
                "`--window` goes with an offer; name one, or leave it out", parameter="window"
            )
        out = rooms_out(atlas, mode or "walk", minutes)
    else:
        out = partners_out(partners(atlas, offer, mode=mode, minutes=minutes, window=window))
    if format_ == "json":
        click.echo(out.model_dump_json(indent=1))
        return
    language = lang or Settings.from_env().language
    lines = _rooms_table(out) if isinstance(out, RoomsOut) else _partners_table(out, language)
    click.echo("\n".join(lines))


def _partners_table(out: PartnersOut, language: str) -> list[str]:
    if not out.partners:
        return ["no partner within reach; try more minutes or another mode"]
    lines = [f"{out.offer.name or out.offer.id}, by {out.mode}", f"{'min':>5} {'both':>7}  partner"]
    for partner in out.partners:
        both = "-" if partner.residents_both is None else f"{partner.residents_both:,}"
        name = partner.offer.name or partner.offer.id
        lines.append(f"{partner.travel_min:5.1f} {both:>7}  {name}")
        ties = (f"{tie.kind} ({tie.direction.replace('_', ' ')})" for tie in partner.ties)
        lines += [f"{'':15}work together already: {tie}" for tie in ties]
        lines += [f"{'':15}{_reason(match, language)}" for match in partner.matches]
    if out.total > len(out.partners):
        lines.append(f"… and {out.total - len(out.partners)} more")
    lines += [f"chain: {_chain(chain, language)}" for chain in out.chains]
    return [*lines, f"order: {out.order}"]


def _reason(match: MatchOut, language: str) -> str:
    resource = match.resource.label.de if language == "de" else match.resource.label.en
    dated = "".join(f", until {n.until}: {n.text}".rstrip(": ") for n in match.notices)
    return f"{match.kind} {resource}{' (weak)' * match.weak}{dated}"


def _chain(chain: list[StepOut], language: str) -> str:
    names = [chain[0].source.name or chain[0].source.id]
    for step in chain:
        label = step.resource.label
        resource = label.de if language == "de" else label.en
        names.append(f"{resource} → {step.target.name or step.target.id}")
    return " → ".join(names)


def _rooms_table(out: RoomsOut) -> list[str]:
    lines = ["free rooms"]
    lines += [f"  {r.offer.name or r.offer.id}: {r.free_times or r.until}" for r in out.rooms]
    lines.append("groups that need a room")
    for group in out.groups:
        near = ", ".join(f"{r.offer.name or r.offer.id} ({r.travel_min} min)" for r in group.rooms)
        dated = f" until {group.until}" if group.until else ""
        lines.append(f"  {group.offer.name or group.offer.id}{dated}: {near or 'none in reach'}")
    return lines
