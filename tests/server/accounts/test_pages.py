"""Signing in and out, one's own account, and what an admin does with those of others."""

import re

import pytest

from layers.accounts.audit import events
from layers.accounts.links import make_link
from layers.accounts.sessions import begin_session
from layers.accounts.users import set_enabled, set_password, user_of, users
from server.accounts.cookies import LOCAL, SECURE
from server.accounts.next_page import next_page
from tests.server.accounts.people import PASSWORD, person, send_form, sign_in, url_of, working
from tests.server.private_link import link_on, open_link

OLD_ONE = "the one before"


@pytest.fixture
def client(make_client, database):
    return make_client(database_url=url_of(database))


@pytest.fixture
def ada(database):
    account = person(database, "planner")
    set_password(database, account, PASSWORD, who="operator")
    return account


def post_sign_in(client, email, password, **more):
    data = {"email": email, "password": password, **more}
    return client.post("/sign-in?lang=en", data=data, follow_redirects=False)


def test_who_knows_the_password_is_signed_in_and_led_on(client, ada):
    answer = post_sign_in(client, " Planner@Example.org ", PASSWORD, next="/r/toy/planner?by=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/r/toy/planner?by=x")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{LOCAL}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=604800" in cookie
    assert ada.email in client.get("/account").text


def test_over_https_the_cookie_is_bound_to_the_host(database, ada, make_client):
    client = make_client(database_url=url_of(database), public_url="https://umkreis.example")
    cookie = post_sign_in(client, ada.email, PASSWORD).headers["set-cookie"]
    assert cookie.startswith(f"{SECURE}=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_from_elsewhere_nobody_signs_in_over_plain_http(client, ada):
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    page = client.get("/sign-in?lang=en", headers=elsewhere)
    assert "encrypted connection (https) only" in page.text
    assert 'type="password"' not in page.text
    sent = {"email": ada.email, "password": PASSWORD}
    answer = client.post("/sign-in", data=sent, headers=elsewhere, follow_redirects=False)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_in_takes_another_token_and_ends_the_one_before(client, database, ada):
    planted = begin_session(database, person(database, "moderator").id)
    client.cookies.set(LOCAL, planted)
    token = client.get("/account").text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = post_sign_in(client, ada.email, PASSWORD, csrf=token)
    assert planted not in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set(LOCAL, planted)
    assert client.get("/account", follow_redirects=False).status_code == 303


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("email", ["planner@example.org", "nobody@example.org", "", "ä" * 400])
def test_whatever_is_wrong_the_answer_is_the_same(client, email):
    answer = post_sign_in(client, email, "not the password")
    assert answer.status_code == 403
    assert "This address and password do not belong together." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_disabled_account_does_not_sign_in(client, database, ada):
    set_enabled(database, ada.id, is_enabled=False, who="operator")
    assert post_sign_in(client, ada.email, PASSWORD).status_code == 403


def test_the_sixth_try_waits_whatever_the_password(client, ada):
    tried = [post_sign_in(client, ada.email, "wrong wrong wrong").status_code for _ in range(5)]
    assert tried == [403] * 5
    answer = post_sign_in(client, ada.email, PASSWORD)
    assert answer.status_code == 429
    assert 890 <= int(answer.headers["retry-after"]) <= 900
    assert "Try again in 15 minutes." in answer.text


def test_without_any_account_signing_in_fails_and_makes_no_database(make_client, tmp_path):
    client = make_client(state_dir=tmp_path, regions=())
    assert post_sign_in(client, "a@b.example", "x" * 12).status_code == 403
    assert not (tmp_path / "register.sqlite").exists()


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/moderation?page=2", "/moderation?page=2"),
        ("", "/account"),
        ("https://other.example/", "/account"),
        ("//other.example/", "/account"),
        ("/\\other.example/", "/account"),
        ("/\t/other.example/", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/" + "a" * 3000, "/account"),
    ],
)
def test_nobody_is_led_to_another_site(wanted, given):
    assert next_page(wanted) == given


def test_signing_out_ends_the_session_and_the_cookie(client, database, ada):
    sign_in(client, database, ada)
    token = client.cookies[LOCAL]
    assert client.post("/sign-out", follow_redirects=False).status_code == 403
    answer = send_form(client, "/sign-out")
    assert answer.headers["location"] == "/sign-in?out=1"
    client.cookies.set(LOCAL, token)
    assert client.get("/account", follow_redirects=False).status_code == 303


def test_a_session_elsewhere_is_seen_and_ended(client, database, ada):
    sign_in(client, database, ada)
    elsewhere = begin_session(database, ada.id)
    page = client.get("/account?lang=en").text
    assert page.count("This device") == 1
    other = re.search(r'name="id" value="([^"]+)"', page)[1]
    stranger = working(lambda **_: client.__class__(client.app), database, "moderator")
    send_form(stranger, "/account/sessions/end", id=other)
    assert client.get("/account").text.count("/account/sessions/end") == 1
    send_form(client, "/account/sessions/end", id=other)
    assert "/account/sessions/end" not in client.get("/account").text
    client.cookies.set(LOCAL, elsewhere)
    assert client.get("/account", follow_redirects=False).status_code == 303


