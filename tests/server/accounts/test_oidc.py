"""Signing in at another place: who left from here comes back, and only what it signed counts."""

import time
from urllib.parse import urlsplit

import httpx2
import pytest

from geo.errors import ParameterError
from layers.accounts.users import set_enabled, user_of, users
from server.accounts.cookies import LOCAL
from server.accounts.oidc import role_in
from server.accounts.oidc_provider import OidcError, Provider, is_safe_address
from server.settings import Settings
from tests.server.accounts.people import person, url_of
from tests.server.accounts.provider import (
    CLIENT,
    SECRET,
    MadeUpProvider,
    key_of,
    query_of,
    signed_with_a_shared_secret,
)


@pytest.fixture
def place(serve):
    made = MadeUpProvider()
    made.issuer = serve(made.app)
    return made


@pytest.fixture
def make(make_client, database, place, tmp_path):
    (tmp_path / "secret").write_text(f"{SECRET}\n")

    def client_of(**changed):
        return make_client(
            database_url=url_of(database),
            oidc_issuer=place.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret_file=str(tmp_path / "secret"),
            **changed,
        )

    return client_of


def leave(client, wanted="/account"):
    answer = client.get(f"/sign-in/oidc?next={wanted}", follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def come_back(client, there):
    """Go to the other place, as a browser does, and follow it back."""
    parts = urlsplit(httpx2.get(there).headers["location"])
    return client.get(f"{parts.path}?{parts.query}", follow_redirects=False)


def test_who_has_an_account_comes_in_by_a_checked_address_and_then_by_subject(
    make, database, place
):
    place.person["email"] = "Planner@Example.org"
    account = person(database, "planner")
    client = make()
    assert "account of your organisation" in client.get("/sign-in?lang=en").text
    there = leave(client, "/r/toy/planner")
    asked = query_of(there)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43
    answer = come_back(client, there)
    assert (answer.status_code, answer.headers["location"]) == (303, "/r/toy/planner")
    assert account.email in client.get("/account").text
    place.person["email"] = "new-name@example.org"
    other = make()
    assert come_back(other, leave(other)).status_code == 303
    assert account.email in other.get("/account").text


@pytest.mark.parametrize(
    "change", [{"email_verified": False}, {"email_verified": "true"}, {"email": "x@y.z"}]
)
def test_who_is_not_known_here_or_whose_address_is_not_checked_stays_out(
    make, database, place, change
):
    place.person |= {"email": "planner@example.org", **change}
    person(database, "planner")
    client = make()
    answer = come_back(client, leave(client))
    assert answer.status_code == 403
    assert LOCAL not in client.cookies
    assert len(users(database)) == 1


def test_an_address_that_another_subject_has_taken_is_nobody_elses(make, database, place):
    place.person["email"] = "planner@example.org"
    person(database, "planner")
    client = make()
    come_back(client, leave(client))
    place.person["sub"] = "somebody else"
    other = make()
    assert come_back(other, leave(other)).status_code == 403


def test_a_claim_of_roles_adds_accounts_and_changes_them(make, database, place):
    place.person |= {"groups": ["staff", "umkreis-planner"], "name": "Ada <b>"}
    client = make(oidc_role_claim="groups")
    assert come_back(client, leave(client)).status_code == 303
    account = user_of(database, "ada@example.org").account
    assert (account.role, account.name) == ("planner", "Ada <b>")
    place.person["groups"] = ["umkreis-moderator"]
    other = make(oidc_role_claim="groups")
    come_back(other, leave(other))
    assert user_of(database, account.id).account.role == "moderator"
    place.person["groups"] = ["staff"]
    assert come_back(other, leave(other)).status_code == 403
    set_enabled(database, account.id, is_enabled=False, who="operator")
    place.person["groups"] = "admin"
    assert come_back(other, leave(other)).status_code == 403


@pytest.mark.parametrize(
    ("told", "role"),
    [("planner", "planner"), (["umkreis-admin", "planner"], "admin"), (["x"], None), (None, None),
     ({"admin": 1}, None), ([["admin"]], None)],
)  # fmt: skip
def test_roles_are_read_from_a_claim(told, role):
    assert role_in(told) == role


SPOILT = [
    lambda c: {**c, "nonce": "other"},
    lambda c: {k: v for k, v in c.items() if k != "nonce"},
    lambda c: {**c, "iss": "https://other.example"},
    lambda c: {**c, "aud": "other"},
    lambda c: {**c, "aud": [CLIENT, "other"], "azp": "other"},
    lambda c: {**c, "exp": int(time.time()) - 120},
    lambda c: {**c, "iat": int(time.time()) + 3600},
    lambda c: {k: v for k, v in c.items() if k != "exp"},
    lambda c: {**c, "sub": ""},
    lambda c: {**c, "sub": 7},
]


def test_what_is_not_for_us_now_is_refused(make, database, place):
    place.person["email"] = "planner@example.org"
    person(database, "planner")
    client = make()
    for number, spoil in enumerate(SPOILT):
        place.spoil = spoil
        assert come_back(client, leave(client)).status_code == 400, number
    assert LOCAL not in client.cookies
    place.spoil = dict
    assert come_back(client, leave(client)).status_code == 303


def test_what_another_key_signed_or_none_is_refused(make, database, place):
    place.person["email"] = "planner@example.org"
    person(database, "planner")
    client = make()
    place.signed_with = key_of("other")
    assert come_back(client, leave(client)).status_code == 400
    # the public key as a shared secret: the oldest trick
    public = place.key.as_pem(private=False)
    place.sign = lambda claims: signed_with_a_shared_secret(claims, public)
    assert come_back(client, leave(client)).status_code == 400


def test_keys_may_change(make, database, place):
    place.person["email"] = "planner@example.org"
    person(database, "planner")
    client = make()
    come_back(client, leave(client))
    place.key = place.signed_with = key_of("2")
    place.header = {"alg": "RS256", "kid": "2"}
    assert come_back(client, leave(client)).status_code == 303


def test_nobody_comes_back_who_did_not_leave_from_here(make):
    client, other = make(), make()
    there = leave(client)
    assert come_back(other, there).status_code == 400
    leave(client)  # another secret waits now
    assert come_back(client, there).status_code == 400
    assert client.get("/sign-in/oidc/back?code=x&state=").status_code == 400
    assert client.get("/sign-in/oidc/back?iss=https://other.example").status_code == 400


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"authorization_endpoint": "http://203.0.113.9/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_place_that_says_what_is_not_safe_is_not_asked(make, place, metadata):
    place.metadata = metadata
    assert make().get("/sign-in/oidc", follow_redirects=False).status_code == 400


def test_a_place_that_does_not_answer_is_an_error_of_its_own():
    with pytest.raises(OidcError, match="does not answer"):
        Provider("http://127.0.0.1:9", "x").sign_in_url(back="", state="", nonce="", verifier="")


def test_without_a_place_there_is_nothing(client):
    assert client.get("/sign-in/oidc").status_code == 404
    assert "organisation" not in client.get("/sign-in?lang=en").text


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [("https://a.example/x", True), ("http://127.0.0.1:9/x", True), ("http://[::1]/", True),
     ("http://localhost", True), ("http://a.example", False), ("https://u@a.example", False),
     ("https://", False), ("file:///etc/passwd", False), ("http://localhost.a.example", False)],
)  # fmt: skip
def test_addresses_are_https_or_of_this_machine(address, is_safe):
    assert is_safe_address(address) is is_safe


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"UMKREIS_OIDC_ISSUER": "http://a.b", "UMKREIS_OIDC_CLIENT_ID": "x"}, "https://HOST"),
        ({"UMKREIS_OIDC_ISSUER": "https://a.example"}, "together"),
        ({"UMKREIS_OIDC_CLIENT_SECRET_FILE": "/no/such"}, "no such file"),
    ],
)
def test_settings_that_do_not_fit_are_refused(environ, reason):
    with pytest.raises(ParameterError, match=reason):
        Settings.from_env(environ)
