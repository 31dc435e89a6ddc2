"""A built region shows what the register holds, with the next question."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from layers import living as living_module
from layers.coverage import COVERED, coverage
from layers.living import LivingRegion, with_offers
from layers.offers import Offers
from layers.register import Register, Source
from layers.register.values import values_of_offer
from layers.sources.record import SourceRecord

R = "toy"
TODAY = date(2026, 6, 1)
HAND = {"name": "Repair-Café Neu", "categories": ["repair_cafe"]}


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite") as opened:
        yield opened


def place_of(atlas, offer_id):
    offer = atlas.offers[atlas.offers.row(offer_id)]
    return {"lon": offer.lon, "lat": offer.lat}


def covered(atlas, category="repair_cafe", minutes=4):
    report = coverage(atlas, category=category, minutes=minutes)
    return float(report.exact[:, COVERED].sum())


def test_without_entries_the_built_atlas_is_handed_out(register, toy_atlas):
    assert LivingRegion(register, R).atlas(toy_atlas, on=TODAY) is toy_atlas


def test_the_same_offers_give_the_same_answers(toy_atlas):
    again = with_offers(toy_atlas, Offers.of(reversed(list(toy_atlas.offers))))
    assert covered(again) == covered(toy_atlas) > 0
    assert again.supply["walk"].edge.tolist() == toy_atlas.supply["walk"].edge.tolist()


def test_a_published_offer_counts_and_one_taken_down_does_not(register, toy_atlas):
    living = LivingRegion(register, R)
    at = place_of(toy_atlas, "osm:n1001")
    made = register.create(R, {**HAND, **at}, who="eva", status="submitted")
    before = covered(living.atlas(toy_atlas, on=TODAY))
    assert before == covered(toy_atlas)
    register.set_status(R, made, "published", who="ada")
    now = living.atlas(toy_atlas, on=TODAY)
    assert covered(now) > before
    assert living.atlas(toy_atlas, on=TODAY) is now
    register.remove(R, made, who="ada", why="closed")
    assert covered(living.atlas(toy_atlas, on=TODAY)) == before


def test_an_imported_source_takes_the_place_of_the_builds(register, toy_atlas):
    cafe = next(o for o in toy_atlas.offers if "repair_cafe" in o.categories)
    record = SourceRecord(
        "osm", cafe.source_id, 0, "Neu", ("repair_cafe",), lon=cafe.lon, lat=cafe.lat
    )
    register.put_many(R, Source("osm", licence="ODbL-1.0"), [record], who="ada")
    living = LivingRegion(register, R).atlas(toy_atlas, on=TODAY)
    assert [(offer.id, offer.name) for offer in living.offers] == [(cafe.id, "Neu")]
    assert covered(living) == covered(toy_atlas)


def test_offers_count_from_the_day_they_open_until_they_close(register, toy_atlas):
    at = place_of(toy_atlas, "osm:n1001")
    days = {"opened_on": date(2026, 3, 1), "closed_on": date(2026, 9, 1)}
    register.create(R, {**HAND, **at, **days}, who="eva", status="published")
    living = LivingRegion(register, R)
    there = [
        len(living.atlas(toy_atlas, on=day).offers) - len(toy_atlas.offers)
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 8, 31), date(2026, 9, 1))
    ]
    assert there == [0, 1, 1, 0]


def test_a_category_that_is_not_known_here_is_left_out(register, toy_atlas):
    at = place_of(toy_atlas, "osm:n1001")
    register.create(R, {**HAND, **at, "categories": ["x"]}, who="eva", status="published")
    both = {**HAND, **at, "categories": ["x", "repair_cafe"]}
    made = register.create(R, both, who="eva", status="published")
    living = LivingRegion(register, R).atlas(toy_atlas, on=TODAY)
    assert len(living.offers) == len(toy_atlas.offers) + 1
    assert living.offers[living.offers.row(made)].categories == ("repair_cafe",)


def test_an_offer_of_an_atlas_goes_into_the_register_and_comes_back_equal(register, toy_atlas):
    for offer in toy_atlas.offers:
        values = values_of_offer(replace(offer, aliases=()))
        made = register.create(R, values, who="ada", status="published")
        back = next(o for o in register.offers(R) if o.id == made)
        kept = ("categories", "name", "opening_hours", "facts", "city", "street", "website")
        assert [getattr(back, k) for k in kept] == [getattr(offer, k) for k in kept]
        assert (back.lon, back.lat) == pytest.approx((offer.lon, offer.lat), abs=1e-7)


def test_offers_entered_by_hand_make_no_old_list_young(register, toy_atlas):
    depot = toy_atlas.taxonomy.category("csa_depot")
    at = place_of(toy_atlas, "osm:n1001")
    told = {"name": "Depot", "categories": ["csa_depot"], **at}
    made = register.create(R, told, who="eva", status="published")
    living = LivingRegion(register, R)
    entered = register.entry(R, made).claims[0].as_of
    assert living.atlas(toy_atlas, on=TODAY).data_as_of(depot) == entered
    farms = Source("farms", as_of=date(2015, 1, 1), categories=("csa_depot",))
    register.put_many(R, farms, [], who="ada")
    assert living.atlas(toy_atlas, on=TODAY).data_as_of(depot) == date(2015, 1, 1)


def test_a_list_seen_again_without_a_change_confirms_what_is_in_it(register, toy_atlas):
    at = place_of(toy_atlas, "osm:n1001")
    records = [SourceRecord("farms", f"{i}", i, "Depot", ("csa_depot",), **at) for i in range(3)]
    old = Source("farms", as_of=date(2024, 1, 1))
    register.put_many(R, old, records, who="ada")
    register.merge(R, "farms:0", "farms:1", who="ada")
    living = LivingRegion(register, R)
    assert living.atlas(toy_atlas, on=date(2025, 12, 31)).unconfirmed == frozenset()
    assert living.atlas(toy_atlas, on=TODAY).unconfirmed == {"farms:0", "farms:2"}
    register.put_many(R, replace(old, as_of=date(2026, 5, 1)), records[1:2], who="ada")
    assert living.atlas(toy_atlas, on=TODAY).unconfirmed == {"farms:2"}
    assert {o.id for o in register.overdue(R, on=TODAY)} == {"farms:2"}


def test_a_backup_put_back_shows_though_numbers_begin_again(register, toy_atlas, tmp_path):
    at = place_of(toy_atlas, "osm:n1001")
    kept = register.create(R, {**HAND, **at}, who="eva", status="published")
    register.backup(tmp_path / "b.sqlite")
    gone = register.create(R, {**HAND, **at}, who="eva", status="published")
    living = LivingRegion(register, R)
    assert gone in {o.id for o in living.atlas(toy_atlas, on=TODAY).offers}
    register.restore_backup(tmp_path / "b.sqlite")
    made = register.create(R, {**HAND, **at}, who="eva", status="published")
    ids = {o.id for o in living.atlas(toy_atlas, on=TODAY).offers}
    assert (kept in ids, gone in ids, made in ids) == (True, False, True)


def test_while_one_thread_makes_it_the_others_wait_and_get_the_same(
    register, toy_atlas, monkeypatch: pytest.MonkeyPatch
):
    living, made = LivingRegion(register, R), []
    begun, goes_on = threading.Event(), threading.Event()

    def slowly(*arguments):
        made.append(arguments)
        begun.set()
        assert goes_on.wait(20)
        return with_offers(*arguments)

    monkeypatch.setattr(living_module, "with_offers", slowly)
    at = place_of(toy_atlas, "osm:n1001")
    register.create(R, {**HAND, **at}, who="eva", status="published")
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(living.atlas, toy_atlas, on=TODAY)
        assert begun.wait(20)
        # whoever asks after this change must see it, though one is being made without it
        register.create(R, {**HAND, **at, "name": "Zweites"}, who="eva", status="published")
        later = [threads.submit(living.atlas, toy_atlas, on=TODAY) for _ in range(7)]
        goes_on.set()
        assert len(first.result().offers) == len(toy_atlas.offers) + 1
        answers = [each.result() for each in later]
    assert len({id(answer) for answer in answers}) == 1
    assert len(answers[0].offers) == len(toy_atlas.offers) + 2
    assert len(made) == 2


def test_what_did_not_change_is_the_very_same_object(register, toy_atlas):
    living = LivingRegion(register, R)
    at = place_of(toy_atlas, "osm:n1001")
    register.create(R, {**HAND, **at}, who="eva", status="published")
    before = {offer.id: offer for offer in living.atlas(toy_atlas, on=TODAY).offers}
    register.create(R, {**HAND, **at, "name": "Zweites"}, who="eva", status="published")
    now = living.atlas(toy_atlas, on=TODAY).offers
    assert [offer.name for offer in now if before.get(offer.id) is not offer] == ["Zweites"]
