"""The review desk for people: what waits, one thing of it, and what somebody says to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.desk.items import KINDS, DecidedError
from layers.errors import SubmissionError
from layers.submissions import review
from layers.submissions.content import LONGEST_NOTE, present_values
from layers.submissions.kept import WAITING, Sender, Submission
from layers.submissions.sending import ContentError
from server.accounts.csrf import CheckedForm, Form
from server.accounts.signed_in import Account, Moderator
from server.asked import address
from server.moderation.desk import Waiting, next_after, regions_for, today, waiting_for
from server.moderation.detail import detail_of
from server.moderation.doing import Said, do_it, undo_it
from server.moderation.lists import decisions_of, done_of, line_of
from server.moderation.shown import show
from server.moderation.words import (
    claim_reasons,
    kind_name,
    names_of,
    reasons,
    what_text,
    who_text,
)
from server.regions import regions_of
from server.settings import LANGUAGES
from server.shell import PageRoute, render, texts_for
from server.submissions.filled import Read, filled_of_values
from server.submissions.form_page import Task, answer, content_in, show_form
from server.submissions.stored import private, register_of
from server.submissions.words import moment_text
from server.texts import Texts, texts_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_PAGE: Final = 50
_FILTERS: Final = ("in", "kind")


@router.get("/moderation")
def queue_page(request: Request, account: Moderator) -> Response:
    """List what waits, or what was decided last."""
    texts = texts_for(request)
    filters = _filters(request, account)
    waiting = waiting_for(request, account, filters.get("in", ""))
    names = {region: regions_of(request).name(region) for region in regions_for(request, account)}
    items = waiting.of_kind(filters.get("kind", ""))
    start = _number(request.query_params.get("from", ""), len(items))
    is_decided = request.query_params.get("show") == "decided"
    page = render(
        request,
        "moderation.html",
        region=None,
        filters=filters,
        regions=names,
        unready=[names.get(region, region) for region in waiting.unready],
        counts=[(k, kind_name(texts, k), n) for k, n in waiting.counts().items()],
        total=len(waiting.items),
        found=len(items),
        start=start,
        more=start + _PAGE if start + _PAGE < len(items) else 0,
        length=_PAGE,
        items=[line_of(request, texts, item) for item in items[start : start + _PAGE]],
        several=len(names) > 1 and not filters.get("in"),
        is_decided=is_decided,
        decisions=decisions_of(request, texts, names) if is_decided else [],
        done=done_of(request, account, texts),
        at=request.query_params.get("at", ""),
    )
    return private(page)


@router.get("/moderation/{region}/{item}")
def item_page(
    request: Request, account: Moderator, region: str, item: str, into: str = ""
) -> Response:
    """Show one thing, what it would change, and what may be done with it."""
    return _show(request, account, region, item, into=into)


@router.post("/moderation/{region}/{item}")
def decide(
    request: Request, account: Moderator, region: str, item: str, form: CheckedForm
) -> Response:
    """Decide, and go on with what comes next; where somebody was first, say who."""
    texts = texts_for(request)
    atlas = regions_of(request).open(region)
    said = _said(request, atlas, item, form)
    if said.do == "reject" and item[:1] in ("s", "k") and not said.reason.strip():
        trouble = texts.gettext("Please say why: choose a reason, or write one.")
        return _show(request, account, region, item, into=said.into, trouble=trouble)
    return _decided(request, account, atlas, item, said)


@router.post("/moderation/{region}/{item}/undo")
def undo(
    request: Request,
    account: Moderator,
    region: str,
    item: str,
    form: CheckedForm,  # noqa: ARG001 (its token is checked)
) -> Response:
    """Take the last decision back."""
    atlas, texts = regions_of(request).open(region), texts_for(request)
    try:
        undo_it(request, account, atlas, item)
    except SubmissionError:
        trouble = texts.gettext(
            "This cannot be undone: nothing was decided, or the entry has been changed since."
        )
        return _show(request, account, region, item, trouble=trouble, status=HTTPStatus.CONFLICT)
    return _on(request, account, atlas, item, "undo", stays=True)


@router.get("/moderation/{region}/{item}/edit")
def edit_page(
    request: Request, account: Moderator, region: str, item: str, into: str = ""
) -> Response:
    """Show the form of suggestions with what was suggested."""
    task, given = _task(request, account, region, item, into)
    if given.state != WAITING:
        return _show(request, account, region, item)
    filled = filled_of_values({**task.present, **given.content})
    filled.ticks |= {"is_released"} if given.is_released else set()
    return private(show_form(request, task, filled))


@router.post("/moderation/{region}/{item}/edit")
def edit(
    request: Request,
    account: Moderator,
    region: str,
    item: str,
    form: CheckedForm,
    into: str = "",
) -> Response:
    """Answer with faults, the preview, or what comes after accepting what was changed."""
    task, given = _task(request, account, region, item, into)
    save = partial(_save, request, account, task, given, into)
    return private(answer(request, task, form, save))


def _save(
    request: Request,
    account: Account,
    task: Task,
    given: Submission,
    into: str,
    result: Read,
    _: Sender,
    is_released: bool,
) -> Response:
    if task.present:
        changed = content_in(task, result)
        # what the sender suggested and the desk took back stands as it does now
        edits = {name: result.values.get(name) for name in given.content} | changed
    else:
        edits = dict.fromkeys(given.content) | result.values
    said = Said(
        "accept",
        stamp=request.query_params.get("stamp", ""),
        into=into,
        edits=edits,
        is_released=is_released,
    )
    return _decided(request, account, task.atlas, given.id, said)


def _decided(request: Request, account: Account, atlas: Atlas, item: str, said: Said) -> Response:
    texts, region = texts_for(request), atlas.region.id
    try:
        do_it(request, account, atlas, item, said)
    except DecidedError as exc:
        trouble = _first(request, texts, atlas, exc)
        return _show(request, account, region, item, trouble=trouble, status=HTTPStatus.CONFLICT)
    except ContentError as exc:
        trouble = texts.gettext(
            "It cannot be accepted as it is; change it first: {faults}", faults=str(exc)
        )
        status = HTTPStatus.BAD_REQUEST
        return _show(request, account, region, item, into=said.into, trouble=trouble, status=status)
    except SubmissionError as exc:
        trouble = texts.gettext(
            "Nothing was decided: it has been changed since you looked at it, or cannot be done. "
            "This is how it stands now. ({why})",
            why=str(exc),
        )
        return _show(request, account, region, item, trouble=trouble, status=HTTPStatus.CONFLICT)
    return _on(request, account, atlas, item, said.do)


def _first(request: Request, texts: Texts, atlas: Atlas, exc: DecidedError) -> str:
    decision = exc.decision
    if decision is None:
        return texts.gettext(
            "Nothing was decided: it waits no more, what it was about has changed."
        )
    names = names_of(register_of(request).database)
    return texts.gettext(
        "Already decided by {who} on {when}: {what}. Nothing was done twice.",
        who=who_text(texts, decision.who, names),
        when=moment_text(texts, decision.at, atlas),
        what=what_text(texts, decision.what),
    )


def _said(request: Request, atlas: Atlas, item: str, form: Form) -> Said:
    """Read what a form says; ready reasons are in the language of whoever reads them."""
    do, _, keep = form.get("do", "").partition(":")
    ready = form.get("ready", "")
    language = texts_for(request).language
    if ready and item.startswith(("s", "k")):
        detail = detail_of(register_of(request), atlas, item, on=today())
        if detail.given is not None:
            language = detail.given.consent.language
        elif detail.keeper is not None:
            language = detail.keeper.language
    texts = texts_of(language if language in LANGUAGES else LANGUAGES[0])
    known = {**reasons(texts), **claim_reasons(texts)}
    parts = (known.get(ready, ""), form.get("reason", "").strip())
    return Said(
        do,
        stamp=form.get("stamp", ""),
        reason="\n".join(filter(None, parts))[:LONGEST_NOTE],
        into=form.get("into", ""),
        apart=tuple(form.getlist("apart")),
        keep=keep,
    )


def _show(
    request: Request,
    account: Account,
    region: str,
    item: str,
    *,
    into: str = "",
    trouble: str = "",
    status: HTTPStatus | None = None,
) -> Response:
    atlas = regions_of(request).open(region)
    filters = _filters(request, account)
    waiting = waiting_for(request, account, filters.get("in", ""))
    return show(
        request,
        atlas,
        item,
        filters=filters,
        waiting=Waiting(waiting.of_kind(filters.get("kind", ""))),
        into=into,
        trouble=trouble,
        status=status or (HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK),
    )


def _on(
    request: Request,
    account: Account,
    atlas: Atlas,
    item: str,
    do: str,
    *,
    stays: bool = False,
) -> Response:
    """Lead back to the queue, to what comes next."""
    filters = _filters(request, account)
    since = detail_of(register_of(request), atlas, item, on=today()).item.since
    waiting = waiting_for(request, account, filters.get("in", ""))
    items = waiting.of_kind(filters.get("kind", ""))
    following = next_after(items, since, item)
    at = item if stays else following.id if following else ""
    start = next((i for i, each in enumerate(items) if each.id == at), 0) // _PAGE * _PAGE
    told = {"did": do, "of": atlas.region.id, "item": item, "at": at}
    query = {**filters, **({"from": str(start)} if start else {}), **told, **_language(request)}
    target = f"{address('/moderation', query)}#{'next' if at else 'done'}"
    return private(RedirectResponse(target, HTTPStatus.SEE_OTHER))


def _task(
    request: Request, account: Account, region: str, item: str, into: str
) -> tuple[Task, Submission]:
    atlas, texts = regions_of(request).open(region), texts_for(request)
    given = review.submission(register_of(request), region, item)
    target = given.offer_id if given.is_correction else into
    present: Mapping[str, Any] = {}
    if target:
        present = present_values(atlas.offers[atlas.offers.row(target)])
    filters = _filters(request, account)
    path = f"/moderation/{atlas.region.id}/{item}"
    stamp = request.query_params.get("stamp", "") or str(given.edition)
    query = {**filters, "stamp": stamp, **({"into": into} if into else {})}
    task = Task(
        atlas,
        f"{path}/edit",
        path,
        texts.gettext("Change and accept"),
        texts.gettext("What you send is published at once, in the place of what was suggested."),
        texts.gettext("Accept it like this"),
        present,
        query,
        asks_sender=False,
        is_counted=False,
    )
    return task, given


def _filters(request: Request, account: Account) -> dict[str, str]:
    """
    Return what the queue is filtered by.

    Raises
    ------
    ParameterError
        If there is no such kind.
    UnknownRegionError
        If there is no such region, or not for this account.
    """
    given = {name: request.query_params.get(name, "") for name in _FILTERS}
    if given["kind"] not in ("", *KINDS):
        raise ParameterError(
            f"`kind` is {given['kind'][:40]!r}; it may be {', '.join(KINDS)}", parameter="kind"
        )
    if given["in"]:
        regions_of(request).folder(given["in"])
        if not account.works_in(given["in"]):
            raise ParameterError("`in` is a region of others", parameter="in")
    return {name: value for name, value in given.items() if value}


def _language(request: Request) -> dict[str, str]:
    chosen = request.query_params.get("lang")
    return {"lang": chosen} if chosen in LANGUAGES else {}


def _number(text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    return number // _PAGE * _PAGE if number < most else 0
