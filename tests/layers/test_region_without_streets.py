"""Regions without an extract: people spread evenly, straight lines, and nothing made up."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError, PopulationError, RegionError
from geo.region_file import load_region
from geo.region_people import GRID_M, METHOD, spread_evenly
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.coverage import coverage
from layers.evidence import sources_of
from layers.store import open_atlas

ROOT = Path(__file__).parents[2]
CITIES = {
    "osnabrueck": ("03404000", 164_898, "NI", 7),
    "witten": ("05954036", 91_735, "NW", 7),
    "witzenhausen": ("06636016", 15_162, "HE", 11),
    "wuppertal": ("05124000", 356_768, "NW", 12),
}
OFFERS = """id,name,category,lon,lat
hof,Hof Öd,farm_shop,9.8534,51.3420
"""


@pytest.fixture(scope="module")
def witzenhausen(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The shipped region with one made-up farm shop, in the middle of the town."""
    folder = tmp_path_factory.mktemp("regions") / "witzenhausen"
    shutil.copytree(ROOT / "data/regions/witzenhausen", folder)
    (folder / "offers.csv").write_text(OFFERS, "utf-8")
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write('offers = "offers.csv"\noffers_source = "made up"\noffers_licence = "CC0-1.0"\n')
    target = tmp_path_factory.mktemp("atlas") / "witzenhausen"
    build_atlas(folder, taxonomy_path, target)
    return open_atlas(target)


@pytest.mark.parametrize("city", CITIES)
def test_the_four_cities_and_their_neighbours(city: str):
    key, people, state, municipalities = CITIES[city]
    region = load_region(ROOT / f"data/regions/{city}/region.toml")
    own = region.districts.set_index("district_id").loc[key]
    assert (own["population"], own["population_year"]) == (people, 2022)
    assert own["population_source"] == "Zensus 2022"
    assert (region.crs, region.subdivision, region.extract) == ("EPSG:25832", state, None)
    assert len(region.municipalities) == municipalities
    others = region.districts[region.districts["district_id"] != key]
    counted = others[others["population"].notna()]
    assert set(counted["population_source"]) == {"GeoNames (year not stated, stale)"}
    assert counted["population_year"].isna().all()


def test_people_are_spread_evenly_over_their_municipality():
    region = load_region(ROOT / "data/regions/osnabrueck/region.toml")
    population = spread_evenly(region)
    by_district = np.bincount(population.district, population.residents)
    assert by_district == pytest.approx(region.finest["population"].to_numpy())
    city = population.district == list(region.finest["name"]).index("Osnabrück")
    assert np.ptp(population.residents[city]) == 0
    assert city.sum() == pytest.approx(120.16e6 / GRID_M**2, rel=0.01)  # its area in square metres
    assert population.basis.method == METHOD
    assert population.basis.official is False


def test_nobody_is_placed_where_no_count_is_known(witzenhausen: Atlas):
    names = witzenhausen.region.finest["name"].to_numpy()
    placed = set(names[np.unique(witzenhausen.population.district)])
    unknown = set(witzenhausen.population.basis.districts_without_count)
    assert unknown == {
        "Hann. Münden", "Staufenberg", "Neu-Eichenberg", "Gutsbezirk Kaufunger Wald",
        "Bornhagen", "Lindewerra",
    }  # fmt: skip
    assert placed == set(names) - unknown
    assert witzenhausen.people.sum() == pytest.approx(15_162 + 7_393 + 8_915 + 12_607 + 11_840)


def test_coverage_is_asked_in_a_straight_line(witzenhausen: Atlas):
    report = coverage(witzenhausen, category="farm_shop", metres=5000)
    assert report.question.mode == "line"
    rows = {tally.name: tally for tally in report.by_municipality}
    # 5 km around the town's middle hold half of its 126 km² but none of Rosdorf
    assert 0.3 < rows["Witzenhausen"].share < 0.6
    assert rows["Rosdorf"].share == 0
    assert rows["Bornhagen"].share is None
    larger = coverage(witzenhausen, category="farm_shop", metres=10_000)
    assert larger.totals.share > report.totals.share


def test_what_no_source_tells_is_unknown(witzenhausen: Atlas):
    for category in ("farmers_market", "pharmacy"):
        report = coverage(witzenhausen, category=category, metres=5000)
        assert (report.unknown, report.totals.share) == ("no_source", None)


def test_its_sources_are_its_own_table_and_the_counts(witzenhausen: Atlas):
    told = sources_of(coverage(witzenhausen, category="farm_shop"))
    assert [(s.kind, s.source) for s in told] == [
        ("offers", "made up"),
        ("population", "GeoNames (year not stated, stale); Zensus 2022"),
    ]
    assert [s["name"] for s in witzenhausen.manifest["sources"]] == ["offers.csv"]


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_modes_on_streets_say_what_is_missing(witzenhausen: Atlas, mode: str):
    with pytest.raises(ParameterError, match="this region has no street data yet; ask in a stra"):
        coverage(witzenhausen, category="farm_shop", mode=mode)


def test_without_extract_and_counts_nobody_can_be_placed(tmp_path: Path):
    folder = tmp_path / "witten"
    shutil.copytree(ROOT / "data/regions/witten", folder)
    text = (folder / "region.toml").read_text("utf-8")
    (folder / "region.toml").write_text(text.replace("population = ", "# "), "utf-8")
    with pytest.raises(RegionError, match="`population` has to be a file where there is no `extr"):
        load_region(folder / "region.toml")
    data = json.loads((folder / "municipalities.geojson").read_text("utf-8"))
    for feature in data["features"]:
        feature["properties"]["population"] = None
    (folder / "municipalities.geojson").write_text(json.dumps(data))
    (folder / "region.toml").write_text(text, "utf-8")
    with pytest.raises(PopulationError, match="neither an extract nor a population count"):
        spread_evenly(load_region(folder / "region.toml"))
