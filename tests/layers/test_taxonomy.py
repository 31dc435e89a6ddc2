"""The shipped taxonomy, and what a broken one says."""

import re
import runpy
from pathlib import Path

import pytest

from geo.errors import UmkreisError
from geo.osm import read_features
from layers.errors import TaxonomyError, UnknownCategoryError
from layers.taxonomy import Taxonomy, load_taxonomy

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data" / "taxonomy.toml"

SMALL = """
version = "test"
[osm]
text_keys = ["name"]
place_keys = ["amenity", "shop", "building"]
not_places = ["bench"]
vacant_values = ["no", "vacant"]
[osm.names]
chains = ["Grosskauf"]
[ofdb.types]
company = "abc"
[[field]]
id = "trade"
de = "Handel"
en = "Trade"
color = "#123456"
source = "test"
[[layer]]
id = "shops"
de = "Läden"
en = "Shops"
color = "#123456"
[[role]]
id = "place"
de = "Ort"
en = "Place"
meaning = "somewhere"
max_age_years = 5
[[resource]]
id = "room"
de = "Raum"
en = "room"
[[impact]]
id = "climate"
de = "Klima"
en = "climate"
[[unit]]
id = "m2"
de = "m²"
en = "m²"
[[fact]]
id = "organic"
de = "Bio"
en = "organic"
type = "boolean"
osm = ["organic"]
[[category]]
id = "bakery"
de = "Bäckerei"
en = "Bakery"
field = "trade"
layer = "shops"
role = "place"
reach = { mode = "walk", minutes = 10, source = "assumption" }
osm = [{ shop = "bakery" }]
not_named = "chains"
ofdb_types = ["company"]
gives = ["room"]
impact = ["climate"]
facts = ["organic"]
"""


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return load_taxonomy(SHIPPED)


def load(tmp_path: Path, text: str) -> Taxonomy:
    path = tmp_path / "taxonomy.toml"
    path.write_text(text, "utf-8")
    return load_taxonomy(path)


def test_shipped_taxonomy_has_all_fields_and_categories(shipped: Taxonomy) -> None:
    assert len(shipped.categories) == 51
    assert [f.id for f in shipped.fields if not f.context] == [
        "production",
        "local_business",
        "sharing",
        "mutual_help",
        "finance",
    ]
    assert {c.layer for c in shipped.categories} == {layer.id for layer in shipped.layers}
    assert {c.field for c in shipped.categories} == {field.id for field in shipped.fields}


def test_labels_of_baker_butcher_greengrocer_stay(shipped: Taxonomy) -> None:
    category = shipped.category("greengrocer_bakery")
    assert category.label("de") == "Bäcker, Metzger, Obst & Gemüse"
    assert category.label("en") == "Baker, butcher, greengrocer"


def test_every_role_is_defined_and_used(shipped: Taxonomy) -> None:
    assert {c.role for c in shipped.categories} == {r.id for r in shipped.roles}
    assert all(len(r.meaning) > 20 for r in shipped.roles)


@pytest.mark.parametrize("language", ["de", "en"])
def test_labels_are_unique_in_each_language(shipped: Taxonomy, language: str) -> None:
    labels = [getattr(c, language) for c in shipped.categories]
    assert len(set(labels)) == len(labels) == 51


def test_only_two_categories_cannot_be_told_by_openstreetmap(shipped: Taxonomy) -> None:
    assert [c.id for c in shipped.categories if not c.osm] == ["csa_depot", "citizen_finance"]


def test_reach_is_sourced_or_called_an_assumption(shipped: Taxonomy) -> None:
    sourced = [c.id for c in shipped.categories if not c.reach.is_assumption]
    assert sourced == ["supermarket"]
    assert shipped.category("supermarket").reach.minutes == 10


def test_age_of_data_comes_from_the_role(shipped: Taxonomy) -> None:
    assert shipped.category("pharmacy").max_age_years == 5
    assert shipped.category("repair_cafe").max_age_years == 2


