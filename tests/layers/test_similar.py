"""Districts that resemble: arithmetic on a region and an altered twin."""

from dataclasses import replace

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.compare import compare
from layers.district_traits import DENSITY, names_of, traits_of, weights_of
from layers.errors import UnknownDistrictError
from layers.similar import similar_districts


def twin(atlas: Atlas, *, people: float = 1.0) -> Atlas:
    """The same region elsewhere, with more people in every home."""
    population = replace(atlas.population, residents=atlas.population.residents * people)
    return replace(
        atlas, region=replace(atlas.region, id="twin", name="Twin"), population=population
    )


def test_the_same_district_elsewhere_is_at_distance_zero(toy_atlas: Atlas):
    report = similar_districts(toy_atlas, "Altöd", [twin(toy_atlas)])
    first = report.found[0]
    assert (first.region, first.name, round(first.distance, 9)) == ("twin", "Altöd", 0.0)
    assert first.differ == ()
    assert {s.trait for s in first.near} >= {"density", "covered", "centre_km"}
    assert set(first.unknown) >= {"under_18", "65_and_older"}
    assert report.compared == 3


def test_density_is_people_per_square_kilometre(toy_atlas: Atlas):
    report = compare([toy_atlas], category="library").regions[0].report
    traits = traits_of(toy_atlas, report)
    at = traits.names.index("Altöd")
    assert traits.columns[DENSITY][at] == pytest.approx(320 / (0.3 * 0.6), rel=1e-3)


def test_what_differs_is_named_with_both_values(toy_atlas: Atlas):
    report = similar_districts(toy_atlas, "Altöd", [twin(toy_atlas, people=8)])
    found = next(f for f in report.found if f.name == "Altöd")
    density = next(s for s in found.differ if s.trait == "density")
    assert density.there == pytest.approx(8 * density.here, rel=1e-3)
    assert density.apart >= 1
    assert found.distance > 0


def test_ages_count_where_they_are_known_of_both(toy_atlas: Atlas):
    ages = np.column_stack([toy_atlas.people * share for share in (0.25, 0.5, 0.25)])
    young = replace(toy_atlas, population=replace(toy_atlas.population, ages=ages))
    older = np.column_stack([toy_atlas.people * share for share in (0.14, 0.5, 0.36)])
    other = twin(toy_atlas)
    other = replace(other, population=replace(other.population, ages=older))
    found = similar_districts(young, "Altöd", [other]).found[0]
    told = {s.trait: (s.here, s.there) for s in (*found.near, *found.between, *found.differ)}
    assert told["65_and_older"] == (0.25, 0.36)
    assert "under_18" in told


def test_groups_of_traits_weigh_the_same(toy_atlas: Atlas):
    names = names_of(toy_atlas)
    weight = dict(zip(names, weights_of(names), strict=True))
    assert weight["density"] == 1
    assert weight["under_18"] + weight["65_and_older"] == 1
    assert sum(w for name, w in weight.items() if name.startswith("supply:")) == pytest.approx(1)


def test_few_people_are_not_compared_and_counted(toy_atlas: Atlas):
    report = similar_districts(toy_atlas, "Altöd", [twin(toy_atlas, people=0.05)])
    assert (report.compared, report.too_little) == (0, 3)
    assert report.found == ()


def test_own_districts_on_demand_never_the_district_itself(toy_atlas: Atlas):
    report = similar_districts(toy_atlas, "Altöd", [], with_own=True)
    assert {f.name for f in report.found} == {"Nord", "Süd"}


def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownDistrictError, match="Altod"):
        similar_districts(toy_atlas, "Altod", [twin(toy_atlas)])
    with pytest.raises(UnknownDistrictError, match="'toy'"):
        similar_districts(toy_atlas, "toy", [twin(toy_atlas)])
    with pytest.raises(ParameterError, match="names no other region"):
        similar_districts(toy_atlas, "Altöd", [toy_atlas])
    with pytest.raises(ParameterError, match="`count` is 0"):
        similar_districts(toy_atlas, "Altöd", [twin(toy_atlas)], count=0)
