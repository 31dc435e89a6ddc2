"""What is near a place and what takes place there, offers and their calendars, over HTTP."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from layers.build import build_atlas
from server.app import create_app
from server.measures.agenda import WeekNearOut
from server.near_models import NearOut
from server.settings import Settings, default_data_dir
from tests.server.test_api import assert_error

TOY = "/api/v1/regions/toy"
MARKET_SQUARE = {"lon": 13.7789, "lat": 54.5099}


@pytest.fixture(scope="module")
def shipped(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """An app over the shipped region of initiatives, with its facts and notices."""
    state = tmp_path_factory.mktemp("state")
    source = default_data_dir() / "regions/toy"
    shutil.copytree(source, state / "regions/toy")
    build_atlas(source, taxonomy_path, state / "atlas/toy", base_map=False)
    settings = Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))
    return TestClient(create_app(settings), raise_server_exceptions=False)


def near(client: TestClient, **body: Any) -> NearOut:
    response = client.post(f"{TOY}/near", json={**MARKET_SQUARE, **body})
    assert response.status_code == 200, response.text
    return NearOut.model_validate(response.json())


def test_an_offer_in_reach_has_all_that_a_list_needs(shipped: TestClient):
    out = near(shipped, categories=["repair_cafe"], open_at="2024-05-06T10:00")
    assert out.at == "2024-05-06T10:00+02:00"
    (cafe,) = out.offers
    assert (cafe.field, cafe.layer) == ("mutual_help", "repair")
    assert cafe.facts["repairs"] == ["bicycles", "appliances", "clothes"]
    assert "room" in cafe.needs
    assert (cafe.source, cafe.licence, cafe.as_of) == ("made up", "CC0-1.0", date(2024, 5, 1))
    assert cafe.source_url is None
    assert (cafe.open, cafe.open_reason) == ("unknown", "hours: not stated")
    assert cafe.next_date is not None
    assert cafe.next_date.told_by == "meeting_times"
    assert cafe.next_date.start.isoformat() == "2024-05-11T14:00:00+02:00"


def test_open_until_and_next_opening_are_local_times(shipped: TestClient):
    asked = {"categories": ["library_of_things"], "minutes": 30}
    (open_now,) = near(shipped, **asked, open_at="2024-05-16T16:00").offers
    assert open_now.open == "open"
    assert open_now.open_until is not None
    assert open_now.open_until.isoformat() == "2024-05-16T19:00:00+02:00"
    assert open_now.next_opening is None
    (closed,) = near(shipped, **asked, open_at="2024-05-06T16:00").offers
    assert (closed.open, closed.open_until) == ("closed", None)
    assert closed.next_opening is not None
    # not Ascension Thursday, of which the hours say nothing
    assert closed.next_opening.isoformat() == "2024-05-16T15:00:00+02:00"
    (part,) = near(shipped, **asked, open_at="Th").offers
    assert (part.open, part.open_until, part.next_opening) == ("open", None, None)


def test_why_something_is_not_shown(shipped: TestClient):
    out = near(shipped, minutes=30, open_at="2024-05-05T09:00", states=["open"])
    assert {offer.open for offer in out.offers} == {"open"}
    beyond = out.beyond
    everything = near(shipped, minutes=30)
    assert beyond.closed_then is not None
    assert beyond.unknown_hours is not None
    assert out.total + beyond.closed_then + beyond.unknown_hours == everything.total
    assert beyond.further is not None
    assert beyond.further.minutes == 45
    assert set(beyond.by_mode) == {"bike", "car"}
    assert beyond.facts_unknown is None


def test_facts_words_fields_and_layers_narrow_it(shipped: TestClient):
    far = {"minutes": 60, "mode": "bike"}
    assert [o.name for o in near(shipped, **far, facts={"repairs": ["appliances"]}).offers] == [
        "Repair-Café Musterstadt"
    ]
    farm_and_depot = ["Depot West", "Solawi Hof Einöd"]  # the depot names its farm
    assert [o.name for o in near(shipped, **far, q="Solwai").offers] == farm_and_depot
    assert {o.layer for o in near(shipped, **far, layers=["producers"]).offers} == {"producers"}
    assert {o.field for o in near(shipped, **far, fields=["finance"]).offers} == {"finance"}
    rooms = near(shipped, **far, facts={"free_times": "Sa 10:00-12:00", "kitchen": True})
    assert [o.name for o in rooms.offers] == ["Gemeindesaal"]


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({"facts": {"repair": ["x"]}}, "`facts` 'repair' is not known; did you mean"),
        ({"facts": ["repairs"]}, "`facts`"),
        ({"states": ["open"]}, "`states` needs a time"),
        ({"fields": ["food"]}, "`fields` 'food' is not known"),
        ({"q": "x" * 201}, "`q`"),
        ({"speed_kmh": 20}, "`speed_kmh` is 20 but must be 1 to 8"),
        ({"wheelchair": ["so"]}, "`wheelchair` 'so' is not known"),
    ],
)
def test_near_refuses_what_it_cannot_answer(shipped: TestClient, body: dict[str, Any], match: str):
    assert_error(shipped.post(f"{TOY}/near", json={**MARKET_SQUARE, **body}), 400, match)


def test_the_coming_week(shipped: TestClient):
    body = {**MARKET_SQUARE, "mode": "bike", "minutes": 60, "from": "2024-05-06T10:00"}
    response = shipped.post(f"{TOY}/near/week", json=body)
    out = WeekNearOut.model_validate(response.json())
    assert [day.weekday for day in out.days] == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert [day.holiday for day in out.days].index(True) == 3
    market, cafe = out.days[5].entries
    assert (market.name, market.told_by) == ("Wochenmarkt", "opening_hours")
    assert cafe.start.isoformat() == "2024-05-11T14:00:00+02:00"
    assert response.json()["days"][5]["entries"][1]["from"] == "meeting_times"
    first = out.notices[0]
    assert (first.kind, first.resource, first.until) == ("needs", "tools", date(2024, 5, 20))
    assert out.left_out.many_hours == 10


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({}, "`from`"),
        ({"from": "Sa"}, "`from` 'Sa' is no moment"),
        ({"from": "2024-05-06T10:00", "days": 32}, "`days`"),
        ({"from": "2024-05-06T10:00", "states": ["open"]}, "`states`: is not known here"),
    ],
)
def test_a_week_needs_a_moment(shipped: TestClient, body: dict[str, Any], match: str):
    assert_error(shipped.post(f"{TOY}/near/week", json={**MARKET_SQUARE, **body}), 400, match)


def test_an_offer_has_all_that_its_card_needs(shipped: TestClient):
    url = f"{TOY}/offers/umk:repair-cafe"
    plain = shipped.get(url).json()["properties"]
    assert plain["opening"] is None
    assert plain["calendar_url"] == f"{url}/calendar"
    assert "room" in plain["needs"]
    assert plain["notices"][0]["until"] == "2024-06-30"
    then = shipped.get(f"{url}?at=2024-05-06T10:00").json()["properties"]["opening"]
    assert then["open"] == "unknown"
    assert then["next_date"]["from"] == "meeting_times"
    saturday = then["days"][5]
    assert (saturday["date"], saturday["weekday"]) == ("2024-05-11", "Sa")
    assert saturday["times"] == [
        {
            "start": "2024-05-11T14:00:00+02:00",
            "end": "2024-05-11T17:00:00+02:00",
            "state": "open",
            "reason": "",
            "from": "meeting_times",
        }
    ]
    assert then["days"][3]["holiday"] is True
    assert shipped.get(f"{TOY}/offers/umk:givebox").json()["properties"]["calendar_url"] is None
    assert_error(shipped.get(f"{url}?at=soon"), 400, "`at` 'soon'")


def test_a_calendar_is_a_file_for_calendar_programs(shipped: TestClient):
    response = shipped.get(f"{TOY}/offers/umk:repair-cafe/calendar?from=2024-05-06&weeks=10")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    disposition = response.headers["content-disposition"]
    assert disposition == 'attachment; filename="umk-repair-cafe.ics"'
    assert response.text.count("BEGIN:VEVENT") == 3
    english = shipped.get(f"{TOY}/offers/umk:repair-cafe/calendar?from=2024-05-06&lang=en")
    assert "SUMMARY:Repair-Café Musterstadt: dates" in english.text
    assert shipped.get(f"{TOY}/offers/umk:radecke/calendar").status_code == 200  # from today on


@pytest.mark.parametrize(
    ("path", "status", "match"),
    [
        ("umk:givebox/calendar", 404, "states no times that are understood"),
        ("umk:nobody/calendar", 404, "`offer` 'umk:nobody' is not known"),
        ("umk:radecke/calendar?weeks=53", 400, "`weeks`"),
        ("umk:radecke/calendar?from=tomorrow", 400, "`from`"),
        ("umk:radecke/calendar?until=2024-05-06", 400, "`until` is no parameter here"),
    ],
)
def test_a_calendar_that_cannot_be_given(shipped: TestClient, path: str, status: int, match: str):
    assert_error(shipped.get(f"{TOY}/offers/{path}"), status, match)


def test_offers_are_listed_by_name_field_and_words(shipped: TestClient):
    def listed(query: str) -> list[str]:
        features = shipped.get(f"{TOY}/offers?{query}").json()["features"]
        return [feature["properties"]["name"] for feature in features]

    names = listed("layer=repair&sort=name")
    assert names == sorted(names, key=str.casefold)
    assert "Radecke" in names
    assert listed("field=finance&sort=name")[0] == "Genossenschaftsbank"
    assert listed("q=Tafl") == ["Tafel Musterstadt"]
    assert_error(shipped.get(f"{TOY}/offers?field=food"), 400, "`field` 'food' is not known")
    assert_error(shipped.get(f"{TOY}/offers?sort=size"), 400, "`sort`")


def test_categories_tell_their_facts_and_resources(shipped: TestClient):
    out = shipped.get(f"{TOY}/categories").json()
    facts = {fact["id"]: fact for fact in out["facts"]}
    assert facts["open_shares"]["type"] == "number"
    assert facts["open_shares"]["unit"] == "shares"
    choices = {choice["id"]: choice["label"]["de"] for choice in facts["repairs"]["choices"]}
    assert choices["appliances"] == "Haushaltsgeräte"
    cafe = next(c for c in out["categories"] if c["id"] == "repair_cafe")
    assert "repairs" in cafe["facts"]
    assert set(cafe["needs"]) <= {resource["id"] for resource in out["resources"]}
