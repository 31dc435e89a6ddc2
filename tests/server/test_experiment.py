"""Experiments over HTTP, on the page of history and on the command line."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from layers.experiment_file import read_experiment
from layers.experiment_store import register_experiment
from layers.register.database import Database
from server.app import create_app
from server.cli import main
from server.measures.experiment import OutcomeOut
from tests.layers.test_experiment import TEXT
from tests.server.test_api import TOY, assert_error


@pytest.fixture
def client(toy_settings, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    database = Database(url)
    register_experiment(database, read_experiment(TEXT, region="toy"), who="ada")
    database.close()
    app = create_app(replace(toy_settings, database_url=url))
    return TestClient(app, raise_server_exceptions=False)


def test_an_outcome_is_told_in_numbers_and_words(client: TestClient):
    listed = client.get(f"{TOY}/experiments").json()["experiments"]
    assert [(e["id"], e["is_prior"], e["states"]) for e in listed] == [("bread-van", False, 1)]
    found = OutcomeOut.model_validate(client.get(f"{TOY}/experiments/bread-van").json())
    assert found.treated.residents == 320
    assert found.treated.before.low == 0  # nobody knows of offers before the data of 2024
    assert "no proof that it was expected before" in " ".join(found.in_words)
    assert_error(client.get(f"{TOY}/experiments/none"), 404, "`experiment` 'none'")


def test_the_page_of_history_tells_it_in_german(client: TestClient):
    page = client.get("/r/toy/history?category=repair_cafe&lang=de").text
    assert "Was ausprobiert wurde" in page
    assert "Ein Brotwagen für Altöd" in page
    assert "kein Beleg" in page


def test_without_a_register_there_are_none(toy_settings):
    client = TestClient(create_app(toy_settings), raise_server_exceptions=False)
    assert client.get(f"{TOY}/experiments").json() == {"experiments": []}
    assert_error(client.get(f"{TOY}/experiments/x"), 404, "`experiment` 'x'")


def test_the_commands_register_list_show_and_suggest(
    toy_settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    monkeypatch.setenv("UMKREIS_DATABASE_URL", f"sqlite:///{tmp_path / 'r.sqlite'}")
    monkeypatch.setenv("UMKREIS_REGIONS", "toy")
    file = tmp_path / "van.toml"

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(main, ["experiment", *words])
        assert result.exit_code == status, result.output
        return result.output

    file.write_text(TEXT.replace('"Altöd"', '"Nirgends"'), "utf-8")
    assert "`district` 'Nirgends'" in run("register", "toy", str(file), status=2)
    assert run("list", "toy") == ""
    file.write_text(TEXT.replace("2024-01-01", "2999-01-01"), "utf-8")
    assert "bread-van: recorded" in run("register", "toy", str(file))
    assert "(expected before)" in run("list", "toy")
    assert "The day after is not here yet" in run("show", "toy", "bread-van", "--lang", "en")
    assert '"verdict": "not_yet"' in run("show", "toy", "bread-van", "--format", "json")
    assert "Nord" in run("suggest", "toy", "Altöd", "--lang", "en")
