"""Routes that demand a role are reached by that role alone, and by nobody through another site."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient

from layers.accounts.account import ROLES
from layers.accounts.sessions import account_of_session, begin_session
from layers.accounts.times import now_utc
from layers.accounts.users import set_enabled
from server.accounts.cookies import LOCAL, SECURE
from server.accounts.csrf import CheckedForm, form_token, is_token_of
from server.accounts.signed_in import Admin, Moderator, Planner, account_of
from server.app import create_app
from tests.server.accounts.people import bearer, person, sign_in, url_of

router = APIRouter()


@router.get("/desk")
@router.post("/desk")
def desk(account: Moderator) -> str:
    return account.role


@router.get("/api/v1/desk")
@router.post("/api/v1/desk")
def api_desk(account: Moderator) -> str:
    return account.role


@router.get("/api/v1/regions/{region}/plans")
def plans(region: str, account: Planner) -> str:
    return f"{region} {account.role}"


@router.get("/api/v1/all")
def for_admins(account: Admin) -> str:
    return account.role


@router.get("/who")
def who(request: Request) -> dict[str, str]:
    account = account_of(request)
    return {"role": account.role if account else "", "token": form_token(request)}


@router.post("/suggest")
def suggest(form: CheckedForm) -> str:
    return form.get("name", "")


@pytest.fixture
def client(toy_settings, database):
    app = create_app(replace(toy_settings, database_url=url_of(database)))
    app.include_router(router)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def moderator(client, database):
    return sign_in(client, database, person(database, "moderator"))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_its_own_routes_and_an_admin_all(client, database, role):
    sign_in(client, database, person(database, role))
    allowed = {"moderator": (200, 403, 403), "planner": (403, 200, 403), "admin": (200, 200, 200)}
    paths = ("/api/v1/desk", "/api/v1/regions/toy/plans", "/api/v1/all")
    assert tuple(client.get(path).status_code for path in paths) == allowed[role]


def test_anonymous_visitors_of_pages_are_sent_to_sign_in_and_programs_told_401(client):
    page = client.get("/desk?at=Mo")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fdesk%3Fat%3DMo")
    assert client.post("/desk").headers["location"] == "/sign-in"
    answer = client.get("/api/v1/desk")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "needs an account" in answer.json()["detail"]


def test_an_account_of_one_region_may_nothing_in_another(client, database):
    sign_in(client, database, person(database, "planner", region="elsewhere"))
    assert client.get("/api/v1/regions/toy/plans").status_code == 403
    assert client.get("/api/v1/regions/elsewhere/plans").json() == "elsewhere planner"


def test_a_form_needs_the_token_of_its_session(moderator):
    token = moderator.get("/who").json()["token"]
    assert moderator.post("/desk").status_code == 403
    assert moderator.post("/desk", data={"csrf": "A" * 64}).status_code == 403
    assert moderator.post("/desk", data={"csrf": token}).json() == "moderator"
    assert moderator.post("/api/v1/desk").status_code == 403
    assert moderator.post("/api/v1/desk", headers={"x-csrf-token": token}).json() == "moderator"


def test_a_token_of_another_session_is_stale(moderator, database):
    token = moderator.get("/who").json()["token"]
    account = person(database, "admin")
    moderator.cookies.set(LOCAL, begin_session(database, account.id))
    answer = moderator.post("/desk", data={"csrf": token}, headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert (
        "This form is out of date"
        in moderator.post(
            "/desk?lang=en", data={"csrf": token}, headers={"accept": "text/html"}
        ).text
    )


def test_a_token_changes_with_each_page_and_belongs_to_one_session(moderator):
    first, second = (moderator.get("/who").json()["token"] for _ in range(2))
    session = moderator.cookies[LOCAL]
    assert first != second
    assert is_token_of(session, first)
    assert is_token_of(session, second)
    assert not is_token_of(session + "x", first)
    for broken in ("", "ä", first[:-4], first + "AAAA", "=" * 64):
        assert not is_token_of(session, broken)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://other.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.other.example"},
        {"Origin": "https://testserver"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://other.example"},
    ],
)
def test_what_another_site_sends_changes_nothing(moderator, headers):
    token = moderator.get("/who").json()["token"]
    assert moderator.post("/desk", data={"csrf": token}, headers=headers).status_code == 403
    moderator.cookies.clear()
    refused = moderator.post("/suggest", data={"name": "Ada"}, headers=headers)
    assert refused.status_code == 403
    assert "another site" in refused.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://testserver"},
    ],
)
def test_our_own_pages_may_change_things(client, headers):
    answer = client.post("/suggest", data={"name": "Café Ähre"}, headers=headers)
    assert answer.json() == "Café Ähre"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"name=%FF", "application/x-www-form-urlencoded", "cannot be read"),
        (b"name=\xff", "application/x-www-form-urlencoded", "cannot be read"),
        (b"a&" * 501, "application/x-www-form-urlencoded", "at most 500"),
        (b"name=%00", "application/x-www-form-urlencoded", "no text has"),
        (b'{"name": 1}', "application/json", "is no form"),
    ],
)
def test_what_is_no_form_is_refused(client, body, kind, reason):
    answer = client.post("/suggest", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]


def test_a_token_of_a_program_counts_for_the_interface_alone(client, database):
    header = bearer(database, person(database, "moderator"), "moderate")
    assert client.post("/api/v1/desk", headers=header).json() == "moderator"
    assert client.get("/desk", headers=header).status_code == 303
    query = header["Authorization"].removeprefix("Bearer ")
    assert client.get(f"/api/v1/desk?access_token={query}").status_code == 401


def test_a_reading_token_reads_and_changes_nothing(client, database):
    header = bearer(database, person(database, "moderator"), "read")
    assert client.get("/api/v1/desk", headers=header).json() == "moderator"
    refused = client.post("/api/v1/desk", headers=header)
    assert (refused.status_code, refused.json()["detail"]) == (403, "this token may only read")


def test_a_token_carries_no_more_than_it_says(client, database):
    header = bearer(database, person(database, "admin"), "plan")
    assert client.get("/api/v1/regions/toy/plans", headers=header).json() == "toy planner"
    assert client.get("/api/v1/desk", headers=header).status_code == 403
    assert client.get("/api/v1/all", headers=header).status_code == 403


def test_a_session_ends_when_its_account_is_disabled(client, database):
    account = person(database, "moderator")
    sign_in(client, database, account)
    assert client.get("/api/v1/desk").status_code == 200
    set_enabled(database, account.id, is_enabled=False, who="operator")
    assert client.get("/api/v1/desk").status_code == 401


@pytest.mark.parametrize(
    ("idle", "age", "is_known"),
    [(11.9, 11.9, True), (12.1, 12.1, False), (1, 167.9, True), (1, 168.1, False)],
)
def test_sessions_end_after_twelve_idle_hours_and_seven_days(database, idle, age, is_known):
    account = person(database, "planner")
    now = now_utc()
    token = begin_session(database, account.id, now=now - timedelta(hours=age))
    for hours in range(int(age), int(idle), -10):
        account_of_session(database, token, now=now - timedelta(hours=hours))
    account_of_session(database, token, now=now - timedelta(hours=idle))
    assert (account_of_session(database, token, now=now) is not None) is is_known


def test_over_https_only_the_host_cookie_counts(toy_settings, database):
    app = create_app(replace(toy_settings, database_url=url_of(database)))
    app.include_router(router)
    client = TestClient(app, base_url="https://testserver")
    token = begin_session(database, person(database, "admin").id)
    for name, role in ((LOCAL, ""), (SECURE, "admin")):
        assert client.get("/who", headers={"cookie": f"{name}={token}"}).json()["role"] == role


def test_answers_to_people_who_signed_in_are_kept_by_nobody_else(moderator):
    assert moderator.get("/api/v1/desk").headers["cache-control"] == "no-store"
    page = moderator.get("/about")
    assert page.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in page.headers["vary"]
