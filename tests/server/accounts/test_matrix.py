"""Role × route: every route of the app is asked by everybody; no cell is left open."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Route

from layers.accounts.account import ROLES
from server.accounts.denials import Denial
from server.app import create_app
from server.cross_origin import changes_nothing
from server.settings import Settings, default_data_dir
from tests.server.accounts.matrix import ALLOWED, EVERYBODY, ROWS, WITHOUT_SESSION
from tests.server.accounts.people import bearer, csrf_header, database_at, person, sign_in, url_of

EVERYONE = ("anonymous", *ROLES)
_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
_DETAILS = {why.detail for why in Denial}
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def routes_of(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, HEAD and OPTIONS left out, which follow from GET."""
    for route in routes:
        if isinstance(route, Route):
            yield from ((m, route.path) for m in (route.methods or set()) - {"HEAD", "OPTIONS"})


@cache
def all_routes() -> list[tuple[str, str]]:
    app = create_app(Settings(data_dir=default_data_dir(), state_dir=default_data_dir()))
    return sorted(set(routes_of(flat(app))))


def flat(app: FastAPI) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    waiting: list[BaseRoute] = list(app.routes)
    while waiting:
        route = waiting.pop()
        found.append(route)
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if not isinstance(route, Route) and inner is not None:
            waiting += inner.routes
    return found


def filled(path: str) -> str:
    """An address of a route in the toy region, of things that are not there."""
    return _PLACE.sub(lambda m: "toy" if m[1] == "region" else "none", path)


def changes(method: str, path: str) -> bool:
    return not changes_nothing(method, filled(path))


def expected(method: str, path: str) -> str:
    """Who may use a route; what changes something must stand in the table."""
    row = ROWS.get((method, path))
    if row is None and changes(method, path):
        pytest.fail(
            f"{method} {path} changes something and is in no row: say in "
            "tests/server/accounts/matrix.py who may use it, and let the route demand it "
            "(server.accounts.signed_in)"
        )
    return row or EVERYBODY


@pytest.fixture(scope="module")
def clients(toy_settings, tmp_path_factory) -> Iterator[dict[str, TestClient]]:
    """A client of each role, and one of nobody."""
    database = database_at(tmp_path_factory.mktemp("matrix"))
    settings = replace(
        toy_settings, database_url=url_of(database), requests_per_minute=0, analyses_per_minute=0
    )
    app = create_app(settings)
    made = {who: TestClient(app, raise_server_exceptions=False) for who in EVERYONE}
    for role in ROLES:
        sign_in(made[role], database, person(database, role))
    made["elsewhere"] = TestClient(app, raise_server_exceptions=False)
    sign_in(made["elsewhere"], database, person(database, "admin", region="elsewhere"))
    made["reader"] = TestClient(app, raise_server_exceptions=False)
    reader = person(database, "admin", region="toy")
    made["reader"].headers.update(bearer(database, reader, "read"))
    yield made
    database.close()


def ask(client, method, path, headers=None):
    is_api = path.startswith(("/api/", "/ogc"))
    body = {"content": "{}" if is_api else "", "headers": headers or {}}
    if method == "GET":
        body.pop("content")
    else:
        kind = {"content-type": "application/json"} if is_api else _FORM
        body["headers"] = {**kind, **body["headers"]}
    return client.request(method, filled(path), follow_redirects=False, **body)


def denial(answer) -> str:
    """How a request was refused for who asked it, "" where it was not."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="):
        return "sign in"
    if answer.status_code == 303 and answer.headers["location"] == "/sign-in":
        return "sign in"
    kind = answer.headers.get("content-type", "")
    if answer.status_code in (401, 403) and kind == "application/problem+json":
        return str(answer.status_code) if answer.json()["detail"] in _DETAILS else ""
    return ""


@pytest.mark.parametrize(("method", "path"), all_routes())
def test_each_role_reaches_what_it_may_and_nothing_else(clients, method, path):
    row = expected(method, path)
    found, wanted = {}, {}
    for who in EVERYONE:
        client = clients[who]
        is_checked = who != "anonymous" and changes(method, path)
        headers = csrf_header(client) if is_checked else {}
        if path == "/sign-out":  # would end the session of the other rows
            continue
        found[who] = denial(ask(client, method, path, headers))
        refused = "401" if path.startswith("/api/") else "sign in"
        wanted[who] = "" if who in ALLOWED[row] else refused if who == "anonymous" else "403"
    assert found == wanted, (
        f"{method} {path} is for {row}, says tests/server/accounts/matrix.py: change its row "
        "there, or what the route demands (server.accounts.signed_in)"
    )


def test_the_table_names_no_route_that_is_not_there():
    assert set(ROWS) | WITHOUT_SESSION <= set(all_routes())
    assert len(all_routes()) > 60


GUARDED = [key for key in all_routes() if ROWS.get(key, EVERYBODY) != EVERYBODY]
CHANGING = [key for key in all_routes() if changes(*key)]


@pytest.mark.parametrize(("method", "path"), [key for key in GUARDED if "{region}" in key[1]])
def test_an_admin_of_another_region_reaches_nothing_of_this_one(clients, method, path):
    client = clients["elsewhere"]
    assert denial(ask(client, method, path, csrf_header(client))) == "403"


@pytest.mark.parametrize(
    ("method", "path"), [key for key in CHANGING if key in GUARDED and key[1].startswith("/api/")]
)
def test_a_token_that_may_read_changes_nothing(clients, method, path):
    assert denial(ask(clients["reader"], method, path)) == "403"


@pytest.mark.parametrize("who", ["anonymous", "admin"])
@pytest.mark.parametrize(
    "headers", [{"origin": "https://other.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_nothing_is_changed_from_another_site(clients, who, headers):
    for method, path in CHANGING:
        answer = ask(clients[who], method, path, headers)
        assert answer.status_code == 403, f"{method} {path}"
        assert answer.json()["detail"] == Denial.FOREIGN.detail


@pytest.mark.parametrize("sent", ["", "of a planner", "A" * 64])
def test_nothing_is_changed_with_a_token_of_another_session(clients, sent):
    others = csrf_header(clients["planner"])["x-csrf-token"]
    stale = others if sent == "of a planner" else sent
    for method, path in CHANGING:
        if (method, path) in WITHOUT_SESSION:
            continue
        answer = ask(clients["admin"], method, path, {"x-csrf-token": stale})
        assert denial(answer) == "403", (
            f"{method} {path} takes a stale CSRF token: let it read its form by "
            "server.accounts.csrf.CheckedForm or demand a role; if it looks at no session, name it "
            "in WITHOUT_SESSION of tests/server/accounts/matrix.py"
        )
