"""Suggestions and requests at the desk: decided once, by the first, and taken back again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.coverage import coverage
from layers.desk import suggested
from layers.desk.items import DecidedError, UnknownItemError
from layers.desk.undoing import undo
from layers.errors import SubmissionError, UnknownOfferError
from layers.submissions import keeping, review, sending
from tests.layers.desk.conftest import waiting
from tests.layers.submissions.conftest import SENDER

BAKERY = "osm:n1001"


def covered(atlas):
    return coverage(atlas, category="repair_cafe", mode="walk", minutes=4).totals.covered


def names(atlas):
    return {offer.id: offer.name for offer in atlas.offers}


def test_who_comes_second_learns_who_was_first(register, living, send, new_place):
    given, _ = send(new_place)
    suggested.accept(register, living(), given.id, who="ada")
    with pytest.raises(DecidedError, match=r"already decided by ada at .*: accepted"):
        suggested.reject(register, "toy", given.id, who="bob", reason="Doppelt")
    with pytest.raises(DecidedError, match="already decided by ada"):
        suggested.accept(register, living(), given.id, who="bob")
    assert len(register.changes("toy")) == 1


def test_of_many_at_the_same_moment_one_decides(register, living, send, new_place):
    given, _ = send(new_place)
    atlas = living()

    def one(number):
        try:
            if number % 2:
                suggested.accept(register, atlas, given.id, who=f"p{number}")
            else:
                suggested.reject(register, "toy", given.id, who=f"p{number}", reason="Nein")
        except SubmissionError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 1
    done = [s for s in review.history(register, "toy", given.id) if s.what != "sent"]
    assert len(done) == 1
    entries = register.entries("toy")
    assert len(entries) == (1 if done[0].what == "accepted" else 0)


def test_an_accepted_place_is_taken_back_and_waits_again(register, living, send, new_place):
    before = covered(living())
    given, token = send(new_place)
    suggested.accept(register, living(), given.id, who="ada")
    assert covered(living()) > before
    undo(register, "toy", given.id, who="ada")
    assert covered(living()) == before
    again, steps = sending.followed(register, token)
    assert (again.state, again.offer_id, again.rev) == ("waiting", "", 0)
    assert [step.what for step in steps] == ["sent", "accepted", "reopened"]
    assert waiting(register, living) == [("place", given.id)]
    suggested.accept(register, living(), given.id, who="bob")
    assert covered(living()) > before


def test_undoing_a_correction_of_an_offer_of_the_build_leaves_the_offer(register, living, send):
    name = names(living())[BAKERY]
    given, _ = send({"name": "Bäckerei Groß"}, offer_id=BAKERY)
    suggested.accept(register, living(), given.id, who="ada")
    assert names(living())[BAKERY] == "Bäckerei Groß"
    undo(register, "toy", given.id, who="ada")
    assert names(living())[BAKERY] == name
    suggested.accept(register, living(), given.id, who="ada")
    assert names(living())[BAKERY] == "Bäckerei Groß"
    undo(register, "toy", given.id, who="ada")
    assert names(living())[BAKERY] == name


def test_the_history_undoes_such_a_correction_as_the_desk_does(register, living, send):
    name = names(living())[BAKERY]
    given, _ = send({"name": "Bäckerei Groß"}, offer_id=BAKERY)
    suggested.accept(register, living(), given.id, who="ada")
    register.undo("toy", register.rev("toy"), who="ada")
    assert names(living())[BAKERY] == name
    assert not register.entry("toy", BAKERY).is_removed


def test_what_was_changed_since_is_not_undone(register, living, send):
    given, _ = send({"name": "Bäckerei Groß"}, offer_id=BAKERY)
    suggested.accept(register, living(), given.id, who="ada")
    register.correct("toy", BAKERY, {"phone": "0395 1"}, who="bob")
    with pytest.raises(SubmissionError, match="undo the later changes first"):
        undo(register, "toy", given.id, who="ada")
    assert names(living())[BAKERY] == "Bäckerei Groß"


def test_a_rejection_is_taken_back(register, living, send, new_place):
    given, token = send(new_place)
    suggested.reject(register, "toy", given.id, who="ada", reason="Gibt es schon")
    undo(register, "toy", given.id, who="ada")
    assert sending.followed(register, token)[0].reason == ""
    assert waiting(register, living) == [("place", given.id)]
    with pytest.raises(SubmissionError, match="is waiting; only"):
        undo(register, "toy", given.id, who="ada")


def test_what_a_new_place_is_not_is_noted_with_it(register, living, send, new_place):
    given, _ = send(new_place)
    with pytest.raises(UnknownOfferError, match="osm:none"):
        suggested.accept(register, living(), given.id, who="ada", apart=["osm:none"])
    assert waiting(register, living) == [("place", given.id)]
    entry_id = suggested.accept(register, living(), given.id, who="ada", apart=[BAKERY])
    assert register.told_apart("toy") == {(BAKERY, entry_id)}


def test_a_request_is_approved_once_and_taken_back(register, living):
    asked, token = keeping.begin(register, living(), BAKERY, sender=SENDER, consent="1")
    assert waiting(register, living) == [("claim", asked.id)]
    assert suggested.accept(register, living(), asked.id, who="ada") == BAKERY
    with pytest.raises(DecidedError, match=r"already decided by ada at .*: kept"):
        suggested.reject(register, "toy", asked.id, who="bob", reason="Nein")
    undo(register, "toy", asked.id, who="ada")
    assert keeping.keeper_of(register, token).state == "asked"
    suggested.reject(register, "toy", asked.id, who="bob", reason="Nicht erreichbar")
    assert keeping.keeper_of(register, token).reason == "Nicht erreichbar"
    assert waiting(register, living) == []


def test_who_has_proven_it_by_code_is_not_sent_back(register, living):
    asked, token = keeping.begin(register, living(), BAKERY, sender=SENDER, consent="1")
    keeping.give_up(register, token)
    with pytest.raises(SubmissionError, match="not by the desk"):
        undo(register, "toy", asked.id, who="ada")


@pytest.mark.parametrize(
    "item", ["", "x", "s", "e.", "e.!!", "q.WyJhIl0", "d.WyJhIl0", "e.MQ", "i." + "A" * 3000]
)
def test_what_is_no_id_is_not_found(register, living, item):
    with pytest.raises(UnknownItemError, match="`item`"):
        suggested.accept(register, living(), item, who="ada")
    with pytest.raises(UnknownItemError, match="`item`"):
        undo(register, "toy", item, who="ada")
