"""Coverage over time: what existed when, as arithmetic on the toy region."""

from datetime import date
from pathlib import Path

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.history import days_between, history
from layers.history_offers import DatedOffers, Existence, dated_offers
from layers.register import Register, Source
from layers.register.entry import ARCHIVED, PUBLISHED

REPAIR = "repair_cafe"
D = date


@pytest.fixture
def register(tmp_path: Path):
    with Register.open(tmp_path / "register.sqlite") as opened:
        yield opened


def enter(register: Register, atlas: Atlas, *, status: str = PUBLISHED, **told: object) -> str:
    """A repair café where the toy region has its own."""
    row = next(i for i, o in enumerate(atlas.offers) if REPAIR in o.categories)
    place = {"lon": atlas.offers[row].lon, "lat": atlas.offers[row].lat}
    values = {"name": "Öd", "categories": [REPAIR], **place, **told}
    register.set_source("toy", Source("osm", "OSM", as_of=D(2024, 5, 1)), who="ada")
    entry = register.create("toy", values, who="ada")
    register.set_status("toy", entry, PUBLISHED, who="ada")
    if status == ARCHIVED:
        register.set_status("toy", entry, ARCHIVED, who="ada")
    return entry


def without_own(atlas: Atlas, dated: DatedOffers) -> DatedOffers:
    """The dated offers without the repair café of the extract."""
    own = {o.id for o in atlas.offers}
    gone = {i: Existence(closed_on=D(1900, 1, 1)) for i in own}
    return DatedOffers(dated.atlas, {**dated.existence, **gone}, dated.undated)


@pytest.mark.parametrize(
    ("told", "day", "expected"),
    [
        ({"opened_on": D(2020, 5, 1)}, D(2020, 4, 30), False),
        ({"opened_on": D(2020, 5, 1)}, D(2020, 5, 1), True),
        ({"opened_on": D(2020, 5, 1), "first_known": D(2023, 1, 1)}, D(2021, 1, 1), True),
        ({"opened_on": D(2020, 5, 1), "closed_on": D(2022, 1, 1)}, D(2022, 1, 1), False),
        ({"opened_on": D(2020, 5, 1), "closed_on": D(2022, 1, 1)}, D(2021, 12, 31), True),
        ({"first_known": D(2023, 1, 1)}, D(2022, 12, 31), None),
        ({"first_known": D(2023, 1, 1)}, D(2023, 1, 1), True),
        ({"closed_on": D(2022, 1, 1)}, D(2022, 1, 1), False),
        ({}, D(2022, 1, 1), None),
        ({"opened_on": D(2020, 1, 1), "gone_on": D(2022, 1, 1)}, D(2022, 1, 1), None),
        ({"opened_on": D(2020, 1, 1), "gone_on": D(2022, 1, 1)}, D(2021, 1, 1), True),
    ],
)
def test_an_offer_existed_did_not_or_perhaps(told, day: date, expected):
    assert Existence(**told).on(day) is expected


def test_coverage_begins_on_the_opening_day_not_when_it_was_recorded(toy_atlas, register):
    enter(register, toy_atlas, opened_on="2020-06-01", closed_on="2022-06-01")
    dated = without_own(toy_atlas, dated_offers(toy_atlas, register))
    found = history(
        dated, category=REPAIR, mode="walk", minutes=4,
        start=D(2020, 5, 1), end=D(2022, 6, 1), step="month",
    )  # fmt: skip
    shares = {p.day: p.least.share for p in found.points}
    assert shares[D(2020, 5, 1)] == 0
    assert shares[D(2020, 6, 1)] == shares[D(2022, 5, 1)] > 0.1
    assert shares[D(2022, 6, 1)] == 0
    assert all(p.least == p.most for p in found.points)
    assert [p.offers_least for p in found.points][:2] == [0, 1]


def test_an_offer_without_an_opening_day_is_a_band_until_it_was_first_shown(toy_atlas):
    found = history(
        dated_offers(toy_atlas, None), category=REPAIR, mode="walk", minutes=4,
        start=D(2023, 5, 1), end=D(2024, 5, 1), step="year",
    )  # fmt: skip
    before, after = found.points
    assert (before.least.share, before.offers_least, before.offers_most) == (0.0, 0, 1)
    assert before.most == after.most == after.least
    assert (before.is_gap, after.is_gap) == (True, False)
    assert (found.undated, found.known_from) == (1, D(2024, 5, 1))


def test_more_may_never_be_less_than_surely(toy_atlas, register):
    enter(register, toy_atlas)
    enter(register, toy_atlas, opened_on="2019-01-01")
    found = history(dated_offers(toy_atlas, register), category=REPAIR, step="month")
    assert len(found.points) == 61
    for point in found.points:
        assert point.least.share <= point.most.share
        assert point.offers_least <= point.offers_most


def test_archived_entries_count_until_they_closed_or_are_left_out(toy_atlas, register):
    enter(register, toy_atlas, status=ARCHIVED, opened_on="2020-01-01", closed_on="2021-01-01")
    enter(register, toy_atlas, status=ARCHIVED, opened_on="2020-01-01")
    dated = without_own(toy_atlas, dated_offers(toy_atlas, register))
    found = history(dated, category=REPAIR, start=D(2020, 1, 1), end=D(2021, 1, 1), step="year")
    assert [p.offers_most for p in found.points] == [1, 0]
    assert found.left_out == 1


def test_a_district_is_told_as_coverage_tells_it(toy_atlas):
    dated = dated_offers(toy_atlas, None)
    found = history(dated, category=REPAIR, district="Altöd", mode="walk", minutes=4, step="year")
    assert found.points[-1].least.residents == 320
    assert found.area.name == "Altöd"


def test_steps_end_with_the_last_day_and_short_months_are_kept():
    assert days_between(D(2024, 1, 31), D(2024, 4, 10), "month") == [
        D(2024, 1, 31), D(2024, 2, 29), D(2024, 3, 31), D(2024, 4, 10),
    ]  # fmt: skip
    assert days_between(D(2024, 1, 1), D(2024, 1, 1), "year") == [D(2024, 1, 1)]


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"step": "week"}, "`step` 'week' is not known"),
        ({"start": D(2025, 1, 1), "end": D(2024, 1, 1)}, "is after `to`"),
        ({"start": D(1900, 1, 1), "step": "month"}, "points, at most 240"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas, asked, match: str):
    with pytest.raises(ParameterError, match=match):
        history(dated_offers(toy_atlas, None), category=REPAIR, **asked)
