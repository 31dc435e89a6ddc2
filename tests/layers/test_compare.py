"""Regions side by side: the same question for all, and what makes the answers hard to compare."""

import math
from dataclasses import replace
from datetime import date

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.compare import NO_CATEGORY, compare
from layers.compare_offers import offers_elsewhere
from layers.coverage import coverage
from layers.errors import UnknownCategoryError

BREAD = "greengrocer_bakery"


def other(atlas: Atlas, region_id: str = "other", **changed: object) -> Atlas:
    """The same region under another id."""
    region = replace(atlas.region, id=region_id, name=region_id.title(), **changed)  # type: ignore[arg-type]
    return replace(atlas, region=region)


def without_streets(atlas: Atlas) -> Atlas:
    return replace(other(atlas, "dry"), networks={}, supply={}, demand={}, exits={})


def kinds(found) -> dict[str, tuple[str, ...]]:
    return {caveat.kind: caveat.regions for caveat in found.caveats}


def test_figures_are_those_of_each_region_alone(toy_atlas: Atlas):
    found = compare([toy_atlas, other(toy_atlas)], category=BREAD, mode="walk", minutes=2)
    alone = coverage(toy_atlas, category=BREAD, mode="walk", minutes=2)
    first, second = found.regions
    assert first.report.totals == alone.totals
    assert first.report.totals.residents == 960
    assert (first.offers, second.offers) == (2, 2)
    assert first.per_10000 == pytest.approx(2 / 960 * 10_000, rel=1e-3)
    assert first.median_min == second.median_min
    assert math.isnan(first.median_m)
    assert found.caveats == ()


def test_a_region_that_is_about_one_municipality_is_compared_by_it_alone(toy_atlas: Atlas):
    home = toy_atlas.region.municipalities["district_id"].iloc[0]
    (all_of_it, about_one) = compare(
        [toy_atlas, other(toy_atlas, home=home)], category=BREAD, mode="walk", minutes=2
    ).regions
    report = coverage(toy_atlas, category=BREAD, mode="walk", minutes=2)
    alone = next(t for t in report.by_municipality if t.area_id == home)
    assert (all_of_it.name, all_of_it.municipalities) == (toy_atlas.region.name, 2)
    assert (about_one.name, about_one.municipalities) == (alone.name, 1)
    assert about_one.count == alone
    assert about_one.residents == alone.residents
    assert 0 < about_one.residents < all_of_it.residents
    district = toy_atlas.region.locate(toy_atlas.offer_xy[report.offers])
    there = toy_atlas.region.municipality_of_finest[district[district >= 0]] == 0
    assert about_one.offers == there.sum()


def test_without_streets_in_one_all_are_measured_in_a_straight_line(toy_atlas: Atlas):
    found = compare([toy_atlas, without_streets(toy_atlas)], category=BREAD, mode="walk", minutes=9)
    assert (found.mode, found.minutes, found.metres) == ("line", None, 1000.0)
    assert (found.asked_mode, kinds(found)) == ("walk", {"mode": ("dry",), "limit": ("dry",)})
    assert [f.report.totals.covered for f in found.regions] == [960, 960]
    assert [f.access for f in found.regions] == [None, None]
    assert all(50 < f.median_m < 300 for f in found.regions)


def test_unknown_is_no_zero(toy_atlas: Atlas):
    silent = replace(toy_atlas, region=replace(toy_atlas.region, id="silent", extract=None))
    silent = replace(silent, offers=toy_atlas.offers.of([]), supply=_none_of(toy_atlas))
    found = compare([toy_atlas, silent], category=BREAD)
    there = found.regions[1]
    assert (there.unknown, there.offers, there.per_10000, there.access) == (
        "no_source", None, None, None,
    )  # fmt: skip
    assert {count.offers for count in there.fields} == {None}
    assert kinds(found)["unknown"] == ("silent",)


def _none_of(atlas: Atlas):
    return {mode: supply.take([]) for mode, supply in atlas.supply.items()}


def test_a_kind_that_nobody_has_is_zero_where_the_source_would_tell(toy_atlas: Atlas):
    figures = compare([toy_atlas], category="library").regions[0]
    assert (figures.unknown, figures.offers, figures.per_10000) == ("", 0, 0.0)
    assert figures.median_min == math.inf


def test_a_region_whose_list_lacks_the_kind_says_so(toy_atlas: Atlas):
    taxonomy = replace(
        toy_atlas.taxonomy,
        categories=tuple(c for c in toy_atlas.taxonomy.categories if c.id != BREAD),
    )
    old = replace(other(toy_atlas, "old"), taxonomy=taxonomy)
    found = compare([toy_atlas, old], category=BREAD)
    assert found.regions[1].unknown == NO_CATEGORY
    assert found.regions[0].offers == 2


def test_ages_that_differ_are_a_caveat(toy_atlas: Atlas):
    old = other(toy_atlas, "old", as_of=date(2016, 5, 1))
    assert kinds(compare([toy_atlas, old], category=BREAD))["ages"] == ("toy", "old")


def test_fields_count_offers_inside_once(toy_atlas: Atlas):
    fields = {c.field.id: c for c in compare([toy_atlas], category=BREAD).regions[0].fields}
    assert fields["essentials"].offers == 0
    assert sum(count.offers or 0 for count in fields.values()) >= 4
    assert all(c.known <= c.categories for c in fields.values())


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"category": []}, "`category` is missing"),
        ({"category": BREAD, "mode": "train"}, "`mode` 'train'"),
        ({"category": BREAD, "minutes": 0}, "`minutes` is 0"),
        ({"category": BREAD, "mode": "line", "metres": 1e9}, "`metres` is 1e\\+09"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, asked, match: str):
    with pytest.raises(ParameterError, match=match):
        compare([toy_atlas], **asked)


def test_regions_are_named_once_and_at_all(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="`regions` is empty"):
        compare([], category=BREAD)
    with pytest.raises(ParameterError, match="names toy twice"):
        compare([toy_atlas, toy_atlas], category=BREAD)


def test_an_unknown_kind_is_answered_with_near_ones(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="library"):
        compare([toy_atlas], category="libary")


def test_who_does_it_elsewhere_is_listed_by_region_with_the_total(toy_atlas: Atlas):
    rows = offers_elsewhere([toy_atlas, other(toy_atlas)], category=BREAD, limit=1)
    assert [(row.atlas.region.id, row.total, len(row.offers)) for row in rows] == [
        ("toy", 2, 1), ("other", 2, 1),
    ]  # fmt: skip
    assert rows[0].is_known
    with pytest.raises(ParameterError, match="`limit` is 0"):
        offers_elsewhere([toy_atlas], category=BREAD, limit=0)
