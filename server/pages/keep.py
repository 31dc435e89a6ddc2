"""
An initiative keeps its entry: it says that it is its own, proves it, and edits it by its link.

The link opens nothing before it is proven, by a code mailed to the entry's address or at the desk.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from layers.atlas import Atlas
from layers.errors import SubmissionError, UnknownOfferError, UnknownSubmissionError
from layers.notices import GIVES, NEEDS, Notice
from layers.submissions import keeping, own_words
from layers.submissions.keeping import ASKED, KEPT, Keeper
from layers.submissions.kept import Sender
from layers.submissions.sending import ContentError
from server.accounts.csrf import CheckedForm, Form
from server.link_pages import LinkRoute, add_opening, no_such_link
from server.mail import has_mail
from server.offer_address import offer_path
from server.private_links import KEPT_ENTRY
from server.regions import regions_of
from server.sentences import label
from server.shell import render, texts_for
from server.submissions.filled import TRAP, Read, filled_of_values
from server.submissions.form_page import Task, answer, show_form, too_many
from server.submissions.letters import mail_code, origin_of
from server.submissions.stored import private, register_of, wait_s
from server.submissions.words import CONSENT, consent_text, fault_texts, resource_names
from server.texts import Texts

MOST_DAYS = 366  # of a notice

router = APIRouter(route_class=LinkRoute, include_in_schema=False)
Token = Annotated[str, Depends(KEPT_ENTRY.token)]


def _is_good(request: Request, token: str) -> bool:
    try:
        keeping.keeper_of(register_of(request), token)
    except UnknownSubmissionError:
        return False
    return True


add_opening(router, KEPT_ENTRY, _is_good, trouble=no_such_link)


@router.get("/r/{region}/offers/{offer}/claim")
def claim_page(request: Request, region: str, offer: str) -> Response:
    """Show the form by which somebody says that an entry is their own."""
    return _claim_page(request, regions_of(request).open(region), offer, {}, {})


@router.post("/r/{region}/offers/{offer}/claim")
def claim(request: Request, region: str, offer: str, form: CheckedForm) -> Response:
    """Keep the request and lead to its link; mail a code where the entry has an address."""
    atlas, texts = regions_of(request).open(region), texts_for(request)
    filled = {name: form.get(name, "") for name in ("name", "email", "note")}
    if not form.get("consent"):
        faults = {"consent": texts.gettext("Without your agreement nothing can be sent.")}
        return _claim_page(request, atlas, offer, filled, faults)
    if form.get(TRAP):
        return _claim_page(request, atlas, offer, filled, {})
    if seconds := wait_s(request):
        return too_many(request, seconds)
    sender = Sender(filled["name"], filled["email"], texts.language, filled["note"])
    try:
        _, token = keeping.begin(register_of(request), atlas, offer, sender=sender, consent=CONSENT)
    except ContentError as exc:
        faults = {n.removeprefix("sender_"): t for n, t in fault_texts(texts, exc.faults).items()}
        return _claim_page(request, atlas, offer, filled, faults)
    return _to(request, token, new="1")


@router.get("/e/{key}")
def own_page(request: Request, token: Token) -> Response:
    """Show what a keeper's link opens."""
    return _own_page(request, token)


@router.post("/e/{key}")
def act(request: Request, form: CheckedForm, token: Token) -> Response:
    """Do what a button of the page says."""
    keeper, atlas = _opened(request, token)
    texts, register = texts_for(request), register_of(request)
    today = datetime.now(UTC).date()
    do = form.get("do", "")
    try:
        if do == "code":
            return _mail_code(request, atlas, keeper, token, texts)
        if do == "prove":
            keeping.prove(register, token, form.get("code", "")[:40])
        elif do == "confirm":
            own_words.confirm(register, atlas, token, on=today)
        elif do == "notice":
            own_words.post_notice(register, atlas, token, _notice(form, today, texts))
        elif do.startswith("drop-") and do[5:].isdecimal() and len(do) < 9:
            own_words.drop_notice(register, atlas, token, int(do[5:]))
        elif do == "renew":
            renewed = _to(request, keeping.renew(register, token), new="1")
            KEPT_ENTRY.forget(request, renewed, token)
            return renewed
        elif do == "give_up":
            keeping.give_up(register, token)
    except _WrongInputError as exc:
        return _own_page(request, token, trouble=str(exc))
    except SubmissionError:
        return _own_page(request, token, trouble=_trouble(do, texts))
    return _to(request, token, done=do.partition("-")[0])


@router.get("/e/{key}/edit")
def edit_page(request: Request, token: Token) -> Response:
    """Show the form with what the entry says, its private contacts among it."""
    keeper, atlas = _opened(request, token)
    if keeper.state != KEPT:
        return _to(request, token)
    task = _task(request, atlas, token)
    filled = filled_of_values(task.present)
    if own_words.releases_contacts(register_of(request), atlas, token):
        filled.ticks.add("is_released")
    return private(show_form(request, task, filled))


@router.post("/e/{key}/edit")
def edit(request: Request, form: CheckedForm, token: Token) -> Response:
    """Answer with the faults, the preview, or the published entry."""
    keeper, atlas = _opened(request, token)
    if keeper.state != KEPT:
        return _to(request, token)
    task = _task(request, atlas, token)
    return private(answer(request, task, form, partial(_save, request, atlas, token)))


class _WrongInputError(Exception):
    """What somebody typed is wrong; the message is for them."""


def _save(
    request: Request, atlas: Atlas, token: str, result: Read, _: Sender, is_released: bool
) -> Response:
    own_words.edit(register_of(request), atlas, token, result.values, is_released=is_released)
    return _to(request, token, done="edit")


