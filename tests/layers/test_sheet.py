"""
The sheet of a district: arithmetic in the toy region, invariants in the others.

In the toy region every way is along the grid, as in `test_coverage.py`; people walk 80 m a minute.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.coverage import COVERED, coverage
from layers.districts import find_area
from layers.errors import UnknownDistrictError
from layers.sheet import BenchmarkResult, Sheet, district_sheet
from layers.stability import rank_of, stability, verdict_on
from layers.tally import Tally, tally_of_buildings
from tests.layers.test_coverage import METRES_A_MINUTE, NEAREST_M, PEOPLE
from tests.toyregion import HOUSES, write_toy_region

FOOD = "greengrocer_bakery"
ALTOED = HOUSES[:, 0] < 200


@pytest.fixture(scope="module")
def sheet(toy_atlas: Atlas) -> Sheet:
    return district_sheet(toy_atlas, "A", category=[FOOD], mode="walk", minutes=3)


@pytest.fixture(scope="module")
def demo_sheet(demo_atlas: Atlas) -> Sheet:
    return district_sheet(demo_atlas, "13071107")


def share(tally: Tally, level: float = 0.0) -> float:
    """The share, or the lower bound of what is told of it."""
    return tally.lowest_share if tally.share is None else tally.share or level


def variant(sheet: Sheet, name: str):
    return next(v for v in sheet.stability.variants if v.id == name)


def people_within(metres: float, where: np.ndarray = ALTOED) -> float:
    return float(PEOPLE[where & (metres + 0.5 >= NEAREST_M)].sum())


@pytest.mark.parametrize(
    ("name", "factor"),
    [("asked", 1), ("limit_less", 0.8), ("limit_more", 1.2), ("slower", 0.8), ("faster", 1.2)],
)
def test_each_variant_is_coverage_with_that_limit(toy_atlas: Atlas, sheet: Sheet, name, factor):
    tally = variant(sheet, name).tally
    alone = coverage(toy_atlas, category=FOOD, mode="walk", minutes=3 * factor)
    assert tally == find_area(toy_atlas, "A").tally_of(alone)
    exact = people_within(3 * METRES_A_MINUTE * factor)
    assert share(tally) == pytest.approx(exact / 320, abs=0.08)


def test_a_speed_says_nothing_of_a_limit_in_metres(toy_atlas: Atlas):
    report = coverage(toy_atlas, category=FOOD, mode="walk", metres=240)
    found = stability(report, find_area(toy_atlas, "A"))
    assert {"slower", "faster"}.isdisjoint(v.id for v in found.variants)


def test_the_offer_left_out_is_the_one_that_costs_most(demo_atlas: Atlas):
    area = find_area(demo_atlas, "13071107")
    report = coverage(demo_atlas, category="library", mode="bike", minutes=10)
    lost = next(v for v in stability(report, area).variants if v.id == "without_offer")
    inside = area.holds[demo_atlas.population.district]
    covered = {}
    for k, row in enumerate(report.offers):  # brute force: each offer left out alone
        keep = np.delete(report.offers, k)
        travel_s = demo_atlas.networks["bike"].to_nearest(
            demo_atlas.demand["bike"], [demo_atlas.supply["bike"].take(keep)]
        ).travel_s[0]  # fmt: skip
        covered[int(row)] = demo_atlas.people[inside & (travel_s <= 600)].sum()
    assert covered[lost.offer] == min(covered.values())
    assert lost.tally.covered == pytest.approx(min(covered.values()), abs=10)


def test_equal_homes_keep_the_people_of_each_municipality(sheet: Sheet):
    changed = variant(sheet, "equal_buildings")
    assert changed.tally.residents == 320
    assert changed.tally.covered == variant(sheet, "asked").tally.covered  # 32 equal houses


def test_unequal_homes_make_the_basis_matter(demo_sheet: Sheet):
    asked, equal = variant(demo_sheet, "asked"), variant(demo_sheet, "equal_buildings")
    assert equal.tally.residents == asked.tally.residents == 63344
    assert abs(asked.tally.share - equal.tally.share) > 0.05


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(1.5, "underserved"), (3, "depends"), (12, "served")]
)
def test_a_verdict_holds_only_if_every_variant_says_so(toy_atlas: Atlas, minutes, verdict):
    region = district_sheet(toy_atlas, "toy", category=[FOOD], mode="walk", minutes=minutes)
    told = {v.verdict for v in region.stability.variants}
    assert region.stability.verdict == verdict, told
    assert (len(told) == 1) == (verdict != "depends")


@pytest.mark.parametrize(
    ("given", "bounds", "verdict"),
    [
        (0.5, None, "served"),
        (0.499, None, "underserved"),
        (None, (0.6, 1.0), "served"),
        (None, (0.0, 0.1), "underserved"),
        (None, (0.4, 0.6), "unclear"),
        (None, None, "unclear"),
    ],
)
def test_a_withheld_share_is_judged_only_where_its_range_agrees(given, bounds, verdict):
    tally = tally_of_buildings(("x", "x"), np.array([1.0, 1.0, 0.0]))
    assert verdict_on(replace(tally, share=given, share_range=bounds), 0.5) == verdict


def test_ranks_count_the_areas_that_are_covered_less():
    tally = tally_of_buildings(("x", "x"), np.array([1.0, 1.0, 0.0]))
    tallies = [replace(tally, share=s) for s in (0.7, 0.2, 0.7, None)]
    assert [rank_of(tallies, place) for place in range(4)] == [2, 1, 2, None]
    assert rank_of(tallies[:1], 0) is None


def test_the_interval_of_ranks_holds_every_variant(demo_atlas: Atlas):
    found = district_sheet(demo_atlas, "13071021").stability
    ranks = [v.rank for v in found.variants]
    assert found.ranks == (min(ranks), max(ranks))
    assert found.ranks[0] < found.ranks[1] <= found.ranked == 36


def of(sheet: Sheet, benchmark: str) -> BenchmarkResult:
    return next(r for r in sheet.benchmarks if r.benchmark.id == benchmark)


def test_every_benchmark_has_figures_or_a_reason(demo_sheet: Sheet):
    for result in demo_sheet.benchmarks:
        assert bool(result.figures) != bool(result.reason), result.benchmark.id
        for figure in result.figures:
            assert (figure.tally is None) == bool(figure.reason)
            if figure.tally is not None:
                assert figure.tally.residents == 63344


@pytest.mark.parametrize(
    ("benchmark", "reason"),
    [
        ("nrw_ils_10min", "offer_sizes"),
        ("de_mittelzentrum_car", "central_places"),
        ("foodshed_avignon", "food"),
    ],
)
def test_what_cannot_be_computed_says_why(demo_sheet: Sheet, benchmark: str, reason: str):
    assert of(demo_sheet, benchmark).reason == reason


def test_all_categories_together_cover_no_more_than_the_scarcest(demo_sheet: Sheet):
    *each, together = of(demo_sheet, "de_bbsr_nahversorgung").figures
    assert [f.category.id for f in each] == [
        "supermarket", "doctor", "pharmacy", "primary_school", "transit_stop",
    ]  # fmt: skip
    assert together.category is None
    assert together.tally.covered <= min(f.tally.covered for f in each)


def test_together_means_the_same_people(demo_atlas: Atlas, demo_sheet: Sheet):
    ids = of(demo_sheet, "de_bbsr_nahversorgung").benchmark.categories
    states = [
        coverage(demo_atlas, category=c, mode="line", metres=1000).state == COVERED for c in ids
    ]
    inside = demo_sheet.area.holds[demo_atlas.population.district]
    exact = demo_atlas.people[np.logical_and.reduce(states) & inside].sum()
    told = of(demo_sheet, "de_bbsr_nahversorgung").figures[-1].tally
    assert told.covered == pytest.approx(exact, abs=10)


def with_benchmark(atlas: Atlas, **changes: object) -> BenchmarkResult:
    base = next(b for b in atlas.benchmarks if b.id == "nrw_ils_10min")
    changed = replace(base, **changes)
    return district_sheet(replace(atlas, benchmarks=(changed,)), "toy").benchmarks[0]


def test_a_mode_without_data_is_not_computable(toy_atlas: Atlas):
    assert with_benchmark(toy_atlas, mode="transit").reason == "mode"


def test_a_category_that_no_source_tells_is_unknown_not_zero(toy_atlas: Atlas):
    ids = ("csa_depot", FOOD)
    each = with_benchmark(toy_atlas, of="each", categories=ids, smallest_sales_area_m2=None)
    assert [(f.reason, f.tally is None) for f in each.figures] == [
        ("no_source", True), ("", False), ("no_source", True),
    ]  # fmt: skip


def test_shops_count_by_size_where_every_one_states_it(toy_atlas: Atlas):
    sizes = {"osm:n1001": 500.0, "osm:n1003": 90.0}
    offers = tuple(
        replace(o, facts={**o.facts, "sales_area": sizes[o.id]}) if o.id in sizes else o
        for o in toy_atlas.offers
    )
    stated = replace(toy_atlas, offers=replace(toy_atlas.offers, offers=offers))
    large = with_benchmark(stated, categories=(FOOD,), minutes=3).figures[0].tally
    every = with_benchmark(stated, categories=(FOOD,), minutes=3, smallest_sales_area_m2=None)
    assert large.covered < every.figures[0].tally.covered
    unstated = with_benchmark(toy_atlas, categories=(FOOD,))
    assert (unstated.reason, unstated.offers, unstated.offers_with_size) == ("offer_sizes", 2, 0)


def test_unknown_categories_are_never_missing(toy_atlas: Atlas, sheet: Sheet):
    states = {f.category.id: f.state for view in sheet.fields for f in view.functions}
    assert states["csa_depot"] == "unknown"
    assert states["library"] == "missing"
    assert states[FOOD] == "reached"
    assert len(states) == len(toy_atlas.taxonomy.categories)


def test_an_unknown_question_has_no_verdict(toy_atlas: Atlas):
    told = district_sheet(toy_atlas, "A", category=["csa_depot"])
    assert told.stability.verdict == "unknown"
    assert told.stability.variants == ()
    assert told.tally.share is None


def test_offers_are_counted_where_they_stand_and_where_they_are_reached(sheet: Sheet):
    local = next(view for view in sheet.fields if view.field.id == "local_business")
    assert local.offers_inside == 3  # both shops for fresh food and the village shop
    assert local.offers_in_reach == 3
    helping = next(view for view in sheet.fields if view.field.id == "mutual_help")
    assert helping.offers_inside == 0  # the repair café stands in Neuöd
    assert helping.offers_in_reach == 1


def test_a_category_is_missing_exactly_where_nobody_reaches_it(demo_sheet: Sheet):
    for view in demo_sheet.fields:
        for function in view.functions:
            if function.state == "missing":
                assert function.tally.covered == 0
            if function.state == "reached":
                assert function.offers_in_reach > 0


def test_a_region_without_people_counts_buildings(taxonomy_path: Path, tmp_path: Path):
    folder = write_toy_region(tmp_path / "toy", population=False).parent
    atlas = build_atlas(folder, taxonomy_path, tmp_path / "atlas" / "toy", base_map=False)
    told = district_sheet(atlas, "A", category=[FOOD], mode="walk", minutes=3)
    assert told.tally.unit == "buildings"
    assert told.tally.buildings == 32
    assert "equal_buildings" not in {v.id for v in told.stability.variants}
    assert told.stability.verdict in ("underserved", "served", "depends")


@pytest.mark.parametrize(
    ("wanted", "area_id", "level"),
    [
        ("A", "A", "district"),
        ("N", "N", "municipality"),
        ("toy", "toy", "region"),
        ("altöd", "A", "district"),
        ("Süd", "N.n1011", "district"),
        ("Ödland", "toy", "region"),
    ],
)
def test_areas_are_found_by_id_or_name(toy_atlas: Atlas, wanted, area_id, level):
    area = find_area(toy_atlas, wanted)
    assert (area.id, area.level) == (area_id, level)


def test_an_area_that_is_not_there_names_the_nearest(toy_atlas: Atlas):
    with pytest.raises(UnknownDistrictError, match="did you mean 'Altöd'"):
        find_area(toy_atlas, "Altöt")


@pytest.mark.parametrize("threshold", [0, -1, 1.5, float("nan")])
def test_a_threshold_is_a_share(toy_atlas: Atlas, threshold):
    with pytest.raises(ParameterError, match="threshold"):
        district_sheet(toy_atlas, "A", threshold=threshold)


def test_a_time_of_the_week_counts_what_is_open_then(toy_atlas: Atlas):
    asked = {"category": [FOOD], "mode": "walk", "minutes": 30}
    night = district_sheet(toy_atlas, "A", at="Su 03:00-04:00", **asked)
    assert variant(night, "asked").tally.covered == 0  # the bakery is shut, the other untold
    assert variant(night, "hours_unknown_open").tally.covered == 320
    assert night.stability.verdict == "depends"
    monday = district_sheet(toy_atlas, "A", at="Mo 10:00-11:00", **asked)
    assert monday.tally.covered == 320


def test_metres_are_a_limit_as_well(toy_atlas: Atlas):
    asked = {"category": [FOOD], "mode": "walk"}
    by_metres = district_sheet(toy_atlas, "A", metres=240, **asked)
    assert by_metres.tally == district_sheet(toy_atlas, "A", minutes=3, **asked).tally
