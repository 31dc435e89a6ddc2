"""Suspected duplicates: the same or a related kind, close by, with something in common."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.register_duplicates import planted, score
from layers.register_duplicates import Item, Suspected, suspected
from layers.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "data" / "taxonomy.toml")
M = 1 / 111_195  # degrees of latitude


@pytest.fixture
def pair() -> Callable[..., list[Suspected]]:
    """Compare two entries `metres` apart; what is told of the second goes over the first."""

    def run(first: dict, second: dict, *, metres: float = 10.0, **options) -> list[Suspected]:
        told = {"categories": ("repair_cafe",), "sources": frozenset({"osm"}), **first}
        other = {**told, "sources": frozenset({"list"}), **second}
        items = [
            Item("a", lon=13.0, lat=53.0, **told),
            Item("b", lon=13.0, lat=53.0 + metres * M, **other),
        ]
        return suspected(items, TAXONOMY, **options)

    return run


@pytest.mark.parametrize(
    ("first", "second", "metres", "why"),
    [
        ("Repair-Café Nordstadt", "RepairCafe Nordstadt", 90, ("same name",)),
        ("Bäckerei Groß & Söhne", "Gross und Söhne GmbH", 30, ("same name",)),
        ("Hofladen Meier", "Hofladen Maier", 30, ("same name",)),
        ("Neumarkt", "Wochenmarkt Neumarkt Elberfeld", 50, ("part of name",)),
        ("Neumarkt", "Wochenmarkt Neumarkt Elberfeld", 70, ()),
        ("Repair-Café Nordstadt", "Repair-Café Nordstadt", 110, ()),
        ("Hofladen Meier", "Hofladen Schulze", 10, ()),
        ("Kita 3", "Kita 4", 10, ()),
        ("", "Nordstadt", 15, ("no name",)),
        ("", "Nordstadt", 25, ()),
        ("", "", 5, ("no name",)),
    ],
)
def test_names_and_distance_tell(pair, first: str, second: str, metres: float, why: tuple):
    found = pair({"name": first}, {"name": second}, metres=metres)
    assert tuple(p.why for p in found) == ((why,) if why else ())


@pytest.mark.parametrize(
    ("category", "is_found"),
    [("bike_self_repair", True), ("pharmacy", False), ("repair_cafe", True)],
)
def test_kinds_must_be_the_same_or_related(pair, category: str, is_found: bool):
    found = pair({"name": "Nordstadt"}, {"name": "Nordstadt", "categories": (category,)})
    assert bool(found) is is_found


def test_kinds_of_the_essentials_are_not_related(pair):
    doctor, school = {"categories": ("doctor",)}, {"categories": ("kindergarten",)}
    assert pair({"name": "Nord", **doctor}, {"name": "Nord", **school}) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "metres", "why"),
    [
        ({"phone": "+49 395 123456"}, {"phone": "0395 / 123 456"}, 400, ("same phone",)),
        ({"phone": "+49 395 123456"}, {"phone": "0395 / 123 456"}, 600, ()),
        ({"phone": "110"}, {"phone": "110"}, 10, ()),
        ({"website": "https://www.nord.de/"}, {"website": "http://nord.de"}, 90, ("same site",)),
    ],
)
def test_contact_tells_farther_away(pair, mine: dict, theirs: dict, metres: float, why: tuple):
    found = pair({"name": "Alpha", **mine}, {"name": "Omega", **theirs}, metres=metres)
    assert tuple(p.why for p in found) == ((why,) if why else ())


def test_web_address_of_a_whole_chain_tells_nothing():
    items = [
        Item(
            f"i{k}", f"Laden {k}", ("repair_cafe",), 13.0, 53.0 + k * 5 * M, website="https://c.de"
        )
        for k in range(21)
    ]
    assert suspected(items, TAXONOMY) == []


def test_one_source_that_lists_two_means_two_unless_the_names_are_the_same(pair):
    one = {"sources": frozenset({"osm"})}
    assert pair({"name": "Hofladen Meier"}, {"name": "Hofladen Maier", **one}) == []
    twice = {"name": "Hofladen Meier"}, {"name": "Hofladen Meier", **one}
    assert len(pair(*twice, metres=28)) == 1
    assert pair(*twice, metres=32) == []


def test_pairs_told_apart_are_not_suspected_again(pair):
    same = {"name": "Nordstadt"}
    assert pair(same, same, apart={("a", "b")}) == []


def test_what_was_there_before_comes_first(pair):
    (found,) = pair({"name": "Nordstadt"}, {"name": "Nordstadt"}, among={"a"})
    assert (found.first, found.second, found.distance_m) == ("b", "a", pytest.approx(10, abs=0.2))


def test_only_pairs_with_one_that_is_asked_for(pair):
    same = {"name": "Nordstadt"}
    assert pair(same, same, among=set()) == []


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare_is_no_pair(count: int):
    assert suspected([Item("a", "A", ("csa",), 13.0, 53.0)] * count, TAXONOMY) == []


def test_planted_duplicates_are_found_and_others_left_alone():
    items, pairs = planted(TAXONOMY, 3_000, draw=np.random.default_rng(5))
    recall, precision = score(suspected(items, TAXONOMY), pairs)
    assert len(pairs) == 150
    assert recall >= 0.95
    assert precision >= 0.9
