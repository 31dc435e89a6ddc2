"""What may be published about few people, and attempts to find a house by difference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.disclosure import (
    publish_levels,
    publish_parts,
    publish_singly,
    publish_within,
    round_to_tens,
)


def one_municipality(rows: list[list[float]]):
    return publish_levels(rows, [0] * len(rows))


def test_counts_below_25_are_withheld_and_zero_is_said():
    published = one_municipality([[400, 24.9, 0, 0], [400, 300, 0, 0], [500, 300, 0, 0]])
    assert np.isnan(published.finest.counts[0, 1])
    assert published.finest.counts[0, 2] == 0


def test_25_people_are_published():
    published = one_municipality([[400, 25, 0, 0], [400, 300, 0, 0]])
    assert published.finest.counts[0].tolist() == [400, 25, 0, 0]


def test_a_row_cannot_be_completed_by_subtraction():
    # 425 - 400 would tell the 20 at home who are not covered
    published = one_municipality([[400, 20, 0, 0], [400, 300, 0, 0], [500, 300, 0, 0]])
    assert np.isnan(published.finest.counts[0, :2]).all()
    assert published.finest.totals[0] == 420


def test_a_column_cannot_be_completed_by_subtraction_from_the_region():
    published = publish_levels([[400, 20, 0, 0], [400, 300, 0, 0], [500, 900, 0, 0]], [0, 1, 2])
    assert np.isnan(published.finest.counts[:, 1]).sum() == 2
    assert np.isnan(published.municipalities.counts[:, 1]).sum() == 2
    assert published.region.counts[0].tolist() == [1300, 1220, 0, 0]


def test_both_levels_withhold_the_same_single_districts():
    rows = [[400, 20, 0, 0], [400, 300, 0, 0], [500, 900, 0, 0], [90, 30, 0, 0]]
    published = publish_levels(rows, [0, 1, 2, 2])
    for level in (published.municipalities, published.finest):
        assert np.isnan(level.counts[0, 1])
        assert np.isnan(level.counts[1, 1])
    assert published.finest.counts[2:, 1].tolist() == [900, 30]


def test_few_unreachable_people_are_counted_as_uncovered_and_the_main_figures_stand():
    published = one_municipality([[400, 300, 8, 0], [400, 300, 0, 0], [500, 300, 0, 0]])
    counts = published.finest.counts[0]
    assert np.isnan(counts[2])
    assert counts[:2].tolist() == [400, 308]
    assert published.region.counts[0, :2].tolist() == [1300, 908]


def test_withheld_unreachable_people_cannot_be_found_through_the_region():
    # 60 in all, 50 of them elsewhere: publishing both would tell the 10
    published = one_municipality([[400, 300, 10, 0], [400, 300, 50, 0], [500, 300, 0, 0]])
    assert published.region.counts[0, 2] == 60
    assert np.isnan(published.finest.counts[:2, 2]).all()


def test_a_total_below_25_is_withheld_with_all_its_parts():
    published = one_municipality([[9, 5, 0, 0], [400, 300, 0, 0], [500, 300, 0, 0]])
    assert np.isnan(published.finest.totals[0])
    assert np.isnan(published.finest.counts[0, :2]).all()


def test_two_limits_one_house_apart_do_not_tell_who_lives_in_it():
    house = 3.2
    differences = set()
    for covered in np.linspace(1000, 1010, 23):
        low = one_municipality([[covered, 2000 - covered, 0, 0]]).finest.counts[0, 0]
        high = one_municipality([[covered + house, 2000 - covered - house, 0, 0]]).finest.counts[
            0, 0
        ]
        differences.add(high - low)
    assert differences == {0, 10}


def test_two_modes_one_house_apart_do_not_tell_who_lives_in_it():
    # the house of 3 is off the network of bicycles and on that of walkers
    walk, bike = (
        one_municipality([[600, 400 - off, off, 0], [400, 300, 0, 0]]).finest.counts[0]
        for off in (36, 39)
    )
    assert walk.tolist() == bike.tolist() == [600, 370, 30, 0]


def test_unreachable_people_are_never_shown_as_fewer_than_25():
    counts = one_municipality([[600, 400, 27, 0], [400, 300, 0, 0]]).finest.counts[0]
    assert counts.tolist() == [600, 402, 25, 0]


def test_a_withheld_second_count_is_not_told_by_its_row():
    # a 0 beside a known total of 100 would tell the count that protects the 10 elsewhere
    published = one_municipality([[0, 100, 0, 0], [190, 10, 0, 0], [300, 0, 0, 0]])
    assert published.finest.totals.tolist() == [100, 200, 300]
    assert np.isnan(published.finest.counts[:2, :2]).all()


def test_a_hamlet_without_buildings_does_not_hide_the_whole_region():
    # its 7 hide behind the second smallest; the third stands
    published = publish_levels([[290, 30, 0, 0], [590, 50, 0, 0], [0, 0, 0, 7]], [0, 1, 2])
    assert np.isnan(published.finest.totals).tolist() == [True, False, True]
    assert published.finest.counts[1].tolist() == [590, 50, 0, 0]


def test_quarters_do_not_tell_a_withheld_municipality():
    # the second municipality protects the 10 of the first
    rows = [[400, 10, 0, 0], [50, 60, 0, 0], [0, 40, 0, 0], [900, 500, 0, 0]]
    published = publish_levels(rows, [0, 1, 1, 2])
    assert np.isnan(published.municipalities.counts[:2, :2]).all()
    assert np.isnan(published.finest.counts[1, :2]).all()


def test_rows_add_up_to_their_totals():
    published = one_municipality([[104.4, 200.3, 30.7, 26.1], [66, 66, 66, 66]])
    np.testing.assert_array_equal(published.finest.counts.sum(axis=1), published.finest.totals)
    np.testing.assert_array_equal(published.region.counts.sum(axis=1), published.region.totals)


def test_everybody_and_nobody_are_not_rounded_away():
    published = one_municipality([[4317.2, 0, 0, 0], [0, 4317.2, 0, 0]])
    assert published.finest.counts[:, :2].tolist() == [[4317, 0], [0, 4317]]


def test_rounding_covers_nobody_who_is_not():
    # three parts rounded up leave 24 of the 25.2 uncovered
    assert one_municipality([[0, 25.2, 30.5, 30.5]]).finest.counts[0, 0] == 0


def test_rounding_never_shows_fewer_than_25_people():
    published = one_municipality([[27, 26, 0, 0], [400, 300, 0, 0]])
    assert published.finest.counts[0, :2].min() >= 25
    assert published.finest.counts[0, :2].sum() == 53


@pytest.mark.parametrize(("people", "shown"), [(25, 30), (34.9, 30), (35, 40), (0, 0)])
def test_rounding_is_half_up(people: float, shown: float):
    assert round_to_tens(people) == shown


def test_single_counts_follow_the_same_rule():
    assert np.isnan(publish_singly(24.0))
    assert publish_singly([0, 1234.0]).tolist() == [0, 1230]


def test_parts_of_a_published_sum_withhold_a_second_one():
    assert np.isnan(publish_parts([20, 500, 40])).tolist() == [True, False, True]
    assert len(publish_parts([])) == 0


sizes = st.lists(st.sampled_from([10.0, 15, 24, 30, 40, 60, 200]), min_size=6, max_size=6)
shares = st.lists(st.sampled_from([0, 0.05, 0.5, 0.95, 1]), min_size=6, max_size=6)


@settings(max_examples=100, deadline=None)
@given(sizes, shares, shares)
def test_every_question_withholds_the_same_totals(size, covered, covered_by_another):
    parent = [0, 0, 0, 1, 1, 2]
    one, other = (
        publish_levels(np.outer(size, [1, 0, 0, 0]) + np.outer(np.multiply(size, s), [-1, 1, 0, 0]),
                       parent)
        for s in (covered, covered_by_another)
    )  # fmt: skip
    for level in ("region", "municipalities", "finest"):
        np.testing.assert_array_equal(getattr(one, level).totals, getattr(other, level).totals)


people = st.one_of(st.just(0.0), st.floats(0.01, 60), st.floats(60, 5000))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(people, people, people, people, st.integers(0, 3)), min_size=1, max_size=9)
)
def test_no_sum_of_published_counts_isolates_fewer_than_25_people(rows):
    exact = np.array([row[:4] for row in rows])
    parent = np.unique([row[4] for row in rows], return_inverse=True)[1]
    levels = publish_levels(exact, parent)
    finest = levels.finest
    for row, counts in enumerate(finest.counts):
        unknown = np.isnan(counts[:2])
        if unknown.any() and not np.isnan(finest.totals[row]):
            assert exact[row, :2][unknown].sum() + exact[row, 2:].sum() >= 25
            assert unknown.sum() == 2
        if not unknown.any() and not np.isnan(
            finest.totals[row]
        ):  # nothing is left over to be found by subtraction
            assert np.nansum(counts) == finest.totals[row]
    for municipality in range(parent.max() + 1):
        own = parent == municipality
        for column in range(4):
            unknown = np.isnan(finest.counts[own, column])
            known_sum = not np.isnan(levels.municipalities.counts[municipality, column])
            if unknown.any() and known_sum and column > 1:
                assert exact[own, column][unknown].sum() >= 25
            if not known_sum:  # its quarters must not give it away
                assert unknown.any()
    assert not (finest.counts < 0).any()
    shown = np.nan_to_num(finest.counts, nan=25.0)
    assert not ((shown > 0) & (shown < 25)).any()


def test_assumed_people_do_not_lift_a_count_of_few_above_the_threshold():
    counts = np.array([[7.0, 0, 0, 0], [400, 300, 0, 0], [200, 100, 0, 0]])
    known = np.array([[100.0, 0, 0, 0], [0, 50, 0, 0], [0, 0, 0, 0]])
    municipality = np.zeros(3, int)
    alone = publish_levels(counts, municipality)
    both = publish_levels(counts + known, municipality, known=known)
    for level, more in (("finest", known), ("region", known.sum(axis=0, keepdims=True))):
        before, after = getattr(alone, level), getattr(both, level)
        np.testing.assert_array_equal(after.counts, before.counts + more)
        np.testing.assert_array_equal(after.totals, before.totals + more.sum(axis=1))
    assert np.isnan(both.finest.totals[0])


def test_assumed_people_out_of_reach_are_told_with_the_uncovered_where_these_take_in_few():
    counts = np.array([[100.0, 100, 5, 0], [100, 100, 5, 0]])
    known = np.array([[0.0, 0, 40, 0], [0, 0, 0, 0]])
    both = publish_levels(counts + known, np.zeros(2, int), known=known).finest
    assert np.isnan(both.counts[0, 2])
    assert np.nansum(both.counts[0]) == both.totals[0] == 245


def test_a_part_is_withheld_where_few_of_its_total_are_left():
    """3,000 of 3,016 would tell of 16 people; a second row keeps the sum from telling."""
    told = publish_within([3000.0, 240.0, 0.0, 910.0], [3016.0, 5820.0, 400.0, 2000.0])
    np.testing.assert_array_equal(told, [np.nan, np.nan, 0, 910])
    np.testing.assert_array_equal(publish_within([3016.0, 240.0], [3016.0, 5820.0]), [3020, 240])


def test_a_region_without_districts_has_nothing_to_withhold():
    published = publish_levels(np.zeros((0, 4)), [])
    assert published.finest.counts.shape == (0, 4)
    assert published.region.totals.tolist() == [0]
