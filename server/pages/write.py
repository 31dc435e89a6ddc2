"""Writes to an entry whose contact is not public; works without scripts."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from layers.notices import GIVES
from layers.offers import Offer
from server.accounts.csrf import Form, read_form
from server.asked import address
from server.contact import contact_of
from server.mail import has_mail
from server.notices import Shown, notices_shown
from server.offer_address import offer_path
from server.regions import regions_of
from server.relay import (
    CLIENT_AN_HOUR,
    ENTRY_A_DAY,
    LONGEST_NAME,
    LONGEST_TEXT,
    TRAP,
    Draft,
    Writers,
    can_be_written_to,
    pass_on,
    read_draft,
)
from server.sentences import label
from server.settings import LANGUAGES
from server.shell import PageRoute, error_page, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)
FilledForm = Annotated[Form, Depends(read_form)]


@router.get("/r/{region}/offers/{offer}/write")
def write_page(request: Request, region: str, offer: str, notice: str = "") -> Response:
    """Show the form, or say why nothing can be sent."""
    return _page(request, region, offer, Draft(), notice)


@router.post("/r/{region}/offers/{offer}/write")
def write(request: Request, region: str, offer: str, form: FilledForm) -> Response:
    """Pass a letter on."""
    texts = texts_for(request)
    notice = form.get("notice", "")
    if not can_be_written_to(request, region, offer):
        return _page(request, region, offer, Draft(), notice)
    draft = read_draft(form, texts)
    if draft.faults:
        return _page(request, region, offer, draft, notice)
    entry, shown = _asked(request, region, offer, notice, texts)
    if form.get(TRAP):  # a program: it learns nothing, and nobody gets anything
        return _sent(request, region, entry)
    writers: Writers = request.app.state.writers
    if wait_s := writers.wait_s(request.scope):
        page = error_page(
            request,
            HTTPStatus.TOO_MANY_REQUESTS,
            heading=texts.gettext("That were many messages"),
            explanation=texts.gettext(
                "So that nobody is flooded, {n} messages an hour can be sent from one connection. "
                "Your message was not sent; please try again later.",
                n=CLIENT_AN_HOUR,
            ),
        )
        page.headers["Retry-After"] = str(ceil(wait_s))
        return page
    if not pass_on(request, region, entry, draft, about=_about(shown, texts)):
        return error_page(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            heading=texts.gettext("Your message was not sent"),
            explanation=texts.gettext(
                "Either this entry has had its {n} messages of today, or nothing can be sent at "
                "the moment. Please try again tomorrow.",
                n=ENTRY_A_DAY,
            ),
        )
    return _sent(request, region, entry)


def _sent(request: Request, region: str, entry: Offer) -> Response:
    chosen = request.query_params.get("lang")
    kept = {"lang": chosen} if chosen in LANGUAGES else {}
    target = address(f"{offer_path(region, entry.id)}/write", {"sent": "1", **kept})
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def _page(request: Request, region: str, offer: str, draft: Draft, notice: str) -> Response:
    texts = texts_for(request)
    entry, shown = _asked(request, region, offer, notice, texts)
    atlas = regions_of(request).open(region)
    page = render(
        request,
        "write.html",
        status=HTTPStatus.BAD_REQUEST if draft.faults else HTTPStatus.OK,
        region=atlas.region,
        name=entry.name or label(texts, atlas.taxonomy.category(entry.categories[0])),
        path=offer_path(region, entry.id),
        email=entry.email,
        about=_about(shown, texts),
        notice=shown.key if shown else "",
        draft=draft,
        is_sent=request.query_params.get("sent") == "1",
        has_mail=has_mail(request.app.state.settings),
        is_possible=can_be_written_to(request, region, entry.id),
        contact=contact_of(request),
        longest_name=LONGEST_NAME,
        longest_text=LONGEST_TEXT,
        trap=TRAP,
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _asked(
    request: Request, region: str, offer: str, notice: str, texts: Texts
) -> tuple[Offer, Shown | None]:
    atlas = regions_of(request).open(region)
    entry = atlas.offers[atlas.offers.row(offer)]
    held = notices_shown(atlas, texts, offer_id=entry.id)
    return entry, next((shown for shown in held if shown.key == notice), None)


def _about(shown: Shown | None, texts: Texts) -> str:
    if shown is None:
        return ""
    said = "gives: {what}" if shown.kind == GIVES else "needs: {what}"
    return f"{shown.offer_name}, {texts.gettext(said, what=shown.what)}"
