"""Partners in the shipped toy region, whose register is made up for this."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.chains import MAX_CHAINS, chains_of, rooms_and_groups
from layers.errors import UnknownOfferError
from layers.living import with_offers
from layers.offers import Offers
from layers.partners import (
    Partners,
    Tie,
    goals_of,
    partners,
    residents_reaching_both,
    resources_of,
)
from tools.make_toy_region import main as write_shipped_toy

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data/regions/toy"


@pytest.fixture(scope="module")
def atlas(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    target = tmp_path_factory.mktemp("atlas") / "toy"
    return build_atlas(SHIPPED, taxonomy_path, target, base_map=False)


def names(found: Partners) -> list[str]:
    return [found.atlas.offers[p.offer].id.removeprefix("umk:") for p in found.partners]


def reasons(found: Partners, offer_id: str) -> list[tuple[str, str]]:
    row = found.atlas.offers.row(offer_id)
    return [(m.kind, m.resource) for p in found.partners if p.offer == row for m in p.matches]


def test_the_shipped_region_is_what_its_script_writes(tmp_path: Path):
    write_shipped_toy(tmp_path)
    for name in ("offers.csv", "municipalities.geojson", "region.toml", "README.md"):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_a_beekeeper_has_a_handful_of_partners_not_everybody(atlas: Atlas):
    found = partners(atlas, "umk:imkerei")
    assert 5 <= len(found.partners) <= 10 < len(atlas.offers) / 2
    assert reasons(found, "umk:wochenmarkt") == [
        ("needs", "sales_space"),
        ("gives", "processed_food"),
    ]
    assert "energie" not in names(found)  # 30 minutes by car, but nothing in common


def test_what_all_give_or_need_makes_no_match_alone(atlas: Atlas):
    weak = {r.id for r in atlas.taxonomy.resources if r.weak}
    for offer in atlas.offers:
        for partner in partners(atlas, offer.id, mode="car", minutes=60).partners:
            assert any(m.resource not in weak for m in partner.matches)
            assert [m.weak for m in partner.matches] == sorted(m.weak for m in partner.matches)


def test_who_works_together_already_comes_first_from_both_ends(atlas: Atlas):
    """The beekeeper's farthest partner, and one with which it has nothing in common."""
    last = names(partners(atlas, "umk:imkerei"))[-1]
    linked = (("supplies", f"umk:{last}"), ("partner", "umk:energie"), ("partner", "umk:nobody"))
    offers = [replace(o, links=linked if o.id == "umk:imkerei" else ()) for o in atlas.offers]
    living = with_offers(atlas, Offers.of(offers))
    found = partners(living, "umk:imkerei")
    assert set(names(found)[:2]) == {last, "energie"}
    by_name = dict(zip(names(found), found.partners, strict=True))
    assert by_name[last].ties == (Tie("supplies", is_own=True),)
    assert by_name["energie"].matches == ()
    mirrored = partners(living, f"umk:{last}", mode="car", minutes=60)
    assert names(mirrored)[0] == "imkerei"
    assert mirrored.partners[0].ties == (Tie("supplies", is_own=False),)


def test_a_match_holds_from_both_sides(atlas: Atlas):
    for offer in atlas.offers:
        for partner in partners(atlas, offer.id, mode="walk", minutes=240).partners:
            other = atlas.offers[partner.offer]
            mirrored = partners(atlas, other.id, mode="walk", minutes=240)
            turned = {"needs": "gives", "gives": "needs"}
            assert {(turned[m.kind], m.resource) for m in partner.matches} == set(
                reasons(mirrored, offer.id)
            )
        if offer.id > "umk:e":
            break  # a dozen offers are enough


def test_the_way_is_that_along_the_streets(atlas: Atlas):
    found = partners(atlas, "umk:gemeindesaal", mode="walk", minutes=15)
    row = atlas.offers.row("umk:repair-cafe")
    cafe = next(p for p in found.partners if p.offer == row)
    # (1200, 820) to (1200, 1020): both 0 m from the same street along y
    assert cafe.distance_m == pytest.approx(200, abs=0.5)
    assert cafe.travel_s == pytest.approx(150, abs=0.5)


def test_minutes_bound_every_pair_and_the_default_is_the_larger_reach(atlas: Atlas):
    near = partners(atlas, "umk:repair-cafe", mode="walk", minutes=5)
    assert near.partners
    assert all(p.travel_s <= 300 for p in near.partners)
    usual = partners(atlas, "umk:repair-cafe")
    reach = {c.id: c.reach.minutes for c in atlas.taxonomy.categories}
    for partner in usual.partners:
        other = atlas.offers[partner.offer].categories[0]
        assert partner.limit_s == 60 * max(reach["repair_cafe"], reach[other])
        assert partner.travel_s <= partner.limit_s


def test_a_notice_comes_first_and_the_one_that_ends_first_before_others(atlas: Atlas):
    found = partners(atlas, "umk:repair-cafe", mode="walk", minutes=60)
    assert found.partners[0].ends == "2024-06-30"
    ends = [p.ends for p in found.partners]
    assert ends == sorted(ends)
    room = found.partners[0].matches[0]
    assert (room.resource, room.notices[0].text) == ("room", "ein Raum am Samstag für 20 Personen")


def test_among_the_rest_more_reasons_go_before_shorter_ways(atlas: Atlas):
    found = [p for p in partners(atlas, "umk:imkerei").partners if p.ends > "2024-12-31"]
    strong = [sum(not m.weak for m in p.matches) for p in found]
    assert strong == sorted(strong, reverse=True)
    travel_s = [p.travel_s for p, n in zip(found, strong, strict=True) if n == strong[0]]
    assert travel_s == sorted(travel_s)


