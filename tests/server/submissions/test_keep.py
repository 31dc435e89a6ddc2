"""An initiative keeps its entry: asked for on its page, proven, edited by a private link."""

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from layers.submissions import keeping, review
from server.app import create_app

BAKERY = "osm:n1001"
CLAIM = f"/r/toy/offers/{BAKERY}/claim"


@pytest.fixture
def mailed(monkeypatch):
    """Letters that would be sent."""
    letters = []
    monkeypatch.setattr(
        "server.submissions.letters.send",
        lambda _settings, *, to, subject, text: letters.append((to, subject, text)) or True,
    )
    return letters


@pytest.fixture
def mailing(settings):
    """A client of an installation with a mail server."""
    with_mail = replace(settings, smtp_url="smtp://localhost", mail_from="umkreis@example.org")
    return TestClient(
        create_app(with_mail), headers={"accept": "text/html"}, follow_redirects=False
    )


def asked(client, path=CLAIM):
    answer = client.post(path, data={"name": "Eva", "note": "Rufen Sie an", "consent": "1"})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


@pytest.fixture
def kept(client, register):
    link = asked(client)
    (keeper,) = keeping.keepers(register, "toy")
    keeping.approve(register, "toy", keeper.id, who="ada")
    return link


def test_the_page_of_an_offer_leads_there(client):
    page = client.get(f"/r/toy/offers/{BAKERY}").text
    assert CLAIM in page
    assert f"/r/toy/submit?offer={BAKERY.replace(':', '%3A')}" in page
    assert client.get(CLAIM).status_code == 200
    assert client.post(CLAIM, data={}).status_code == 400


def test_a_link_edits_nothing_before_it_is_proven(client):
    link = asked(client)
    page = client.get(f"{link}?lang=en")
    assert "It is not proven yet" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert client.get(f"{link}/edit").status_code == 303
    assert client.post(f"{link}/edit", data={"name": "x", "do": "send"}).status_code == 303
    assert client.post(link, data={"do": "confirm"}).status_code == 400


def test_a_code_from_a_letter_proves_it(mailing, register, form, atlas, mailed):
    mailing.post("/r/toy/submit", data={**form, "do": "send"})
    (given,) = review.waiting(register, "toy")
    entry_id = review.accept(register, atlas(), given.id, who="ada")
    link = asked(mailing, f"/r/toy/offers/{entry_id}/claim")
    page = mailing.get(link).text
    assert "geheim@example.org" not in page
    assert mailing.post(link, data={"do": "code"}).status_code == 303
    to, _, text = mailed[-1]
    assert to == "geheim@example.org"
    code = re.search(r"^(\d{4} \d{4})$", text, re.MULTILINE)[1]
    assert mailing.post(link, data={"do": "prove", "code": "0"}).status_code == 400
    assert mailing.post(link, data={"do": "prove", "code": code}).status_code == 303
    edit = mailing.get(f"{link}/edit").text
    assert 'value="geheim@example.org"' in edit  # who keeps it sees what is private


def test_what_is_edited_is_published_at_once(client, kept):
    told = {
        "name": "Groß &amp; Töchter", "category": "greengrocer_bakery", "hours": "always",
        "begun": "1",
    }  # fmt: skip
    shown = client.post(f"{kept}/edit?lang=en", data=told)
    assert "Is this right?" in shown.text
    answer = client.post(f"{kept}/edit", data={**told, "do": "send"})
    assert answer.headers["location"] == f"{kept}?done=edit"
    offer = client.get(f"/api/v1/regions/toy/offers/{BAKERY}").json()["properties"]
    assert (offer["name"], offer["opening_hours"]) == ("Groß &amp; Töchter", "24/7")


def test_notices_confirming_and_closing(client, kept, register):
    told = {"do": "notice", "kind": "needs", "resource": "customers", "until": "2000-01-01"}
    assert client.post(kept, data=told).status_code == 400
    page = client.get(f"{kept}/edit").text
    assert page
    client.post(kept, data={"do": "confirm"})
    assert register.entry("toy", BAKERY).review_on is not None
    told = {
        "category": "greengrocer_bakery", "name": "Zu", "is_closed": "1",
        "closed_on": "2020-01-01", "begun": "1", "do": "send", "hours": "unknown",
    }  # fmt: skip
    assert client.post(f"{kept}/edit", data=told).status_code == 303
    assert client.get(f"/api/v1/regions/toy/offers/{BAKERY}").status_code == 404
    assert client.get(kept).status_code == 200


def test_links_are_renewed_and_given_up(client, kept):
    fresh = client.post(kept, data={"do": "renew"}).headers["location"].partition("?")[0]
    assert fresh != kept
    assert client.get(kept).status_code == 404
    client.post(fresh, data={"do": "give_up"})
    assert client.post(fresh, data={"do": "confirm"}).status_code == 400
