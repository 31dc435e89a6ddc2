"""
Answers that a program has already are not computed again (RFC 9110, clause 13).

What an answer under `/api/v1` or `/ogc` depends on is known before the work begins: the Atlas on
disk, the register's last change in that region, the day, the question, and our own code. The tag is
made of these, so that saying "not modified" costs no analysis. It is weak: bytes may differ
(compression, the time stamp that OGC API wants), the meaning does not.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from geo.errors import UmkreisError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from server.regions import Regions

API = "/api/v1/"
OGC = "/ogc"
_OF_REGION = f"{API}regions/"
_OF_COLLECTION = f"{OGC}/collections/"
# what programs fetch of a region outside the interface
_OF_PAGE = re.compile(r"/r/([^/]+)/(?:feed\.atom|qgis\.qgs|masterportal/(?:services|style)\.json)")
_VARIES = "Accept, Accept-Language"
_TAG_BYTES = 12
_CODE = ("*.py", "*.html", "*.po")


class Conditional:
    """ASGI middleware that gives answers a tag and says 304 to who has them already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once where nothing changed, else pass the request on and tag its answer."""
        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        if not is_asked or not _is_tagged(scope["path"]):
            await self.app(scope, receive, send)
            return
        regions: Regions = scope["app"].state.regions
        tag = await to_thread.run_sync(_tag, regions, scope)
        if tag is None:
            await self.app(scope, receive, send)
            return
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": _VARIES}
        if tag in _known_tags(scope):
            await Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)(
                scope, receive, send
            )
            return

        async def send_tagged(message: Message) -> None:
            # an answer from before the register was lost must not carry the tag of what is newer
            if (
                message["type"] == "http.response.start"
                and message["status"] == HTTPStatus.OK
                and regions.is_fresh
                and not _is_personal(message)
            ):
                own = MutableHeaders(scope=message)
                own["ETag"] = tag
                own.setdefault("Cache-Control", "no-cache")
                own.add_vary_header(_VARIES)
            await send(message)

        await self.app(scope, receive, send_tagged)


def _is_tagged(path: str) -> bool:
    return path.startswith(API) or _is_ogc(path) or _OF_PAGE.fullmatch(path) is not None


def _is_personal(message: Message) -> bool:
    """Whether nobody may keep an answer, which then rests on more than a tag tells."""
    return "no-store" in Headers(raw=message["headers"]).get("cache-control", "")


def _is_ogc(path: str) -> bool:
    return path == OGC or path.startswith(f"{OGC}/")


def _tag(regions: Regions, scope: Scope) -> str | None:
    """Return the tag of what a question will be answered with, None where it cannot be told."""
    try:
        versions = [regions.version(region) for region in _regions_asked(regions, scope["path"])]
    except UmkreisError:
        return None  # the route says why
    if None in versions:
        return None
    headers = Headers(scope=scope)
    settings = scope["app"].state.settings
    about = (
        *versions,
        code_version(),
        scope["path"],
        scope["query_string"].decode("latin-1"),
        *(headers.get(name, "") for name in ("host", "accept", "accept-language")),
        scope["scheme"],
        settings.public_url,
        settings.language,
    )
    digest = hashlib.sha256(repr(about).encode()).hexdigest()[: 2 * _TAG_BYTES]
    return f'W/"{digest}"'


def _regions_asked(regions: Regions, path: str) -> list[str]:
    if path.startswith(_OF_REGION):
        return [path.removeprefix(_OF_REGION).partition("/")[0]]
    if (page := _OF_PAGE.fullmatch(path)) is not None:
        return [page[1]]
    if path.startswith(_OF_COLLECTION):
        return [path.removeprefix(_OF_COLLECTION).partition("/")[0].partition(".")[0]]
    return [known for known in regions.folders() if regions.atlas_path(known).is_dir()]


def _known_tags(scope: Scope) -> set[str]:
    """Return the tags that a request names; they compare weakly (RFC 9110, clause 13.1.2)."""
    listed = ",".join(Headers(scope=scope).getlist("if-none-match"))
    return {f"W/{tag.strip().removeprefix('W/')}" for tag in listed.split(",")}


@cache
def code_version() -> str:
    """Return a checksum of our own code and texts; another version may answer otherwise."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in ("geo", "layers", "server"):
        for pattern in _CODE:
            for path in sorted((root / package).rglob(pattern)):
                digest.update(path.read_bytes())
    return digest.hexdigest()
