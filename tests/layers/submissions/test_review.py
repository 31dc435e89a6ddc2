"""From a suggestion to an entry: nothing is public before somebody says yes, and then all of it."""

import pytest

from layers.coverage import coverage
from layers.errors import SubmissionError
from layers.register.entry import Source
from layers.register.resolve import offer_of
from layers.sources.record import SourceRecord
from layers.submissions import review, sending
from layers.submissions.kept import Sender
from layers.submissions.sending import ContentError

BAKERY = "osm:n1001"


def covered(atlas):
    return coverage(atlas, category="repair_cafe", mode="walk", minutes=4).totals.covered


def bakery(atlas):
    return atlas.offers[atlas.offers.row(BAKERY)]


def test_a_new_place_counts_once_it_is_accepted(register, living, send, accept, new_place):
    before = covered(living())
    given, _ = send(new_place)
    assert [s.id for s in review.waiting(register, "toy")] == [given.id]
    assert covered(living()) == before
    assert register.entries("toy", statuses=None) == []
    entry_id = accept(given)
    assert entry_id.startswith("umk:")
    assert covered(living()) > before
    assert review.waiting(register, "toy") == []
    (done,) = review.decided(register, "toy")
    assert (done.state, done.offer_id, done.who) == ("accepted", entry_id, "ada")
    assert register.history("toy", entry_id)[0].change.what == "accept submission"


def test_contacts_are_private_unless_they_are_released(register, send, accept, new_place):
    private = register.entry("toy", accept(send(new_place)[0]))
    assert (offer_of(private).phone, offer_of(private).email) == ("", "")
    told = {**new_place, "name": "Andere Werkstatt"}
    public = register.entry("toy", accept(send(told, is_released=True)[0]))
    assert offer_of(public).email == "markt@example.org"


def test_a_correction_keeps_only_what_differs(living, send):
    now = bakery(living())
    whole = {
        "name": "Bäckerei Groß",
        "categories": list(now.categories),
        "lon": now.lon,
        "lat": now.lat,
        "opening_hours": now.opening_hours,
    }
    given, _ = send(whole, offer_id=BAKERY)
    assert given.content == {"name": "Bäckerei Groß"}


def test_a_correction_that_changes_nothing_is_refused(living, send):
    with pytest.raises(SubmissionError, match="nothing differs"):
        send({"name": bakery(living()).name}, offer_id=BAKERY, sender=Sender())


def test_a_house_number_is_kept_with_its_street(living, send, accept):
    given, _ = send({"street": "Markt", "housenumber": "3"}, offer_id=BAKERY)
    accept(given)
    given, _ = send({"street": "Markt", "housenumber": "4"}, offer_id=BAKERY)
    assert given.content == {"street": "Markt", "housenumber": "4"}
    accept(given)
    assert (bakery(living()).street, bakery(living()).housenumber) == ("Markt", "4")


def test_a_correction_of_a_built_offer_leaves_the_others_in_place(living, send, accept):
    before = {o.id: o for o in living().offers}
    accept(send({"name": "Bäckerei Groß"}, offer_id=BAKERY)[0])
    after = {o.id: o for o in living().offers}
    assert after[BAKERY].name == "Bäckerei Groß"
    assert after[BAKERY].opening_hours == before[BAKERY].opening_hours
    assert after.keys() == before.keys()


def test_a_correction_outlives_the_next_import(register, living, send, accept):
    accept(send({"name": "Bäckerei Groß"}, offer_id=BAKERY)[0])
    now = bakery(living())
    record = SourceRecord("osm", "n1001", 0, "Backshop", now.categories, lon=now.lon, lat=now.lat)
    written = register.put_many("toy", Source("osm", licence="ODbL-1.0"), [record], who="import")
    assert written.changed == [BAKERY]
    assert len(register.entry("toy", BAKERY).claims) == 2
    assert bakery(living()).name == "Bäckerei Groß"


def test_the_last_accepted_word_holds(living, send, accept):
    accept(send({"name": "Erster"}, offer_id=BAKERY)[0])
    accept(send({"name": "Zweiter"}, offer_id=BAKERY)[0])
    assert bakery(living()).name == "Zweiter"


def test_an_accepted_correction_holds_over_an_earlier_one_by_hand(register, living, send, accept):
    accept(send({"description": "mit Café"}, offer_id=BAKERY)[0])
    register.correct("toy", BAKERY, {"name": "Von Hand"}, who="ada")
    accept(send({"name": "Zweiter"}, offer_id=BAKERY)[0])
    assert bakery(living()).name == "Zweiter"
    register.correct("toy", BAKERY, {"name": "Dritter"}, who="ada")
    assert bakery(living()).name == "Dritter"


def test_what_is_said_to_be_gone_leaves_the_card(living, send, accept, new_place):
    entry_id = accept(send(new_place, is_released=True)[0])
    accept(send({"phone": "", "opening_hours": ""}, offer_id=entry_id)[0])
    offer = living().offers[living().offers.row(entry_id)]
    assert (offer.phone, offer.opening_hours) == ("", "")
    assert offer.email == "markt@example.org"


