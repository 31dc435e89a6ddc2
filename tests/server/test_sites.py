"""Next sites over HTTP and on the command line."""

import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.sites_out import SitesOut
from server.settings import Settings
from tests.server.test_api import assert_error

SITES = "/api/v1/regions/toy/sites?category=repair_cafe&mode=walk&minutes=2.5"
POST = "/api/v1/regions/toy/sites"
CAFE = ("-c", "repair_cafe", "--mode", "walk", "--minutes", "2.5")


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(main, ["sites", "toy", *arguments])


def test_sites_come_with_places_gains_and_proof(client: TestClient):
    out = SitesOut.model_validate(client.get(f"{SITES}&new=2").json())
    assert [s.rank for s in out.sites] == [1, 2]
    assert out.sites[0].gained >= out.sites[1].gained > 0
    assert all(13 < s.lon < 14 and 53 < s.lat < 54 for s in out.sites)
    assert out.gained == pytest.approx(sum(d.gained for d in out.by_district), abs=20)
    assert out.share_after == pytest.approx(out.share_before + out.gained / 960, abs=0.001)
    assert out.proof.proven
    assert out.candidates.count == 10
    assert out.assumptions.limit_min == 2.5


def test_fewest_sites_say_how_many_are_needed(client: TestClient):
    out = SitesOut.model_validate(client.get(f"{SITES}&objective=fewest_sites&share=0.8").json())
    assert len(out.sites) == out.proof.at_least > 1
    assert out.share_after >= 0.79
    assert (out.new, out.share) == (None, 0.8)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("new=0", 400, "`new` is 0"),
        ("new=999", 400, "`new` is 999"),
        ("new=30", 400, "at most the number of candidates, 10"),
        ("", 400, "`new` is missing"),
        ("new=1&candidates=", 400, "there is none in the region"),
        ("new=1&candidates=nothing", 404, "`category` 'nothing' is not known"),
        ("new=1&objective=best", 400, "use one of most_people"),
        ("new=1&metres=900", 400, "`metres` is no parameter here"),
        ("new=two", 400, "`new`"),
    ],
)
def test_bad_questions_are_refused_by_name(
    client: TestClient, query: str, status: int, message: str
):
    assert_error(client.get(f"{SITES}&{query}"), status, message)


def test_the_asker_gives_places(client: TestClient):
    asked = {
        "category": "repair_cafe", "mode": "walk", "minutes": 2.5, "new": 1,
        "places": [
            {"lon": 13.26, "lat": 53.5350, "name": "Schule"}, {"lon": 13.2605, "lat": 53.5341},
        ],
    }  # fmt: skip
    inside = client.get(f"{SITES}&new=2").json()["sites"]
    asked["places"] = [{**place, "lon": s["lon"], "lat": s["lat"]}
                       for place, s in zip(asked["places"], inside, strict=True)]  # fmt: skip
    out = SitesOut.model_validate(client.post(POST, json=asked).json())
    assert (out.candidates.count, out.candidates.given, out.candidates.kinds) == (2, 2, [])
    assert (out.sites[0].place, out.sites[0].name) == ("given", "Schule")
    joined = client.post(POST, json={**asked, "candidates": ["corners"]}).json()
    assert joined["candidates"]["count"] == 12


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        (
            {"places": [{"lon": 9.0, "lat": 48.0}]},
            400,
            r"place 1 \(9, 48\) lies outside the region",
        ),
        ({"places": [{"lon": 13.0}]}, 400, "lat"),
        ({"places": [{"lon": "x", "lat": 1}]}, 400, "lon"),
        ({"capacity": 40}, 400, "`capacity` needs `new_capacity`"),
        ({"capacity": {"osm:n9": 4}, "new_capacity": 9, "demand": 1}, 404, "'osm:n9'"),
        ({"people": "children"}, 400, "has no age groups"),
        ({"nwe": 1}, 400, "nwe"),
    ],
)
def test_bad_bodies_are_refused_by_name(
    client: TestClient, change: dict, status: int, message: str
):
    asked = {"category": "repair_cafe", "mode": "walk", "new": 1, **change}
    assert_error(client.post(POST, json=asked), status, message)


