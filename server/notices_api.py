"""What is needed and given now in a region, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field

from server.api import AtlasPath, api_router
from server.models import Model
from server.notices import notices_shown
from server.texts import texts_of


class RegionNoticeOut(Model):
    """What an offer gives or needs for a while."""

    id: str = Field(description="the same as long as the notice's words are")
    kind: Literal["gives", "needs"]
    resource: str
    text: str = Field(description="in the words of who posted it; may be empty")
    until: date = Field(description="the last day on which it holds")
    offer: str = Field(description="id of the offer")
    name: str
    lon: float
    lat: float


class RegionNoticesOut(Model):
    """Notices that hold today, the one that ends first before the others."""

    region: str
    notices: list[RegionNoticeOut]
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/notices", response_model=RegionNoticesOut)
def list_notices(
    atlas: AtlasPath,
    kind: Annotated[Literal["gives", "needs"] | None, Query(description="else both")] = None,
    resource: Annotated[str, Query(description="id of a resource; else all")] = "",
    district: Annotated[str, Query(description="id or name of an area; else all")] = "",
) -> Response:
    """List what offers of a region need and give now."""
    found = notices_shown(
        atlas, texts_of("en"), kind=kind or "", resource=resource, district=district
    )
    out = RegionNoticesOut(
        region=atlas.region.id,
        notices=[
            RegionNoticeOut(
                id=shown.key,
                kind="gives" if shown.kind == "gives" else "needs",
                resource=shown.resource,
                text=shown.text,
                until=shown.until,
                offer=shown.offer.id,
                name=shown.offer.name,
                lon=round(shown.offer.lon, 7),
                lat=round(shown.offer.lat, 7),
            )
            for shown in found
        ],
        attributions=list(atlas.region.attributions),
    )
    return Response(out.model_dump_json(), media_type="application/json")
