"""The desk for people, without scripts: forms that lead on, and say who was first."""

from dataclasses import replace
from datetime import date

import pytest
from markupsafe import escape

from layers.desk.items import item_id
from layers.register.entry import Source
from layers.sources.record import SourceRecord
from layers.submissions import keeping, sending
from layers.submissions.kept import Sender
from tests.server.moderation.conftest import BAKERY, SENDER

LIST = Source("list", "A list", licence="CC0-1.0", as_of=date(2026, 11, 1))
CAFE = SourceRecord("list", "1", 0, "Werkstatt Süd", ("repair_cafe",), lon=13.26, lat=53.55)


@pytest.fixture
def ada(browser):
    return browser()


def page_of(item):
    return f"/moderation/toy/{item.id}"


def sent_by(client, token):
    """The page behind the sender's private link."""
    return client.get(client.press("/s", link=f"/s#{token}").headers["location"])


def test_the_queue_shows_what_waits_and_leads_on_after_each_decision(ada, send, place, atlas):
    first, _ = send({**place, "name": "<script>alert(1)</script>"})
    second, _ = send({**place, "name": "Werkstatt"})
    queue = ada.get("/moderation")
    assert queue.headers["cache-control"] == "no-store"
    assert "&lt;script&gt;alert(1)" in queue.text
    assert "<script>alert" not in queue.text
    assert queue.text.index(first.id) < queue.text.index(second.id)
    answer = ada.press(page_of(first), do="accept", stamp="1")
    target = answer.headers["location"]
    assert (answer.status_code, target) == (
        303, f"/moderation?did=accept&of=toy&item={first.id}&at={second.id}#next",
    )  # fmt: skip
    told = ada.get(target).text
    assert "Accepted: &lt;script&gt;" in told
    assert f'href="{page_of(second)}" id="next"' in told
    assert f'action="{page_of(first)}/undo"' in told
    assert "<script>alert(1)</script>" in {offer.name for offer in atlas().offers}
    last = ada.press(page_of(second), do="accept", stamp="1").headers["location"]
    assert last.endswith("&at=#done")
    assert "Nothing waits here" in ada.get(last).text


def test_the_second_of_two_moderators_learns_who_was_first(ada, browser, send, place, register):
    given, _ = send(place)
    admin = browser("admin")
    assert ada.get(page_of(given)).status_code == admin.get(page_of(given)).status_code == 200
    assert ada.press(page_of(given), do="accept", stamp="1").status_code == 303
    late = admin.press(page_of(given), do="reject", stamp="1", reason="Nein")
    assert late.status_code == 409
    assert f"Already decided by {ada.account.name} on " in late.text
    assert 'role="alert"' in late.text
    assert 'name="do"' not in late.text
    assert len(register.entries("toy")) == 1


def test_what_the_sender_changed_since_is_shown_as_it_is_now(ada, send, place, register, atlas):
    given, token = send(place)
    other = {**place, "name": "Ganz anders"}
    sending.change(register, atlas(), token, other, sender=SENDER, is_released=False)
    late = ada.press(page_of(given), do="accept", stamp="1")
    assert late.status_code == 409
    assert "Nothing was decided: it has been changed since" in late.text
    assert "Ganz anders" in late.text
    assert 'name="stamp" value="2"' in late.text


def test_a_ready_reason_is_told_in_the_language_of_whoever_sent_it(ada, send, place):
    given, token = send(place)
    empty = ada.press(page_of(given), do="reject", stamp="1", reason=" ")
    assert empty.status_code == 400
    assert "Please say why" in empty.text
    done = ada.press(page_of(given), do="reject", stamp="1", ready="listed", reason="Nr. 5")
    assert done.status_code == 303
    link = sent_by(ada, token).text
    assert "Das steht schon in der Liste.\nNr. 5" in link
    assert ada.account.name not in link
    assert ada.account.id not in link
    english, other = send(place, sender=Sender("", "", "en", ""))
    ada.press(page_of(english), do="reject", stamp="1", ready="listed")
    assert "It is listed already." in sent_by(ada, other).text


