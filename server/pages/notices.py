"""What is needed and given now in a region: a list to look through, and to answer."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from layers.atlas import Atlas
from layers.notices import GIVES, NEEDS
from server.asked import address
from server.feeds import feed_url
from server.notices import Shown, notices_shown, resource_choices
from server.offer_address import offer_path
from server.regions import regions_of
from server.relay import can_be_written_to
from server.settings import LANGUAGES
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

_MOST = 200

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/notices")
def notices_page(
    request: Request, region: str, kind: str = "", resource: str = "", district: str = ""
) -> Response:
    """List notices that hold today."""
    atlas = regions_of(request).open(region)
    texts = texts_for(request)
    found = notices_shown(atlas, texts, kind=kind, resource=resource, district=district)
    chosen = request.query_params.get("lang")
    kept = {"lang": chosen} if chosen in LANGUAGES else {}
    return render(
        request,
        "notices.html",
        region=atlas.region,
        notices=[_row(request, atlas, shown, kept, texts) for shown in found[:_MOST]],
        total=len(found),
        left_out=max(len(found) - _MOST, 0),
        kind=kind,
        resource=resource,
        district=district,
        kinds=[(NEEDS, texts.gettext("needed")), (GIVES, texts.gettext("given"))],
        resources=resource_choices(atlas, texts),
        districts=_districts(atlas),
        feed_url=feed_url(atlas.region.id, language=texts.language),
        is_filtered=bool(kind or resource or district),
    )


def _row(
    request: Request, atlas: Atlas, shown: Shown, kept: dict[str, str], texts: Texts
) -> dict[str, object]:
    path = offer_path(atlas.region.id, shown.offer.id)
    subject = f"{shown.offer_name}: {shown.what}"
    mail = shown.offer.email
    if mail:
        answer_url = f"mailto:{quote(mail, safe='@')}?subject={quote(subject)}"
    elif can_be_written_to(request, atlas.region.id, shown.offer.id):
        answer_url = address(f"{path}/write", {"notice": shown.key, **kept})
    else:
        answer_url = ""
    return {
        "kind": shown.kind,
        "kind_name": texts.gettext("needed") if shown.kind == NEEDS else texts.gettext("given"),
        "resource": shown.resource_name,
        "what": shown.what,
        "until": texts.day(shown.until),
        "offer": shown.offer_name,
        "place": shown.offer.address,
        "url": address(path, kept),
        "answer_url": answer_url,
    }


def _districts(atlas: Atlas) -> list[tuple[str, str]]:
    areas = dict([*atlas.municipality_areas, *atlas.finest_areas])
    return sorted(areas.items(), key=lambda pair: pair[1].casefold())