def test_capacities_are_asked_in_an_address_as_in_a_body(client: TestClient):
    query = f"{SITES}&new=2&new_capacity=150&capacity=100&demand=1"
    out = SitesOut.model_validate(client.get(query).json())
    assert out.capacity.each_new == 150
    assert [c.capacity_from for c in out.capacity.existing] == ["asker"]
    assert out.gained == out.capacity.served_after - out.capacity.served_before == 300
    assert [s.served for s in out.sites] == [150, 150]
    assert out.share_after == pytest.approx(out.share_before + 300 / 960, abs=0.002)
    assert out.mean_min_after is None
    body = {"category": "repair_cafe", "mode": "walk", "minutes": 2.5, "new": 2,
            "new_capacity": 150, "capacity": 100, "demand": 1}  # fmt: skip
    assert (
        client.post(POST, json=body).json()["sites"] == json.loads(out.model_dump_json())["sites"]
    )


def test_a_time_counts_only_what_is_open_then(client: TestClient):
    asked = "/api/v1/regions/toy/sites?category=greengrocer_bakery&mode=walk&minutes=2.5&new=1"
    always, then = (
        SitesOut.model_validate(client.get(asked + at).json()) for at in ("", "&at=Su 03:00-04:00")
    )
    assert then.assumptions.at == "Su 03:00-04:00"
    assert then.assumptions.offers_open < always.assumptions.offers
    assert then.gained > always.gained


def test_the_command_says_it_in_words(umkreis):
    result = umkreis(*CAFE, "--new", "1", "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert "The best place for one more offer “Repair café” (on foot in 2.5 minutes):" in (
        result.stdout
    )
    assert ") street corner in " in result.stdout
    assert "people newly in reach" in result.stdout
    assert "Proven: no choice of 10 candidates is better." in result.stdout


def test_the_command_speaks_the_language_of_its_setting(umkreis, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_LANGUAGE", "de")
    asked = (*CAFE, "--new", "2", "--new-capacity", "150", "--capacity", "100", "--demand", "1")
    told = umkreis(*asked).stdout
    assert "Die besten 2 Orte für weitere Angebote" in told
    assert "Zusammen finden zusätzlich Platz: 300 Menschen" in told
    assert "keine Vorhersage" in told
    assert "Repair-Café Öd: 100 (eingegeben)" in told
    monkeypatch.setenv("UMKREIS_LANGUAGE", "en")
    assert "Together 300 people more find room" in umkreis(*asked).stdout


def test_the_command_says_what_is_open_then(umkreis):
    told = umkreis(
        "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "2.5", "--new", "1",
        "--at", "Su 03:00-04:00", "--lang", "en",
    ).stdout  # fmt: skip
    assert "Only offers that are open in the hours Su 03:00-04:00 count:" in told
    assert "The new ones are taken to be open in the hours Su 03:00-04:00." in told


def test_the_command_takes_places_and_a_file(umkreis, client: TestClient, tmp_path):
    site = client.get(f"{SITES}&new=1").json()["sites"][0]
    file = tmp_path / "places.csv"
    file.write_text(f"lon;lat;name\n{site['lon']};{site['lat']};Alte Post\n", "utf-8")
    told = umkreis(*CAFE, "--new", "1", "--places", str(file), "--lang", "en")
    assert "Alte Post in " in told.stdout, told.stderr
    single = umkreis(*CAFE, "--new", "1", "--place", f"{site['lon']},{site['lat']}", "--lang", "en")
    assert "your place in " in single.stdout
    assert "of 1 candidate is better" in single.stdout
    refused = umkreis(*CAFE, "--new", "1", "--place", "9,48")
    assert refused.exit_code == 2
    assert "lies outside the region Ödland" in refused.stderr


def test_the_command_writes_the_answer_of_the_api(umkreis, client: TestClient, tmp_path):
    file = tmp_path / "sites.json"
    asked = ("-c", "repair_cafe", "--mode", "walk", "--minutes", "2.5", "--new", "1")
    assert umkreis(*asked, "-o", str(file)).exit_code == 0
    api, cli = client.get(f"{SITES}&new=1").json(), json.loads(file.read_text("utf-8"))
    assert cli["sites"] == api["sites"]


def test_the_command_refuses_with_one_line(umkreis):
    result = umkreis("-c", "repair_cafe", "--new", "0")
    assert result.exit_code == 2
    assert "`new` is 0 but must be 1 to 50" in result.stderr