def test_keys_for_reading_leave_buildings_alone(shipped: Taxonomy) -> None:
    keys = shipped.osm_keys()
    assert {"shop", "amenity", "craft", "name", "highway"} <= keys
    assert "building" not in keys
    assert "vending" not in keys


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"shop": "bakery"}, ("greengrocer_bakery",)),
        ({"amenity": "vending_machine", "vending": "eggs;milk"}, ("food_vending",)),
        ({"amenity": "vending_machine", "vending": "drinks;food;sweets"}, ()),
        ({"amenity": "marketplace", "name": "Weihnachtsmarkt"}, ()),
        ({"highway": "bus_stop", "name": "Nachbarschaftshaus"}, ("transit_stop",)),
        ({"highway": "residential", "name": "Am Repair-Café"}, ()),
        ({"building": "yes", "name": "Repair Cafe Süd"}, ("repair_cafe",)),
        ({"shop": "vacant"}, ()),
        ({"disused:shop": "bakery"}, ()),
        ({"shop": "clothes", "name": "H&M"}, ()),
        ({"shop": "books", "operator": "Thalia"}, ()),
        ({"shop": "clothes", "name": "Mode Müller"}, ("owner_run_retail",)),
        ({"shop": "clothes", "name": "Änderungsschneiderei"}, ("repair_service",)),
        ({"amenity": "doctors", "name": "Zahnärztin Müller"}, ()),
        ({"amenity": "workshop"}, ()),
        ({"name": "Dorf im Wandel der Zeit", "building": "yes"}, ()),
        ({"name": "Osnabrück im Wandel e.V.", "office": "association"}, ("transition_group",)),
        ({}, ()),
    ],
)
def test_tags_tell_categories(
    shipped: Taxonomy, tags: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert shipped.match_osm(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "bank", "name": "Sparkasse"}, ("coop_bank", "bank_cash")),
        ({"shop": "supermarket", "name": "CAP-Markt"}, ("common_good_business", "supermarket")),
        ({"shop": "farm", "craft": "beekeeper"}, ("farm_shop", "beekeeper")),
        (
            {"currency:XLT": "Chiemgauer", "shop": "bakery"},
            ("greengrocer_bakery", "regional_currency"),
        ),
    ],
)
def test_the_more_specific_category_is_the_primary_one(
    shipped: Taxonomy, tags: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert shipped.rank_osm(tags) == expected


def test_the_index_finds_what_trying_each_selector_finds(shipped: Taxonomy) -> None:
    path = ROOT / "tests/fixtures/helsinki/helsinki-centre-2019.osm.pbf"
    tags = read_features(path, keys=shipped.osm_keys()).tags
    found = 0
    for t in tags:
        tried = {
            c.id
            for c in shipped.categories
            if any(s.matches(t, shipped.rules) for s in c.osm) and not shipped.rules.is_gone(t)
            if c.not_named == "" or not any(
                t.get(key, "") in shipped.name_lists[c.not_named]
                for key in ("name", "brand", "operator")
            )
        }  # fmt: skip
        assert set(shipped.match_osm(t)) == tried, t
        found += len(tried)
    assert len(tags) > 3000
    assert found > 250


def test_unknown_category_names_the_nearest(shipped: Taxonomy) -> None:
    with pytest.raises(
        UnknownCategoryError,
        match=r"`category` 'repaircafe' is not known; did you mean 'repair_cafe'",
    ) as error:
        shipped.category("repaircafe")
    assert isinstance(error.value, UmkreisError)
    assert isinstance(error.value, LookupError)
    assert error.value.nearest[0] == "repair_cafe"


def test_unknown_category_far_from_all_says_where_the_list_is(shipped: Taxonomy) -> None:
    with pytest.raises(
        UnknownCategoryError, match=r"'zzzz' is not known; `umkreis categories` and"
    ):
        shipped.category("zzzz")


def test_a_sound_small_file_loads(tmp_path: Path) -> None:
    taxonomy = load(tmp_path, SMALL)
    assert taxonomy.match_osm({"shop": "bakery", "name": "Grosskauf Süd"}) == ()
    assert taxonomy.match_osm({"shop": "bakery", "name": "Müller"}) == ("bakery",)
    assert taxonomy.category("bakery").facts[0].osm == ("organic",)


FAULTS = {
    'role = "place"': ('role = "palace"', "category 'bakery', role: 'palace' is not known"),
    'layer = "shops"': ('layer = "x"', "category 'bakery', layer: 'x' is not known"),
    'field = "trade"': ('field = "x"', "category 'bakery', field: 'x' is not known"),
    'gives = ["room"]': ('gives = ["x"]', "category 'bakery', gives: 'x' is not known"),
    'impact = ["climate"]': ('impact = ["x"]', "category 'bakery', impact: 'x' is not known"),
    'facts = ["organic"]': ('facts = ["organic", "x"]', "category 'bakery', facts: 'x' is not"),
    'de = "Bäckerei"': ('de = " "', "category 'bakery', de: is missing or empty"),
    "minutes = 10": ("minutes = 0", "category 'bakery', reach, minutes: 0 is not above 0"),
    'mode = "walk"': ('mode = "fly"', "category 'bakery', reach, mode: 'fly' is not known"),
    '[{ shop = "bakery" }]': ('[{ name = "~(" }]', "category 'bakery', osm: selector key 'name'"),
    'not_named = "chains"': ('not_named = "x"', "category 'bakery', not_named: 'x' is not known"),
    'ofdb_types = ["company"]': ('ofdb_types = ["x"]', "category 'bakery', ofdb_types: 'x' is not"),
    'type = "boolean"': ('type = "choice"', "fact 'organic', choices: 0 choices do not go with"),
    'color = "#123456"': ('color = "blue"', "field 'trade', color: 'blue' is no colour"),
    'version = "test"': ("extra = 1", "extra: unknown; known are version"),
}


@pytest.mark.parametrize("sound", FAULTS)
def test_each_fault_is_told_with_its_entry_and_key(tmp_path: Path, sound: str) -> None:
    broken, message = FAULTS[sound]
    assert sound in SMALL
    with pytest.raises(TaxonomyError) as error:
        load(tmp_path, SMALL.replace(sound, broken))
    assert any(fault.startswith(message) for fault in error.value.faults), error.value.faults


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL
    for sound, (broken, _) in FAULTS.items():
        text = text.replace(sound, broken)
    with pytest.raises(TaxonomyError, match=r"`taxonomy` taxonomy.toml has \d\d faults") as error:
        load(tmp_path, text)
    for _, message in FAULTS.values():
        assert any(fault.startswith(message) for fault in error.value.faults), message


@pytest.mark.parametrize("minutes", ["nan", "inf", "-5", "121", "true", "'ten'"])
def test_reach_out_of_bounds_is_a_fault(tmp_path: Path, minutes: str) -> None:
    with pytest.raises(TaxonomyError, match="reach, minutes: "):
        load(tmp_path, SMALL.replace("minutes = 10", f"minutes = {minutes}"))


@pytest.mark.parametrize("bad", ["Bakery", "b-1", "1b", "", "bäcker", "a/b"])
def test_ids_must_fit_into_an_address(tmp_path: Path, bad: str) -> None:
    with pytest.raises(TaxonomyError, match=r"id: .* is not lower-case letters"):
        load(tmp_path, SMALL.replace('id = "bakery"', f'id = "{bad}"'))


def test_an_id_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    category = SMALL[SMALL.index("[[category]]") :]
    with pytest.raises(TaxonomyError, match="category 'bakery', id: stands twice"):
        load(tmp_path, SMALL + category)


def test_labels_that_stand_twice_are_a_fault(tmp_path: Path) -> None:
    category = SMALL[SMALL.index("[[category]]") :].replace('id = "bakery"', 'id = "baker"')
    with pytest.raises(TaxonomyError, match="category 'baker', de: 'bakery' has the same label"):
        load(tmp_path, SMALL + category)


def test_a_misspelt_key_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="category 'bakery', impacts: unknown key"):
        load(tmp_path, SMALL.replace("impact =", "impacts ="))


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ('note.en = "Few."', "category 'bakery', note, de: is missing or empty"),
        ('note = "Few."', "category 'bakery', note: 'Few.' is no table"),
        ('note.de = "W."\nnote.en = "F."\nnote.fr = "P."', "note, fr: unknown key"),
    ],
)
def test_a_note_stands_in_both_languages(tmp_path: Path, note: str, message: str) -> None:
    with pytest.raises(TaxonomyError, match=re.escape(message)):
        load(tmp_path, SMALL.replace('id = "bakery"', f'id = "bakery"\n{note}'))


