"""Changes of a reviewed import wait, are shown as differences, and are accepted or rejected."""

from dataclasses import replace
from datetime import date

import pytest

from layers.errors import RegisterError, UnknownOfferError
from layers.register import Source
from layers.register.entry import SUBMITTED
from layers.register.proposals import Difference
from layers.register.resolve import values_of
from layers.register.schema import METADATA

R = "toy"
OSM = Source("osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap", True, date(2026, 1, 1))
MAY = replace(OSM, as_of=date(2026, 5, 1))
SHOPS = Source("shops", licence="CC0-1.0", as_of=date(2026, 2, 1))


def put(register, source, *records, **options):
    return register.put_many(R, source, records, who="ada", **options)


def value(register, name, entry_id="osm:n1"):
    return values_of(register.entry(R, entry_id)).get(name)


@pytest.fixture
def waiting(register, osm, record):
    """A published entry of which a change waits."""
    put(register, osm, record("n1", phone="1", website="https://a.example"))
    told = put(register, MAY, record("n1", phone="2"), record("n2"), status=SUBMITTED)
    assert (told.proposed, told.added, told.changed) == (["osm:n1"], ["osm:n2"], [])
    return register


def test_what_waits_does_not_count_and_is_shown_as_a_difference(waiting):
    assert value(waiting, "phone") == "1"
    assert [o.phone for o in waiting.offers(R)] == ["1"]
    (one,) = waiting.proposals(R)
    assert (one.entry_id, one.name, one.source, one.source_id) == (
        "osm:n1",
        "Bäckerei",
        "osm",
        "n1",
    )
    assert one.as_of == date(2026, 5, 1)
    assert one.differences == (
        Difference("phone", "1", "2", "2"),
        Difference("website", "https://a.example", None, None),
    )


def test_accepted_it_counts_and_can_be_undone(waiting):
    waiting.accept(R, "osm:n1", who="eva")
    assert (value(waiting, "phone"), value(waiting, "website")) == ("2", None)
    assert waiting.entry(R, "osm:n1").claims[0].said_on("phone") == date(2026, 5, 1)
    assert waiting.proposals(R) == []
    waiting.undo(R, waiting.rev(R), who="eva")
    assert (value(waiting, "phone"), len(waiting.proposals(R))) == ("1", 1)


def test_rejected_it_waits_again_only_when_the_source_changes(waiting, record):
    waiting.reject(R, "osm:n1", who="eva")
    assert (value(waiting, "phone"), waiting.proposals(R)) == ("1", [])
    again = put(waiting, MAY, record("n1", phone="2"), status=SUBMITTED)
    assert (again.unchanged, again.revs) == (1, [])
    put(waiting, MAY, record("n1", phone="3"), status=SUBMITTED)
    assert [d.said for d in waiting.proposals(R)[0].differences if d.field == "phone"] == ["3"]


def test_the_same_import_again_changes_nothing(waiting, record):
    again = put(waiting, MAY, record("n1", phone="2"), status=SUBMITTED)
    assert (again.unchanged, again.revs, len(waiting.proposals(R))) == (1, [], 1)


def test_a_source_that_goes_back_withdraws_what_waits(waiting, osm, record):
    back = put(waiting, osm, record("n1", phone="1", website="https://a.example"), status=SUBMITTED)
    assert (back.changed, waiting.proposals(R)) == (["osm:n1"], [])


def test_an_import_without_review_takes_the_place_of_what_waits(waiting, osm, record):
    put(waiting, osm, record("n1", phone="4"))
    assert (value(waiting, "phone"), waiting.proposals(R)) == ("4", [])


def test_a_correction_by_hand_holds_over_what_is_accepted(waiting):
    waiting.correct(R, "osm:n1", {"phone": "right"}, who="eva")
    difference = waiting.proposals(R)[0].differences[0]
    assert difference == Difference("phone", "right", "2", "right")
    waiting.accept(R, "osm:n1", who="eva")
    assert value(waiting, "phone") == "right"


