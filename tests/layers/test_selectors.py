"""The grammar of selectors."""

import pytest

from layers.selectors import NameList, OsmRules, SelectorIndex, parse_selector

RULES = OsmRules(
    text_keys=frozenset({"name", "operator"}),
    place_keys=("amenity", "shop", "office", "building"),
    not_places=frozenset({"bench", "parking"}),
    vacant_values=frozenset({"no", "vacant"}),
)


def matches(selector: dict[str, object], **tags: str) -> bool:
    parsed, faults = parse_selector(selector, RULES)
    assert parsed is not None, faults
    osm = {key.replace("__", ":"): value for key, value in tags.items()}
    return bool(SelectorIndex.build([(0, parsed)], RULES).match(osm))


@pytest.mark.parametrize(
    ("selector", "tags", "expected"),
    [
        ({"shop": "bakery"}, {"shop": "bakery"}, True),
        ({"shop": "bakery"}, {"shop": "Bakery"}, False),
        ({"shop": "bakery"}, {"shop": "butcher;bakery"}, True),
        ({"shop": "bakery"}, {}, False),
        ({"shop": ["bakery", "butcher"]}, {"shop": "butcher"}, True),
        ({"vending": ["milk"]}, {"vending": "eggs; milk"}, True),
        ({"vending": ["milk"]}, {"vending": "milkshake"}, False),
        ({"shop": "*", "fair_trade": "only"}, {"shop": "toys", "fair_trade": "only"}, True),
        ({"shop": "*", "fair_trade": "only"}, {"fair_trade": "only"}, False),
        ({"shop": "*", "fair_trade": "only"}, {"shop": "no", "fair_trade": "only"}, False),
        ({"shop": "books", "brand": "!"}, {"shop": "books"}, True),
        ({"shop": "books", "brand": "!"}, {"shop": "books", "brand": "Thalia"}, False),
        ({"shop": "x", "name": "~käse"}, {"shop": "x", "name": "Der KÄSEladen"}, True),
        ({"shop": "x", "name": "~käse"}, {"shop": "x"}, False),
        ({"shop": "x", "name": "!~käse"}, {"shop": "x"}, True),
        ({"shop": "x", "name": "!~käse"}, {"shop": "x", "name": "Käseladen"}, False),
        ({"vending": ["food", "!~drinks"]}, {"vending": "food"}, True),
        ({"vending": ["food", "!~drinks"]}, {"vending": "food;drinks"}, False),
    ],
)
def test_conditions_hold_as_the_grammar_says(
    selector: dict[str, object], tags: dict[str, str], expected: bool
) -> None:
    assert matches(selector, **tags) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "yes"}, True),
        ({"amenity": "social_centre"}, True),
        ({}, False),
        ({"building": "no"}, False),
        ({"highway": "bus_stop"}, False),
        ({"highway": "bus_stop", "amenity": "shelter"}, False),
        ({"amenity": "bench"}, False),
        ({"amenity": "parking", "building": "yes"}, False),
        ({"public_transport": "platform", "building": "yes"}, False),
    ],
)
def test_a_name_alone_needs_a_place(tags: dict[str, str], expected: bool) -> None:
    assert matches({"name": "~repair.?café"}, name="Repair-Café", **tags) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"shop": "bakery", "disused": "yes"}, False),
        ({"shop": "bakery", "abandoned": "yes"}, False),
        ({"shop": "bakery", "construction": "yes"}, False),
        ({"disused__shop": "bakery"}, False),
        # what was a pub is a bakery now
        ({"shop": "bakery", "disused__amenity": "pub"}, True),
        ({"shop": "bakery", "amenity": "vacant"}, True),
    ],
)
def test_what_is_gone_never_matches(tags: dict[str, str], expected: bool) -> None:
    assert matches({"shop": "bakery"}, **tags) is expected


@pytest.mark.parametrize(
    "former", [{"disused__shop": "books"}, {"was__amenity": "pub"}, {"shop": "vacant"}]
)
def test_the_name_of_a_former_place_does_not_match(former: dict[str, str]) -> None:
    assert not matches({"name": "~treff"}, name="Nachbartreff", building="yes", **former)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("bakery", "is no table of conditions"),
        ({}, "is no table of conditions"),
        ({"shop": ""}, "neither a text nor a list"),
        ({"shop": []}, "neither a text nor a list"),
        ({"shop": 3}, "neither a text nor a list"),
        ({"shop": ["a", 3]}, "neither a text nor a list"),
        ({"name": "~("}, "no regular expression"),
        ({"name": "~a*"}, "finds something in every value"),
        ({"shop": "!bakery"}, "is not understood"),
        ({"shop": ["*"]}, "is not understood"),
        ({"shop": "!"}, "no condition that an object must fulfil"),
        ({"name": "!~x"}, "no condition that an object must fulfil"),
    ],
)
def test_a_selector_of_wrong_shape_is_a_fault(raw: object, fault: str) -> None:
    selector, faults = parse_selector(raw, RULES)
    assert selector is None
    assert len(faults) == 1
    assert fault in faults[0]


def test_the_index_gives_the_weight_of_the_most_telling_selector() -> None:
    raw = [{"amenity": "bank"}, {"amenity": "bank", "operator": "~sparkasse"}]
    parsed = [parse_selector(r, RULES)[0] for r in raw]
    index = SelectorIndex.build([(7, s) for s in parsed if s is not None], RULES)
    assert index.match({"amenity": "bank"}) == {7: 1}
    assert index.match({"amenity": "bank", "operator": "Sparkasse Witten"}) == {7: 2}
    assert index.keys() == {"amenity"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("H & M", True), ("h&m Kinder", True), ("Hamm", False), ("Müller & H M", False), ("", False)],
)
def test_a_name_list_compares_the_first_words(name: str, expected: bool) -> None:
    assert (name in NameList.of(["H&M", "Peek & Cloppenburg"])) is expected