def test_closing_for_good_takes_it_off_the_map(living, send, accept):
    accept(send({"closed_on": "2026-11-01"}, offer_id=BAKERY)[0])
    assert BAKERY not in {offer.id for offer in living().offers}


def test_the_desk_sees_now_said_and_then(register, living, send):
    given, _ = send({"name": "Bäckerei Groß"}, offer_id=BAKERY)
    (row,) = review.difference(register, living(), given)
    assert (row.field, row.said, row.then) == ("name", "Bäckerei Groß", "Bäckerei Groß")
    assert row.now == bakery(living()).name


def test_a_new_place_is_all_new(register, living, send, new_place):
    rows = review.difference(register, living(), send(new_place)[0])
    assert {row.field: row.then for row in rows} == send(new_place)[0].content
    assert all(row.now is None for row in rows)


def test_edits_hold_over_what_was_suggested(register, send, accept, new_place):
    entry = register.entry("toy", accept(send(new_place)[0], edits={"name": "Repair-Café Markt"}))
    assert offer_of(entry).name == "Repair-Café Markt"


def test_edits_are_checked_and_change_nothing_where_they_are_wrong(
    register, send, accept, new_place
):
    given, _ = send(new_place)
    with pytest.raises(ContentError, match="`website` is no address"):
        accept(given, edits={"website": "javascript:alert(1)"})
    assert review.submission(register, "toy", given.id).state == "waiting"
    assert register.rev("toy") == 0


def test_a_duplicate_is_merged_into_the_entry_that_it_is(living, send, accept, new_place):
    now = living().offers[living().offers.row("osm:n1002")]
    told = {**new_place, "name": "Repair-Café Öd", "lon": now.lon, "lat": now.lat}
    given, _ = send(told, is_released=True)
    assert accept(given, merge_into="osm:n1002") == "osm:n1002"
    merged = living().offers[living().offers.row("osm:n1002")]
    assert merged.phone == "0395 123456"
    assert len([o for o in living().offers if "repair_cafe" in o.categories]) == 1


def test_likely_duplicates_are_found_by_name_and_place(register, living, send, new_place):
    now = living().offers[living().offers.row("osm:n1002")]
    told = {**new_place, "name": "Repaircafe Öd", "lon": now.lon, "lat": now.lat}
    (pair,) = review.similar_offers(living(), told)
    assert (pair.first, pair.why) == ("osm:n1002", ("same name",))
    first, second = send(told)[0], send(told)[0]
    found = review.suspected_duplicates(register, living(), second)
    assert {pair.first for pair in found} == {"osm:n1002", f"submission:{first.id}"}


def test_what_waits_is_told_to_nobody_who_suggests_the_same(living, send, new_place):
    send(new_place)
    assert review.similar_offers(living(), new_place) == []


def test_nothing_is_decided_twice(register, send, accept, new_place):
    given, _ = send(new_place)
    accept(given)
    with pytest.raises(SubmissionError, match="is accepted already"):
        accept(given)
    with pytest.raises(SubmissionError, match="is accepted already"):
        review.reject(register, "toy", given.id, who="ada", reason="twice")


def test_what_changed_since_somebody_looked_is_not_accepted(
    register, living, send, accept, new_place
):
    given, token = send(new_place)
    told = {**new_place, "name": "Anders"}
    changed = sending.change(register, living(), token, told, sender=Sender(), is_released=False)
    assert changed.edition == 2
    with pytest.raises(SubmissionError, match="is edition 2 now, not 1"):
        accept(given, edition=1)


def test_a_rejection_needs_a_reason_and_tells_it(register, send, new_place):
    given, token = send(new_place)
    with pytest.raises(SubmissionError, match="`reason` has 0"):
        review.reject(register, "toy", given.id, who="ada", reason=" ")
    review.reject(register, "toy", given.id, who="ada", reason="Gibt es schon.")
    found, steps = sending.followed(register, token)
    assert (found.state, found.reason) == ("rejected", "Gibt es schon.")
    assert [step.what for step in steps] == ["sent", "rejected"]


def test_accepting_is_undone_like_any_change(register, living, send, accept):
    accept(send({"name": "Bäckerei Groß"}, offer_id=BAKERY)[0])
    accept(send({"name": "Falsch"}, offer_id=BAKERY)[0])
    register.undo("toy", register.rev("toy"), who="ada")
    assert bakery(living()).name == "Bäckerei Groß"


def test_what_is_erased_leaves_the_suggestion_as_well(register, send, accept, new_place):
    given, token = send(new_place, is_released=True)
    register.erase("toy", accept(given), who="ada")
    found, _ = sending.followed(register, token)
    assert found.content.keys() & {"phone", "email"} == set()
    assert found.content["name"] == "Reparatur am Markt"


def test_what_was_erased_is_not_brought_back(register, send, accept, new_place):
    entry_id = accept(send(new_place, is_released=True)[0])
    register.erase("toy", entry_id, who="ada")
    with pytest.raises(ValueError, match="was erased for good"):
        accept(send({"phone": "0395 99"}, offer_id=entry_id)[0])
