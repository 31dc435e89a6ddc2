"""A source's records come in: once, again, changed, gone, and with faults among them."""

from dataclasses import replace
from datetime import date

import pytest

from layers.errors import RegisterError, UnknownOfferError
from layers.register import Register, Source
from layers.register.resolve import values_of

R = "toy"


def put(register, source, records, **options):
    return register.put_many(R, source, records, who="ada", **options)


def test_the_same_records_again_change_nothing(register, osm, record):
    records = [record("n1"), record("n2", name="Café")]
    first = put(register, osm, records, is_whole=True)
    rev = register.rev(R)
    again = put(register, osm, records, is_whole=True)
    assert first.added == ["osm:n1", "osm:n2"]
    assert (again.unchanged, again.revs, again.added, again.changed) == (2, [], [], [])
    assert register.rev(R) == rev == 1
    assert len(register.history(R, "osm:n1")) == 1


def test_a_changed_record_changes_its_own_fields_and_their_dates(register, osm, record):
    put(register, osm, [record("n1", phone="1", street="Ring")])
    later = replace(osm, as_of=date(2026, 5, 1))
    written = put(register, later, [record("n1", phone="2", street="Ring")])
    claim = register.entry(R, "osm:n1").claims[0]
    assert written.changed == ["osm:n1"]
    assert (claim.values["phone"], claim.said_on("phone")) == ("2", date(2026, 5, 1))
    assert claim.said_on("street") == date(2026, 1, 1)


def test_what_a_whole_source_no_longer_has_is_marked_and_comes_back(register, osm, record):
    put(register, osm, [record("n1"), record("n2")], is_whole=True)
    later = replace(osm, as_of=date(2026, 6, 1))
    written = put(register, later, [record("n1")], is_whole=True)
    assert written.gone == ["osm:n2"]
    gone = register.entry(R, "osm:n2")
    assert (gone.is_gone, gone.is_public, gone.claims[0].gone_on) == (True, True, later.as_of)
    assert put(register, later, [record("n1")], is_whole=True).revs == []
    back = put(register, replace(osm, as_of=date(2026, 7, 1)), [record("n1"), record("n2")])
    assert back.back == ["osm:n2"]
    assert not register.entry(R, "osm:n2").is_gone


def test_a_part_of_a_source_marks_nothing_as_gone(register, osm, record):
    put(register, osm, [record("n1"), record("n2")])
    assert put(register, osm, [record("n1")]).gone == []


def test_a_correction_by_hand_outlives_the_next_import(register, osm, record):
    put(register, osm, [record("n1", phone="1")])
    register.correct(R, "osm:n1", {"phone": "right", "website": None}, who="eva", why="called")
    put(register, osm, [record("n1", phone="2", website="https://x.example")])
    values = values_of(register.entry(R, "osm:n1"))
    assert values["phone"] == "right"
    assert "website" not in values


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"lon": None, "lat": None}, "no lon and no lat"),
        ({"lon": 200.0}, "degrees go from -180 to 180"),
        ({"lat": None}, "belong together"),
        ({"categories": ()}, "no categories"),
        ({"name": "x" * 10_001}, "10000 are allowed"),
        ({"name": "\ud800"}, "surrogates not allowed"),
        ({"source_id": ""}, "1 to 1000 characters"),
        ({"source_id": "x" * 1001}, "1 to 1000 characters"),
        ({"source_id": "a\x00b"}, "1 to 1000 characters"),
        ({"capacity": float("nan")}, "not a number"),
    ],
)
def test_a_record_with_a_fault_is_refused_and_the_others_taken(register, osm, record, told, reason):
    written = put(register, osm, [record(**{"source_id": "bad", **told}), record("n2")])
    assert [r.source_id for r in written.refused] == [told.get("source_id", "bad")]
    assert reason in written.refused[0].reason
    assert written.added == ["osm:n2"]


def test_a_refused_record_is_not_taken_for_gone(register, osm, record):
    put(register, osm, [record("n1")], is_whole=True)
    written = put(register, osm, [record("n1", lon=200.0)], is_whole=True)
    assert (written.gone, len(written.refused)) == ([], 1)


def test_an_id_told_twice_counts_once(register, osm, record):
    written = put(register, osm, [record("n1"), record("n1", name="other")])
    assert (written.added, written.refused[0].source_id) == (["osm:n1"], "n1")
    assert values_of(register.entry(R, "osm:n1"))["name"] == "Bäckerei"


def test_a_trial_tells_what_would_change_and_changes_nothing(register, osm, record):
    put(register, osm, [record("n1"), record("n3")])
    written = put(
        register, osm, [record("n1", name="Neu"), record("n2")], is_trial=True, is_whole=True
    )
    assert (written.added, written.changed, written.gone) == (["osm:n2"], ["osm:n1"], ["osm:n3"])
    assert (register.rev(R), len(register.entries(R))) == (1, 2)


