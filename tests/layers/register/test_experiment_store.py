"""Experiments in both databases: nothing is expected in hindsight."""

from datetime import date

import pytest

from layers.experiment_file import ExperimentError
from layers.experiment_store import (
    UnknownExperimentError,
    experiments,
    find_experiment,
    register_experiment,
)
from tests.layers.test_experiment import experiment


def test_what_is_recorded_before_is_prior_and_fixed_from_the_first_day_on(register):
    database = register.database
    one = experiment(begins_on="2999-01-01")
    first = register_experiment(database, one, who="ada")
    assert (first.is_prior, first.states) == (True, 1)
    assert register_experiment(database, one, who="ada").states == 1
    changed = experiment(
        begins_on="2999-01-01",
        expectation={"statement": "Weniger", "direction": "down", "points": 1},
    )
    second = register_experiment(database, changed, who="ada")
    assert second.recorded_at > first.recorded_at == second.first_recorded_at
    with pytest.raises(ExperimentError, match="it began on 2999-01-01"):
        register_experiment(database, one, who="ada", on=date(2999, 1, 1))
    named = experiment(**{**changed.to_record(), "title": "Anders"})
    third = register_experiment(database, named, who="ada", on=date(2999, 1, 2))
    assert (third.experiment.title, third.recorded_at) == ("Anders", second.recorded_at)
    assert [r.experiment.id for r in experiments(database, "toy")] == ["bread-van"]


def test_what_is_recorded_afterwards_is_no_prior_expectation(register):
    assert not register_experiment(register.database, experiment(), who="ada").is_prior
    with pytest.raises(UnknownExperimentError, match="bread-van"):
        find_experiment(register.database, "toy", "bread-vam")
