"""
Behind a sender's private link: what became of a suggestion, and changing or taking it back.

Whoever has the link may do so; its secret stands in no address, no log, and goes to no other site.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from layers.atlas import Atlas
from layers.errors import SubmissionError, UnknownOfferError, UnknownSubmissionError
from layers.submissions import sending
from layers.submissions.content import present_values
from layers.submissions.kept import ACCEPTED, WAITING, Sender, Submission
from server.accounts.csrf import CheckedForm
from server.link_pages import LinkRoute, add_opening, no_such_link
from server.mail import has_mail
from server.offer_address import offer_path
from server.private_links import SUGGESTED
from server.regions import regions_of
from server.sentences import label
from server.shell import render, texts_for
from server.submissions.filled import Filled, Read, filled_of_values
from server.submissions.form_page import Task, answer, show_form
from server.submissions.letters import origin_of
from server.submissions.stored import private, register_of
from server.submissions.words import hours_days, moment_text, state_text, step_text, value_rows

router = APIRouter(route_class=LinkRoute, include_in_schema=False)
Token = Annotated[str, Depends(SUGGESTED.token)]


def _is_good(request: Request, token: str) -> bool:
    try:
        sending.followed(register_of(request), token)
    except UnknownSubmissionError:
        return False
    return True


add_opening(router, SUGGESTED, _is_good, trouble=no_such_link)


@router.get("/s/{key}")
def submission_page(request: Request, token: Token) -> Response:
    """Show what became of a suggestion."""
    return _page(request, token)


@router.post("/s/{key}")
def act(request: Request, form: CheckedForm, token: Token) -> Response:
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


@router.get("/s/{key}/change")
def change_page(request: Request, token: Token) -> Response:
    """Show the form as it was sent."""
    task, given = _task(request, token)
    if given.state != WAITING:
        return _back(request, token)
    return private(show_form(request, task, _filled(task, given)))


@router.post("/s/{key}/change")
def change(request: Request, form: CheckedForm, token: Token) -> Response:
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
        f"{SUGGESTED.inside(token)}/change",
        SUGGESTED.inside(token),
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
    return private(SUGGESTED.lead(request, token))


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
        here=SUGGESTED.inside(token),
        link_url=SUGGESTED.link(origin_of(request), token),
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