def test_a_record_joins_the_entry_it_speaks_of(register, osm, record):
    put(register, osm, [record("n1")])
    shops = Source("shops", licence="CC0-1.0")
    told = [record("7", name="Bäckerei Groß", email="x@y.example", lon=None, lat=None)]
    written = put(register, shops, told, joins={"7": "osm:n1"})
    entry = register.entry(R, "shops:7")
    assert (written.changed, entry.id, entry.aliases) == (["osm:n1"], "osm:n1", ("shops:7",))
    assert [claim.source for claim in entry.claims] == ["osm", "shops"]
    assert put(register, shops, told).unchanged == 1


def test_several_records_join_one_entry_by_any_of_its_ids(register, osm, record):
    put(register, osm, [record("n1"), record("n2")])
    register.merge(R, "osm:n1", "osm:n2", who="ada")
    shops = Source("shops", licence="CC0-1.0")
    joins = {"7": "osm:n2", "8": "osm:n1", "9": "shops:7"}
    put(register, shops, [record("7")], joins=joins)
    put(register, shops, [record("8"), record("9"), record("10")], joins={**joins, "10": "shops:7"})
    entry = register.entry(R, "osm:n2")
    assert [claim.source_id for claim in entry.claims] == ["n1", "n2", "7", "8", "9", "10"]


def test_odd_ids_of_sources_become_ids_of_entries(register, osm, record):
    written = put(register, osm, [record("Straße 7/8"), record("x" * 500)])
    assert all(register.entry(R, entry_id) for entry_id in written.added)
    assert len(set(written.added)) == 2


def test_a_source_that_changes_its_licence_is_noted_without_new_revisions(register, record):
    put(register, Source("a", licence="CC0-1.0"), [record("1")])
    put(register, Source("a", licence="CC0-1.0", attribution="Stadt"), [record("1")])
    assert register.sources(R)["a"].attribution == "Stadt"
    assert len(register.history(R, "a:1")) == 1


@pytest.mark.parametrize("source", ["hand", "umk", "a:b", "", "a b"])
def test_names_of_sources_that_could_be_mistaken_are_refused(register, record, source):
    with pytest.raises(RegisterError, match="`source`"):
        put(register, Source(source), [record("1")])


def test_no_record_makes_no_change(register, osm):
    put(register, osm, [])
    assert put(register, osm, []).revs == []
    assert register.entries(R) == []


def test_regions_do_not_see_each_other(register, osm, record):
    register.put_many("a", osm, [record("n1")], who="ada")
    register.put_many("b", osm, [record("n1", name="B")], who="ada")
    assert values_of(register.entry("a", "osm:n1"))["name"] == "Bäckerei"
    assert (register.rev("a"), register.rev("b"), register.rev("c")) == (1, 2, 0)


def test_portions_are_changes_of_their_own(register, osm, record, monkeypatch):
    monkeypatch.setattr("layers.register.bulk.PORTION", 2)
    seen = []
    written = put(
        register, osm, [record(f"n{i}") for i in range(5)], is_whole=True, progress=seen.append
    )
    assert (written.revs, seen) == ([1, 2, 3], [2, 2, 1])
    assert put(register, osm, [record(f"n{i}") for i in range(5)], is_whole=True).unchanged == 5


def test_an_import_goes_on_right_beside_other_writers(register, osm, record, monkeypatch):
    monkeypatch.setattr("layers.register.bulk.PORTION", 1)
    other = Register(register.database)

    def records():
        yield record("n1")
        yield record("n2")
        other.put_many(R, osm, [record("n2", name="von nebenan")], who="eva")
        yield record("n3")

    put(register, osm, records())
    assert len(register.entries(R)) == 3


def test_a_source_tells_of_all_that_it_ever_listed(register, record):
    told = Source("a", licence="CC0-1.0", as_of=date(2026, 1, 1), categories=("farm_shop",))
    put(register, told, [record("1"), record("2", categories=("cafe", "bakery"))])
    put(register, replace(told, as_of=date(2026, 2, 1), categories=()), [], is_whole=True)
    noted = register.sources(R)["a"]
    assert noted.categories == ("bakery", "cafe", "farm_shop")
    assert noted.as_of == date(2026, 2, 1)


def test_an_undone_join_leads_nowhere_any_more(register, osm, record):
    put(register, osm, [record("n1")])
    shops = Source("shops", licence="CC0-1.0")
    written = put(register, shops, [record("7")], joins={"7": "osm:n1"})
    register.undo(R, written.revs[0], who="ada")
    with pytest.raises(UnknownOfferError, match="shops:7"):
        register.entry(R, "shops:7")


@pytest.mark.parametrize("number", [10**30, -1e300, 2**53 + 2])
def test_numbers_that_no_reader_tells_apart_are_refused(register, osm, record, number):
    told = [record("bad", facts={"seats": number}), record("n2", facts={"seats": 2**53})]
    written = put(register, osm, told)
    assert "more than 15 digits" in written.refused[0].reason
    assert values_of(register.entry(R, "osm:n2"))["fact:seats"] == 2**53
