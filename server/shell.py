"""
What all pages have in common: their language, their templates, their policy, and how they fail.

Templates escape everything that is put into them. No page has a script or a style of its own
inside it, so the policy allows files of our own origin and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from itertools import islice
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from geo.errors import UmkreisError
from layers.errors import RegisterAwayError, UnknownNameError
from layers.question import MAX_METRES, MAX_MINUTES
from server.accounts.signed_in import Account, account_of
from server.asked import address
from server.base_map import RasterTiles
from server.errors import AGAIN_AFTER_S, status_of
from server.regions import regions_of
from server.rendering import templates
from server.settings import LANGUAGES
from server.texts import NAMES, Texts, choose_language, texts_of

_log = logging.getLogger(__name__)

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
_NOT_PAGES = (
    "/api/",
    "/ogc/",
    "/static/",
    "/tiles/",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
)
_MAPS_IN_FOOTER = 12


def policy_of(tiles: RasterTiles | None) -> str:
    """Return the policy of a page with a map: pictures of one more origin where one was chosen."""
    return POLICY if tiles is None else POLICY.replace("img-src", f"img-src {tiles.origin}")


def policy_with_style(style: str) -> str:
    """Return the policy with one style inside the page, named by its checksum, as the only one."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return POLICY.replace("style-src 'self'", f"style-src 'sha256-{digest}'")


def texts_for(request: Request) -> Texts:
    """Return the texts in the language that a visitor asks for."""
    return texts_of(
        choose_language(
            request.query_params.get("lang"),
            request.headers.get("accept-language", ""),
            request.app.state.settings.language,
        )
    )


def built_regions(request: Request) -> list[tuple[str, str]]:
    """List id and name of the regions that can be shown, also where files have changed since."""
    regions = regions_of(request)
    built = (i for i in regions.folders() if regions.atlas_path(i).is_dir())
    return [(i, regions.name(i)) for i in islice(built, _MAPS_IN_FOOTER)]


def render(
    request: Request,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    export_url: str = "",
    **context: Any,
) -> HTMLResponse:
    """
    Make a page.

    Parameters
    ----------
    request
        What it answers.
    template
        A file under `templates/`.
    status
        Of the answer.
    export_url
        Where the view's map is; without one the page lists the maps of all regions.
    context
        What the template needs.
    """
    texts = texts_for(request)
    chosen = request.query_params.get("lang")
    kept = {"lang": chosen} if chosen in LANGUAGES else {}

    def link(path: str, **parameters: str) -> str:
        return address(path, {**parameters, **kept})

    others = {k: v for k, v in request.query_params.items() if k != "lang"}
    page = (
        templates()
        .get_template(template)
        .render(
            texts=texts,
            _=texts.gettext,
            ngettext=texts.ngettext,
            link=link,
            kept_language=kept.get("lang", ""),
            language_links=[
                (code, NAMES[code], address(request.url.path, {**others, "lang": code}))
                for code in LANGUAGES
            ],
            export_url=export_url,
            map_links=[] if export_url else built_regions(request),
            base_map=request.app.state.settings.base_map,
            request=request,
            account=_shown_account(request),
            **context,
        )
    )
    return HTMLResponse(
        page,
        status,
        headers={
            "Content-Security-Policy": policy_of(request.app.state.settings.base_map),
            "Vary": "Accept-Language",
            "Cache-Control": "no-cache",
            "Content-Language": texts.language,
        },
    )


class PageRoute(APIRoute):
    """A route that answers every failure with a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what answers the route."""
        answer = super().get_route_handler()

        async def answer_or_explain(request: Request) -> Response:
            try:
                return await answer(request)
            except (RegisterAwayError, sa.exc.OperationalError) as exc:
                # without what the database says: it may name places and values
                _log.warning("the register is out of reach: %s", type(exc).__name__)
                return _register_away(request)
            except UmkreisError as exc:
                status = status_of(exc)
                if status is HTTPStatus.INTERNAL_SERVER_ERROR:
                    _log.error("unexpected failure", exc_info=exc)
                    return error_page(request, status)
                return error_page(request, status, exc)
            except HTTPException:
                raise
            except Exception as exc:  # noqa: BLE001 (the last net: logged, and a page for people)
                _log.error("unexpected failure", exc_info=exc)
                return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)

        return answer_or_explain


def _register_away(request: Request) -> Response:
    heading = texts_for(request).gettext("Something went wrong on our side")
    page = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, heading=heading)
    page.headers["Retry-After"] = AGAIN_AFTER_S
    return page


def _shown_account(request: Request) -> Account | None:
    """Return who has signed in; nobody while the register is away: pages go on without it."""
    try:
        return account_of(request)
    except (RegisterAwayError, sa.exc.OperationalError):
        return None


def install(app: FastAPI) -> None:
    """Make an app answer browsers with a page where there is nothing; programs get problem+json."""
    as_problem: Any = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def explain(request: Request, exc: HTTPException) -> Response:
        if wants_page(request):
            page = error_page(request, HTTPStatus(exc.status_code))
            page.headers.update(exc.headers or {})
            return page
        problem: Response = await as_problem(request, exc)
        return problem


def wants_page(request: Request) -> bool:
    """Whether a failure is told by a page: a browser asks, and for none of a program's answers."""
    is_page = not request.url.path.startswith(_NOT_PAGES)
    return is_page and "text/html" in request.headers.get("accept", "")


def error_page(
    request: Request,
    status: HTTPStatus,
    exc: Exception | None = None,
    *,
    heading: str = "",
    explanation: str = "",
) -> HTMLResponse:
    """Make a page that says what went wrong and how to go on."""
    texts = texts_for(request)
    return render(
        request,
        "error.html",
        status=status,
        code=int(status),
        heading=heading or _heading(status, texts),
        explanation=explanation or _explanation(exc, texts),
        detail="" if exc is None else str(exc),
        region=None,
    )


def _heading(status: HTTPStatus, texts: Texts) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return texts.gettext("This does not exist")
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return texts.gettext("This region is not ready yet")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return texts.gettext("This question cannot be answered")
    return texts.gettext("Something went wrong on our side")


def _explanation(exc: Exception | None, texts: Texts) -> str:
    parameter = getattr(exc, "parameter", "")
    known = {
        "category": texts.gettext("There is no such kind of offer. Choose one from the list."),
        "region": texts.gettext("No region of this name is served here."),
        "mode": texts.gettext(
            "The way to travel is not known. There are: on foot, step-free, bicycle, car and "
            "straight line."
        ),
        "minutes": texts.gettext(
            "The time must be a number above 0 and at most {most} minutes.",
            most=texts.number(MAX_MINUTES),
        ),
        "metres": texts.gettext(
            "The distance must be a number above 0 and at most {most} metres.",
            most=texts.number(MAX_METRES),
        ),
    }
    text = known.get(parameter, "")
    nearest = exc.nearest if isinstance(exc, UnknownNameError) else ()
    if nearest:
        text += " " + texts.gettext("Did you mean: {names}?", names=", ".join(nearest))
    return text
