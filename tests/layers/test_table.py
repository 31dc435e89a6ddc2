"""A region's own offers from a plain table, and into the Atlas."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from geo.errors import RegionError
from layers.build import build_atlas
from layers.build_input import is_current
from layers.errors import TableError
from layers.notices import Notice
from layers.offers import Offer, Offers
from layers.store import open_atlas
from layers.table import read_offer_table
from layers.taxonomy import Taxonomy, load_taxonomy
from tests.toyregion import write_toy_region

HEAD = "id,name,category,lon,lat"
ROW = "cafe,Repair-Café,repair_cafe,13.25,53.55"
BOUNDS = (13.0, 53.0, 14.0, 54.0)


@pytest.fixture(scope="module")
def taxonomy(taxonomy_path: Path) -> Taxonomy:
    return load_taxonomy(taxonomy_path)


@pytest.fixture
def read(taxonomy: Taxonomy, tmp_path: Path):
    def read_text(text: str | bytes) -> list[Offer]:
        path = tmp_path / "offers.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_offer_table(
            path, taxonomy, as_of=date(2024, 5, 1), source="by hand", licence="CC0-1.0",
            bounds=BOUNDS,
        )  # fmt: skip

    return read_text


def test_a_row_becomes_an_offer_with_all_that_it_states(read):
    header = (
        f"{HEAD},address,gives,needs,capacity,wheelchair,website,notices,repairs,"
        "helpers_wanted,free_times"
    )
    cells = (
        '"cafe","Café ""Heil""","repair_cafe;neighbourhood","13,25",53.55,'
        '"Lange Straße 12 a, 17033 Musterstadt",repair_skills,"room;tools",12.5,limited,'
        "www.example.org,"
        '"needs room until 2024-09-30: für 20 Personen | gives tools until 2024-06-01",'
        "bicycles,yes,Mo 18:00-20:00"
    )
    offer = read(f"{header}\n{cells}\n")[0]
    assert offer.id == "umk:cafe"
    assert offer.name == 'Café "Heil"'
    assert offer.categories == ("repair_cafe", "neighbourhood")
    assert (offer.lon, offer.lat) == (13.25, 53.55)
    assert (offer.street, offer.housenumber) == ("Lange Straße", "12 a")
    assert (offer.postcode, offer.city) == ("17033", "Musterstadt")
    assert offer.needs == ("room", "tools")
    assert offer.capacity == 12.5
    assert offer.website == "http://www.example.org"
    assert offer.facts["helpers_wanted"] is True
    assert offer.facts["repairs"] == ("bicycles",)
    assert offer.notices == (
        Notice("needs", "room", date(2024, 9, 30), "für 20 Personen"),
        Notice("gives", "tools", date(2024, 6, 1)),
    )
    assert (offer.source, offer.licence) == ("by hand", "CC0-1.0")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{ROW}\n",
        f"{HEAD}\r\n{ROW}\r\n",
        f"\ufeff{HEAD}\n{ROW}",
        f"{HEAD}\n{ROW}\n".replace(",", ";"),
        f"{HEAD}\n{ROW}\n".replace(",", ";").replace("13.25", "13,25").replace("53.55", "53,55"),
        f"{HEAD}\n\n{ROW}\n,,,,\n",
    ],
    ids=["plain", "crlf", "bom", "semicolon", "decimal comma", "empty lines"],
)
def test_tables_as_people_save_them_read_the_same(read, text: str):
    offers = read(text)
    assert [(o.id, o.name, o.lon, o.lat) for o in offers] == [
        ("umk:cafe", "Repair-Café", 13.25, 53.55)
    ]