def test_a_token_is_shown_once_used_and_revoked(client, database, ada):
    sign_in(client, database, ada)
    made = send_form(client, "/account/tokens", name="QGIS <b>", scope="plan", days="30")
    token = re.search(r'value="(umk_[^"]+)"', made.text)[1]
    page = client.get("/account?lang=en").text
    assert token not in page
    assert "QGIS &lt;b&gt;" in page
    header = {"Authorization": f"Bearer {token}"}
    url = "/api/v1/regions/toy/scenarios/stored"
    other = type(client)(client.app)
    assert other.get(url, headers=header).status_code == 200
    send_form(client, "/account/tokens/revoke", prefix=token.split("_")[1])
    assert other.get(url, headers=header).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"scope": "moderate"}, {"scope": "admin"}, {"days": "0"}, {"days": "400"},
              {"days": "x"}, {"name": " "}],
)  # fmt: skip
def test_a_token_beyond_the_role_or_without_end_is_refused(client, database, ada, wrong):
    sign_in(client, database, ada)
    fields = {"name": "x", "scope": "plan", "days": "30", **wrong}
    answer = send_form(client, "/account/tokens", **fields)
    assert answer.status_code == 400
    assert "umk_" not in answer.text


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(client, database, ada):
    sign_in(client, database, ada)
    elsewhere = begin_session(database, ada.id)
    new = {"new": "ein ganz anderer Satz", "again": "ein ganz anderer Satz"}
    wrong = send_form(client, "/account/password", password=OLD_ONE, **new)
    assert wrong.status_code == 400
    right = send_form(client, "/account/password", password=PASSWORD, **new)
    assert right.headers["location"] == "/account?done=password"
    assert client.get("/account", follow_redirects=False).status_code == 200
    client.cookies.set(LOCAL, elsewhere)
    assert client.get("/account", follow_redirects=False).status_code == 303
    client.cookies.clear()
    assert post_sign_in(client, ada.email, PASSWORD).status_code == 403
    assert post_sign_in(client, ada.email, new["new"]).status_code == 303


def test_a_link_sets_a_password_once(client, database):
    account = person(database, "moderator")
    link = f"/set-password#{make_link(database, account.id, who='operator')}"
    path = open_link(client, link)
    page = client.get(path)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert account.email in page.text
    short = client.post(f"{path}?lang=en", data={"new": "kurz", "again": "kurz"})
    assert "12 to 256 characters; this one has 4" in short.text
    common = client.post(f"{path}?lang=en", data={"new": "passwort1234", "again": "passwort1234"})
    assert "guessed too soon" in common.text
    fields = {"new": PASSWORD, "again": PASSWORD}
    done = client.post(path, data=fields, follow_redirects=False)
    assert done.headers["location"] == "/account"
    assert client.get("/account").status_code == 200
    client.cookies.clear()
    assert client.get(path).status_code == 404
    assert client.post(path, data=fields).status_code == 404
    ended = client.post("/set-password?lang=en", data={"link": link})
    assert ended.status_code == 404
    assert "good once and for 24 hours" in ended.text


def test_an_admin_adds_an_account_and_hands_on_its_link(make_client, database):
    admin = working(make_client, database, "admin")
    fields = {"email": "Neu@Example.org", "role": "moderator", "region": "toy", "name": "Nele"}
    made = send_form(admin, "/account/users", page="/account/users", **fields)
    other = type(admin)(admin.app)
    assert other.get(open_link(other, link_on(made.text))).status_code == 200
    account = user_of(database, "neu@example.org").account
    assert (account.role, account.region, account.name) == ("moderator", "toy", "Nele")
    again = send_form(admin, "/account/users", page="/account/users", **fields)
    assert again.status_code == 400
    assert "has an account already" in again.text


def test_an_admin_changes_roles_and_disables_but_not_the_last_admin(make_client, database):
    admin = working(make_client, database, "admin")
    other = person(database, "moderator")
    send_form(admin, "/account/users/role", page="/account/users", id=other.id, role="planner")
    assert user_of(database, other.id).account.role == "planner"
    send_form(admin, "/account/users/state", page="/account/users", id=other.id, enabled="0")
    assert user_of(database, other.id).disabled_on
    own = user_of(database, "admin@example.org").account
    last = send_form(admin, "/account/users/state", page="/account/users", id=own.id, enabled="0")
    assert "last admin" in last.text
    assert [user.disabled_on for user in users(database) if user.account.role == "admin"] == [""]
    done = [event.what for event in events(database)]
    assert done[:2] == ["account disabled", "role changed"]


def test_the_footer_leads_to_sign_in_or_to_the_account(client, database, ada):
    assert 'href="/sign-in"' in client.get("/about").text
    sign_in(client, database, ada)
    assert 'href="/account"' in client.get("/about").text


def test_neither_metrics_nor_logs_name_people_or_secrets(make_client, database, ada, caplog):
    client = make_client(database_url=url_of(database), metrics="all", log_format="json")
    post_sign_in(client, ada.email, "wrong wrong wrong")
    answer = post_sign_in(client, ada.email, PASSWORD)
    secret = make_link(database, ada.id, who="operator")
    client.cookies.clear()
    client.get(open_link(client, f"/set-password#{secret}"))
    told = client.get("/metrics").text + caplog.text
    assert "/set-password/{key}" in told
    for hidden in (ada.email, secret, answer.cookies[LOCAL], PASSWORD):
        assert hidden not in told
