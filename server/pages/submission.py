"""
Behind a sender's private link: what became of a suggestion, and changing or taking it back.

Whoever has the link may do so; it stands in no log, and no other site is told of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from layers.atlas import Atlas
from layers.errors import SubmissionError, UnknownOfferError
from layers.submissions import sending
from layers.submissions.content import present_values
from layers.submissions.kept import ACCEPTED, WAITING, Sender, Submission
from server.accounts.csrf import CheckedForm
from server.asked import address
from server.mail import has_mail
from server.offer_address import offer_path
from server.regions import regions_of
from server.sentences import label
from server.settings import LANGUAGES
from server.shell import PageRoute, render, texts_for
from server.submissions.filled import Filled, Read, filled_of_values
from server.submissions.form_page import Task, answer, show_form
from server.submissions.letters import origin_of
from server.submissions.stored import private, register_of
from server.submissions.words import hours_days, moment_text, state_text, step_text, value_rows

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/s/{token}")
def submission_page(request: Request, token: str) -> Response:
    """Show what became of a suggestion."""
    return _page(request, token)


@router.post("/s/{token}")
def act(request: Request, token: str, form: CheckedForm) -> Response:
    """Take it back, or delete what tells of the sender."""
    register = register_of(request)
    do = form.get("do")
    try:
        if do == "withdraw":
            sending.withdraw(register, token)
        elif do == "forget":
            sending.forget_sender(register, token)
    except SubmissionError:
        pass  # the page shows that it was decided meanwhile
    return _back(request, token)


@router.get("/s/{token}/change")
def change_page(request: Request, token: str) -> Response:
    """Show the form as it was sent."""
    task, given = _task(request, token)
    if given.state != WAITING:
        return _back(request, token)
    return private(show_form(request, task, _filled(task, given)))


@router.post("/s/{token}/change")
def change(request: Request, token: str, form: CheckedForm) -> Response:
    """Answer with the faults, the preview, or the changed suggestion."""
    task, given = _task(request, token)
    if given.state != WAITING:
        return _back(request, token)
    return private(answer(request, task, form, partial(_save, request, token, task.atlas)))


def _save(
    request: Request, token: str, atlas: Atlas, result: Read, sender: Sender, is_released: bool
) -> Response:
    sending.change(
        register_of(request),
        atlas,
        token,
        result.values,
        sender=sender,
        is_released=is_released,
    )
    return _back(request, token)


def _task(request: Request, token: str) -> tuple[Task, Submission]:
    given, _ = sending.followed(register_of(request), token)
    atlas = regions_of(request).open(given.region)
    texts = texts_for(request)
    present: Mapping[str, Any] = {}
    if given.is_correction:
        present = present_values(atlas.offers[atlas.offers.row(given.offer_id)])
    task = Task(
        atlas,
        f"/s/{token}/change",
        f"/s/{token}",
        texts.gettext("Change your suggestion"),
        texts.gettext("It has not been checked yet. What you send now takes its place."),
        texts.gettext("Send the change"),
        present,
        is_counted=False,
    )
    return task, given


def _filled(task: Task, given: Submission) -> Filled:
    filled = filled_of_values({**task.present, **given.content})
    filled.texts |= {"sender_name": given.name, "sender_email": given.email, "note": given.note}
    filled.ticks |= {"consent"} | ({"is_released"} if given.is_released else set())
    return filled


def _back(request: Request, token: str) -> Response:
    chosen = request.query_params.get("lang")
    kept = {"lang": chosen} if chosen in LANGUAGES else {}
    return private(RedirectResponse(address(f"/s/{token}", kept), HTTPStatus.SEE_OTHER))


def _page(request: Request, token: str) -> Response:
    given, steps = sending.followed(register_of(request), token)
    atlas, texts = regions_of(request).open(given.region), texts_for(request)
    name, path, present = _entry(atlas, given, texts)
    is_whole = given.state == ACCEPTED or not given.is_correction
    page = render(
        request,
        "submission.html",
        region=atlas.region,
        given=given,
        name=name,
        path=path,
        here=f"/s/{token}",
        link_url=f"{origin_of(request)}/s/{token}",
        is_new=request.query_params.get("new") == "1",
        is_mailed=bool(given.email) and has_mail(request.app.state.settings),
        state=state_text(texts, given.state),
        rows=value_rows(atlas, texts, given.content, None if is_whole else present),
        days=hours_days(atlas, texts, given.content.get("opening_hours") or ""),
        steps=[(moment_text(texts, s.at, atlas), step_text(texts, s.what)) for s in steps],
    )
    return private(page)


def _entry(atlas: Atlas, given: Submission, texts: Any) -> tuple[str, str, Mapping[str, Any]]:
    """Return the name of what it is of, where it is shown, and what it says now."""
    if given.offer_id:
        try:
            offer = atlas.offers[atlas.offers.row(given.offer_id)]
        except UnknownOfferError:
            return given.title or given.offer_id, "", {}
        kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
        path = offer_path(atlas.region.id, offer.id)
        return offer.name or kind, path, present_values(offer)
    return given.title or texts.gettext("Your suggestion"), "", {}
