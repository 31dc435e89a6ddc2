"""A visitor writes to an entry whose e-mail address is not public."""

import re
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from layers.letters import count_waiting, take
from layers.notices import Notice
from layers.register import Register
from layers.register.schema_letters import PASSED_ON
from server.app import create_app
from server.relay import CLIENT_AN_HOUR, ENTRY_A_DAY

HIDDEN = "verein@geheim.example"
LETTER = {"name": "Erna Öd", "email": "erna@post.example", "message": "Darf ich helfen kommen?"}
GERMAN = {"accept-language": "de"}


@pytest.fixture
def settings(toy_settings, tmp_path):
    return replace(
        toy_settings,
        database_url=f"sqlite:///{tmp_path / 'register.sqlite'}",
        smtp_url="smtp://127.0.0.1:1",
        mail_from="umkreis@stadt.example",
        contact="stadt@stadt.example",
    )


@pytest.fixture
def register(settings):
    with Register.open(settings.register_url) as opened:
        yield opened


@pytest.fixture
def place(toy_atlas):
    offer = toy_atlas.offers[toy_atlas.offers.row("osm:n1002")]
    return {"categories": ["repair_cafe"], "lon": offer.lon, "lat": offer.lat}


@pytest.fixture
def entry(register, place):
    told = {**place, "name": "Nähstube", "email": HIDDEN, "contact_name": "Ada Geheim"}
    return register.create("toy", told, who="eva", status="published")


@pytest.fixture
def client(settings):
    return TestClient(create_app(settings), raise_server_exceptions=False, headers=GERMAN)


@pytest.fixture
def page(entry):
    return f"/r/toy/offers/{entry}/write"


def test_a_letter_reaches_the_entry_and_the_answer_the_visitor(client, page, register):
    answer = client.post(page, data=LETTER, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/write?sent=1")
    letter = take(register.database)
    assert (letter.to, letter.reply_to) == (HIDDEN, "erna@post.example")
    assert letter.subject == "Nachricht an Nähstube"
    assert "Darf ich helfen kommen?" in letter.text
    assert "Erna Öd" in letter.text
    assert "stadt@stadt.example" in letter.text
    assert HIDDEN not in letter.text
    assert "ist unterwegs" in client.get(answer.headers["location"]).text


def test_the_address_stands_nowhere(client, page, entry):
    offer = f"/r/toy/offers/{entry}"
    pages = [page, offer, f"{offer}/card", f"/api/v1/regions/toy/offers/{entry}", "/r/toy/notices"]
    texts = [client.get(path).text for path in (*pages, "/r/toy/feed.atom")]
    assert all("Nähstube" in text for text in texts[:4])
    assert not [text for text in texts if "geheim" in text.lower()]
    assert f'href="{page}"' in texts[1]


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(client, page, register):
    answer = client.post(page, data={**LETTER, "email": "erna", "message": "kurz"})
    assert answer.status_code == 400
    assert re.findall(r'id="(\w+)-fault"', answer.text) == ["email", "message"]
    assert 'value="Erna Öd"' in answer.text
    assert ">kurz</textarea>" in answer.text
    assert count_waiting(register.database) == 0


@pytest.mark.parametrize(
    "hostile",
    [
        {"name": "Erna\r\nBcc: x@y.example"},
        {"email": "a@b.example\r\nBcc: x@y.example"},
        {"email": "a@b.example,c@d.example"},
        {"name": "<script>alert(1)</script>", "message": "<img src=x onerror=alert(1)> Hallo"},
        {"name": "", "message": "\x00" * 20},
        {"message": "a" * 5001},
    ],
)
def test_hostile_forms_add_no_header_and_no_markup(client, page, register, hostile):
    answer = client.post(page, data={**LETTER, **hostile}, follow_redirects=False)
    assert answer.status_code in (303, 400)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    if answer.status_code == 303:
        letter = take(register.database)
        assert "\n" not in letter.subject
        assert letter.reply_to == "erna@post.example"


def test_a_program_that_fills_in_everything_reaches_nobody(client, page, register):
    answer = client.post(page, data={**LETTER, "homepage": "x"}, follow_redirects=False)
    assert answer.status_code == 303
    assert count_waiting(register.database) == 0


def test_one_client_writes_five_an_hour(client, page, register):
    codes = [client.post(page, data=LETTER, follow_redirects=False) for _ in range(6)]
    assert [c.status_code for c in codes] == [303] * CLIENT_AN_HOUR + [429]
    assert 600 < int(codes[-1].headers["retry-after"]) <= 720
    assert count_waiting(register.database) == CLIENT_AN_HOUR


def test_one_entry_gets_twenty_a_day_and_only_their_number_is_noted(settings, page, register):
    codes = []
    for _ in range(5):  # as many connections as there are apps
        with TestClient(create_app(settings)) as client:
            codes += [client.post(page, data=LETTER, follow_redirects=False) for _ in range(5)]
    assert [c.status_code for c in codes] == [303] * ENTRY_A_DAY + [503] * 5
    with register.database.reading() as connection:
        ((*_, letters),) = connection.execute(PASSED_ON.select()).all()
    assert letters == 20


def test_an_entry_with_a_public_address_is_written_to_directly(register, place, client):
    told = {**place, "name": "Laden", "email": "laden@offen.example"}
    entry = register.create("toy", told, who="eva", status="published")
    register.set_source(
        "toy", replace(register.sources("toy")["hand"], has_public_contacts=True), who="eva"
    )
    register.correct("toy", entry, {"email": "laden@offen.example", "phone": "0395 1"}, who="eva")
    answer = client.post(f"/r/toy/offers/{entry}/write", data=LETTER)
    assert "mailto:laden@offen.example" in answer.text
    assert count_waiting(register.database) == 0


def test_without_a_mail_server_the_page_says_so(settings, page, register):
    client = TestClient(create_app(replace(settings, smtp_url="")), headers=GERMAN)
    for answer in (client.get(page), client.post(page, data=LETTER)):
        assert "kann keine Nachrichten versenden" in answer.text
        assert "<form class=" not in answer.text
    assert "/write" not in client.get(page.removesuffix("/write")).text
    assert count_waiting(register.database) == 0


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_an_entry_that_is_not_published_gets_nothing(register, entry, page, client, status):
    register.set_status("toy", entry, "submitted" if status == "draft" else status, who="ada")
    assert client.post(page, data=LETTER).status_code == 404
    assert count_waiting(register.database) == 0


def test_an_answer_to_a_notice_names_it(register, entry, client, page):
    notice = Notice("needs", "room", date(2099, 1, 1), "Raum für 20 Leute")
    register.post_notice("toy", entry, notice, who="eva")
    listed = client.get("/r/toy/notices")
    (url,) = re.findall(r'href="([^"]+/write\?notice=[0-9a-f]+)"', listed.text)
    form = client.get(url).text
    assert "sucht: Raum für 20 Leute" in form
    key = re.search(r'name="notice" value="(\w+)"', form)[1]
    client.post(page, data={**LETTER, "notice": key})
    assert take(register.database).subject == ("Nachricht an Nähstube, sucht: Raum für 20 Leute")


@pytest.mark.parametrize("body", [b"{}", b"%ff=%ff", b"a" * 1_100_000])
def test_what_is_no_form_is_refused(client, page, body):
    kind = {
        "content-type": "application/json" if body == b"{}" else "application/x-www-form-urlencoded"
    }
    assert client.post(page, content=body, headers=kind).status_code in (400, 413)
