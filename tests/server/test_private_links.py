"""Private links: their secret goes in a body and a cookie for one path, and in no address."""

from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.private_links import KEPT_ENTRY, LOCAL, PASSWORD, SECURE, SUGGESTED, pasted
from tests.server.private_link import link_on, open_link
from tests.server.submissions.conftest import (  # noqa: F401 (fixtures)
    app,
    client,
    form,
    send,
    settings,
)

TOKEN = "a" * 43


def test_a_link_keeps_its_token_behind_the_fragment():
    assert SUGGESTED.link("https://x.example", TOKEN) == f"https://x.example/s#{TOKEN}"
    assert PASSWORD.link("", TOKEN) == f"/set-password#{TOKEN}"


def test_a_key_tells_nothing_of_its_token_and_is_of_one_kind():
    keys = {links.key(TOKEN) for links in (SUGGESTED, KEPT_ENTRY, PASSWORD)}
    assert len(keys) == 3
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)
    assert SUGGESTED.inside(TOKEN) == f"/s/{SUGGESTED.key(TOKEN)}"


@pytest.mark.parametrize(
    "text", [TOKEN, f" {TOKEN}\r\n", f"#{TOKEN}", f"http://x/s?lang=de#{TOKEN}"]
)
def test_a_whole_link_may_be_pasted_or_its_end(text):
    assert pasted(text) == TOKEN


def test_a_link_opens_its_page_in_the_browser_that_opened_it_and_in_no_other(client, app, send):  # noqa: F811
    page = send()
    link = link_on(client.get(page).text)
    other = TestClient(app, headers={"accept": "text/html"}, follow_redirects=False)
    closed = other.get(f"{page}?lang=en")
    assert closed.status_code == 404
    assert "opens by its private link alone" in closed.text
    assert "Reparatur am Markt" not in closed.text
    nothing = other.get("/s/0123456789abcdef?lang=en")
    told = [answer.text.replace(page[3:], "") for answer in (closed, nothing)]
    assert told[0] == told[1].replace("0123456789abcdef", "")  # not whether there is one
    assert other.post(page, data={"do": "withdraw"}).status_code == 404
    assert open_link(other, link) == page
    assert "Reparatur am Markt" in other.get(page).text


def test_the_cookie_is_for_one_page_and_for_no_script(client, send):  # noqa: F811
    link = link_on(client.get(send()).text)
    answer = client.post("/s?lang=de", data={"link": link})
    token = link.partition("#")[2]
    assert answer.headers["location"] == f"{SUGGESTED.inside(token)}?lang=de"
    cookie = SimpleCookie(answer.headers["set-cookie"])[LOCAL]
    assert cookie.value == token
    assert cookie["path"] == SUGGESTED.inside(token)
    assert cookie["samesite"] == "strict"
    assert cookie["httponly"] is True
    assert not cookie["secure"]
    assert cookie["max-age"] == cookie["expires"] == cookie["domain"] == ""
    for header in ("cache-control", "x-robots-tag", "referrer-policy"):
        assert answer.headers[header] in ("no-store", "noindex, nofollow", "no-referrer")


def test_over_https_the_cookie_is_secure(settings, form):  # noqa: F811
    app = create_app(replace(settings, public_url="https://umkreis.example"))  # noqa: F811
    client = TestClient(app, base_url="https://umkreis.example", follow_redirects=False)  # noqa: F811
    sent = client.post("/r/toy/submit", data={**form, "do": "send"})
    cookie = SimpleCookie(sent.headers["set-cookie"])[SECURE]
    assert cookie["secure"] is True
    page = sent.headers["location"]
    assert client.get(page).status_code == 200
    client.cookies.clear()
    plain = {"cookie": f"{LOCAL}={cookie.value}"}
    assert client.get(page, headers=plain).status_code == 404


def test_a_token_at_the_page_of_another_opens_neither(client, send):  # noqa: F811
    first, second = send(), send(name="Eine andere")
    token = link_on(client.get(first).text).partition("#")[2]
    client.cookies.clear()
    cookie = {"cookie": f"{LOCAL}={token}"}
    assert client.get(second, headers=cookie).status_code == 404
    assert client.get(first.replace("/s/", "/e/"), headers=cookie).status_code == 404
    assert client.get(first, headers=cookie).status_code == 200


@pytest.mark.parametrize("path", ["/s", "/e", "/set-password"])
def test_a_wrong_link_gets_one_sentence_and_no_cookie(client, path):  # noqa: F811
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    for link in ("", "#", TOKEN, f"http://testserver{path}#{TOKEN}", "ä\u2028", "x" * 5_000):
        answer = client.post(path, data={"link": link})
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text
        assert TOKEN not in answer.text
        assert "set-cookie" not in answer.headers


def test_another_site_opens_no_link_here(client, send):  # noqa: F811
    link = link_on(client.get(send()).text)
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
    ):
        answer = client.post("/s", data={"link": link}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
