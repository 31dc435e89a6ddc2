"""From one place by public transport: what is near, what leaves now, the last way home."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.errors import OutsideValidityError
from geo.transit.from_place import travel_from
from geo.transit.journey import next_journey
from layers.atlas import Atlas
from layers.journeys import there_and_back
from layers.nearby import look_around, snap_place
from layers.timetable import transit_of
from tests.toyregion import ORIGIN, toy_lonlat
from tests.toytransit import build_toy_with_timetable

BERLIN = ZoneInfo("Europe/Berlin")
FOUR = datetime(2026, 11, 24, 16, 0, tzinfo=BERLIN)


@pytest.fixture(scope="module")
def atlas(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return build_toy_with_timetable(tmp_path_factory.mktemp("state"), taxonomy_path)


def place(x: float, y: float) -> dict[str, float]:
    ((lon, lat),) = toy_lonlat(np.array([(x, y)], float))
    return {"lon": float(lon), "lat": float(lat)}


def test_many_offers_take_as_long_as_each_journey(atlas: Atlas):
    transit = transit_of(atlas)
    offers = atlas.supply["walk"]
    for moment in (FOUR, FOUR.replace(minute=4), FOUR.replace(hour=1, minute=5)):
        home = snap_place(atlas, **place(25, 15), mode="walk")
        travel_s = travel_from(transit, home, offers, moment, limit_s=5400)
        for row in np.flatnonzero(offers.placed)[:20]:
            journey = next_journey(transit, home, offers.take([row]), moment)
            assert travel_s[row] == (journey.arrives - moment).total_seconds()


def test_beyond_the_limit_nothing_is_in_reach(atlas: Atlas):
    home = snap_place(atlas, **place(25, 15), mode="walk")
    travel_s = travel_from(transit_of(atlas), home, atlas.supply["walk"], FOUR, limit_s=420)
    assert np.isfinite(travel_s).any()
    assert travel_s[np.isfinite(travel_s)].max() <= 420


def test_what_is_near_by_bus_is_nearer_than_on_foot(atlas: Atlas):
    asked = {**place(25, 15), "minutes": 8}
    riding = look_around(atlas, **asked, mode="transit", leaving=FOUR)
    walking = look_around(atlas, **asked, mode="walk")
    on_foot = {hit.offer: hit.travel_s for hit in walking.hits}
    assert set(on_foot) < {hit.offer for hit in riding.hits}
    assert all(np.isnan(hit.distance_m) for hit in riding.hits)
    assert all(hit.travel_s < on_foot.get(hit.offer, np.inf) + 1 for hit in riding.hits)
    assert set(riding.beyond.by_mode) == {"bike", "car"}


def test_the_journey_to_take_now_and_no_ride_back(atlas: Atlas):
    repair = next(o for o in atlas.offers if "repair_cafe" in o.categories)
    found = there_and_back(atlas, repair.id, **place(25, 15), leaving=FOUR)
    (leg,) = found.there.legs
    assert (leg.line, leg.from_stop, leg.to_stop) == ("1", "Stop a", "Stop c")
    assert f"{leg.leaves:%H:%M} {leg.arrives:%H:%M}" == "16:05 16:07"
    assert found.there.leaves > FOUR  # as late as it can
    assert found.home is None  # the line runs one way only


def test_the_last_way_home_is_the_one_after_midnight(atlas: Atlas):
    row = int(np.hypot(*(atlas.offer_xy - ORIGIN).T).argmin())  # beside stop a
    for leaving in (FOUR, datetime(2026, 11, 25, 0, 30, tzinfo=BERLIN)):  # of the same evening
        back = there_and_back(atlas, atlas.offers[row].id, **place(375, 385), leaving=leaving)
        assert back.home is not None
        (leg,) = back.home.legs
        assert leg.leaves == datetime(2026, 11, 25, 1, 10, tzinfo=BERLIN)
        assert leg.to_stop == "Stop c"


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"leaving": datetime(2027, 6, 1, 9, tzinfo=BERLIN)}, OutsideValidityError, "valid from"),
        ({"lon": 1.0}, ParameterError, "outside the data"),
        ({"leaving": datetime(2026, 11, 24, 9)}, ParameterError, "no time zone"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_asked_is_refused(changed, error, message: str, atlas: Atlas):
    asked = {**place(25, 15), "leaving": FOUR, **changed}
    with pytest.raises(error, match=message):
        there_and_back(atlas, atlas.offers[0].id, **asked)


def test_without_a_timetable_there_is_no_journey(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="umkreis region timetable toy"):
        there_and_back(toy_atlas, toy_atlas.offers[0].id, **place(25, 15), leaving=FOUR)
    with pytest.raises(ParameterError, match="umkreis region timetable toy"):
        look_around(toy_atlas, **place(25, 15), mode="transit", leaving=FOUR)