def test_all_faults_come_at_once_with_their_lines(read):
    rows = [
        "a,A,nonsense,13.2,53.5",
        '"b","two\nlines",repair_cafe,13.2,53.5',
        "b,B,repair_cafe,13.2,53.5",
        "c,C,repair_cafe,53.5,13.2",
        "d,,repair_cafe,x,53.5",
        "e,E,repair_cafe,13.2",
        "f f,F,,13.2,",
    ]
    with pytest.raises(TableError) as caught:
        read("\n".join([HEAD, *rows]) + "\n")
    assert caught.value.faults == (
        "line 2, category: 'nonsense' is not known",
        "line 5, id: 'b' stands in line 3 already",
        "line 6, lon, lat: 53.5, 13.2 lies outside the region's data; lon and lat are swapped",
        "line 7, lon: 'x' is no plain number such as 13.25",
        "line 7, name: is empty",
        "line 8: 4 cells, but the header has 5 columns",
        "line 9, lat: is empty",
        "line 9, id: 'f f' is not letters, digits and : . _ - only",
        "line 9, category: is empty",
    )


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("gives", "gold", "line 2, gives: 'gold' is not known"),
        ("capacity", "-3", "line 2, capacity: -3 is below 0"),
        ("capacity", "1.234.5", "line 2, capacity: '1.234.5' is no plain number"),
        ("wheelchair", "maybe", "line 2, wheelchair: 'maybe' is not of the form"),
        ("website", "javascript:alert(1)", "line 2, website: 'javascript:alert"),
        ("email", "nobody", "line 2, email"),
        ("helpers_wanted", "perhaps", "line 2, helpers_wanted: 'perhaps' is neither yes nor no"),
        ("repairs", "dragons", "line 2, repairs: 'dragons' is not known"),
        ("notices", "needs room", "is no notice of the form"),
        ("notices", "needs gold until 2024-01-01", "'gold', which is not known"),
        ("notices", "needs room until 2024-02-30", "which is no day"),
        ("needz", "room", "line 1, needz: is neither a column nor a fact; is needs meant?"),
        ("name", "again", "line 1, name: the column stands twice"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(read, column: str, cell: str, fault: str):
    with pytest.raises(TableError) as caught:
        read(f'{HEAD},{column}\n{ROW},"{cell}"\n')
    assert any(fault in line for line in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "line 1, id: the column is missing"),
        (f"{HEAD}\n{ROW}\n".encode("cp1252"), "line 2: not in UTF-8"),
        (f'{HEAD}\n{ROW}\n"open'.encode(), "line 3: cannot be read"),
    ],
)
def test_files_that_are_no_table_are_refused(read, text: bytes, fault: str):
    with pytest.raises(TableError, match=fault):
        read(text)


def test_offers_of_a_table_come_through_json_unchanged(read):
    header = f"{HEAD},gives,notices"
    offers = read(f"{header}\n{ROW},tools,needs room until 2024-09-30: x\n")
    again = Offers.from_records(json.loads(json.dumps(Offers.of(offers).to_records())))
    assert list(again) == offers


def toy_with_table(folder: Path, lonlat: str, **config: object) -> Path:
    folder.mkdir(parents=True)
    text = f"{HEAD}\ndepot,Depot Süd,csa_depot,{lonlat}\n"
    (folder / "offers.csv").write_text(text, "utf-8")
    named = {"offers": "offers.csv", "offers_source": "by hand", "offers_licence": "CC0-1.0"}
    return write_toy_region(folder, config={**named, **config}).parent


@pytest.fixture(scope="module")
def place(toy_atlas) -> str:
    offer = toy_atlas.offers[0]
    return f"{offer.lon},{offer.lat}"


def test_a_regions_table_is_merged_counted_and_named(
    place: str, taxonomy_path: Path, tmp_path: Path, toy_atlas
):
    folder = toy_with_table(tmp_path / "toy", place)
    atlas = build_atlas(folder, taxonomy_path, tmp_path / "atlas" / "toy", base_map=False)
    depot = atlas.taxonomy.category("csa_depot")
    assert len(atlas.offers) == len(toy_atlas.offers) + 1
    assert atlas.offers[atlas.offers.row("umk:depot")].licence == "CC0-1.0"
    assert atlas.manifest["offer_counts"]["from_table"] == 1
    assert [s["name"] for s in atlas.manifest["sources"]] == ["toy.osm.pbf", "offers.csv"]
    assert toy_atlas.data_as_of(depot) is None
    assert atlas.data_as_of(depot) == date(2024, 5, 1)


def test_a_changed_table_or_benchmark_makes_an_atlas_out_of_date(
    place: str, taxonomy_path: Path, tmp_path: Path
):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("taxonomy.toml", "benchmarks.toml"):
        shutil.copy(taxonomy_path.with_name(name), data / name)
    folder = toy_with_table(tmp_path / "toy", place)
    target = tmp_path / "atlas" / "toy"
    built = build_atlas(folder, data / "taxonomy.toml", target, base_map=False)
    assert len(open_atlas(target).benchmarks) == len(built.benchmarks) == 13
    for changed in (folder / "offers.csv", data / "benchmarks.toml"):
        assert is_current(target, folder, data / "taxonomy.toml")
        before = changed.read_bytes()
        changed.write_bytes(before + b"\n")
        assert not is_current(target, folder, data / "taxonomy.toml")
        changed.write_bytes(before)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"offers_licence": None}, "`offers_licence` is missing beside `offers`"),
        ({"offers": None}, "`offers_source` stands there without `offers`"),
        ({"offers": "../offers.csv"}, "lies outside"),
        ({"offers": "nowhere.csv"}, "is no file"),
    ],
)
def test_keys_of_a_table_are_checked(
    config, message: str, place: str, taxonomy_path: Path, tmp_path: Path
):
    folder = toy_with_table(tmp_path / "toy", place, **config)
    with pytest.raises(RegionError, match=message):
        build_atlas(folder, taxonomy_path, tmp_path / "atlas" / "toy", base_map=False)
