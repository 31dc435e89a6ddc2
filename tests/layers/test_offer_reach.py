"""People in reach of one offer, and the gaps it could serve: arithmetic in the toy region."""

import math

import numpy as np
import pytest

from layers.atlas import Atlas
from layers.errors import UnknownOfferError
from layers.offer_reach import people_in_reach, servable_gaps
from tests.toyregion import HOUSES

BAKERY = "osm:n1001"  # at the crossing (100, 100)
WALK_M_PER_MIN = 80.0


def people_within(metres: float) -> float:
    """Return the people whose way to the bakery is at most so long: leg, then along streets."""
    x, y = HOUSES.T
    street_y = np.round(y / 100) * 100
    way_m = np.abs(y - street_y) + np.abs(x - 100) + np.abs(street_y - 100)
    return float(np.where(x < 200, 10, 20)[way_m <= metres].sum())


def test_people_are_counted_for_each_limit_of_each_mode(toy_atlas: Atlas):
    found = people_in_reach(toy_atlas, BAKERY)
    assert found.minutes == (5, 10, 12, 15, 30)
    assert (found.usual_mode, found.usual_min, found.unit) == ("walk", 12, "residents")
    assert [mode.mode for mode in found.modes] == ["walk", "stepfree", "bike", "car"]
    walk = found.modes[0].counts
    assert walk[0] == pytest.approx(people_within(5 * WALK_M_PER_MIN), abs=10)
    assert 0 < people_within(5 * WALK_M_PER_MIN) < 960
    assert walk[1:] == (960, 960, 960, 960)


def test_more_minutes_never_reach_fewer_people(demo_atlas: Atlas):
    for offer in list(demo_atlas.offers)[::97]:
        for mode in people_in_reach(demo_atlas, offer.id).modes:
            counts = [0 if count is None else count for count in mode.counts]
            assert counts == sorted(counts)
            assert all(count % 10 == 0 for count in counts)


def test_few_people_are_withheld(demo_atlas: Atlas):
    allotments = [o.id for o in demo_atlas.offers if "allotments" in o.categories]
    counts = [c for i in allotments for m in people_in_reach(demo_atlas, i).modes for c in m.counts]
    assert None in counts
    assert not {c for c in counts if c is not None and 0 < c < 25}


def test_it_is_said_where_streets_leave_the_data(demo_atlas: Atlas):
    by_edge = people_in_reach(demo_atlas, "osm:n1033695114")  # a stop in a village at the edge
    for mode in by_edge.modes:
        assert list(mode.is_cut) == sorted(mode.is_cut)
    assert by_edge.modes[0].is_cut[-1]
    assert not by_edge.modes[0].is_cut[0]


def test_the_gaps_that_an_offer_could_serve_come_nearest_first(demo_atlas: Atlas):
    library = next(o for o in demo_atlas.offers if o.categories[0] == "library")
    found = servable_gaps(demo_atlas, library.id)
    minutes = [gap.travel_min for gap in found.gaps]
    assert len(minutes) == 5
    assert minutes == sorted(minutes)
    assert found.total == len(found.report.gaps) > 5
    limit = found.report.question.minutes
    assert limit is not None
    assert math.isfinite(minutes[0])
    assert minutes[0] > limit * 0.5


def test_where_everybody_is_covered_there_is_no_gap_to_serve(toy_atlas: Atlas):
    assert servable_gaps(toy_atlas, BAKERY).gaps == ()


def test_an_offer_that_is_not_there_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownOfferError, match="nobody"):
        people_in_reach(toy_atlas, "osm:nobody")
    with pytest.raises(UnknownOfferError, match="nobody"):
        servable_gaps(toy_atlas, "osm:nobody")
