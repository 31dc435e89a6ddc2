"""An initiative proves that an entry is its own, and keeps it."""

from datetime import date, timedelta

import pytest

from layers.errors import SubmissionError, UnknownSubmissionError
from layers.notices import Notice
from layers.register.resolve import offer_of
from layers.submissions import keeping, own_words
from layers.submissions.content import present_values
from tests.layers.submissions.conftest import SENDER, TODAY

BAKERY = "osm:n1001"


@pytest.fixture
def ask(register, living):
    return lambda offer_id=BAKERY: keeping.begin(
        register, living(), offer_id, sender=SENDER, consent="2026-11"
    )


@pytest.fixture
def kept(register, ask):
    """The token of somebody who keeps the bakery."""
    keeper, token = ask()
    keeping.approve(register, "toy", keeper.id, who="ada")
    return token


@pytest.fixture
def edit(register, living, kept):
    def say(*, is_released=False, **values):
        now = own_words.own_values(register, living(), kept)
        told = {**{k: v for k, v in now.items() if k != "notices"}, **values}
        return own_words.edit(register, living(), kept, told, is_released=is_released)

    return say


def bakery(atlas):
    return atlas.offers[atlas.offers.row(BAKERY)]


def test_a_link_opens_nothing_before_it_is_proven(register, living, ask):
    keeper, token = ask()
    assert keeping.keepers(register, "toy") == [keeper]
    for what in (
        lambda: own_words.edit(register, living(), token, {"name": "x"}, is_released=False),
        lambda: own_words.own_values(register, living(), token),
        lambda: own_words.confirm(register, living(), token, on=TODAY),
        lambda: own_words.close(register, living(), token, closed_on=TODAY),
        lambda: keeping.renew(register, token),
    ):
        with pytest.raises(SubmissionError, match="does not keep the entry: the request is asked"):
            what()
    assert register.rev("toy") == 0


def test_a_code_goes_to_the_address_of_the_entry_also_a_private_one(
    register, living, send, accept, ask, new_place
):
    entry_id = accept(send(new_place)[0])
    assert keeping.address_of(register, living(), entry_id) == "markt@example.org"
    _, token = ask(entry_id)
    address, code = keeping.code_for(register, living(), token)
    assert (address, len(code)) == ("markt@example.org", 8)
    keeper = keeping.prove(register, token, f" {code[:4]} {code[4:]} ")
    assert (keeper.state, keeper.proof) == ("kept", "code")


def test_a_code_is_tried_five_times_and_mailed_three_times_a_day(
    register, living, send, accept, ask, new_place
):
    entry_id = accept(send(new_place)[0])
    _, token = ask(entry_id)
    _, code = keeping.code_for(register, living(), token)
    wrong = str((int(code) + 1) % 10**8).zfill(8)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(SubmissionError, match=f"{left} tries are left"):
            keeping.prove(register, token, wrong)
    with pytest.raises(SubmissionError, match="holds no more"):
        keeping.prove(register, token, code)
    keeping.code_for(register, living(), token)
    _, other = ask(entry_id)
    keeping.code_for(register, living(), other)
    with pytest.raises(SubmissionError, match="3 codes were mailed"):
        keeping.code_for(register, living(), ask(entry_id)[1])


def test_a_code_is_of_one_request_alone(register, living, send, accept, ask, new_place):
    entry_id = accept(send(new_place)[0])
    _, first = ask(entry_id)
    _, second = ask(entry_id)
    _, code = keeping.code_for(register, living(), first)
    keeping.code_for(register, living(), second)
    with pytest.raises(SubmissionError, match="not the code"):
        keeping.prove(register, second, code)


def test_without_a_code_nothing_proves(register, ask):
    _, token = ask()
    with pytest.raises(SubmissionError, match="holds no more"):
        keeping.prove(register, token, "")


def test_an_entry_without_address_is_for_the_desk(register, living, ask):
    with pytest.raises(SubmissionError, match="has no e-mail"):
        keeping.code_for(register, living(), ask()[1])


def test_what_its_keeper_says_is_published_at_once_audited_and_undone(register, living, edit):
    before = bakery(living()).name
    assert edit(name="Groß & Töchter", description="Seit 1950") == ("description", "name")
    assert bakery(living()).name == "Groß & Töchter"
    last = register.history("toy", BAKERY)[-1]
    assert last.change.what == "keep"
    assert last.change.who.startswith("initiative k")
    assert SENDER.name not in last.change.who
    assert [c.source for c in last.entry.claims] == ["osm", "initiative"]
    edit(name="Nochmals")
    register.undo("toy", register.rev("toy"), who="ada")
    assert bakery(living()).name == "Groß & Töchter"
    assert bakery(living()).name != before


def test_the_same_again_is_no_change(register, edit):
    edit(name="Groß & Töchter")
    rev = register.rev("toy")
    assert edit(name="Groß & Töchter") == ()
    assert register.rev("toy") == rev


def test_contacts_that_are_not_released_are_shown_by_no_list_either(register, living, edit):
    edit(phone="0395 123456", is_released=True)
    assert bakery(living()).phone == "0395 123456"
    edit(is_released=False)
    assert bakery(living()).phone == ""
    assert offer_of(register.entry("toy", BAKERY)).phone == ""


def test_its_word_holds_over_an_earlier_correction_by_hand(register, living, edit):
    edit(description="mit Café")
    register.correct("toy", BAKERY, {"name": "Von Hand"}, who="ada")
    edit(name="Von uns")
    assert bakery(living()).name == "Von uns"


def test_notices_are_posted_and_taken_back(register, living, kept):
    notice = Notice("needs", "customers", date(2026, 12, 31), "für den Adventsmarkt")
    own_words.post_notice(register, living(), kept, notice)
    assert bakery(living()).notices == (notice,)
    own_words.drop_notice(register, living(), kept, 0)
    assert bakery(living()).notices == ()
    with pytest.raises(SubmissionError, match="'gold' is not known"):
        own_words.post_notice(register, living(), kept, Notice("needs", "gold", TODAY))


def test_it_confirms_and_is_asked_again_in_a_year(register, living, kept):
    again = own_words.confirm(register, living(), kept, on=TODAY)
    assert again == TODAY + timedelta(days=365)
    assert register.entry("toy", BAKERY).review_on == again
    assert present_values(bakery(living()))["name"] == bakery(living()).name


def test_it_closes_its_entry(register, living, kept):
    own_words.close(register, living(), kept, closed_on=TODAY)
    assert BAKERY not in {offer.id for offer in living().offers}


def test_links_are_renewed_and_revoked(register, living, kept):
    fresh = keeping.renew(register, kept)
    with pytest.raises(UnknownSubmissionError):
        keeping.keeper_of(register, kept)
    keeper = keeping.keeper_of(register, fresh)
    keeping.refuse(register, "toy", keeper.id, who="ada", reason="Betrieb verkauft")
    with pytest.raises(SubmissionError, match="the request is revoked"):
        own_words.confirm(register, living(), fresh, on=TODAY)
    assert keeping.keeper_of(register, fresh).reason == "Betrieb verkauft"


def test_giving_up_deletes_what_tells_of_people(register, kept):
    keeping.give_up(register, kept)
    keeper = keeping.keeper_of(register, kept)
    assert (keeper.state, keeper.name, keeper.email, keeper.note) == ("revoked", "", "", "")
