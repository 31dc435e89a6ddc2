"""What a report says in words, and what a map shows of it: the same everywhere, never more."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from layers.build import build_atlas
from layers.coverage import coverage
from server.evidence_sentences import age_lines
from server.models import DistrictCoverage, DistrictRow
from server.rows import certain_share, look_of
from server.texts import texts_of
from server.view import answer_view, map_view, sentences
from tests.toyregion import HOSTILE_NAME, write_toy_region

GERMAN, ENGLISH = texts_of("de"), texts_of("en")


@pytest.fixture(scope="module")
def food(toy_atlas):
    """Two minutes on foot: 230 of 960 people."""
    return coverage(toy_atlas, category="greengrocer_bakery", mode="walk", minutes=2)


def district(**values):
    base = dict.fromkeys(DistrictCoverage.model_fields)
    return DistrictCoverage(
        **{**base, "id": "x", "name": "x", "suppressed": False, "unit": "residents", **values}
    )


def test_the_result_is_said_with_its_people_share_and_reach(food):
    first, second, third = answer_view(food, GERMAN).summary
    assert first == (
        "230 von 960 Menschen (24\u00a0%) erreichen zu Fuß in 2 Minuten ein Angebot "
        "„Bäcker, Metzger, Obst & Gemüse“."
    )
    assert second == "730 Menschen erreichen keines."
    assert third == "In den Daten von Mai 2024 stehen 2 solche Angebote."


def test_the_date_of_the_data_stands_with_every_result(food):
    assert answer_view(food, GERMAN).as_of == "Daten von Mai 2024"
    assert sentences(food, "en")[0] == "Data of May 2024"


def test_rows_rank_the_least_served_first(food):
    rows = answer_view(food, ENGLISH).rows
    assert [(r.rank, r.name, r.share_text, r.short_text, r.residents_text) for r in rows] == [
        (1, "Nord", "0%", "320", "320"),
        (2, "Süd", "12%", "280", "320"),
        (3, "Altöd", "59%", "130", "320"),
    ]
    assert [r.median_text for r in rows] == ["5", "4", "2"]


def test_municipalities_are_rows_on_demand(food):
    answer = answer_view(food, ENGLISH, by="municipality")
    assert [(r.name, r.residents_text) for r in answer.rows] == [("Neuöd", "640"), ("Altöd", "320")]
    assert not answer.has_medians


def test_a_gap_names_its_people_places_and_the_way_out(food):
    (gap,) = answer_view(food, GERMAN).gaps
    assert gap.people == "730 Menschen"
    assert gap.place == "Nord, Süd, Altöd"
    assert gap.nearest == "Bäckerei Groß & Söhne, 4 Min."


def test_the_legend_counts_every_district_once(food):
    legend = answer_view(food, ENGLISH).legend
    assert {entry.look.id: entry.count for entry in legend} == {
        "share-0": 2, "share-20": 0, "share-40": 1, "share-60": 0, "share-80": 0,
    }  # fmt: skip


def test_withheld_counts_are_bounds_or_dashes_never_numbers(toy_atlas):
    report = coverage(toy_atlas, category="greengrocer_bakery", mode="walk", minutes=3)
    answer = answer_view(report, ENGLISH)
    first, second, third = answer.rows
    assert (first.rank, first.share_text, first.short_text) == (1, ">\u202f92%", "<\u202f25")
    assert first.look.id == "share-80"
    for row in (second, third):
        assert (row.rank, row.share_text, row.short_text, row.covered_text) == (None, "–", "–", "–")
        assert row.look.id == "withheld"
    assert answer.withheld.startswith("– and <\u202f25: withheld")


def test_the_note_names_the_number_of_a_region_that_is_stricter(toy_atlas):
    population = replace(toy_atlas.population, smallest_published=40)
    strict = replace(toy_atlas, population=population)
    report = coverage(strict, category="greengrocer_bakery", mode="walk", minutes=3)
    assert answer_view(report, ENGLISH).withheld.startswith("– and <\u202f40: withheld")


def test_known_but_none_is_said_with_the_year(toy_atlas):
    report = coverage(toy_atlas, category="library")
    assert answer_view(report, GERMAN).summary == [
        "In den Daten von 2024 steht kein Angebot „Bibliothek“.",
        "Nach diesen Daten erreicht keiner der 960 Menschen eines.",
    ]


def test_unknown_is_never_a_share(toy_atlas):
    report = coverage(toy_atlas, category="csa_depot")
    answer = answer_view(report, GERMAN)
    assert answer.summary[0].startswith("Unbekannt: Für „")
    assert answer.summary[0].endswith("gibt es hier keine Quelle.")
    assert answer.share_text == "–"
    assert {row.look.id for row in answer.rows} == {"unknown"}
    assert {row.share_text for row in answer.rows} == {"unbekannt"}
    assert answer.gaps == []
    text = json.dumps([answer.summary, [r.share_text for r in answer.rows]])
    assert "0 %" not in text
    assert "0\u00a0%" not in text


def test_everybody_served_is_said_so(toy_atlas):
    report = coverage(toy_atlas, category="greengrocer_bakery", mode="walk", minutes=30)
    assert answer_view(report, ENGLISH).summary[1] == "Nobody is left out."


def test_a_straight_line_is_named_and_has_no_minutes(toy_atlas):
    report = coverage(toy_atlas, category="village_shop", mode="line", metres=150)
    answer = answer_view(report, GERMAN)
    assert "auf höchstens 150 m Luftlinie" in answer.summary[0]
    assert not answer.has_medians
    assert answer.gaps[0].nearest == "Dorfladen Süd, 221 m"
    assert any("Luftlinien" in line for line in answer.method)


def test_basis_speed_and_disclosure_are_told(food):
    text = " ".join(answer_view(food, GERMAN).method)
    assert "zusammen 960, von 2023, amtlich. Quelle: counted by hand." in text
    assert "4,8 km/h" in text
    assert "unter 25 Menschen" in text
    assert "(eine Annahme von Umkreis)" in text


def test_without_counts_the_shares_are_of_buildings(tmp_path: Path, taxonomy_path: Path):
    toml = write_toy_region(tmp_path / "toy", population=False)
    atlas = build_atlas(toml.parent, taxonomy_path, tmp_path / "atlas", base_map=False)
    report = coverage(atlas, category="greengrocer_bakery", mode="walk", minutes=2)
    answer = answer_view(report, GERMAN)
    assert answer.summary[0].startswith("33\u00a0% von 64 Wohngebäuden haben zu Fuß in 2 Minuten")
    assert "nicht Menschen" in answer.summary[1]
    assert {row.residents_text for row in answer.rows} == {"32 Wohngebäude", "16 Wohngebäude"}
    assert {row.count_text for row in answer.rows} == {"32", "16"}
    assert answer.counts_buildings
    assert not answer.has_short
    assert answer.legend_title.startswith("Wohngebäude mit einem Angebot")


@pytest.mark.parametrize(
    ("values", "look"),
    [
        ({"residents": 100, "share": 0.5}, "share-40"),
        ({"residents": 0}, "nobody"),
        ({"residents": 100, "share_range": [0.9, 1.0]}, "share-80"),
        ({"residents": 100, "share_range": [0.1, 0.3]}, "withheld"),
        ({"residents": None, "suppressed": True}, "withheld"),
        ({"residents": None, "suppressed": False}, "unknown"),
        ({"unit": "buildings", "buildings": 0}, "nobody"),
    ],
)
def test_the_look_of_a_district_tells_no_more_than_is_published(values, look):
    assert look_of(district(**values), is_unknown=False).id == look
    assert look_of(district(**values), is_unknown=True).id == "unknown"


def test_a_map_shows_what_the_page_says(food):
    view = map_view(food, "en")
    assert view.title == ("Baker, butcher, greengrocer on foot in 2 minutes: Ödland")
    by_name = {f["properties"]["name"]: f["properties"] for f in view.districts["features"]}
    assert by_name["Altöd"]["share_text"] == "59%"
    assert by_name["Altöd"]["class_id"] == "share-40"
    assert by_name["Altöd"]["uncovered_text"] == "130"
    assert [f["properties"]["name"] for f in view.offers["features"]] == [
        "Bäckerei Groß & Söhne", HOSTILE_NAME,
    ]  # fmt: skip
    assert view.offers["features"][0]["properties"]["layer"] == "trade"
    assert [f["properties"]["residents_text"] for f in view.gaps["features"]] == ["730 people"]
    assert view.totals_lines == tuple(answer_view(food, ENGLISH).summary)
    assert view.tiles_url == ""  # the toy region is built without a base map
    assert view.attributions == ("© nobody, made in code",)
    lon, lat = view.offers["features"][0]["geometry"]["coordinates"]
    assert 13 < lon < 14
    assert 53 < lat < 54


def test_a_map_of_the_unknown_shows_no_offer_and_no_gap(toy_atlas):
    view = map_view(coverage(toy_atlas, category="csa_depot"), "de")
    assert view.offers["features"] == []
    assert view.gaps["features"] == []
    assert {f["properties"]["class_id"] for f in view.districts["features"]} == {"unknown"}


def test_what_the_data_lacks_is_said_where_it_lacks_anything(toy_atlas):
    lacking = {
        "districts_without_data": ["Ferndorf", "Weitdorf"],
        "share_without_district": 0.031,
        "buildings_broken": 1,
        "offers_broken": 2,
    }
    walk = {**toy_atlas.manifest["networks"]["walk"], "homes_too_far": 3}
    networks = {**toy_atlas.manifest["networks"], "walk": walk}
    manifest = {**toy_atlas.manifest, "left_out": lacking, "networks": networks}
    question = {"category": "greengrocer_bakery", "mode": "walk", "minutes": 2}
    method = answer_view(
        coverage(replace(toy_atlas, manifest=manifest), **question), ENGLISH
    ).method
    assert method[-5:] == [
        "Left out, beyond the data: Ferndorf and Weitdorf.",
        "3% of the study area lies in no district; nobody is counted there.",
        "1 building is left out: the data lack a part of its outline.",
        "2 offers are left out: the data lack a part of their outline.",
        "3 residential buildings lie too far from any street of this mode; their people count as "
        "not reaching an offer.",
    ]
    whole = answer_view(coverage(toy_atlas, **question), ENGLISH).method
    assert not any("left out" in line.lower() or "too far" in line for line in whole)


def test_a_share_that_rests_on_unknown_hours_is_hatched_and_bounded(toy_atlas):
    report = coverage(
        toy_atlas, category="greengrocer_bakery", mode="walk", minutes=5, at="Sa 08:00-11:00"
    )
    answer = answer_view(report, ENGLISH)
    row = next(row for row in answer.rows if row.look.id == "uncertain")
    assert (row.name, row.share_text) == ("Nord", "50–75%")
    assert row.note == (
        "Of 1 of 2 offers it is not known whether it is open then. "
        "So between 50% and 75% may reach one."
    )
    legend = {entry.look.id: entry.count for entry in answer.legend}
    assert legend["uncertain"] == 1
    shape = next(
        f for f in map_view(report, "en").districts["features"] if f["properties"]["name"] == "Nord"
    )
    assert (shape["properties"]["class_id"], shape["properties"]["share"]) == ("uncertain", None)


@pytest.mark.parametrize(
    ("on", "lines"),
    [
        (date(2027, 5, 1), []),
        (date(2027, 6, 1), ["The data are 3 years old; much may have changed since."]),
        (date(2034, 6, 1), ["The data are 10 years old; much may have changed since."]),
    ],
)
def test_old_data_are_said_to_be_old(food, on, lines):
    assert age_lines(food, ENGLISH, on=on) == lines


def test_a_share_of_which_nothing_is_known_is_given_between_none_and_all():
    row = DistrictRow(
        **{
            **dict.fromkeys(DistrictRow.model_fields), "id": "x", "name": "x", "suppressed": False,
            "unit": "residents", "residents": 100, "share": 0.0, "share_with_unknown": 1.0,
            "share_known": 0.0, "uncertain": True, "uncertain_because": ["hours"],
            "share_inside": 1.0, "level": "district", "parent_id": "",
        }
    )  # fmt: skip
    assert certain_share(row, ENGLISH) == "0–100%"
