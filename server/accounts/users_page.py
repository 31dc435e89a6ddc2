"""The page on which admins see, add and change accounts."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from geo.errors import ParameterError
from layers.accounts.account import ROLES
from layers.accounts.audit import events
from layers.accounts.links import make_link
from layers.accounts.users import add_user, set_enabled, set_role, user_of, users
from server.accounts.account_page import time_words
from server.accounts.csrf import CheckedForm
from server.accounts.next_page import see_other
from server.accounts.role_words import event_name, role_name, who_name
from server.accounts.signed_in import Account, Admin, database_for
from server.private_links import PASSWORD
from server.public_address import public_base
from server.regions import regions_of
from server.shell import PageRoute, render, texts_for

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_EVENTS = 50


@router.get("/account/users")
def users_page(request: Request, account: Admin) -> Response:
    """List accounts, and what was done last."""
    return _page(request, account)


@router.post("/account/users")
def add_here(request: Request, account: Admin, form: CheckedForm) -> Response:
    """Add an account; the answer shows a link to set its password, once."""
    try:
        region = form.get("region", "")
        if region:
            regions_of(request).folder(region)
        added = add_user(
            database_for(request),
            form.get("email", ""),
            role=form.get("role", ""),
            name=form.get("name", ""),
            region=region,
            who=account.id,
        )
    except ParameterError as exc:
        return _page(request, account, fault=str(exc), status=HTTPStatus.BAD_REQUEST)
    return _with_link(request, account, added)


@router.post("/account/users/link")
def link_here(request: Request, account: Admin, form: CheckedForm) -> Response:
    """Make a link to set an account's password; the answer shows it, once."""
    return _with_link(request, account, user_of(database_for(request), form.get("id", "")).account)


@router.post("/account/users/role")
def role_here(request: Request, account: Admin, form: CheckedForm) -> Response:
    """Give an account another role."""
    database = database_for(request)
    try:
        other = user_of(database, form.get("id", "")).account
        set_role(database, other.id, form.get("role", ""), who=account.id)
    except ParameterError as exc:
        return _page(request, account, fault=str(exc), status=HTTPStatus.BAD_REQUEST)
    return see_other(request, "/account/users")


@router.post("/account/users/state")
def state_here(request: Request, account: Admin, form: CheckedForm) -> Response:
    """Disable an account, or enable it again."""
    database = database_for(request)
    try:
        other = user_of(database, form.get("id", "")).account
        is_enabled = form.get("enabled", "") == "1"
        set_enabled(database, other.id, is_enabled=is_enabled, who=account.id)
    except ParameterError as exc:
        return _page(request, account, fault=str(exc), status=HTTPStatus.BAD_REQUEST)
    return see_other(request, "/account/users")


def _with_link(request: Request, account: Account, other: Account) -> Response:
    secret = make_link(database_for(request), other.id, who=account.id)
    link = PASSWORD.link(public_base(request), secret)
    return _page(request, account, link=link, link_for=other.email, status=HTTPStatus.CREATED)


def _page(
    request: Request,
    account: Account,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    fault: str = "",
    link: str = "",
    link_for: str = "",
) -> Response:
    texts, database = texts_for(request), database_for(request)
    found = users(database)
    names = {each.account.id: each.account.email for each in found}
    answer = render(
        request,
        "users.html",
        status=status,
        region=None,
        users=[
            {
                "id": each.account.id,
                "email": each.account.email,
                "name": each.account.name,
                "role": each.account.role,
                "region": each.account.region or texts.gettext("all regions"),
                "has_password": each.has_password,
                "disabled": texts.iso_day(each.disabled_on) if each.disabled_on else "",
                "is_own": each.account.id == account.id,
            }
            for each in found
        ],
        roles=[(role, role_name(role, texts)) for role in ROLES],
        regions=[(i, regions_of(request).name(i)) for i in regions_of(request).folders()],
        events=[
            {
                "at": time_words(each.at, texts),
                "who": names.get(each.who) or who_name(each.who, texts),
                "what": event_name(each.what, texts),
                "about": names.get(each.about) or who_name(each.about, texts),
            }
            for each in events(database, limit=_EVENTS)
        ],
        fault=fault,
        new_link=link,
        link_for=link_for,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
