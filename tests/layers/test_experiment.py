"""Experiments: expected before, measured after, and nothing expected in hindsight."""

from datetime import date

import pytest

from layers.experiment import Range, outcome, verdict
from layers.experiment_file import (
    Expectation,
    Experiment,
    ExperimentError,
    check_experiment,
    read_experiment,
)
from layers.experiment_store import Registered
from layers.history_offers import DatedOffers, Existence, dated_offers

TEXT = """
id = "bread-van"
title = "Ein Brotwagen für Altöd"
category = ["greengrocer_bakery"]
mode = "walk"
minutes = 2
begins_on = 2024-01-01
treated = ["Altöd"]
compared = ["Nord", "Süd"]
days_before = 30
days_after = 90
[expectation]
statement = "Mehr Brot zu Fuß"
direction = "up"
points = 20
"""


def experiment(**changed: object) -> Experiment:
    raw = read_experiment(TEXT, region="toy").to_record()
    return check_experiment({**raw, **changed}, region="toy")


def registered(**changed: object) -> Registered:
    return Registered(experiment(**changed), "2023-12-01T00:00:00Z", "2023-12-01T00:00:00Z", 1)


@pytest.fixture
def dated(toy_atlas) -> DatedOffers:
    """The bakery of Altöd opened with the experiment, everything else was always there."""
    found = dated_offers(toy_atlas, None)
    always = {offer_id: Existence(date(1990, 1, 1)) for offer_id in found.existence}
    row = next(o for o in toy_atlas.offers if o.name == "Bäckerei Groß & Söhne")
    return DatedOffers(found.atlas, {**always, row.id: Existence(date(2024, 1, 1))}, 0)


def test_an_experiment_written_and_read_again_is_the_same():
    one = read_experiment(TEXT, region="toy")
    assert (one.before, one.after) == (date(2023, 12, 2), date(2024, 3, 31))
    assert check_experiment(one.to_record(), region="toy") == one


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"id": "X"}, "`id` must be"),
        ({"treated": []}, "`treated` must be a list of 1"),
        ({"compared": ["Altöd"]}, "Altöd stands in `treated` and in `compared`"),
        ({"begins_on": "soon"}, "`begins_on` must be a day"),
        ({"days_after": 0}, "`days_after` must be a whole number"),
        ({"minutes": -1}, "`minutes` must be a number above 0"),
        ({"expectation": None}, "`expectation` is missing"),
        ({"expectation": {"statement": "", "direction": "left", "points": 101}}, "3 faults"),
        ({"colour": "red"}, "`colour` is not known here"),
    ],
)
def test_what_is_wrong_is_told(changed, match: str):
    with pytest.raises(ExperimentError, match=match):
        experiment(**changed)


def test_the_effect_is_the_difference_of_the_differences(dated):
    found = outcome(dated, registered(), today=date(2026, 1, 1))
    treated, compared = found.treated, found.compared
    assert treated.residents == 320
    assert compared.residents == 640
    assert treated.before.low == treated.before.high < treated.after.low
    assert found.effect.low == pytest.approx(treated.change.low - compared.change.high, abs=0.05)
    assert found.effect.low > 20
    assert found.verdict == "met"


def test_unknown_existence_makes_a_range_and_leaves_the_verdict_open(dated, toy_atlas):
    row = next(o for o in toy_atlas.offers if o.name == "Bäckerei Groß & Söhne")
    unsure = {**dated.existence, row.id: Existence(first_known=date(2024, 2, 1))}
    found = outcome(DatedOffers(dated.atlas, unsure, 0), registered(), today=date(2026, 1, 1))
    assert found.effect.low < 20 < found.effect.high
    assert found.verdict == "open"


def test_before_the_day_after_there_is_no_outcome(dated):
    assert outcome(dated, registered(), today=date(2024, 2, 1)).verdict == "not_yet"
    late = registered(begins_on="2025-01-01")
    assert outcome(dated, late, today=date(2026, 1, 1)).verdict == "not_yet"  # data of 2024


@pytest.mark.parametrize(
    ("low", "high", "direction", "points", "expected"),
    [
        (20.0, 20.0, "up", 20.0, "met"),
        (5.0, 10.0, "up", 20.0, "less"),
        (-1.0, 0.0, "up", 20.0, "against"),
        (-25.0, -21.0, "down", 20.0, "met"),
        (-2.0, 2.0, "none", 5.0, "met"),
        (6.0, 7.0, "none", 5.0, "against"),
        (None, None, "up", 1.0, "untold"),
        (10.0, 30.0, "up", 20.0, "open"),
    ],
)
def test_a_verdict_holds_for_the_whole_range(low, high, direction, points, expected):
    assert verdict(Range(low, high), Expectation("x", direction, points)) == expected
