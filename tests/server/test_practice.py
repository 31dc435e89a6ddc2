"""Practice cards over HTTP, as pages and on the command line."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.app import create_app
from server.cli import main
from server.measures.practice import CardsOut
from server.settings import Settings
from tests.layers.test_practice import CARD
from tests.server.accounts.people import bearer, database_at, person, url_of
from tests.server.test_api import assert_error


@pytest.fixture
def settings(toy_settings: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(toy_settings.state_dir / "regions/toy", tmp_path / "regions/toy")
    (tmp_path / "regions/toy/practice").mkdir()
    (tmp_path / "regions/toy/practice/one.toml").write_text(CARD, "utf-8")
    return replace(toy_settings, state_dir=tmp_path, regions=("toy",))


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_cards_are_listed_with_adoptions_and_never_stale(client: TestClient, settings: Settings):
    answer = client.get("/api/v1/practice?category=repair_cafe")
    (card,) = CardsOut.model_validate(answer.json()).cards
    assert (card.region, card.adoption[0].by, card.example) == ("toy", "Witten", False)
    assert client.get("/api/v1/practice?category=library").json() == {"cards": []}
    file = settings.state_dir / "regions/toy/practice/one.toml"
    file.write_text(CARD.replace("Regen", "Schnee"), "utf-8")
    again = client.get("/api/v1/practice/toy/repair-by-bike", headers=dict(answer.headers)).json()
    assert again["failed"] == ["Schnee"]
    assert_error(client.get("/api/v1/practice/toy/none"), 404, "`card` 'none'")
    assert_error(client.get("/api/v1/practice?region=no"), 404, "`region` 'no'")


def test_pages_show_hostile_texts_as_text(client: TestClient):
    page = client.get("/practice?lang=en").text
    assert "&lt;script&gt;" in page
    assert "Adopted by Witten" in page
    card = client.get("/practice/toy/repair-by-bike?lang=de").text
    assert "Was misslang" in card
    assert "<script>" not in card
    assert client.get("/practice/toy/none").status_code == 404


def test_a_moderator_writes_cards_and_adoptions(settings: Settings, tmp_path: Path):
    database = database_at(tmp_path)
    app = create_app(replace(settings, database_url=url_of(database)))
    client = TestClient(app, raise_server_exceptions=False)
    card = {"id": "new-card", "title": "Neu", "initiative": "Wir", "what": "Das", "licence": "CC0"}
    assert client.post("/api/v1/practice/toy", json=card).status_code == 401
    client.headers.update(bearer(database, person(database, "moderator"), "moderate"))
    assert client.post("/api/v1/practice/toy", json=card).json()["title"] == "Neu"
    wrong = client.post("/api/v1/practice/toy", json={**card, "title": ""})
    assert_error(wrong, 400, "`title` is missing")
    url = "/api/v1/practice/toy/new-card/adoptions"
    adopted = client.post(url, json={"by": "Witten", "on": "2026-02-01", "differences": "Klein."})
    assert adopted.json()["adoption"][0]["by"] == "Witten"
    assert_error(client.post(url, json={"by": "Witten"}), 400, "`on` must be a day")
    assert len(client.get("/api/v1/practice").json()["cards"]) == 2
    database.close()


def test_the_commands_add_adopt_show_and_remove(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(settings.state_dir))
    monkeypatch.setenv("UMKREIS_REGIONS", "toy")
    file = tmp_path / "card.toml"
    file.write_text(CARD.replace("repair-by-bike", "by-hand"), "utf-8")

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(main, ["practice", *words])
        assert result.exit_code == status, result.output
        return result.output

    assert "toy/by-hand" in run("add", "toy", str(file))
    assert "adopted by Witten, Herne" in run(
        "adopt", "toy", "by-hand", "--by", "Herne", "--on", "2026-01-02"
    )
    assert run("list", "--region", "toy").count("\n") == 2
    assert 'by = "Herne"' in run("show", "toy", "by-hand")
    assert "is a file of the region's folder" in run("remove", "toy", "repair-by-bike")
    assert "is deleted" in run("remove", "toy", "by-hand")
    assert "`card` 'by-hand' is not known" in run("remove", "toy", "by-hand", status=2)
    file.write_text("id = 1", "utf-8")
    assert "faults" in run("add", "toy", str(file), status=2)
