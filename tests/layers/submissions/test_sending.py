"""The sender's side, and what may be said."""

import pytest
import sqlalchemy as sa

from layers.errors import SubmissionError, UnknownSubmissionError
from layers.register.schema_submissions import SUBMISSION
from layers.submissions import sending
from layers.submissions.content import checked_content, plain_text, web_address
from layers.submissions.kept import Sender
from layers.submissions.sending import ContentError
from tests.layers.submissions.conftest import SENDER

RLO = "\u202e"


def faults_of(atlas, values, **told):
    found = checked_content(values, atlas, **{"is_correction": False, **told})[1]
    return {(fault.field, fault.why) for fault in found}


def test_all_faults_are_told_at_once(toy_atlas):
    said = {"categories": ["nothing"], "website": "ftp://a.de", "email": "a@b", "lon": 1.0}
    assert faults_of(toy_atlas, said) == {
        ("name", "missing"),
        ("categories", "not_known"),
        ("website", "no_link"),
        ("email", "no_mail"),
        ("lon", "no_place"),
    }


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "x" * 121, "too_long"),
        ("name", ["a"], "no_text"),
        ("description", "x" * 1501, "too_long"),
        ("website", "javascript:alert(1)", "no_link"),
        ("website", "https://user:pass@example.org", "no_link"),
        ("website", "https://exam ple.org", "no_link"),
        ("website", "https://localhost", "no_link"),
        ("website", 'https://example.org/"><script>', "no_link"),
        ("email", "a@example.org, b@example.org", "no_mail"),
        ("phone", "call me", "no_phone"),
        ("phone", "+1", "no_phone"),
        ("opening_hours", "Mo-Fr 9-18", "no_hours"),
        ("wheelchair", "maybe", "not_known"),
        ("gives", ["gold"], "not_known"),
        ("categories", ["bakery"] * 3 + ["a", "b", "c", "d", "e"], "too_many"),
        ("categories", "bakery", "no_text"),
        ("closed_on", "31.3.2026", "no_day"),
        ("lon", float("nan"), "no_place"),
        ("lon", "13.2", "no_place"),
        ("lon", True, "no_place"),
        ("status", "published", "not_known"),
        ("contact_name", "Eva", "not_known"),
    ],
)
def test_what_may_not_be_said_is_named_with_its_field(toy_atlas, field, value, why):
    assert (field, why) in faults_of(toy_atlas, {field: value}, is_correction=True)


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (13.2, 95.0), (1e300, 53.0), (180.0, -90.0)])
def test_a_place_outside_of_the_region_is_refused(toy_atlas, new_place, lon, lat):
    found = faults_of(toy_atlas, {**new_place, "lon": lon, "lat": lat})
    assert found & {("lon", "outside"), ("lon", "no_place")}


def test_texts_lose_what_is_no_letter_and_nothing_else():
    assert plain_text(f"  a\x00b{RLO}c \t d\n") == "a bc d"
    assert plain_text("eins\r\n\n\n\nzwei", lines=True) == "eins\n\nzwei"
    assert plain_text("<b>Groß & Söhne</b>") == "<b>Groß & Söhne</b>"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("example.org/a?b=c", "https://example.org/a?b=c"),
        ("http://bäckerei.de", "http://bäckerei.de"),
        ("//example.org", ""),
        ("data:text/html,x", ""),
        ("https://[::1]/", ""),
        ("https://example.org:0/", ""),
        ("https://example.org:99999/", ""),
    ],
)
def test_web_addresses_are_http_alone(written, kept):
    assert web_address(written) == kept


def test_the_database_knows_no_token(register, send, new_place):
    _, token = send(new_place)
    with register.database.reading() as connection:
        rows = str(connection.execute(sa.select(SUBMISSION)).all())
    assert token not in rows
    assert len(token) == 43


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "ä" * 43, "a" * 10_000, "../../etc"])
def test_a_wrong_link_leads_to_nothing_and_is_not_repeated(register, token):
    with pytest.raises(UnknownSubmissionError, match="not known") as error:
        sending.followed(register, token)
    assert len(token) < 10 or token not in str(error.value)


def test_two_links_lead_to_their_own(register, send, new_place):
    first, token = send(new_place)
    send({**new_place, "name": "Anders"})
    assert sending.followed(register, token)[0].id == first.id


def test_the_sender_changes_and_withdraws_while_it_waits(register, living, send, new_place):
    _, token = send(new_place)
    told = {**new_place, "name": "Besser"}
    sending.change(register, living(), token, told, sender=Sender(), is_released=True)
    found, _ = sending.followed(register, token)
    assert (found.title, found.is_released, found.email) == ("Besser", True, "")
    sending.withdraw(register, token)
    with pytest.raises(SubmissionError, match="is withdrawn already"):
        sending.change(register, living(), token, told, sender=Sender(), is_released=True)
    with pytest.raises(SubmissionError, match="is withdrawn already"):
        sending.withdraw(register, token)
    steps = [step.what for step in sending.followed(register, token)[1]]
    assert steps == ["sent", "changed", "withdrawn"]


def test_senders_delete_what_tells_of_them(register, send, new_place):
    _, token = send(new_place)
    assert sending.followed(register, token)[0].email == "eva@example.org"
    sending.forget_sender(register, token)
    found, _ = sending.followed(register, token)
    assert (found.name, found.email, found.title) == ("", "", "Reparatur am Markt")


def test_consent_is_kept_with_its_version_and_time(send, new_place):
    given, _ = send(new_place)
    assert (given.consent.version, given.consent.at) == ("2026-11", given.made_at)


def test_what_senders_say_of_themselves_is_checked(send, new_place):
    with pytest.raises(ContentError, match="`sender_email` is no e-mail"):
        send(new_place, sender=Sender(email="eva"))


def test_a_flood_is_stopped(send, new_place, monkeypatch):
    monkeypatch.setattr(sending, "MOST_WAITING", 1)
    send(new_place)
    with pytest.raises(SubmissionError, match="1 suggestions wait"):
        send(new_place, sender=SENDER)
