"""The week, and times in the API and on the command line."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server import models
from server.cli import main
from server.measures.week import WeekOut
from server.near_models import NearOut
from server.settings import Settings
from tests.server.test_api import FOOD, TOY, assert_error
from tests.toyregion import toy_lonlat


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(main, arguments)


def coverage_at(client: TestClient, at: str) -> models.CoverageOut:
    response = client.get(FOOD, params={"category": "greengrocer_bakery", "minutes": 4, "at": at})
    assert response.status_code == 200, response.text
    return models.CoverageOut.model_validate(response.json())


def test_coverage_at_a_time_says_what_is_open_and_what_is_not_known(client: TestClient):
    saturday = coverage_at(client, "Sa")
    assumed = saturday.assumptions
    assert (assumed.at, assumed.offers_open, assumed.offers_unknown_hours) == ("Sa", 1, 1)
    assert (assumed.offers_closed, assumed.why_unknown_hours) == (0, {"hours: not stated": 1})
    whenever = models.CoverageOut.model_validate(client.get(f"{FOOD}&minutes=4").json())
    assert saturday.share < saturday.share_with_unknown == whenever.share
    assert saturday.covered_with_unknown == whenever.covered
    assert [row.share_with_unknown for row in saturday.by_district] == [
        row.share for row in whenever.by_district
    ]
    assert whenever.share_with_unknown is whenever.assumptions.at is None
    assert len(saturday.by_offer) == 1


def test_names_and_parts_of_the_week_mean_the_same(client: TestClient):
    assert coverage_at(client, "saturday") == coverage_at(client, "sa")
    assert coverage_at(client, "2024-05-07T10:00").assumptions.at == "2024-05-07T10:00+02:00"
    assert coverage_at(client, "2024-05-07T10:00+00:00").assumptions.at.startswith("2024-05-07T12")


def test_what_is_known_of_the_offers_is_said(client: TestClient):
    known = coverage_at(client, "Sa").knowledge
    assert (known.offers, known.with_name, known.with_hours, known.with_address) == (2, 2, 1, 0)
    assert (str(known.as_of), known.age_years, known.with_capacity) == ("2024-05-01", 0.0, None)
    nobody = client.get(f"{TOY}/coverage?category=csa_depot").json()["knowledge"]
    assert (nobody["as_of"], nobody["age_years"], nobody["offers"]) == (None, None, 0)


def test_no_hours_known_is_an_answer(client: TestClient):
    body = client.get(f"{TOY}/coverage?category=repair_cafe&minutes=10&mode=walk&at=Sa").json()
    assert (body["answer"], body["unknown_reason"]) == ("unknown", "no_hours")
    assert body["share"] is body["covered"] is None
    assert body["share_with_unknown"] > 0


@pytest.mark.parametrize("f", ["geojson", "csv"])
def test_other_formats_carry_the_second_share(client: TestClient, f: str):
    text = client.get(f"{FOOD}&minutes=4&at=Sa&f={f}").text
    if f == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert all(float(row["share_with_unknown"]) >= float(row["share"]) for row in rows)
    else:
        assert json.loads(text)["assumptions"]["at"] == "Sa"


def test_gaps_are_those_of_the_time(client: TestClient):
    count = [
        sum(f["properties"]["residents"] for f in client.get(url).json()["features"])
        for url in (f"{TOY}/gaps?category=greengrocer_bakery&mode=walk&minutes=4{at}"
                    for at in ("", "&at=Sa"))
    ]  # fmt: skip
    assert count[0] < count[1]


@pytest.mark.parametrize(
    ("at", "match"),
    [
        ("2026-03-29T02:30", "`at` '2026-03-29T02:30' does not exist in Europe/Berlin"),
        ("2026-11-28", "names a day without a time"),
        ("", "`at` '' is not known"),
        ("Sa 25:00-26:00", "a range of time that is not one"),
        ("x" * 5000, "is too long"),
        ("PH", "a day that is not known"),
    ],
)
def test_a_time_that_is_none_is_refused(client: TestClient, at: str, match: str):
    response = client.get(f"{TOY}/coverage", params={"category": "library", "at": at})
    assert assert_error(response, 400, match).parameter == "at"


def test_offers_that_are_open_are_listed(client: TestClient):
    offers = client.get(f"{TOY}/offers?open_at=2024-05-07T10:00").json()
    assert [f["properties"]["name"] for f in offers["features"]] == ["Bäckerei Groß & Söhne"]
    assert client.get(f"{TOY}/offers?open_at=Su").json()["numberMatched"] == 0
    problem = assert_error(client.get(f"{TOY}/offers?open_at=soon"), 400, "`open_at` 'soon'")
    assert problem.parameter == "open_at"


def near(client: TestClient, **more):
    lon, lat = toy_lonlat((100.0, 100.0))[0]
    body = {"lon": lon, "lat": lat, "minutes": 20, **more}
    out = NearOut.model_validate(client.post(f"{TOY}/near", json=body).json())
    return {offer.name: offer for offer in out.offers}


def test_near_tells_of_each_offer_whether_it_is_open(client: TestClient):
    found = near(client, open_at="2024-05-07T10:00")
    bakery = found["Bäckerei Groß & Söhne"]
    assert (bakery.open, bakery.next_change.isoformat()) == ("open", "2024-05-07T18:00:00+02:00")
    cafe = found["Repair-Café Öd"]
    assert (cafe.open, cafe.open_reason, cafe.next_change) == ("unknown", "hours: not stated", None)
    assert near(client, open_at="Su")["Bäckerei Groß & Söhne"].open == "closed"
    assert near(client)["Bäckerei Groß & Söhne"].open is None


def test_a_week_over_http(client: TestClient):
    response = client.get(f"{TOY}/week?category=greengrocer_bakery&mode=walk&minutes=4")
    out = WeekOut.model_validate(response.json())
    assert len(out.hours) == 168
    assert (out.offers, out.offers_unknown_hours, out.residents) == (2, 1, 960)
    by_hour = {(h.weekday, h.hour): h for h in out.hours}
    assert by_hour["Sa", 11].share == coverage_at(client, "Sa").share
    assert by_hour["Sa", 12].share == 0
    assert by_hour["Sa", 12].share_with_unknown > 0
    assert_error(client.get(f"{TOY}/week?category=nothing"), 404, "nothing")
    assert_error(client.get(f"{TOY}/week?category=library&at=Sa"), 400, "`at` is no parameter")


def test_a_week_on_the_command_line(umkreis):
    asked = ("week", "toy", "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "4")
    table = umkreis(*asked).stdout.splitlines()
    assert table[2].split() == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert [line[:5] for line in table[3:]] == ["00-06", "06-12", "12-18", "18-24"]
    assert len(list(csv.DictReader(io.StringIO(umkreis(*asked, "--format", "csv").stdout)))) == 168
    assert len(json.loads(umkreis(*asked, "--format", "json").stdout)["hours"]) == 168


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Es zählen nur Angebote, die samstags geöffnet sind: 1 von 2."),
        ("de", "Von 2 Angeboten hat 1 keine Öffnungszeiten."),
        ("en", "Only offers that are open on Saturdays count: 1 of 2."),
        ("en", "reach none that is known to be open."),
        ("en", "If all of these were open, "),
    ],
)
def test_sentences_say_what_is_open_and_what_is_not_known(umkreis, language: str, said: str):
    asked = ("coverage", "toy", "-c", "greengrocer_bakery", "--minutes", "4", "--mode", "walk")
    result = umkreis(*asked, "--at", "Sa", "--lang", language)
    assert result.exit_code == 0
    assert said in result.stdout


@pytest.mark.parametrize(
    ("category", "at", "said"),
    [
        ("repair_cafe", "Su", "Unknown: of no offer “"),
        ("greengrocer_bakery", "2024-05-07T20:00", "is known to be open on 7 May 2024 at 20:00."),
        ("greengrocer_bakery", "Su 10:00-12:00", "in the hours Su 10:00-12:00."),
    ],
)
def test_sentences_where_nothing_is_known_to_be_open(umkreis, category: str, at: str, said: str):
    result = umkreis("coverage", "toy", "-c", category, "--at", at, "--lang", "en")
    assert said in result.stdout
    assert " 0%" not in result.stdout.split("District")[0]


def test_near_on_the_command_line_says_until_when(umkreis):
    lon, lat = map(str, toy_lonlat((100.0, 100.0))[0])
    asked = ("near", "toy", "--lon", lon, "--lat", lat, "--at", "2024-05-07T10:00", "--lang", "en")
    assert "(open until 7 May 2024, 18:00)" in umkreis(*asked).stdout


def test_pages_and_the_map_take_a_time(client: TestClient):
    page = client.get("/r/toy/planner?category=greengrocer_bakery&mode=walk&minutes=4&at=Sa")
    assert page.status_code == 200
    assert "samstags" in page.text
    assert client.get("/r/toy/map?category=greengrocer_bakery&at=Sa").status_code == 200