def _mail_code(
    request: Request, atlas: Atlas, keeper: Keeper, token: str, texts: Texts
) -> Response:
    if not has_mail(request.app.state.settings):
        return _own_page(request, token, trouble=texts.gettext("No code can be mailed here."))
    to, code = keeping.code_for(register_of(request), atlas, token)
    name, _ = _entry(atlas, keeper.offer_id, texts)
    if not mail_code(request, to, code, name=name):
        return _own_page(request, token, trouble=texts.gettext("No code can be mailed here."))
    return _to(request, token, done="code")


def _notice(form: Form, today: date, texts: Texts) -> Notice:
    try:
        until = date.fromisoformat(form.get("until", ""))
    except ValueError:
        raise _WrongInputError(texts.gettext("Please give the last day of the notice.")) from None
    if not today <= until <= today + timedelta(days=MOST_DAYS):
        raise _WrongInputError(
            texts.gettext("The last day of a notice lies between today and a year from now.")
        )
    kind = NEEDS if form.get("kind") == NEEDS else GIVES
    return Notice(kind, form.get("resource", ""), until, form.get("text", "")[:1000])


def _trouble(do: str, texts: Texts) -> str:
    return {
        "code": texts.gettext(
            "No code was mailed: the entry has no e-mail address, or it got its codes of today. "
            "Those who check the entries see your request and can approve it."
        ),
        "prove": texts.gettext(
            "This is not the code, or it holds no more. Please look at it again, or let another "
            "one be mailed."
        ),
        "notice": texts.gettext("Please choose from the list what it gives or needs."),
    }.get(do, texts.gettext("This link cannot do that as things stand."))


def _task(request: Request, atlas: Atlas, token: str) -> Task:
    texts = texts_for(request)
    present = own_words.own_values(register_of(request), atlas, token)
    present.pop("notices", None)
    return Task(
        atlas,
        f"{KEPT_ENTRY.inside(token)}/edit",
        KEPT_ENTRY.inside(token),
        texts.gettext("Edit your entry"),
        texts.gettext("What you send is shown to everybody at once. You can change it again."),
        texts.gettext("Publish it"),
        present,
        asks_sender=False,
        is_counted=False,
    )


def _opened(request: Request, token: str) -> tuple[Keeper, Atlas]:
    keeper = keeping.keeper_of(register_of(request), token)
    return keeper, regions_of(request).open(keeper.region)


def _to(request: Request, token: str, **query: str) -> Response:
    return private(KEPT_ENTRY.lead(request, token, **query))


def _entry(atlas: Atlas, offer_id: str, texts: Texts) -> tuple[str, str]:
    """Return the name of an entry, and where it is shown; "" where it is not."""
    try:
        offer = atlas.offers[atlas.offers.row(offer_id)]
    except UnknownOfferError:
        return offer_id, ""
    kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
    return offer.name or kind, offer_path(atlas.region.id, offer.id)


def _claim_page(
    request: Request, atlas: Atlas, offer: str, filled: dict[str, str], faults: dict[str, str]
) -> Response:
    texts = texts_for(request)
    entry = atlas.offers[atlas.offers.row(offer)]
    name, path = _entry(atlas, entry.id, texts)
    page = render(
        request,
        "claim.html",
        status=HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK,
        region=atlas.region,
        name=name,
        path=path,
        filled={"name": "", "email": "", "note": "", **filled},
        faults=faults,
        has_mail=has_mail(request.app.state.settings),
        consent=consent_text(texts, keep_days=request.app.state.settings.keep_days),
        trap=TRAP,
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _own_page(request: Request, token: str, *, trouble: str = "") -> Response:
    keeper, atlas = _opened(request, token)
    texts, register = texts_for(request), register_of(request)
    name, path = _entry(atlas, keeper.offer_id, texts)
    is_kept = keeper.state == KEPT
    can_mail = (
        keeper.state == ASKED
        and has_mail(request.app.state.settings)
        and bool(keeping.address_of(register, atlas, keeper.offer_id))
    )
    page = render(
        request,
        "keep.html",
        status=HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK,
        region=atlas.region,
        keeper=keeper,
        name=name,
        path=path,
        here=KEPT_ENTRY.inside(token),
        link_url=KEPT_ENTRY.link(origin_of(request), token),
        is_new=request.query_params.get("new") == "1",
        done=_done(texts).get(request.query_params.get("done", ""), ""),
        trouble=trouble,
        can_mail=can_mail,
        notices=_notice_rows(request, atlas, token, texts) if is_kept else [],
        resources=resource_names(atlas, texts),
    )
    return private(page)


def _notice_rows(request: Request, atlas: Atlas, token: str, texts: Texts) -> list[dict[str, Any]]:
    known = {r.id: label(texts, r) for r in atlas.taxonomy.resources}

    def said(kind: str, what: str) -> str:
        if kind == GIVES:
            return texts.gettext("gives: {what}", what=what)
        return texts.gettext("needs: {what}", what=what)

    return [
        {
            "what": said(n["kind"], known.get(n["resource"], n["resource"])),
            "text": n.get("text", ""),
            "until": texts.iso_day(n["until"]),
        }
        for n in own_words.own_notices(register_of(request), atlas, token)
    ]


def _done(texts: Texts) -> dict[str, str]:
    return {
        "prove": texts.gettext("Thank you: it is proven that the entry is yours."),
        "confirm": texts.gettext("Thank you: noted that all of it still holds."),
        "edit": texts.gettext("Your entry is published as you wrote it."),
        "notice": texts.gettext("Your notice is published."),
        "drop": texts.gettext("The notice was taken back."),
        "code": texts.gettext("A code was mailed to the address of the entry."),
    }