def test_it_is_undone_and_the_private_link_says_so(ada, send, place, atlas):
    given, token = send(place)
    count = len(atlas().offers)
    ada.press(page_of(given), do="accept", stamp="1")
    assert len(atlas().offers) == count + 1
    assert "It was accepted" in sent_by(ada, token).text
    assert "Undo this decision" in ada.get(page_of(given)).text
    back = ada.press(f"{page_of(given)}/undo")
    assert back.headers["location"].endswith(f"did=undo&of=toy&item={given.id}&at={given.id}#next")
    assert len(atlas().offers) == count
    told = sent_by(ada, token).text
    assert "It waits to be checked" in told
    assert "the decision was taken back" in told
    again = ada.press(f"{page_of(given)}/undo")
    assert again.status_code == 409
    assert "This cannot be undone" in again.text
    decided = ada.get("/moderation?show=decided").text
    assert decided.index("undone") < decided.index("Reparatur am Markt")


def test_a_correction_is_shown_field_by_field(ada, send, atlas):
    now = atlas().offers[atlas().offers.row(BAKERY)].name
    given, _ = send({"name": "Backstube Neu", "phone": "0395 999999"}, offer_id=BAKERY)
    text = ada.get(page_of(given)).text
    for head in ("Now", "Suggested", "Would hold"):
        assert f'<th role="columnheader" scope="col">{head}</th>' in text
    row = text[text.index("Name of the place</th>") :].partition("</tr>")[0]
    assert (row.count(str(escape(now))), row.count("Backstube Neu")) == (1, 2)
    assert "Telephone and e-mail are not published." in text


def test_a_correction_is_changed_and_accepted(ada, send, atlas):
    website = atlas().offers[atlas().offers.row(BAKERY)].website
    given, _ = send({"name": "Bäckerei Gross", "phone": "0395 999999"}, offer_id=BAKERY)
    path = f"{page_of(given)}/edit?stamp=1"
    form = ada.get(path)
    assert 'value="Bäckerei Gross"' in form.text
    assert "sender_email" not in form.text
    offer = atlas().offers[atlas().offers.row(BAKERY)]
    filled = {
        "name": "Bäckerei Groß", "category": offer.categories[0], "begun": "1",
        "lon": f"{offer.lon}", "lat": f"{offer.lat}", "address": offer.address,
        "hours": "as_it_is", "hours_text": offer.opening_hours, "website": website,
    }  # fmt: skip
    preview = ada.press(path, do="preview", **filled)
    assert "Accept it like this" in preview.text, preview.text
    done = ada.press(path, do="send", **filled)
    assert done.status_code == 303, done.text
    offer = atlas().offers[atlas().offers.row(BAKERY)]
    assert (offer.name, offer.phone, offer.website) == ("Bäckerei Groß", "", website)


def test_a_new_place_is_changed_and_accepted_only_as_it_was_looked_at(
    ada, send, place, register, atlas
):
    given, token = send(place)
    other = {**place, "name": "Anders"}
    sending.change(register, atlas(), token, other, sender=SENDER, is_released=False)
    filled = {
        "name": "Werkstatt", "category": "repair_cafe", "begun": "1", "hours": "unknown",
        "lon": f"{place['lon']}", "lat": f"{place['lat']}",
    }  # fmt: skip
    late = ada.press(f"{page_of(given)}/edit?stamp=1", do="send", **filled)
    assert late.status_code == 409
    done = ada.press(f"{page_of(given)}/edit?stamp=2", do="send", **filled)
    assert done.status_code == 303
    (entry,) = register.entries("toy")
    (claim,) = entry.claims
    assert claim.values["name"] == "Werkstatt"
    assert "opening_hours" not in claim.values
    assert "email" not in claim.values


