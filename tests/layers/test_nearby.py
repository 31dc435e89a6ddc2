"""What is within reach of one place."""

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.errors import UnknownCategoryError
from layers.nearby import look_around, near
from layers.when import parse_when
from layers.wishes import Wishes
from tests.toyregion import toy_lonlat


def ask_from(atlas: Atlas, x: float, y: float, **options):
    lon, lat = toy_lonlat((x, y))[0]
    return near(atlas, lon=lon, lat=lat, **options)


def test_offers_come_by_true_travel_time_with_both_legs(toy_atlas: Atlas):
    # from (50, 0): the shop's leg is 50 m from any street, the bakery lies on a crossing
    found = ask_from(toy_atlas, 50, 0, minutes=10)
    names = [toy_atlas.offers[hit.offer].name for hit in found]
    assert names[0] == "Bäckerei Groß & Söhne"
    assert found[0].distance_m == pytest.approx(150, abs=0.1)
    assert found[0].travel_s == pytest.approx(150 / 80 * 60, abs=0.1)
    assert [h.travel_s for h in found] == sorted(h.travel_s for h in found)


def test_the_limit_cuts_and_a_farther_one_adds(toy_atlas: Atlas):
    few, more = (ask_from(toy_atlas, 0, 0, minutes=m) for m in (3, 12))
    assert len(few) < len(more) == 4
    assert all(hit.travel_s <= 180 for hit in few)


def test_categories_narrow_the_answer(toy_atlas: Atlas):
    found = ask_from(toy_atlas, 0, 0, minutes=30, categories=["repair_cafe"])
    assert [toy_atlas.offers[h.offer].name for h in found] == ["Repair-Café Öd"]


def test_an_unknown_category_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="'repair_caff'"):
        ask_from(toy_atlas, 0, 0, categories=["repair_caff"])


@pytest.mark.parametrize(
    ("lon", "lat"), [(53.5, 13.2), (0, 0), (200, 10), (float("nan"), 53.5), (float("inf"), 53.5)]
)
def test_places_outside_the_data_are_refused(toy_atlas: Atlas, lon: float, lat: float):
    with pytest.raises(ParameterError, match="outside the data of Ödland; lon comes first"):
        near(toy_atlas, lon=lon, lat=lat)


@pytest.mark.parametrize("minutes", [0, -5, float("nan"), 1e9])
def test_limits_out_of_bounds_are_refused(toy_atlas: Atlas, minutes: float):
    with pytest.raises(ParameterError, match="`minutes`"):
        ask_from(toy_atlas, 0, 0, minutes=minutes)


def test_a_straight_line_is_no_way_to_an_offer(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="'line' is not known"):
        ask_from(toy_atlas, 0, 0, mode="line")


def around(atlas: Atlas, x: float = 0, y: float = 0, **options):
    lon, lat = toy_lonlat((x, y))[0]
    if "open_at" in options:
        options["when"] = parse_when(options.pop("open_at"), atlas.region)
    return look_around(atlas, lon=lon, lat=lat, **options)


def names_of(atlas: Atlas, found) -> list[str]:
    return [atlas.offers[hit.offer].name for hit in found.hits]


def test_everything_is_shown_where_nothing_is_wanted(toy_atlas: Atlas):
    found = around(toy_atlas, minutes=12)
    assert list(found.hits) == ask_from(toy_atlas, 0, 0, minutes=12)
    assert found.openings == {}
    beyond = found.beyond
    assert (beyond.closed_then, beyond.unknown_hours, beyond.facts_unknown) == (None, None, None)


def test_what_is_closed_or_unknown_then_is_counted_when_it_is_left_out(toy_atlas: Atlas):
    sunday = "2024-05-05T10:00"
    everything = around(toy_atlas, minutes=12, open_at=sunday)
    assert len(everything.hits) == 4
    assert (everything.beyond.closed_then, everything.beyond.unknown_hours) == (0, 0)
    open_only = around(toy_atlas, minutes=12, open_at=sunday, states=["open"])
    assert names_of(toy_atlas, open_only) == []
    assert (open_only.beyond.closed_then, open_only.beyond.unknown_hours) == (1, 3)
    tuesday = around(toy_atlas, minutes=12, open_at="2024-05-07T10:00", states=["open"])
    assert names_of(toy_atlas, tuesday) == ["Bäckerei Groß & Söhne"]
    assert (tuesday.beyond.closed_then, tuesday.beyond.unknown_hours) == (0, 3)
    maybe = around(toy_atlas, minutes=12, open_at=sunday, states=["open", "unknown"])
    assert (len(maybe.hits), maybe.beyond.closed_then, maybe.beyond.unknown_hours) == (3, 1, 0)


def test_how_many_more_there_are_is_exact(toy_atlas: Atlas):
    # from (0, 0): bakery 200 m, shop 350 m, greengrocer a hair above 400 m, café 800 m
    found = around(toy_atlas, minutes=4)
    assert (found.beyond.next_minutes, found.beyond.further) == (5, 1)
    assert len(found.hits) + 1 == len(around(toy_atlas, minutes=5).hits)
    by_bike = ask_from(toy_atlas, 0, 0, minutes=4, mode="bike")
    assert found.beyond.by_mode["bike"] == len(by_bike) - len(found.hits) == 3
    assert set(found.beyond.by_mode) == {"bike", "car"}
    assert around(toy_atlas, minutes=240).beyond.next_minutes is None
    assert around(toy_atlas, minutes=5, mode="car").beyond.by_mode == {}


@pytest.mark.parametrize("minutes", [3, 5, 12])
@pytest.mark.parametrize("states", [(), ("open",), ("open", "unknown")])
def test_counts_agree_with_asking_again(toy_atlas: Atlas, minutes: int, states: tuple[str, ...]):
    asked = {"open_at": "2024-05-04T11:00", "states": states, "wishes": Wishes(q="e")}
    here = around(toy_atlas, minutes=minutes, **asked)
    rows = {hit.offer for hit in here.hits}
    further = around(toy_atlas, minutes=here.beyond.next_minutes, **asked)
    assert here.beyond.further == len(further.hits) - len(rows)
    for mode, more in here.beyond.by_mode.items():
        others = around(toy_atlas, minutes=minutes, mode=mode, **asked)
        assert more == len({hit.offer for hit in others.hits} - rows)


def test_a_slower_pace_takes_longer_and_reaches_less(toy_atlas: Atlas):
    usual = around(toy_atlas, minutes=5)
    slow = around(toy_atlas, minutes=10, speed_kmh=2.4)
    assert [hit.offer for hit in slow.hits] == [hit.offer for hit in usual.hits]
    for a, b in zip(slow.hits, usual.hits, strict=True):
        assert a.travel_s == pytest.approx(2 * b.travel_s)
        assert a.distance_m == pytest.approx(b.distance_m)
    assert len(around(toy_atlas, minutes=5, speed_kmh=2.4).hits) < len(usual.hits)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"states": ["open"]}, "`states` needs a time"),
        ({"states": ["ajar"], "open_at": "Sa"}, "`states` 'ajar' is not known; use closed"),
        ({"speed_kmh": 0}, "`speed_kmh` is 0 but must be 1 to 8"),
        ({"speed_kmh": float("nan")}, "must be 1 to 8"),
        ({"speed_kmh": 4, "mode": "bike"}, "`speed_kmh` is for mode walk or stepfree"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, options, match: str):
    with pytest.raises(ParameterError, match=match):
        around(toy_atlas, **options)