def test_every_shipped_note_is_in_both_languages(shipped: Taxonomy) -> None:
    notes = [c.note for c in shipped.categories if c.note]
    assert len(notes) == 28
    assert all(note.text("de") and note.text("en") != note.text("de") for note in notes)


def test_what_is_weak_is_not_passed_on(tmp_path: Path) -> None:
    room = SMALL[SMALL.index("[[resource]]") :].splitlines()[1]
    with pytest.raises(TaxonomyError, match="what is weak makes no supply chain"):
        load(tmp_path, SMALL.replace(room, f"{room}\nweak = true\npassed_on = true"))
    assert load(tmp_path, SMALL.replace(room, f"{room}\npassed_on = true")).passed_on == {"room"}


def test_what_is_no_toml_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="has one fault:\n  it is no TOML"):
        load(tmp_path, "[[")


def test_a_missing_file_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"none.toml has one fault:\n  it cannot be read"):
        load_taxonomy(tmp_path / "none.toml")


def test_an_empty_file_tells_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"there is no \[\[category\]\]"):
        load(tmp_path, "")


def test_the_page_shows_the_counts_of_the_extracts(shipped: Taxonomy) -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "count_selectors.py"))
    counts = tool["tables"](shipped, tool["read_all"](shipped))
    page = (ROOT / "docs" / "taxonomy.md").read_text("utf-8")
    assert counts in page, "run `python tools/count_selectors.py` and look at what changed"


@pytest.mark.parametrize("kind", ["role", "fact"])
def test_what_no_category_uses_is_a_fault(tmp_path: Path, kind: str) -> None:
    start = SMALL.index(f"[[{kind}]]")
    entry = SMALL[start : SMALL.index("[[", start + 2)]
    unused = entry.replace('id = "', 'id = "un')
    with pytest.raises(TaxonomyError, match=f"{kind} 'un[a-z]+': no category uses it"):
        load(tmp_path, SMALL + unused)
