"""The desk for programs: what waits, what it would change, one decision each, and back again."""

import pytest
from fastapi.testclient import TestClient

from layers.accounts.audit import events
from layers.submissions import keeping, sending
from server.moderation import letters
from server.settings import Settings
from server.submissions import letters as own
from tests.server.accounts.people import bearer, person
from tests.server.moderation.conftest import BAKERY, DESK, SENDER


def test_a_place_waits_with_what_it_may_be_and_is_accepted_once(program, send, place, atlas):
    first, _ = send(place)
    second, _ = send({**place, "name": "Reparatur am Mark"})
    queue = program.get(DESK).json()
    assert (queue["total"], queue["counts"]["place"], queue["counts"]["claim"]) == (2, 2, 0)
    assert [item["id"] for item in queue["items"]] == [first.id, second.id]
    detail = program.get(f"{DESK}/{first.id}").json()
    assert (detail["stamp"], detail["is_waiting"], detail["decision"]) == ("1", True, None)
    said = {d["field"]: (d["now"], d["said"], d["then"]) for d in detail["differences"]}
    assert said["name"] == (None, "Reparatur am Markt", "Reparatur am Markt")
    assert detail["sender"]["email"] == "eva@example.org"
    (suspect,) = detail["suspected"]
    assert (suspect["id"], suspect["is_offer"], suspect["distance_m"]) == (second.id, False, 0.0)
    assert suspect["similarity"] == pytest.approx(17 / 18)
    done = program.post(f"{DESK}/{first.id}", json={"do": "accept", "stamp": "1"})
    assert done.status_code == 200, done.text
    offer = atlas().offers[atlas().offers.row(done.json()["offer"])]
    assert (offer.name, offer.email) == ("Reparatur am Markt", "")
    again = program.post(f"{DESK}/{first.id}", json={"do": "reject", "reason": "Nein"})
    assert again.status_code == 409
    assert f"already decided by {program.account.id}" in again.json()["detail"]
    undone = program.post(f"{DESK}/{first.id}/undo")
    assert undone.status_code == 200, undone.text
    assert program.get(DESK, params={"kind": "place"}).json()["total"] == 2


def test_each_decision_is_written_down(program, send, place, register):
    given, _ = send(place)
    program.post(f"{DESK}/{given.id}", json={"do": "reject", "reason": "Gibt es schon"})
    program.post(f"{DESK}/{given.id}/undo")
    done = [(e.who, e.what, e.about) for e in events(register.database)][:2]
    who, about = program.account.id, f"toy {given.id}"
    assert done == [(who, "review undone", about), (who, "review decided", about)]
    history = program.get(f"{DESK}/{given.id}").json()["history"]
    assert [h["what"] for h in history] == ["sent", "rejected", "reopened"]
    assert history[1]["why"] == "Gibt es schon"


def test_what_the_sender_changed_since_is_not_decided(program, send, place, atlas, register):
    given, token = send(place)
    stamp = program.get(f"{DESK}/{given.id}").json()["stamp"]
    other = {**place, "name": "Anders"}
    sending.change(register, atlas(), token, other, sender=SENDER, is_released=False)
    late = program.post(f"{DESK}/{given.id}", json={"do": "accept", "stamp": stamp})
    assert late.status_code == 409
    assert "edition 2 now, not 1" in late.json()["detail"]
    assert program.get(f"{DESK}/{given.id}").json()["is_waiting"] is True


def test_it_is_edited_merged_and_told_apart(program, send, place, atlas, register):
    given, _ = send(place)
    wrong = program.post(
        f"{DESK}/{given.id}", json={"do": "accept", "edits": {"website": "javascript:alert(1)"}}
    )
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["parameter"] == "edits.website"
    into = program.get(f"{DESK}/{given.id}", params={"into": BAKERY}).json()
    said = {d["field"]: d["now"] for d in into["differences"]}
    assert said["name"] == atlas().offers[atlas().offers.row(BAKERY)].name
    body = {"do": "accept", "into": BAKERY, "edits": {"name": "Bäckerei Groß"}}
    assert program.post(f"{DESK}/{given.id}", json=body).json()["offer"] == BAKERY
    assert atlas().offers[atlas().offers.row(BAKERY)].name == "Bäckerei Groß"
    other, _ = send({**place, "name": "Werkstatt"})
    body = {"do": "accept", "apart": [BAKERY], "release_contacts": True}
    made = program.post(f"{DESK}/{other.id}", json=body).json()["offer"]
    assert register.told_apart("toy") == {(BAKERY, made)}
    assert atlas().offers[atlas().offers.row(made)].email == "markt@example.org"


