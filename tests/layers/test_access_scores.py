"""Supply per head in the toy town and the demo region."""

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.access_scores import access_scores
from layers.atlas import Atlas

FOOD = {"category": "greengrocer_bakery", "mode": "walk"}


@pytest.mark.parametrize("kind", ["e2sfca", "2sfca"])
def test_all_toy_offers_are_shared_among_all(toy_atlas: Atlas, kind: str):
    report = access_scores(toy_atlas, **FOOD, kind=kind)  # 30 minutes: everybody reaches both
    assert (report.per_head * toy_atlas.people).sum() == pytest.approx(2)
    assert report.region.per_10000 == pytest.approx(2 / 960 * 10_000)
    assert report.offers_not_reached == 0
    if kind == "2sfca":  # all the same
        assert [s.relative for s in report.by_district] == pytest.approx([1, 1, 1])


def test_those_nearer_have_more(toy_atlas: Atlas):
    near = {s.name: s for s in access_scores(toy_atlas, **FOOD, minutes=9).by_district}
    assert near["Altöd"].per_10000 > near["Nord"].per_10000
    assert near["Altöd"].relative > 1


def test_mean_of_districts_is_the_region(demo_atlas: Atlas):
    report = access_scores(demo_atlas, **FOOD)
    people = np.bincount(demo_atlas.population.district, demo_atlas.people)
    scores = [s.per_10000 for s in report.by_district]
    assert np.average(scores, weights=people) == pytest.approx(report.region.per_10000)
    assert report.region.per_10000 * demo_atlas.people.sum() / 10_000 == pytest.approx(35)


def test_no_offer_gives_zero_and_no_ratio(demo_atlas: Atlas):
    report = access_scores(demo_atlas, category="repair_cafe", mode="walk")
    assert report.region.per_10000 == 0
    assert {s.relative for s in report.by_district} == {None}


def test_what_no_source_tells_has_no_score(toy_atlas: Atlas):
    report = access_scores(toy_atlas, category="csa_depot", mode="walk")
    assert report.coverage.unknown == "no_source"
    assert {s.per_10000 for s in (report.region, *report.by_district)} == {None}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "gravity"}, "use one of e2sfca, 2sfca"),
        ({"minutes": 0}, "`minutes` is 0 but must be at least 0.001"),
        ({"mode": "line"}, "`mode` line has no travel time"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, change: dict, message: str):
    with pytest.raises(ParameterError, match=message):
        access_scores(toy_atlas, **{**FOOD, **change})
