"""The nearest supply in a straight line."""

import numpy as np
import pytest

from geo.access import nearest_in_line


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_ties_go_to_the_lower_index(order: list[int]):
    # four supplies 5 m from the first home, one of them twice
    supply = np.array([(5.0, 0), (-5, 0), (0, 5), (3, 4), (5, 0)])[order]
    found = nearest_in_line(np.array([(0.0, 0), (5, 1)]), [supply])
    np.testing.assert_allclose(found.distance_m, [[5, 1]])
    assert found.supply.tolist() == [[0, min(order.index(0), order.index(4))]]


def test_an_empty_set_is_infinitely_far_and_one_supply_is_everybodys():
    found = nearest_in_line(np.array([(0.0, 0), (6, 8)]), [np.zeros((0, 2)), np.zeros((1, 2))])
    assert found.distance_m.tolist() == [[np.inf, np.inf], [0, 10]]
    assert found.supply.tolist() == [[-1, -1], [0, 0]]
    assert np.isnan(found.travel_s).all()


def test_nobody_asks_and_nobody_is_answered():
    assert nearest_in_line(np.zeros((0, 2)), [np.zeros((1, 2))]).distance_m.shape == (1, 0)