def test_a_request_to_keep_an_entry_is_approved(program, register, atlas):
    asked, token = keeping.begin(register, atlas(), BAKERY, sender=SENDER, consent="1")
    detail = program.get(f"{DESK}/{asked.id}").json()
    assert (detail["kind"], detail["offers"]) == ("claim", [BAKERY])
    assert program.post(f"{DESK}/{asked.id}", json={"do": "accept"}).json()["offer"] == BAKERY
    assert keeping.keeper_of(register, token).state == "kept"
    decisions = program.get(f"{DESK}/{asked.id}").json()["decision"]
    assert decisions["what"] == "kept"


def test_decisions_of_the_register_are_listed(program, send, place):
    given, _ = send(place)
    program.post(f"{DESK}/{given.id}", json={"do": "accept"})
    (last,) = program.get(f"{DESK}/decisions").json()["decisions"]
    assert (last["what"], last["why"], last["who"]) == (
        "accept submission", given.id, program.account.id,
    )  # fmt: skip


def test_what_is_not_there_is_not_found(program):
    items = ["none", "s00000000", "k00000000", "e.WyJvc206eCJd", "d.WyJhIl0", "e.%00"]
    for path in [f"{DESK}/{item}" for item in items]:
        answers = [program.get(path), program.post(path, json={"do": "accept"})]
        for answer in [*answers, program.post(f"{path}/undo")]:
            assert answer.status_code == 404, answer.text
            assert answer.headers["content-type"] == "application/problem+json"


SENSELESS = [
    ({"do": "destroy"}, 400), ({}, 400), ([], 400), ({"do": "merge"}, 409),
    ({"do": "reject"}, 409), ({"do": "accept", "stamp": "x"}, 409),
    ({"do": "accept", "stamp": "٣"}, 409), ({"do": "accept", "into": "osm:none"}, 404),
    ({"do": "accept", "apart": ["osm:none"]}, 404), ({"do": "accept", "more": 1}, 400),
    ({"do": "accept", "edits": {"lon": "NaN"}}, 400),
    ({"do": "accept", "edits": {"nonsense": 1}}, 400),
    ({"do": "reject", "reason": "x" * 1001}, 400),
]  # fmt: skip


def test_a_body_that_makes_no_sense_changes_nothing(program, send, place):
    given, _ = send(place)
    for body, status in SENSELESS:
        answer = program.post(f"{DESK}/{given.id}", json=body)
        assert answer.status_code == status, (body, answer.text)
    assert program.get(f"{DESK}/{given.id}").json()["is_waiting"] is True


def test_a_moderator_of_another_region_and_a_token_that_may_read_decide_nothing(
    app, database, send, place
):
    given, _ = send(place)
    elsewhere = bearer(database, person(database, "moderator", region="elsewhere"), "moderate")
    reader = bearer(database, person(database, "moderator"), "read")
    client = TestClient(app, raise_server_exceptions=False)
    for headers in (elsewhere, reader, {}):
        answer = client.post(f"{DESK}/{given.id}", json={"do": "accept"}, headers=headers)
        assert answer.status_code in (401, 403)
    assert client.get(DESK, headers=elsewhere).status_code == 403
    assert client.get(DESK, headers=reader).json()["total"] == 1


def test_whoever_sent_it_is_mailed_what_was_decided(
    program, send, place, register, atlas, monkeypatch
):
    sent = []
    for module in (letters, own):
        monkeypatch.setattr(module, "has_mail", lambda settings: isinstance(settings, Settings))
        monkeypatch.setattr(module, "send", lambda _, **letter: sent.append(letter) or True)
    given, _ = send(place)
    program.post(f"{DESK}/{given.id}", json={"do": "reject", "reason": "Gibt es schon"})
    asked, _ = keeping.begin(register, atlas(), BAKERY, sender=SENDER, consent="1")
    program.post(f"{DESK}/{asked.id}", json={"do": "accept"})
    assert [letter["to"] for letter in sent] == ["eva@example.org"] * 2
    assert "Gibt es schon" in sent[0]["text"]
    assert "/e/" not in sent[1]["text"]
