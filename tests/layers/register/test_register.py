"""Corrections, review, links, duplicates, undoing: each a change that can be read at any time."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from layers.errors import RegisterError, UnknownOfferError
from layers.notices import Notice
from layers.register import Entry, Link, Register, Source
from layers.register.decisions import transition
from layers.register.entry import STATUSES, TRANSITIONS
from layers.register.resolve import disagreements, provenance, values_of

R = "toy"
SHOPS = Source("shops", "Hofläden", "CC0-1.0", "Stadt", as_of=date(2026, 2, 1))
BAKERY = {"name": "Bäckerei", "categories": ["bakery"], "lon": 13.2, "lat": 53.5}


@pytest.fixture
def two(register, osm, record):
    """The same bakery from two sources, as two entries."""
    register.put_many(R, osm, [record("n1", phone="1", street="Ring")], who="ada")
    twin = record("7", name="Bäckerei Groß", phone="2", housenumber="5", lat=53.6)
    register.put_many(R, SHOPS, [twin], who="ada")
    return register


def names(register, **asked):
    return [values_of(e)["name"] for e in register.entries(R, **asked)]


def test_an_entry_by_hand_goes_through_review(register):
    entry_id = register.create(R, BAKERY, who="eva", why="form")
    assert entry_id.startswith("umk:")
    assert register.entries(R) == []
    register.set_status(R, entry_id, "submitted", who="eva")
    register.set_status(R, entry_id, "published", who="ada", why="looks right")
    assert names(register) == ["Bäckerei"]
    changes = register.history(R, entry_id)
    assert [r.change.what for r in changes] == ["create", "submitted", "published"]
    assert (changes[-1].change.who, changes[-1].change.why) == ("ada", "looks right")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_only_allowed_ways_of_review_are_open(status, wanted):
    entry = Entry("osm:n1", status, ())
    if wanted == status or wanted in TRANSITIONS[status]:
        assert transition(entry, wanted).status == wanted
    else:
        with pytest.raises(RegisterError, match=f"is {status} and cannot become {wanted}"):
            transition(entry, wanted)


def test_a_status_that_is_none_is_refused(register, osm, record):
    register.put_many(R, osm, [record("n1")], who="ada")
    with pytest.raises(RegisterError, match="may be draft, submitted"):
        register.set_status(R, "osm:n1", "gone", who="ada")


def test_what_changes_nothing_leaves_no_trace(two):
    rev = two.rev(R)
    two.set_status(R, "osm:n1", "published", who="ada")
    two.set_review(R, "osm:n1", None, who="ada")
    assert two.rev(R) == rev


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"nam": "x"}, "`nam` is no field"),
        ({"lon": 1.0}, "belong together"),
        ({"name": 3}, "`name` is int, not a text"),
        ({"categories": []}, "no categories"),
    ],
)
def test_a_correction_that_may_not_be_is_refused_and_changes_nothing(two, values, reason):
    rev = two.rev(R)
    with pytest.raises(RegisterError, match=reason):
        two.correct(R, "osm:n1", values, who="eva")
    assert two.rev(R) == rev


def test_a_correction_can_be_withdrawn(two):
    two.correct(R, "osm:n1", {"phone": "3"}, who="eva")
    two.correct(R, "osm:n1", {}, withdraw=["phone"], who="eva")
    assert values_of(two.entry(R, "osm:n1"))["phone"] == "1"


def test_a_merged_entry_shows_where_sources_disagree(two):
    two.merge(R, "osm:n1", "shops:7", who="ada", why="same door")
    entry = two.entry(R, "shops:7")
    assert (entry.id, entry.aliases) == ("osm:n1", ("shops:7",))
    values = values_of(entry)
    assert (values["phone"], values["lat"], values["name"]) == ("1", 53.5, "Bäckerei")
    assert "housenumber" not in values  # of another street, perhaps
    assert disagreements(entry) == ("lon", "name", "phone")
    said = provenance(entry)["phone"]
    assert [(s.value, s.source, s.licence, s.holds) for s in said] == [
        ("1", "osm", "ODbL-1.0", True),
        ("2", "shops", "CC0-1.0", False),
    ]
    assert said[1].said_on == date(2026, 2, 1)
    assert len(two.entries(R)) == 1


def test_imports_of_both_sources_go_on_into_the_merged_entry(two, osm, record):
    two.merge(R, "osm:n1", "shops:7", who="ada")
    later = replace(SHOPS, as_of=date(2026, 9, 1))
    written = two.put_many(R, later, [record("7", name="Groß & Söhne")], who="ada", is_whole=True)
    entry = two.entry(R, "osm:n1")
    assert written.changed == ["osm:n1"]
    assert entry.claim("shops", "7").values["name"] == "Groß & Söhne"
    assert two.put_many(R, osm, [], who="ada", is_whole=True).gone == ["osm:n1"]
    assert values_of(two.entry(R, "osm:n1"))["name"] == "Groß & Söhne"


def test_both_histories_stay_after_a_merge(two):
    two.merge(R, "osm:n1", "shops:7", who="ada")
    told = [(r.change.rev, r.entry.id) for r in two.history(R, "osm:n1")]
    assert told == [(1, "osm:n1"), (2, "shops:7"), (3, "osm:n1"), (3, "shops:7")]


def test_a_merge_is_undone(two):
    before = [replace(entry, rev=0) for entry in two.entries(R)]
    two.merge(R, "osm:n1", "shops:7", who="ada")
    assert two.undo(R, 3, who="ada") == ["osm:n1", "shops:7"]
    assert [replace(entry, rev=0) for entry in two.entries(R)] == before
    two.undo(R, 4, who="ada", why="it was right after all")
    assert len(two.entries(R)) == 1


def test_a_merge_is_split_after_more_was_learnt(two, record):
    two.merge(R, "osm:n1", "shops:7", who="ada")
    two.put_many(R, SHOPS, [record("7", name="Neu", phone="9")], who="ada")
    with pytest.raises(RegisterError, match="osm:n1 changed since"):
        two.undo(R, 3, who="ada")
    with pytest.raises(RegisterError, match="split the two first"):
        two.restore(R, "osm:n1", rev=1, who="ada")
    two.split(R, "osm:n1", "shops:7", who="ada")
    assert names(two) == ["Bäckerei", "Neu"]
    assert two.entry(R, "shops:7").id == "shops:7"
    with pytest.raises(RegisterError, match="was not merged"):
        two.split(R, "osm:n1", "shops:7", who="ada")


def test_a_chain_of_merges_leads_to_the_last(two, record):
    two.put_many(R, SHOPS, [record("8")], who="ada")
    two.merge(R, "shops:7", "shops:8", who="ada")
    two.merge(R, "osm:n1", "shops:7", who="ada")
    assert two.entry(R, "shops:8").id == "osm:n1"
    assert two.entry(R, "osm:n1").aliases == ("shops:7", "shops:8")
    two.split(R, "osm:n1", "shops:7", who="ada")
    assert two.entry(R, "shops:8").id == "shops:7"


def test_entries_told_apart_stay_apart_until_that_is_undone(two):
    two.tell_apart(R, "shops:7", "osm:n1", who="ada", why="two shops in one house")
    assert two.told_apart(R) == {("osm:n1", "shops:7")}
    with pytest.raises(RegisterError, match="told apart"):
        two.merge(R, "osm:n1", "shops:7", who="ada")
    two.undo(R, 3, who="ada")
    assert two.told_apart(R) == set()
    two.undo(R, 4, who="ada")
    assert two.told_apart(R) == {("osm:n1", "shops:7")}


def test_a_pair_told_apart_holds_for_what_they_were_merged_into(two, record):
    two.put_many(R, SHOPS, [record("8")], who="ada")
    two.tell_apart(R, "shops:8", "osm:n1", who="ada")
    two.merge(R, "shops:7", "shops:8", who="ada")
    assert two.told_apart(R) == {("osm:n1", "shops:7")}
    with pytest.raises(RegisterError, match="told apart"):
        two.merge(R, "osm:n1", "shops:7", who="ada")


def test_a_tombstone_is_out_of_everything_but_history(two, osm, record):
    two.remove(R, "osm:n1", who="ada", why="never was there")
    assert names(two) == ["Bäckerei Groß"]
    assert two.entry(R, "osm:n1").is_removed
    two.put_many(R, osm, [record("n1", phone="77")], who="ada")  # a source does not bring it back
    assert names(two) == ["Bäckerei Groß"]
    two.restore(R, "osm:n1", rev=1, who="ada")
    assert names(two) == ["Bäckerei", "Bäckerei Groß"]


def test_an_import_is_undone_as_a_whole(register, osm, record):
    register.put_many(R, osm, [record("n1")], who="ada")
    register.put_many(R, osm, [record("n1", name="X"), record("n2")], who="ada")
    register.undo(R, 2, who="ada")
    assert names(register) == ["Bäckerei"]
    assert register.entry(R, "osm:n2").is_removed


def test_only_changes_of_the_region_are_undone(two):
    with pytest.raises(RegisterError, match="no change of this region"):
        two.undo("elsewhere", 1, who="ada")


def test_states_are_read_by_when_they_were_recorded(register, osm, record, monkeypatch):
    days = iter([datetime(2026, 1, d, 12, tzinfo=UTC) for d in (1, 3, 2)])

    class Clock(datetime):
        @classmethod
        def now(cls, _):
            return next(days)

    monkeypatch.setattr("layers.register.database.datetime", Clock)
    register.put_many(R, osm, [record("n1", name="eins")], who="ada")
    register.put_many(R, osm, [record("n1", name="zwei")], who="ada")
    register.put_many(R, osm, [record("n1", name="drei")], who="ada")  # the clock went back a day
    known = [names(register, recorded=date(2026, 1, day)) for day in (1, 2, 3)]
    assert known == [["eins"], ["eins"], ["drei"]]
    assert names(register, recorded=date(2025, 12, 31)) == []
    assert values_of(register.entry(R, "osm:n1", recorded=date(2026, 1, 2)))["name"] == "eins"
    with pytest.raises(UnknownOfferError, match="osm:n1"):
        register.entry(R, "osm:n1", recorded=date(2025, 12, 31))
    with pytest.raises(RegisterError, match="without a zone"):
        register.entries(R, recorded=datetime(2026, 1, 1))  # noqa: DTZ001
    times = [c.recorded_at for c in register.changes(R)]
    assert times == sorted(times, reverse=True)


def test_newly_recorded_is_not_newly_opened(register, osm, record):
    told = [
        record("old", name="alt"),
        record("new", name="neu", opened_on=date(2026, 5, 1)),
        record("shut", name="zu", opened_on=date(2000, 1, 1), closed_on=date(2026, 3, 1)),
    ]
    register.put_many(R, osm, told, who="ada")
    assert names(register, as_of=date(2026, 2, 28)) == ["alt", "zu"]
    assert names(register, as_of=date(2026, 3, 1)) == ["alt"]
    assert names(register, as_of=date(2026, 5, 1)) == ["neu", "alt"]
    assert [o.opened_on for o in register.offers(R)] == [date(2026, 5, 1), None, date(2000, 1, 1)]


def test_links_are_read_from_both_ends_and_follow_merges(two, record):
    two.put_many(R, SHOPS, [record("8")], who="ada")
    two.link(R, "shops:8", "supplies", "shops:7", who="ada")
    two.merge(R, "osm:n1", "shops:7", who="ada")
    assert two.links(R, "shops:8") == ([Link("supplies", "osm:n1")], [])
    assert two.links(R, "osm:n1") == ([], [Link("supplies", "shops:8")])
    two.remove(R, "shops:8", who="ada", why="closed")
    assert two.links(R, "osm:n1") == ([], [])


def test_links_can_be_taken_away(two):
    two.link(R, "osm:n1", "partner", "shops:7", who="ada")
    two.link(R, "osm:n1", "partner", "shops:7", is_set=False, who="ada")
    assert two.links(R, "shops:7") == ([], [])


def test_links_that_cannot_be_are_refused(two):
    with pytest.raises(RegisterError, match="supplies, uses_room_of"):
        two.link(R, "osm:n1", "likes", "shops:7", who="ada")
    with pytest.raises(RegisterError, match="another entry"):
        two.link(R, "osm:n1", "partner", "osm:n1", who="ada")


def test_a_notice_ends_by_itself(two):
    wanted = Notice("needs", "room", date(2026, 6, 30), "samstags")
    two.post_notice(R, "osm:n1", wanted, who="eva")
    two.post_notice(R, "osm:n1", wanted, who="eva")
    assert two.offers(R, on=date(2026, 6, 30))[0].notices == (wanted,)
    assert two.offers(R, on=date(2026, 7, 1))[0].notices == ()


def test_confirmed_matches_are_counted_by_region(two):
    rev = two.confirm_match(R, "osm:n1", "shops:7", "room", on=date(2026, 6, 1), who="eva")
    assert two.matches(R) == [("osm:n1", "shops:7", "room", date(2026, 6, 1))]
    assert two.matches("elsewhere") == []
    two.undo(R, rev, who="eva")
    assert two.matches(R) == []


def test_overdue_lists_planned_days_gone_records_and_old_ones(register, osm, record):
    register.put_many(R, osm, [record("n1"), record("n2"), record("n3")], who="ada", is_whole=True)
    later = replace(osm, as_of=date(2026, 2, 1))
    register.put_many(R, later, [record("n1"), record("n2")], who="ada", is_whole=True)
    register.set_review(R, "osm:n2", date(2026, 3, 1), who="ada")
    due = register.overdue(R, on=date(2026, 3, 1))
    assert [(o.id, o.is_gone, o.age_days) for o in due] == [
        ("osm:n3", True, 59),
        ("osm:n2", False, 28),
    ]
    much_later = register.overdue(R, on=date(2029, 1, 1))
    assert [o.id for o in much_later] == ["osm:n3", "osm:n1", "osm:n2"]


def test_reports_of_imports_are_kept(register):
    register.keep_report(R, "shops", {"rows": 3}, who="ada")
    rev = register.keep_report(R, "shops", {"rows": 4}, who="ada")
    assert register.reports(R)[0] == (rev, "shops", {"rows": 4})
    assert register.reports("elsewhere") == []


def test_contacts_are_shown_only_where_their_source_publishes_them(register, osm, record):
    told = {"phone": "0395 1", "email": "a@b.example", "contact_name": "Ada Lovelace"}
    register.put_many(R, osm, [record("n1", **told)], who="ada")
    register.put_many(R, SHOPS, [record("7", **told)], who="ada")
    shown = {offer.id: (offer.phone, offer.email) for offer in register.offers(R)}
    assert shown == {"osm:n1": ("0395 1", "a@b.example"), "shops:7": ("", "")}


def test_threads_may_write_at_once(register, record):
    def write(name):
        for i in range(5):
            register.put_many(R, Source(name), [record(f"{i}")], who=name)

    threads = [threading.Thread(target=write, args=(f"s{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(register.entries(R)), register.rev(R)) == (20, 20)


def test_an_opened_register_finds_what_was_written(register, register_url, osm, record):
    register.put_many(R, osm, [record("n1")], who="ada")
    with Register.open(register_url) as again:
        assert names(again) == ["Bäckerei"]
