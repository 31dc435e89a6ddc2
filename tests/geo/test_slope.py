"""Speed by gradient: the published functions, normalised to the flat."""

import math

import numpy as np
import pytest

from geo.slope import (
    STEEPEST,
    riding_factor,
    slope_factor,
    stepfree_factor,
    walking_factor,
)


@pytest.mark.parametrize("gradient", [-0.3, -0.1, -0.05, -0.02, 0.0, 0.05, 0.2, 0.4])
def test_walking_is_toblers_function_over_its_own_value_on_the_flat(gradient):
    tobler_kmh = 6 * math.exp(-3.5 * abs(gradient + 0.05))
    flat_kmh = 6 * math.exp(-3.5 * 0.05)
    assert walking_factor([gradient])[0] == pytest.approx(tobler_kmh / flat_kmh)


def test_walkers_are_fastest_at_five_per_cent_down_and_as_on_the_flat_at_ten():
    assert walking_factor([-0.05, -0.1, 0.0]) == pytest.approx([1.1912, 1.0, 1.0], abs=1e-4)


def test_what_is_steeper_than_the_cap_is_as_the_cap():
    for factor in (walking_factor, stepfree_factor, riding_factor):
        assert factor([STEEPEST, 3.0, -STEEPEST, -3.0])[[1, 3]] == pytest.approx(
            factor([STEEPEST, -STEEPEST])
        )


def test_wheels_are_not_faster_downhill_than_on_the_flat():
    assert stepfree_factor([-0.05, 0.0, 0.06]) == pytest.approx([1.0, 1.0, math.exp(-0.21)])


@pytest.mark.parametrize(
    ("percent", "metres_per_s"), [(0, 6.01), (1, 5.6098), (5, 4.009), (9, 2.4082)]
)
def test_bicycles_climb_by_the_regression_of_parkin_and_rotheram(percent, metres_per_s):
    assert riding_factor([percent / 100])[0] == pytest.approx(metres_per_s / 6.01, abs=1e-3)


def test_bicycles_are_fastest_at_five_and_a_half_per_cent_down_and_brake_below():
    down = riding_factor([-0.02, -0.055, -0.10, -0.15])
    assert down == pytest.approx([1.08, 1.22, 1.05, 0.61], abs=1e-6)


def test_a_bicycle_is_pushed_where_that_is_faster_than_riding():
    ride, push = slope_factor([0.02, 0.14], [15.0, 15.0], mode="bike", push_kmh=4.8)
    assert ride == pytest.approx(1 - 2 * 0.4002 / 6.01, abs=1e-3)
    assert push * 15 == pytest.approx(4.8 * math.exp(-3.5 * 0.14))


def test_where_it_is_pushed_on_the_flat_it_takes_slopes_as_a_walker_does():
    assert slope_factor([-0.05, 0.08], [4.8, 4.8], mode="bike", push_kmh=4.8) == pytest.approx(
        walking_factor([-0.05, 0.08])
    )


@pytest.mark.parametrize("gradient", [0.055, 0.06, 0.07, 0.08, 0.10, 0.12, 0.15, 0.20])
def test_a_pedelec_climbs_as_fast_as_its_power_carries_it(gradient):
    metres_per_s = np.linspace(0.5, 6, 55_001)
    watts = metres_per_s * (105 * 9.81 * (gradient + 0.008) + 0.5 * 1.2 * 0.55 * metres_per_s**2)
    by_power = metres_per_s[np.searchsorted(watts, 325 * 0.95)] * 3.6 / 15
    assert riding_factor([gradient], bicycle="pedelec")[0] == pytest.approx(
        min(by_power, 1.0), abs=0.01
    )


def test_a_pedelec_is_nowhere_slower_than_a_bicycle_and_no_faster_on_the_flat():
    gradients = np.linspace(-0.5, 0.5, 201)
    bicycle, pedelec = (riding_factor(gradients, bicycle=kind) for kind in ("bicycle", "pedelec"))
    assert (pedelec >= bicycle).all()
    assert riding_factor([0.0], bicycle="pedelec")[0] == 1.0


@pytest.mark.parametrize("mode", ["walk", "stepfree", "bike", "car"])
def test_on_the_flat_every_mode_is_as_fast_as_it_was(mode):
    assert (slope_factor([0.0, 0.0], [15.0, 4.8], mode=mode, push_kmh=4.8) == 1.0).all()


def test_cars_do_not_notice():
    assert (slope_factor([-0.2, 0.2], [30.0, 30.0], mode="car", push_kmh=4.8) == 1.0).all()