def test_what_is_not_published_changes_at_once(register, osm, record):
    put(register, osm, record("n1", phone="1"), status=SUBMITTED)
    told = put(register, osm, record("n1", phone="2"), status=SUBMITTED)
    assert (told.changed, told.proposed, value(register, "phone")) == (["osm:n1"], [], "2")


def test_what_is_gone_is_noted_at_once_and_nothing_of_it_waits(waiting, osm, record):
    told = put(waiting, osm, record("n2"), status=SUBMITTED, is_whole=True)
    assert (told.gone, waiting.proposals(R)) == (["osm:n1"], [])
    assert waiting.entry(R, "osm:n1").is_gone
    put(waiting, osm, record("n1", phone="5"), record("n2"), status=SUBMITTED)
    assert (waiting.entry(R, "osm:n1").is_gone, value(waiting, "phone")) == (False, "1")
    assert len(waiting.proposals(R)) == 1


def test_a_further_source_of_an_entry_waits_until_it_is_accepted(register, osm, record):
    put(register, osm, record("n1"))
    told = put(register, SHOPS, record("7", phone="9"), joins={"7": "osm:n1"}, status=SUBMITTED)
    assert told.proposed == ["osm:n1"]
    with pytest.raises(UnknownOfferError, match="shops:7"):
        register.entry(R, "shops:7")
    register.accept(R, "osm:n1", source="shops", who="eva")
    entry = register.entry(R, "shops:7")
    assert (entry.id, [c.source for c in entry.claims]) == ("osm:n1", ["osm", "shops"])
    assert value(register, "phone") == "9"


def test_what_cannot_be_shown_is_refused_before_it_waits(register, osm, record):
    put(register, osm, record("n1"))
    told = put(register, osm, record("n1", categories=()), status=SUBMITTED)
    assert "no categories" in told.refused[0].reason
    assert register.proposals(R) == []


def test_what_waits_goes_along_when_entries_are_merged_and_split(waiting, record):
    put(waiting, SHOPS, record("7"))
    waiting.merge(R, "shops:7", "osm:n1", who="ada")
    assert [p.entry_id for p in waiting.proposals(R)] == ["shops:7"]
    waiting.split(R, "shops:7", "osm:n1", who="ada")
    assert [p.entry_id for p in waiting.proposals(R)] == ["osm:n1"]
    waiting.merge(R, "shops:7", "osm:n1", who="ada")
    waiting.accept(R, "shops:7", who="ada")
    waiting.split(R, "shops:7", "osm:n1", who="ada")
    assert value(waiting, "phone") == "2"


def test_erasure_takes_it_out_of_what_waits_and_waited(waiting, osm, record):
    number = "+49 395 77123"
    put(waiting, osm, record("n1", phone=number), status=SUBMITTED)
    waiting.reject(R, "osm:n1", who="eva")
    put(waiting, osm, record("n1", phone=number, name="x"), status=SUBMITTED)
    waiting.erase(R, "osm:n1", who="eva")
    with waiting.database.reading() as connection:
        rows = [r for t in METADATA.tables.values() for r in connection.execute(t.select())]
    assert [row for row in rows if number in str(row)] == []
    put(waiting, osm, record("n1", phone=number, name="y"), status=SUBMITTED)
    assert {d.field for p in waiting.proposals(R) for d in p.differences} == {"name", "website"}


def test_where_nothing_waits_nothing_is_decided(waiting):
    with pytest.raises(RegisterError, match="'osm:n2' nothing waits"):
        waiting.accept(R, "osm:n2", who="eva")
    with pytest.raises(RegisterError, match="of the source 'shops' waits"):
        waiting.reject(R, "osm:n1", source="shops", who="eva")


def test_words_that_look_like_it_are_no_proposals(register, osm, record):
    put(register, osm, record("n1", name='"proposals":[', description="%_"))
    assert register.proposals(R) == []
