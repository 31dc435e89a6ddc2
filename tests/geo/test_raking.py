"""Counts scaled to a total: what rounding leaves over goes to the largest, nobody is made up."""

import math

import numpy as np
import pytest

from geo.raking import rake

NOTHING = math.nan


def test_less_than_one_person_is_scaled_like_any_other_count():
    raked = rake(np.array([0.25, 0.25]), np.array([0, 0]), np.array([3.0]))
    assert raked.people.tolist() == [1.5, 1.5]
    assert raked.factor.tolist() == [6]


def test_a_group_of_nobody_keeps_its_factor_and_its_total_is_left():
    raked = rake(np.array([0.0, 8.0]), np.array([0, 1]), np.array([5.0, 8.0, 7.0]))
    assert raked.factor.tolist() == [1, 1, 1]
    assert raked.left.tolist() == [5, 0, 7]
    assert raked.people.tolist() == [0, 8]


def test_what_rounding_leaves_over_changes_the_largest_alone():
    people = np.array([0.1, 1e9 / 3, 0.7])
    raked = rake(people, np.array([0, 0, 0]), np.array([1e9 / 7]))
    small = [0, 2]
    assert raked.people[small].tolist() == (people * raked.factor[0])[small].tolist()
    assert math.fsum(raked.people) == pytest.approx(1e9 / 7, abs=1e-7)


def test_groups_need_not_lie_together_and_those_without_a_total_stay():
    group = np.array([2, 0, 1, 2, 0])
    raked = rake(np.array([1.0, 2, 3, 4, 5]), group, np.array([14.0, NOTHING, 10.0]))
    assert raked.people.tolist() == [2, 4, 3, 8, 10]


def test_nobody_scaled_to_nobody_is_nobody():
    raked = rake(np.array([0.0, 3.0]), np.array([0, 1]), np.array([0.0, 6.0]))
    assert (raked.people.tolist(), raked.factor.tolist()) == ([0, 6], [1, 2])


def test_parts_of_one_person_add_up_exactly_too():
    people = np.array([0.1, 0.2, 0.3, 0.03])
    plain = people * (1_000_001 / people.sum())
    raked = rake(people, np.zeros(4, int), np.array([1_000_001.0]))
    assert math.fsum(plain) != 1_000_001
    assert math.fsum(raked.people) == 1_000_001
