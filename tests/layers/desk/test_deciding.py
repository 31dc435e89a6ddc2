"""What the register finds by itself: proposals, submitted entries, pairs, and what is overdue."""

from dataclasses import replace
from datetime import date

import pytest

from layers.desk.decided import decisions_of
from layers.desk.deciding import decide, stamp_of
from layers.desk.items import DecidedError, item_id, parts_of
from layers.desk.queue import FoundInRegister, queue
from layers.desk.undoing import undo
from layers.errors import SubmissionError, UnknownOfferError
from layers.register.entry import Source
from layers.sources.record import SourceRecord
from tests.layers.desk.conftest import TODAY, waiting

LIST = Source("list", "A list", licence="CC0-1.0", as_of=date(2026, 11, 1))
CAFE = SourceRecord("list", "1", 0, "Reparatur am Markt", ("repair_cafe",), lon=13.26, lat=53.55)


def act(register, item, do, **told):
    return decide(register, "toy", item, do, **{"who": "ada", "on": TODAY, **told})


@pytest.fixture
def cafe(register):
    register.put_many("toy", LIST, [CAFE], who="import")
    return "list:1"


@pytest.fixture
def proposal(register, cafe):
    """The list wants another name, which waits."""
    other = replace(CAFE, name="Reparatur am See")
    register.put_many("toy", LIST, [other], who="import", status="submitted")
    return item_id("i", cafe, "list")


def name(register, entry_id):
    return register.entry("toy", entry_id).claims[0].values["name"]


def test_an_id_says_what_it_is_of():
    assert parts_of(item_id("d", "osm:n1", "ümläut/2")) == ("d", ("osm:n1", "ümläut/2"))


def test_a_proposal_is_taken_once_and_taken_back(register, living, cafe, proposal):
    (item,) = queue(register, living(), on=TODAY)
    assert (item.kind, item.id, item.title) == ("import", proposal, "Reparatur am Markt")
    assert (item.about, item.why) == ("list", ("name",))
    assert item.since == register.changes("toy")[0].recorded_at
    rev = act(register, proposal, "accept", why="stimmt")
    assert name(register, cafe) == "Reparatur am See"
    with pytest.raises(DecidedError, match=r"already decided by ada at .*: accept"):
        act(register, proposal, "reject", who="bob")
    assert decisions_of(register, "toy")[0].rev == rev
    assert register.history("toy", cafe)[-1].change.why == "stimmt"
    undo(register, "toy", proposal, who="ada")
    assert name(register, cafe) == "Reparatur am Markt"
    assert waiting(register, living) == [("import", proposal)]


def test_what_a_source_changed_since_is_not_decided(register, cafe, proposal):
    stamp = stamp_of(register.entry("toy", cafe), "list")
    third = replace(CAFE, name="Reparatur am Tor")
    register.put_many("toy", LIST, [third], who="import", status="submitted")
    with pytest.raises(SubmissionError, match="wants something else now"):
        act(register, proposal, "accept", stamp=stamp)
    act(register, proposal, "accept", stamp=stamp_of(register.entry("toy", cafe), "list"))
    assert name(register, cafe) == "Reparatur am Tor"


@pytest.mark.parametrize(("do", "status"), [("accept", "published"), ("reject", "rejected")])
def test_a_submitted_entry_is_published_or_stays_out(register, living, do, status):
    register.put_many("toy", LIST, [CAFE], who="import", status="submitted")
    item = item_id("e", "list:1")
    assert waiting(register, living) == [("import", item)]
    act(register, item, do)
    assert register.entry("toy", "list:1").status == status
    with pytest.raises(DecidedError, match=f"by ada at .*: {status}"):
        act(register, item, do, who="bob")
    undo(register, "toy", item, who="bob")
    assert register.entry("toy", "list:1").status == "submitted"


@pytest.fixture
def pair(register, cafe):
    twin = replace(CAFE, source="other", source_id="9", name="Reparatur am Mark")
    register.put_many("toy", replace(LIST, id="other"), [twin], who="import")
    return item_id("d", cafe, "other:9")


def test_a_pair_is_merged_once_and_parted_again(register, living, pair):
    (item,) = queue(register, living(), on=TODAY)
    assert (item.kind, item.id, item.about) == ("duplicate", pair, "Reparatur am Mark")
    assert (item.why, item.distance_m) == (("same name",), 0.0)
    with pytest.raises(SubmissionError, match="`keep` is 'osm:n1'; it may be 'list:1' or"):
        act(register, pair, "merge", keep="osm:n1")
    act(register, pair, "merge", keep="other:9")
    assert register.entry("toy", "list:1").id == "other:9"
    with pytest.raises(DecidedError, match=r"by ada at .*: merge"):
        act(register, pair, "apart", who="bob")
    undo(register, "toy", pair, who="ada")
    assert register.entry("toy", "list:1").id == "list:1"
    assert waiting(register, living) == [("duplicate", pair)]


def test_a_pair_told_apart_is_not_suspected_again_until_that_is_undone(register, living, pair):
    act(register, pair, "apart")
    assert waiting(register, living) == []
    with pytest.raises(DecidedError, match=r"by ada at .*: tell apart"):
        act(register, pair, "merge", keep="list:1", who="bob")
    undo(register, "toy", pair, who="ada")
    assert waiting(register, living) == [("duplicate", pair)]


def test_an_overdue_entry_is_confirmed_for_two_years_or_archived(register, living, cafe):
    register.set_review("toy", cafe, date(2026, 11, 1), who="import")
    (item,) = queue(register, living(), on=TODAY)
    assert (item.kind, item.since, item.why) == ("overdue", "2026-11-01", ("planned",))
    act(register, item.id, "confirm")
    assert register.entry("toy", cafe).review_on == date(2028, 11, 23)
    with pytest.raises(DecidedError, match=r"by ada at .*: review"):
        act(register, item.id, "archive", who="bob")
    undo(register, "toy", item.id, who="ada")
    act(register, item.id, "archive")
    assert register.entry("toy", cafe).status == "archived"
    assert waiting(register, living) == []


def test_what_is_found_is_looked_for_again_after_a_change_alone(register, living, pair):
    found = FoundInRegister()
    first = found.items(register, living(), on=TODAY)
    assert found.items(register, living(), on=TODAY) is first
    act(register, pair, "apart")
    assert found.items(register, living(), on=TODAY) == []


def test_what_may_not_be_done_or_is_not_there_is_refused(register, pair):
    with pytest.raises(SubmissionError, match="`do` is 'accept'; it may be merge, apart"):
        act(register, pair, "accept")
    with pytest.raises(UnknownOfferError, match="osm:none"):
        act(register, item_id("o", "osm:none"), "confirm")
    with pytest.raises(SubmissionError, match="nothing was decided"):
        undo(register, "toy", pair, who="ada")
