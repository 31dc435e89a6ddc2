"""Imports: each row is in the register or named, and a second run changes nothing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geo.errors import ParameterError
from layers.errors import RegisterError, UnknownCategoryError
from layers.imports import ImportOptions, ImportRegion, import_built, import_source
from layers.imports.origin import source_name
from layers.register.resolve import values_of
from layers.sources.fetch import FetchLimits
from tests.layers.imports.conftest import LAT, LON, PLACE

HEAD = "id;name;category;lon;lat;address;opened_on\n"


def row(id_: str, name: str, category: str = "repair_cafe", place: str = PLACE, address: str = ""):
    lon, lat = place.split(",") if place else ("", "")
    return f"{id_};{name};{category};{lon};{lat};{address};\n"


def balance(report) -> bool:
    not_taken, skipped = len(report.not_taken), sum(report.skipped.values())
    return report.rows == report.taken + not_taken + skipped


def test_every_row_is_taken_or_named_with_its_line(take):
    text = HEAD + row("1", "Repair-Café") + row("2", "Nirgends", place="")
    text += row("3", "Weltall", place="0.1,0.2") + row("4", "Was auch immer", "Raumstation")
    report = take(text)
    assert report.rows == 4
    assert report.added == ("liste:1",)
    told = {(r.line, r.topic) for r in report.not_taken}
    assert told == {(3, "row"), (4, "row"), (5, "category")}
    assert balance(report)


def test_rows_of_other_categories_are_left_out_and_counted(take):
    text = HEAD + row("1", "Hof", "farm_shop") + row("2", "Markt", "farmers_market")
    report = take(text, only=("farm_shop",))
    assert report.added == ("liste:1",)
    assert report.skipped == {"none of farm_shop": 1}
    assert balance(report)
    with pytest.raises(UnknownCategoryError, match="farm_shop"):
        take(text, only=("farm_shops",))


def test_a_second_run_changes_nothing_not_even_the_number_of_the_last_change(take, register):
    text = HEAD + row("1", "Repair-Café") + row("2", "Leihladen", "library_of_things")
    take(text)
    before = register.entries("toy", statuses=None)
    report = take(text)
    assert (report.unchanged, report.is_without_effect, report.revs) == (2, True, ())
    assert register.entries("toy", statuses=None) == before


def test_a_changed_list_changes_what_changed_and_marks_what_is_gone(take, register):
    take(HEAD + row("1", "Alt") + row("2", "Bleibt", "csa") + row("3", "Geht", "beekeeper"))
    report = take(HEAD + row("1", "Neu") + row("2", "Bleibt", "csa") + row("4", "Kommt", "csa"))
    assert report.changed == ("liste:1",)
    assert report.gone == ("liste:3",)
    assert (report.added, report.unchanged) == (("liste:4",), 1)
    assert register.entry("toy", "liste:3").is_gone
    assert register.entry("toy", "liste:3").is_public


def test_what_was_gone_and_is_listed_again_is_back(take):
    both = HEAD + row("1", "Eins") + row("2", "Zwei", "csa")
    take(both)
    take(HEAD + row("1", "Eins"))
    assert take(both).back == ("liste:2",)


def test_part_of_a_source_marks_nothing_as_gone(take):
    take(HEAD + row("1", "Eins") + row("2", "Zwei", "csa"))
    assert take(HEAD + row("1", "Eins"), is_part=True).gone == ()


def test_list_without_any_row_that_can_be_read_marks_nothing_as_gone(take):
    take(HEAD + row("1", "Eins"))
    assert take(HEAD + row("1", "Eins", place="0,0")).gone == ()


def test_answer_of_karte_von_morgen_is_never_the_whole(register, toy, tmp_path: Path):
    def answer(*ids: str):
        entries = [
            {"id": i, "lat": LAT, "lng": LON, "title": f"Repair-Café {i}", "tags": ["repaircafe"]}
            for i in ids
        ]
        path = tmp_path / "answer.json"
        path.write_text(json.dumps({"visible": entries, "invisible": []}), "utf-8")
        return import_source(register, toy, path, who="ada")

    assert answer("a", "b").added == ("openfairdb:a", "openfairdb:b")
    again = answer("b", "c")
    assert (again.added, again.unchanged, again.gone) == (("openfairdb:c",), 1, ())
    assert (again.source, again.licence) == ("openfairdb", "ODbL-1.0")


def test_correction_by_hand_outlives_the_next_import(take, register):
    take(HEAD + row("1", "Falsch"))
    register.correct("toy", "liste:1", {"name": "Richtig"}, who="ada")
    take(HEAD + row("1", "Ganz falsch"))
    assert values_of(register.entry("toy", "liste:1"))["name"] == "Richtig"


def test_trial_tells_the_same_and_writes_nothing(take, register):
    text = HEAD + row("1", "Repair-Café") + row("2", "Repair Cafe") + row("3", "X", place="")
    trial = take(text, is_trial=True)
    assert register.rev("toy") == 0
    assert (register.reports("toy"), register.sources("toy").keys()) == (
        [],
        {"hand", "initiative", "suggestion"},
    )
    done = take(text)
    assert replace(done, is_trial=True, revs=()) == trial


def test_report_is_kept_with_each_line(take, register):
    take(HEAD + row("1", "Da") + row("2", "Weg", place=""))
    ((_, source, kept),) = register.reports("toy")
    assert (source, kept["rows"], kept["added"]) == ("liste", 2, 1)
    assert kept["not_taken"][0]["line"] == 3


def test_import_for_review_publishes_nothing(take, register):
    take(HEAD + row("1", "Eins"), to_review=True)
    assert register.entry("toy", "liste:1").status == "submitted"
    assert register.offers("toy") == []


def test_new_entries_are_suspected_to_be_what_is_there_already(take, register):
    take(HEAD + row("1", "Repair-Café Ödland"), name="stadt.csv")
    report = take(HEAD + row("9", "RepairCafe Oedland"), name="netz.csv")
    (pair,) = report.duplicates
    assert (pair.first, pair.second, pair.why) == ("stadt:1", "netz:9", ("same name",))
    register.tell_apart("toy", "stadt:1", "netz:9", who="ada")
    assert take(HEAD + row("9", "RepairCafe Oedland"), name="netz.csv").duplicates == ()


def test_merged_entry_goes_on_with_both_sources(take, register):
    take(HEAD + row("1", "Repair-Café"), name="stadt.csv")
    take(HEAD + row("9", "Repair-Café"), name="netz.csv")
    register.merge("toy", "stadt:1", "netz:9", who="ada")
    report = take(HEAD + row("9", "Repair-Café am Markt"), name="netz.csv")
    assert report.changed == ("stadt:1",)
    assert values_of(register.entry("toy", "netz:9"))["name"] == "Repair-Café"


def test_licence_must_be_told_once(take, register):
    with pytest.raises(ParameterError, match=r"`licence` is missing.*`unknown`"):
        take(HEAD + row("1", "Eins"), licence="")
    take(HEAD + row("1", "Eins"), licence="CC-BY-4.0", attribution="Stadt Ödland")
    assert take(HEAD + row("1", "Eins"), licence="").licence == "CC-BY-4.0"
    assert register.sources("toy")["liste"].attribution == "Stadt Ödland"


def test_unknown_licence_is_taken_and_said(take, register):
    report = take(HEAD + row("1", "Eins"), licence="unknown")
    assert report.notes == ("its licence is not known: nothing of it will be exported",)
    assert register.entry("toy", "liste:1").claims[0].licence == ""


def test_unknown_category_is_named_with_the_nearest(take):
    with pytest.raises(LookupError, match="did you mean 'repair_cafe'"):
        take(HEAD + row("1", "Eins"), category="repaircafe")


def test_the_regions_own_offers_come_into_the_register_under_their_ids(toy_atlas, register):
    report = import_built(register, toy_atlas, who="ada")
    assert len(report.added) == len(toy_atlas.offers) == 4
    assert register.offers("toy")[0].name == "Bäckerei Groß & Söhne"
    assert import_built(register, toy_atlas, who="ada").is_without_effect


def test_older_extract_never_goes_over_newer_data(toy_atlas, toy, register, tmp_path: Path):
    import_built(register, toy_atlas, who="ada")
    source = replace(register.sources("toy")["osm"], as_of=date(2030, 1, 1))
    register.set_source("toy", source, who="ada")
    with pytest.raises(RegisterError, match="of 2030-01-01, which are newer than the region's"):
        import_built(register, toy_atlas, who="ada")
    path = tmp_path / "liste.csv"
    path.write_text(HEAD + row("1", "Eins"), "utf-8")
    options = ImportOptions(licence="CC0-1.0")
    import_source(register, toy, path, options=options, who="ada", built=toy_atlas)
    assert register.sources("toy")["osm"].as_of == date(2030, 1, 1)


def test_object_of_openstreetmap_in_a_list_joins_its_entry(toy_atlas, toy, register, tmp_path):
    import_built(register, toy_atlas, who="ada")
    path = tmp_path / "baecker.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "node/1001", '
        f'"geometry": {{"type": "Point", "coordinates": [{LON}, {LAT}]}}, '
        '"properties": {"shop": "bakery", "name": "Groß", "phone": "+49 395 123456"}}]}'
    )
    options = ImportOptions(as_of=date(2026, 1, 1))
    report = import_source(register, toy, path, options=options, who="ada")
    assert (report.kind, report.changed, report.duplicates) == ("osm-geojson", ("osm:n1001",), ())
    entry = register.entry("toy", "osm:n1001")
    assert [claim.source for claim in entry.claims] == ["osm", "baecker"]
    assert values_of(entry)["name"] == "Bäckerei Groß & Söhne"


def test_address_on_the_web_is_asked_only_for_what_is_new(
    toy: ImportRegion, register, tmp_path: Path, listing
):
    url, asked = listing(HEAD + row("1", "Eins"))
    limits = FetchLimits(allow=lambda *_: True)
    for _ in range(2):
        report = import_source(
            register, toy, url, options=ImportOptions(licence="CC0-1.0"), who="ada",
            fetched=tmp_path / "fetched", limits=limits,
        )  # fmt: skip
    assert asked == [200, 304]
    assert (report.source, report.unchanged) == ("liste", 1)
    assert report.notes[0].startswith("its server says that nothing has changed")


@pytest.mark.parametrize(
    ("file", "kind", "name"),
    [
        ("listen/Initiativen 2026.xlsx", "xlsx", "initiativen-2026"),
        ("https://stadt.example/daten/Hofläden.geojson?x=1", "geojson", "hoflaeden"),
        ("https://stadt.example/", "csv", "stadt-example"),
        ("answer.json", "openfairdb-search", "openfairdb"),
        ("北京.csv", "csv", "csv"),
    ],
)
def test_source_without_a_name_gets_the_one_of_its_file(file: str, kind: str, name: str):
    assert source_name(file, kind) == name
