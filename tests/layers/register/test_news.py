"""What happened to entries, told from their history, on both databases."""

from datetime import date

import pytest

from layers.news import CHANGED, CLOSED, NEW, news

R = "toy"
PLACE = {"categories": ["bakery"], "lon": 13.2, "lat": 53.5}


@pytest.fixture
def told(register):
    """Asks for the news as of a day."""

    def ask(on=date(2026, 3, 1), is_wanted=lambda *_: True, limit=10):
        found = news(register.database, R, limit=limit, on=on, is_wanted=is_wanted)
        return [(n.kind, n.values["name"], n.fields) for n in found]

    return ask


def test_the_last_thing_that_happened_to_each_entry(register, told):
    names = ("Eins", "Zwei", "Drei")
    one, two, _ = (
        register.create(R, {**PLACE, "name": n}, who="eva", status="published") for n in names
    )
    register.correct(R, one, {"phone": "0395 1"}, who="ada")  # not public
    register.correct(R, two, {"opening_hours": "Mo 09:00-10:00", "name": "Zwo"}, who="ada")
    assert told() == [
        (CHANGED, "Zwo", ("name", "opening_hours")), (NEW, "Drei", ()), (NEW, "Eins", ()),
    ]  # fmt: skip
    assert told(limit=1) == [(CHANGED, "Zwo", ("name", "opening_hours"))]


def test_what_closes_is_closed_from_its_day_on(register, told):
    one = register.create(R, {**PLACE, "name": "Eins"}, who="eva", status="published")
    register.correct(R, one, {"closed_on": "2026-03-10"}, who="ada")
    assert told() == [(CHANGED, "Eins", ("closed_on",))]
    assert told(on=date(2026, 3, 10)) == [(CLOSED, "Eins", ())]


def test_merged_and_removed_entries_are_no_news(register, told):
    one, two, three = (
        register.create(R, {**PLACE, "name": n}, who="eva", status="published") for n in "abc"
    )
    register.merge(R, one, two, who="ada")
    register.remove(R, three, who="ada", why="private home")
    assert [name for _, name, _ in told()] == ["a"]


def test_categories_and_places_choose(register, told):
    register.create(R, {**PLACE, "name": "Eins"}, who="eva", status="published")
    assert told(is_wanted=lambda categories, lon, lat: (categories, lon, lat) == (
        ("bakery",), 13.2, 53.5,
    )) == [(NEW, "Eins", ())]  # fmt: skip
    assert told(is_wanted=lambda *_: False) == []
