"""The page at which a private link is opened, by its script or by pasting it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.accounts.csrf import CheckedForm
from server.private_links import LinkClosedError, Links, pasted
from server.shell import PageRoute, render, texts_for
from server.submissions.stored import private
from server.texts import Texts


class LinkRoute(PageRoute):
    """A route behind a private link: whoever has not opened it is asked to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what answers the route."""
        answer = super().get_route_handler()

        async def answer_or_ask(request: Request) -> Response:
            try:
                return await answer(request)
            except LinkClosedError as exc:
                trouble = texts_for(request).gettext(
                    "This page opens by its private link alone. Please open the link again, for "
                    "example from your e-mail."
                )
                return _page(request, exc.links, trouble)

        return answer_or_ask


def add_opening(
    router: APIRouter,
    links: Links,
    is_good: Callable[[Request, str], bool],
    *,
    trouble: Callable[[Texts], str],
) -> None:
    """
    Add the page at which links are opened, and what takes its form.

    Parameters
    ----------
    router
        Gets both routes.
    links
        Which ones.
    is_good
        Tells whether a token opens anything.
    trouble
        What is said to whoever sends one that does not.
    """

    @router.get(links.path)
    def opening_page(request: Request) -> Response:
        """Ask for a link; the page's script fills it in and sends it."""
        return _page(request, links)

    @router.post(links.path)
    def open_link(request: Request, form: CheckedForm) -> Response:
        """Lead to the page that a link opens."""
        token = pasted(form.get("link", ""))
        if not token or not is_good(request, token):
            return _page(request, links, trouble(texts_for(request)))
        return private(links.lead(request, token))


def no_such_link(texts: Texts) -> str:
    """Say that a link leads to nothing."""
    return texts.gettext(
        "This link leads nowhere: a part of it is missing, or it was renewed. Please copy it as a "
        "whole."
    )


def _page(request: Request, links: Links, trouble: str = "") -> Response:
    status = HTTPStatus.NOT_FOUND if trouble else HTTPStatus.OK
    page = private(
        render(
            request,
            "open_link.html",
            status=status,
            region=None,
            path=links.path,
            trouble=trouble,
        )
    )
    # its address holds no secret, and its form tells by its origin that it is ours
    page.headers["Referrer-Policy"] = "same-origin"
    return page
