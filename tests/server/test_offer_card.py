"""The card of an offer: its hours day by day, as people read them."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from layers.atlas import Atlas
from server.offer_card import card_of
from server.texts import texts_of

TUESDAY = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def times_of(atlas: Atlas, hours: str, now: datetime = TUESDAY) -> list[str]:
    offer = replace(atlas.offers[0], opening_hours=hours)
    return [day.times for day in card_of(atlas, offer, now, texts_of("en")).days]


@pytest.mark.parametrize(
    ("hours", "wanted"),
    [
        ("24/7", ["all day"] * 7),
        ("Mo-Fr 08:00-18:00", [*["08:00–18:00"] * 4, "closed", "closed", "08:00–18:00"]),
        ("Fr 20:00-02:00", [*["closed"] * 3, "20:00–02:00", *["closed"] * 3]),
        (
            "Th 12:00-24:00; Fr,Sa 00:00-24:00; Su 00:00-09:00",
            ["closed", "closed", "12:00–24:00", "all day", "all day", "00:00–09:00", "closed"],
        ),
    ],
)
def test_every_day_says_its_own_times(toy_atlas: Atlas, hours: str, wanted: list[str]):
    assert times_of(toy_atlas, hours) == wanted


def test_a_day_without_end_stays_one_when_the_clocks_change(toy_atlas: Atlas):
    summer_ends = datetime(2026, 10, 24, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert times_of(toy_atlas, "24/7", summer_ends) == ["all day"] * 7