def test_a_notice_that_has_ended_says_nothing(atlas: Atlas):
    wandel = partners(atlas, "umk:wandel", mode="walk", minutes=60)
    assert all(not m.notices for p in wandel.partners for m in p.matches)


def test_a_notice_holds_on_its_last_day(atlas: Atlas):
    tafel = atlas.offers[atlas.offers.row("umk:tafel")]
    last = replace(tafel, notices=(replace(tafel.notices[0], until=date(2024, 5, 1),
                                           resource="seeds"),))  # fmt: skip
    gone = replace(last, notices=(replace(last.notices[0], until=date(2024, 4, 30)),))
    assert "seeds" in resources_of(atlas, last, "needs")
    assert "seeds" not in resources_of(atlas, gone, "needs")


def test_what_an_offer_states_goes_before_its_category(atlas: Atlas):
    depot = atlas.offers[atlas.offers.row("umk:depot-west")]
    assert resources_of(atlas, depot, "gives") == ("pick_up_point", "fresh_produce")
    assert resources_of(atlas, depot, "needs") == ("fresh_produce", "storage")
    farm = atlas.offers[atlas.offers.row("umk:hof-einoed")]
    assert resources_of(atlas, farm, "gives") == atlas.taxonomy.category("csa").gives


def test_people_who_reach_both_are_those_in_both_areas(atlas: Atlas):
    found = partners(atlas, "umk:repair-cafe", mode="walk", minutes=10)
    counted = residents_reaching_both(found, found.partners)
    network, demand = atlas.networks["walk"], atlas.demand["walk"]
    for partner, people in zip(found.partners, counted, strict=True):
        within = [
            network.to_nearest(demand, [atlas.supply["walk"].take([row])]).travel_s[0] <= 600
            for row in (found.offer, partner.offer)
        ]
        assert people == pytest.approx(atlas.people[np.logical_and(*within)].sum())
    assert 0 < counted.min() < counted.max() < atlas.people.sum()


def test_a_chain_goes_from_the_farm_over_the_depot_to_the_kitchen(atlas: Atlas):
    found = partners(atlas, "umk:hof-einoed", mode="bike")
    told = [
        tuple(atlas.offers[row].id for row in (a.source, a.target, b.target))
        for a, b in chains_of(found)
    ]
    assert ("umk:hof-einoed", "umk:depot-west", "umk:kueche-ost") in told
    assert len(told) <= MAX_CHAINS


def test_every_step_of_a_chain_is_a_gift_that_is_needed(atlas: Atlas):
    for offer_id in ("umk:hof-einoed", "umk:kueche-ost", "umk:mosterei"):
        found = partners(atlas, offer_id, mode="bike", minutes=40)
        chains = chains_of(found)
        assert chains
        for chain in chains:
            assert found.offer in {s for step in chain for s in (step.source, step.target)}
            assert chain[0].target == chain[1].source
            for step in chain:
                source, target = atlas.offers[step.source], atlas.offers[step.target]
                assert step.resource in resources_of(atlas, source, "gives")
                assert step.resource in resources_of(atlas, target, "needs")
                assert step.resource in atlas.taxonomy.passed_on
                assert step.travel_s <= 2400


def test_goods_are_passed_on_and_rooms_are_not(atlas: Atlas):
    assert atlas.taxonomy.passed_on == {
        "compost", "fresh_produce", "goods", "processed_food", "seeds", "spare_parts",
        "surplus_food", "used_goods",
    }  # fmt: skip


def test_groups_without_a_room_see_the_free_ones_near_them(atlas: Atlas):
    rooms, groups = rooms_and_groups(atlas, mode="walk", minutes=10)
    assert [atlas.offers[r.offer].id for r in rooms] == ["umk:gemeindesaal"]
    by_id = {atlas.offers[g.offer].id: g for g in groups}
    assert atlas.offers[groups[0].offer].id == "umk:repair-cafe"  # dated
    assert by_id["umk:repair-cafe"].rooms[0][1] == pytest.approx(150, abs=0.5)
    assert by_id["umk:radecke"].rooms == ()  # (400, 420) to (1200, 820) are 15 minutes
    assert by_id["umk:wandel"].until is None  # its notice has ended


def test_goals_are_those_of_the_categories(atlas: Atlas):
    cafe = atlas.offers[atlas.offers.row("umk:repair-cafe")]
    assert goals_of(atlas, cafe) == ("resources", "climate", "common_good")


def test_an_offer_alone_has_no_partner(atlas: Atlas):
    row = atlas.offers.row("umk:imkerei")
    alone = replace(
        atlas,
        offers=Offers.of([atlas.offers[row]]),
        supply={mode: s.take([row]) for mode, s in atlas.supply.items()},
    )
    found = partners(alone, "umk:imkerei")
    assert found.partners == ()
    assert chains_of(found) == []
    assert residents_reaching_both(found, ()).shape == (0,)


@pytest.mark.parametrize(
    ("question", "error", "match"),
    [
        ({"offer": "umk:imkrei"}, UnknownOfferError, "did you mean 'umk:imkerei'"),
        ({"offer": "umk:imkerei", "mode": "line"}, ParameterError, "mode"),
        ({"offer": "umk:imkerei", "minutes": 0}, ParameterError, "minutes"),
    ],
)
def test_wrong_questions_are_refused(atlas: Atlas, question, error, match):
    with pytest.raises(error, match=match):
        partners(atlas, **question)
