"""People in reach of one offer by mode and limit, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from layers.atlas import Atlas
from layers.offer_reach import OfferReach, people_in_reach
from server import models
from server.api import AtlasPath, api_router


class LimitOut(models.Model):
    """Who reaches the offer within a limit."""

    minutes: float
    count: int | None = Field(
        description="people of the study area in tens, or residential buildings; null where fewer "
        "than 25 people, or where no street of this mode is near"
    )
    reaches_edge: bool = Field(
        description="a street leaves the data within the limit: more may come from beyond"
    )


class ModeReachOut(models.Model):
    """Who reaches the offer by one mode."""

    mode: str
    is_placed: bool = Field(description="whether a street of this mode is near the offer")
    limits: list[LimitOut]


class OfferReachOut(models.Model):
    """People in reach of an offer."""

    offer: str
    unit: Literal["residents", "buildings"]
    usual_mode: str = Field(description="of its primary category, as its limit")
    usual_minutes: float
    modes: list[ModeReachOut]
    window: str | None = Field(
        description="departures of mode transit, by whose median people count; null without it"
    )
    as_of: date
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/offers/{offer}/reach", response_model=OfferReachOut)
def get_offer_reach(atlas: AtlasPath, offer: str) -> OfferReachOut:
    """Count who reaches an offer by every mode within 5, 10, 15, 30 minutes and its usual limit."""
    return _out(atlas, people_in_reach(atlas, offer))


def _out(atlas: Atlas, reach: OfferReach) -> OfferReachOut:
    return OfferReachOut(
        offer=atlas.offers[reach.offer].id,
        unit=reach.unit,  # type: ignore[arg-type]
        usual_mode=reach.usual_mode,
        usual_minutes=reach.usual_min,
        modes=[
            ModeReachOut(
                mode=mode.mode,
                is_placed=mode.is_placed,
                limits=[
                    LimitOut(minutes=minutes, count=count, reaches_edge=is_cut)
                    for minutes, count, is_cut in zip(
                        reach.minutes, mode.counts, mode.is_cut, strict=True
                    )
                ],
            )
            for mode in reach.modes
        ],
        window=str(reach.window) if reach.window else None,
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )
