"""What people look for among the offers: kinds, words, facts, access."""

from pathlib import Path
from typing import Any

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.errors import UnknownCategoryError
from layers.offer_words import words_of_offers
from layers.wishes import Wishes, fitting_offers

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def initiatives(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The shipped region of initiatives, with its facts."""
    target = tmp_path_factory.mktemp("atlas") / "toy"
    return build_atlas(ROOT / "data/regions/toy", taxonomy_path, target, base_map=False)


def names(atlas: Atlas, rows: Any) -> list[str]:
    return sorted(atlas.offers[int(row)].name for row in rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tafel", ["Tafel Musterstadt"]),
        ("Tafl", ["Tafel Musterstadt"]),
        ("musterstadt tafel", ["Tafel Musterstadt"]),
        ("repaircafé", ["Repair-Café Musterstadt"]),
        ("gemüse anteile", ["Solawi Hof Einöd"]),
        ("wer repariert einen Toaster?", ["Repair-Café Musterstadt"]),
        ("who repairs bikes", ["Repair-Café Musterstadt"]),
        ("welcher raum ist frei", ["Gemeindesaal"]),
        ("was ist das", []),
        ("Streuobst", []),  # stands in a notice, which ends
        ("tafel quark", []),
        ("🙂", []),
    ],
)
def test_every_word_must_fit_and_a_typo_is_forgiven(
    initiatives: Atlas, text: str, found: list[str]
):
    assert names(initiatives, words_of_offers(initiatives).rows(text)) == found


def test_labels_of_categories_and_facts_are_found_in_both_languages(initiatives: Atlas):
    words = words_of_offers(initiatives)
    for text in ("Haushaltsgeräte", "household appliances"):
        assert "Repair-Café Musterstadt" in names(initiatives, words.rows(text))
    assert "Imkerei Summ" in names(initiatives, words.rows("beekeeper"))


def test_a_word_that_stands_somewhere_is_taken_as_it_is(initiatives: Atlas):
    # "rad" is a part of some names; Rat(haus) is one letter away and not meant
    found = names(initiatives, words_of_offers(initiatives).rows("rad"))
    assert "Radecke" in found
    assert "Fairteiler am Rathaus" not in found


@pytest.mark.parametrize(
    ("facts", "fit", "unknown_has"),
    [
        ({"repairs": ["appliances"]}, ["Repair-Café Musterstadt"], None),
        ({"repairs": "phones"}, [], None),
        ({"open_shares": 12}, ["Solawi Hof Einöd"], None),
        ({"open_shares": 13}, [], None),
        ({"kitchen": True, "room_size": 60}, ["Gemeindesaal"], None),
        ({"kitchen": False}, [], None),
        ({"free_times": "Sa 10:00-12:00"}, ["Gemeindesaal"], None),
        ({"free_times": "2024-05-05T11:00"}, [], None),  # a Sunday
        ({"supplying_farm": "einöd"}, ["Depot West"], None),
        ({"organic": True, "open_shares": 1}, ["Solawi Hof Einöd"], None),
        ({"products": ["milk", "honey"]}, ["Hofladen Musterdorf", "Imkerei Summ"], "Lose Laden"),
    ],
)
def test_facts_are_wanted_by_their_type(
    initiatives: Atlas, facts: dict[str, Any], fit: list[str], unknown_has: str | None
):
    found = fitting_offers(initiatives, Wishes(facts=facts))
    assert names(initiatives, found.fit) == fit
    unknown = names(initiatives, found.facts_unknown)
    assert set(unknown).isdisjoint(fit)
    if unknown_has:
        assert unknown_has in unknown
    kinds = initiatives.taxonomy.category
    assert all(  # a bank repairs no toasters: it leaves nothing open
        any(name in {f.id for f in kinds(c).facts} for c in initiatives.offers[row].categories)
        for row in found.facts_unknown.tolist()
        for name in facts
    )


def test_access_that_nobody_states_is_not_denied(initiatives: Atlas):
    found = fitting_offers(initiatives, Wishes(wheelchair=["yes"]))
    assert names(initiatives, found.fit) == [
        "Dorfladen Musterdorf", "Gemeindesaal", "Stadtteilküche Ost",
    ]  # fmt: skip
    assert len(found.wheelchair_unknown) == len(initiatives.offers) - 3


def test_kinds_are_any_of_categories_fields_and_layers(initiatives: Atlas):
    wishes = Wishes(categories=["farm_shop"], layers=["repair"])
    found = names(initiatives, fitting_offers(initiatives, wishes).fit)
    assert "Hofladen Musterdorf" in found
    assert "Repair-Café Musterstadt" in found
    assert "Tafel Musterstadt" not in found
    by_field = fitting_offers(initiatives, Wishes(fields=["finance"])).fit
    assert "Genossenschaftsbank" in names(initiatives, by_field)


@pytest.mark.parametrize(
    ("wishes", "match"),
    [
        (Wishes(fields=["food"]), "`fields` 'food' is not known; there are production"),
        (Wishes(layers=["food"]), "`layers` 'food' is not known; there are initiatives"),
        (Wishes(wheelchair=["maybe"]), "`wheelchair` 'maybe' is not known; use yes"),
        (Wishes(facts={"repair": ["toys"]}), "`facts` 'repair' is not known; did you mean"),
        (Wishes(facts={"repairs": ["cars"]}), "`facts` 'repairs' is wanted as .*any of bicycles"),
        (Wishes(facts={"repairs": []}), "any of bicycles"),
        (Wishes(facts={"kitchen": "yes"}), "give true or false"),
        (Wishes(facts={"open_shares": True}), "a number: at least so much"),
        (Wishes(facts={"free_times": "soon"}), "`facts` 'soon' has a day that is not known"),
        (Wishes(facts={"free_times": 3}), "a local time"),
    ],
)
def test_what_cannot_be_wanted_is_refused(initiatives: Atlas, wishes: Wishes, match: str):
    with pytest.raises(ParameterError, match=match):
        fitting_offers(initiatives, wishes)


def test_an_unknown_category_is_refused_by_its_name(initiatives: Atlas):
    with pytest.raises(UnknownCategoryError, match="'repair_caff'"):
        fitting_offers(initiatives, Wishes(categories=["repair_caff"]))
