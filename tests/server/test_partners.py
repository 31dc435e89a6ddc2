"""Partners over HTTP and on the command line, in the shipped toy region."""

import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from layers.build import build_atlas
from server.app import create_app
from server.cli import main
from server.measures.partners import PartnersOut, RoomsOut
from server.settings import Settings, default_data_dir
from tests.server.test_api import assert_error

BASE = "/api/v1/regions/toy/partners"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data, state = default_data_dir(), tmp_path_factory.mktemp("state")
    build_atlas(data / "regions/toy", data / "taxonomy.toml", state / "atlas/toy", base_map=False)
    return Settings(data_dir=data, state_dir=state, regions=("toy",))


@pytest.fixture(scope="module")
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_the_answer_follows_its_model(client: TestClient):
    answer = client.get(f"{BASE}/umk:repair-cafe?mode=walk&minutes=20")
    assert answer.status_code == 200
    found = PartnersOut.model_validate(answer.json())
    assert (found.mode, found.minutes) == ("walk", 20)
    assert found.total == len(found.partners)
    assert found.partners[0].offer.id == "umk:gemeindesaal"
    room = found.partners[0].matches[0]
    assert (room.kind, room.resource.label.en, room.weak) == ("needs", "room", False)
    assert room.notices[0].until.isoformat() == "2024-06-30"
    assert "notice" in found.order


def test_people_who_reach_both_are_published_in_tens(client: TestClient):
    found = client.get(f"{BASE}/umk:repair-cafe?mode=walk&minutes=5").json()
    counts = [p["residents_both"] for p in found["partners"]]
    assert counts
    assert all(c is None or c % 10 == 0 for c in counts)


def test_goals_are_told_and_what_both_share(client: TestClient):
    found = PartnersOut.model_validate(client.get(f"{BASE}/umk:repair-cafe").json())
    own = {goal.id for goal in found.goals}
    assert own == {"climate", "resources", "common_good"}
    for partner in found.partners:
        assert set(partner.shared_goals) == own & set(partner.goals)


def test_chains_are_told_step_by_step(client: TestClient):
    found = PartnersOut.model_validate(client.get(f"{BASE}/umk:hof-einoed").json())
    told = [[s.source.id, s.target.id] for chain in found.chains for s in chain]
    assert ["umk:hof-einoed", "umk:depot-west"] in told
    assert all(len(chain) == 2 for chain in found.chains)


def test_rooms_and_groups(client: TestClient):
    found = RoomsOut.model_validate(client.get(f"{BASE}?minutes=10").json())
    assert [r.offer.id for r in found.rooms] == ["umk:gemeindesaal"]
    assert found.groups[0].offer.id == "umk:repair-cafe"
    assert found.groups[0].rooms[0].travel_min == 2.5


@pytest.mark.parametrize(
    ("path", "status", "match"),
    [
        ("/umk:nobody", 404, "offer"),
        ("/umk:imkerei?mode=line", 400, "mode"),
        ("/umk:imkerei?minutes=-3", 400, "minutes"),
        ("/umk:imkerei?metres=3", 400, "metres"),
        ("?minutes=1000", 400, "minutes"),
    ],
)
def test_wrong_questions_are_answered_with_their_reason(client, path, status, match):
    assert_error(client.get(f"{BASE}{path}"), status, match)


def run(settings: Settings, *arguments: str):
    env = {"UMKREIS_STATE_DIR": str(settings.state_dir), "UMKREIS_LANGUAGE": "de"}
    return CliRunner(env=env).invoke(main, ["partners", "toy", *arguments])


def test_the_command_tells_who_and_why(settings: Settings):
    done = run(settings, "umk:repair-cafe", "--mode", "walk")
    assert done.exit_code == 0, done.output
    assert "Gemeindesaal" in done.output
    assert "needs Raum, until 2024-06-30: ein Raum am Samstag für 20 Personen" in done.output
    assert "order: those that work together already" in done.output


def test_the_command_without_an_offer_tells_of_rooms(settings: Settings):
    done = run(settings)
    assert done.exit_code == 0, done.output
    assert "Repair-Café Musterstadt until 2024-06-30: Gemeindesaal (2.5 min)" in done.output


def test_the_command_writes_the_answer_of_the_api(settings: Settings, client: TestClient):
    done = run(settings, "umk:imkerei", "--format", "json")
    assert json.loads(done.output) == client.get(f"{BASE}/umk:imkerei").json()


def test_the_command_refuses_an_offer_that_is_not_there(settings: Settings):
    done = run(settings, "umk:imkrei")
    assert done.exit_code == 2
    assert "did you mean 'umk:imkerei'" in done.output


def test_the_shipped_folder_says_that_it_is_made_up():
    folder = default_data_dir() / "regions/toy"
    assert "Everything here is made up" in (folder / "README.md").read_text("utf-8")
    assert 'offers_licence = "CC0-1.0"' in (folder / "region.toml").read_text("utf-8")


def test_the_page_names_partners_with_reasons_in_the_readers_language(client: TestClient):
    page = client.get("/r/toy/offers/umk:repair-cafe/partners?mode=walk&minutes=20&lang=de")
    assert page.status_code == 200
    assert "<h1>Partner in der Nähe: " in page.text
    assert "gibt, was gebraucht wird: " in page.text
    assert "bis 30. Juni 2024" in page.text
    english = client.get("/r/toy/offers/umk:repair-cafe/partners?mode=walk&minutes=20&lang=en")
    assert "gives what is needed: room" in english.text
    nobody = client.get("/r/toy/offers/umk:nobody/partners?lang=de")
    assert nobody.status_code == 404
    assert "data-error" in nobody.text
