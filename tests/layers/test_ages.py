"""Coverage by age: the groups are the region's people, and few of them are not told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.ages import GROUPS, by_age
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.coverage import CoverageReport, coverage
from layers.sites import next_sites
from layers.store import open_atlas
from tests.censusgrid import cells_at, write_2011
from tests.toyregion import CONFIG, HOUSES, write_toml, write_toy_region

TABLE = """
[population]
grid = "grid.csv"
source = "made up"
year = 2011
official_total = 960
official_source = "counted by hand"
smallest_published = 40
"""
WITHOUT = dict.fromkeys(
    ("population", "population_year", "population_source", "population_official")
)


@pytest.fixture(scope="module")
def atlas(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The toy region on a grid: a fifth are under 18, three tenths 65 and older."""
    folder = tmp_path_factory.mktemp("regions") / "toy"
    write_toy_region(folder, config=WITHOUT)
    cells = [(int(x), int(y)) for x, y in np.unique(cells_at(HOUSES), axis=0)]
    rows = [(cell, 40, "20,0", "30,0") for cell in cells]
    write_2011(folder / "grid.csv", rows, columns=("Einwohner", "unter18_A", "ab65_A"))
    toml = write_toml(folder / "region.toml", {**CONFIG, **WITHOUT})
    toml.write_text(toml.read_text("utf-8") + TABLE, "utf-8")
    target = tmp_path_factory.mktemp("atlas") / "toy"
    build_atlas(folder, taxonomy_path, target, base_map=False)
    return open_atlas(target)


def ask(atlas: Atlas, metres: float) -> CoverageReport:
    return coverage(atlas, category="greengrocer_bakery", mode="walk", metres=metres)


def test_people_of_each_age_are_told_with_their_share(atlas: Atlas):
    report = ask(atlas, 300)
    tallies = {tally.area_id: tally for tally in by_age(report)}
    assert tuple(tallies) == GROUPS
    assert [t.residents for t in tallies.values()] == [192, 480, 288, 0]
    share = report.totals.share
    assert 0.2 < share < 0.9
    for tally in list(tallies.values())[:3]:
        assert tally.share == pytest.approx(share, abs=0.04)
        assert tally.covered % 10 == 0


def test_ages_rules_and_accounts_are_kept_in_the_atlas(atlas: Atlas):
    population = atlas.population
    assert population.ages.shape == (64, 3)
    assert population.ages.sum(axis=0) == pytest.approx([192, 480, 288])
    assert population.smallest_published == 40
    assert population.account.official_source == "counted by hand"
    assert atlas.manifest["people"]["differences"][0]["official"] == 960
    assert atlas.counted_districts.all()
    assert atlas.region.municipalities["population"].isna().all()


def test_fewer_than_the_region_s_own_rule_are_withheld(atlas: Atlas):
    """Within 30 m live a few, so that of one group fewer than 40 are told of."""
    for metres in (40, 60, 100, 140, 200):
        report = ask(atlas, metres)
        exact = np.nansum(atlas.population.ages[report.state == 0], axis=0)
        for tally, covered in zip(by_age(report), exact, strict=False):
            if 0 < covered < 40:
                assert tally.covered is None
            assert tally.covered is None or tally.covered == 0 or tally.covered >= 40
    for tally in report.by_district:
        assert tally.covered is None or tally.covered == 0 or tally.covered >= 40


def test_no_subtraction_tells_of_a_withheld_group(atlas: Atlas):
    ages = np.zeros_like(atlas.population.ages)
    people = atlas.people
    ages[:, 1] = people
    ages[0] = [5, people[0] - 5, 0]  # five children, all in one house
    few = replace(atlas, population=replace(atlas.population, ages=ages, smallest_published=25))
    for metres in (100, 300, 2_000):
        report = ask(few, metres)
        tallies = by_age(report)
        assert tallies[0].residents is None
        withheld = [t for t in tallies if t.residents is None]
        assert len(withheld) >= 2  # else the region minus the others were the children
        assert tallies[0].covered is None


def test_people_assumed_by_the_asker_are_of_unknown_age(atlas: Atlas):
    ages = atlas.population.ages.copy()
    ages[:8] = np.nan
    part = replace(atlas, population=replace(atlas.population, ages=ages))
    tallies = by_age(ask(part, 2_000))
    assert tallies[-1].residents == pytest.approx(atlas.people[:8].sum(), abs=1)
    assert sum(t.residents for t in tallies) == pytest.approx(960, abs=2)


def test_where_nothing_is_known_of_ages_there_are_none(toy_atlas: Atlas):
    assert by_age(ask(toy_atlas, 300)) == []


def test_next_sites_say_that_they_are_not_placed_by_age(atlas: Atlas):
    with pytest.raises(ParameterError, match="sites are not placed by age; leave it out"):
        next_sites(atlas, category="greengrocer_bakery", new=1, people="older")
