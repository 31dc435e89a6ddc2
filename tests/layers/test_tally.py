"""Counts of one area as a report shows them."""

import math

import numpy as np
import pytest

from layers.tally import (
    tally_of_buildings,
    tally_of_nothing,
    tally_of_people,
    without_answer,
)

AREA = ("d1", "Altstadt")


def test_share_comes_from_published_counts():
    tally = tally_of_people(AREA, (300, 120, 0, 0), 420, covered=302.4, short=117.6, edge=40)
    assert (tally.share, tally.share_range, tally.edge_uncertain) == (0.714, None, 40)
    assert not tally.suppressed


@pytest.mark.parametrize(
    ("covered", "short", "share_range"),
    [(10, 390, (0, 0.062)), (390, 10, (0.938, 1)), (200, 200, (0, 1))],
)
def test_a_withheld_share_is_bounded_by_what_may_be_said(covered, short, share_range):
    counts = (math.nan, math.nan, 0, 0)
    tally = tally_of_people(AREA, counts, 400, covered=covered, short=short, edge=0)
    assert tally.share is None
    assert tally.share_range == pytest.approx(share_range, abs=0.001)
    assert tally.suppressed


def test_a_part_of_a_withheld_count_is_withheld_as_well():
    # 390 at the edge of the data would tell the 10 that are covered
    counts = (math.nan, math.nan, 0, 0)
    tally = tally_of_people(AREA, counts, 400, covered=10, short=390, edge=390)
    assert tally.edge_uncertain is None


def test_only_a_share_that_may_be_said_ranks():
    withheld = tally_of_people(AREA, (math.nan,) * 4, math.nan, covered=9, short=9, edge=0)
    assert withheld.residents is None
    assert math.isnan(withheld.lowest_share)
    open_ = tally_of_people(AREA, (math.nan, math.nan, 0, 0), 400, covered=200, short=200, edge=0)
    assert math.isnan(open_.lowest_share)


def test_the_least_share_that_is_sure_ranks():
    told = tally_of_people(AREA, (300, 120, 0, 0), 420, covered=302.4, short=117.6, edge=40)
    bounded = tally_of_people(AREA, (math.nan, math.nan, 0, 0), 400, covered=390, short=10, edge=0)
    assert (told.lowest_share, bounded.lowest_share) == (0.714, 0.938)


def test_25_people_bound_nothing_and_shares_have_three_digits():
    counts = (math.nan, math.nan, 0, 0)
    exactly = tally_of_people(AREA, counts, 400, covered=25, short=375, edge=0)
    assert exactly.share_range == (0, 1)
    fewer = tally_of_people(AREA, counts, 400, covered=24, short=376, edge=0)
    assert fewer.share_range == (0, 0.062)  # 25 of 400 are 0.0625


def test_buildings_are_counted_where_nobody_is():
    tally = tally_of_buildings(AREA, np.array([30.0, 10, 2]))
    assert (tally.unit, tally.buildings, tally.share) == ("buildings", 42, 0.714)
    assert (tally.residents, tally.covered, tally.uncovered, tally.unreachable) == (None,) * 4
    assert (tally.unplaced, tally.edge_uncertain, tally.suppressed) == (None, None, False)
    assert tally_of_buildings(AREA, np.zeros(3)).share is None


def test_where_neither_people_nor_buildings_are_known_there_is_nothing_to_count():
    tally = tally_of_nothing(AREA, np.zeros(3))
    assert (tally.unit, tally.buildings, tally.share) == ("residents", 0, None)


def test_without_an_answer_only_who_lives_there_is_told():
    told = tally_of_people(AREA, (300, 120, 30, 0), 450, covered=302.4, short=147.6, edge=40)
    tally = without_answer(told)
    assert (tally.residents, tally.unplaced, tally.suppressed) == (450, 0, False)
    assert (tally.covered, tally.uncovered, tally.unreachable) == (None, None, None)
    assert (tally.share, tally.share_range, tally.edge_uncertain) == (None, None, None)
    few = tally_of_people(AREA, (math.nan,) * 4, math.nan, covered=9, short=9, edge=0)
    assert without_answer(few).suppressed
