"""An offer's times as iCalendar, over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Query, Response

from layers.calendar import DEFAULT_WEEKS, MOST_WEEKS, calendar
from server.api import AtlasPath, api_router

ICALENDAR = "text/calendar"
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")

router = api_router()


@router.get(
    "/regions/{region}/offers/{offer}/calendar",
    response_class=Response,
    responses={200: {"content": {ICALENDAR: {}}}},
)
def get_calendar(
    atlas: AtlasPath,
    offer: str,
    weeks: Annotated[
        int, Query(ge=1, le=MOST_WEEKS, description="how many are written out")
    ] = DEFAULT_WEEKS,
    begin: Annotated[date | None, Query(alias="from", description="first day; else today")] = None,
    lang: Annotated[Literal["de", "en"], Query(description="of the kinds' names")] = "de",
) -> Response:
    """Give an offer's opening times and dates for calendar programs."""
    chosen = atlas.offers[atlas.offers.row(offer)]
    first_day = begin or datetime.now(UTC).astimezone(ZoneInfo(atlas.region.timezone)).date()
    text = calendar(atlas, chosen, first_day=first_day, weeks=weeks, language=lang)
    name = _NOT_IN_A_FILE_NAME.sub("-", chosen.id)
    return Response(
        text.encode(),
        media_type=f"{ICALENDAR}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"'},
    )