def test_a_place_is_accepted_into_the_entry_that_it_is(ada, send, place, atlas):
    bakery = atlas().offers[atlas().offers.row(BAKERY)]
    twin = {**place, "name": bakery.name, "categories": list(bakery.categories)}
    given, token = send(twin)
    text = ada.get(page_of(given)).text
    assert "It may be this one" in text
    assert "names alike: 100%" in text
    assert f'name="apart" value="{BAKERY}"' in text
    compared = ada.get(page_of(given), params={"into": BAKERY}).text
    assert f"Accept into “{escape(bakery.name)}”" in compared
    assert "Would hold" in compared
    count = len(atlas().offers)
    ada.press(page_of(given), do="accept", stamp="1", into=BAKERY)
    assert len(atlas().offers) == count
    offer = atlas().offers[atlas().offers.row(BAKERY)]
    assert offer.opening_hours == "Mo-Fr 09:00-12:00"
    assert f"/r/toy/offers/{BAKERY}" in sent_by(ada, token).text


def test_a_request_is_answered_with_a_reason(ada, register, atlas):
    asked, token = keeping.begin(register, atlas(), BAKERY, sender=SENDER, consent="1")
    text = ada.get(page_of(asked)).text
    assert "They may keep it" in text
    assert "eva@example.org" in text
    ada.press(page_of(asked), do="reject", ready="proof")
    assert "dass der Eintrag Ihrer ist" in keeping.keeper_of(register, token).reason


def test_pairs_proposals_and_overdue_entries_are_decided(ada, register):
    register.put_many("toy", LIST, [CAFE], who="import")
    other = replace(CAFE, name="Werkstatt Nord")
    register.put_many("toy", LIST, [other], who="import", status="submitted")
    twin = replace(CAFE, source="list2", name="Werkstat Süd")
    register.put_many("toy", replace(LIST, id="list2"), [twin], who="import")
    register.set_review("toy", "list:1", date(2026, 1, 1), who="import")
    queue = ada.get("/moderation").text
    assert "3 wait, the oldest first" in queue
    pair = f"/moderation/toy/{item_id('d', 'list2:1', 'list:1')}"
    proposal = f"/moderation/toy/{item_id('i', 'list:1', 'list')}"
    overdue = f"/moderation/toy/{item_id('o', 'list:1')}"
    text = ada.get(pair).text
    assert "The same: keep the second" in text
    assert "same name · names alike: 93% · 0 m apart" in text
    text = ada.get(proposal).text
    assert "Import · A list" in text
    assert "Werkstatt Nord" in text
    assert ada.press(overdue, do="confirm", reason="Angerufen").status_code == 303
    assert ada.press(overdue, do="archive").status_code == 409
    assert ada.press(proposal, do="reject").status_code == 303
    assert ada.press(pair, do="merge:list2:1").status_code == 303
    assert register.entry("toy", "list:1").id == "list2:1"
    history = ada.get(overdue).text
    assert "Angerufen" in history
    assert "merged with another entry" in history


def test_a_moderator_of_one_region_sees_no_other(browser, send, place):
    given, _ = send(place)
    elsewhere = browser(region="elsewhere")
    assert given.id not in elsewhere.get("/moderation").text
    assert elsewhere.get("/moderation?in=toy").status_code == 400
    assert elsewhere.get(page_of(given)).status_code == 403
    told = elsewhere.get(f"/moderation?did=accept&of=toy&item={given.id}").text
    assert place["name"] not in told
    assert given.id in browser("admin").get("/moderation?in=toy&kind=place").text


SENSELESS = [
    ("/moderation?kind=nonsense", 400), ("/moderation?in=nowhere", 404),
    ("/moderation?from=-1", 200), ("/moderation?from=99999999999", 200),
    ("/moderation?did=accept&of=toy&item=nonsense", 200),
    ("/moderation/toy/nonsense", 404), ("/moderation/nowhere/s0000", 404),
    ("/moderation/toy/s0000000000/edit", 404),
]  # fmt: skip


def test_addresses_that_make_no_sense_are_answered(ada):
    assert {path: ada.get(path).status_code for path, _ in SENSELESS} == dict(SENSELESS)


def test_what_the_sender_took_back_cannot_be_decided(ada, send, place, register):
    given, token = send(place)
    sending.withdraw(register, token)
    text = ada.get(page_of(given)).text
    assert "taken back by the sender" in text
    assert "Undo this decision" not in text
    assert ada.press(page_of(given), do="accept", stamp="1").status_code == 409
