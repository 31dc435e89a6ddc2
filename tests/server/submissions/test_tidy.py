"""Data of people go as the service starts, and by command."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner
from fastapi.testclient import TestClient

from layers.register.schema_submissions import SUBMISSION
from layers.submissions import review
from server.app import create_app
from server.cli import main


def reject_long_ago(register):
    (given,) = review.waiting(register, "toy")
    review.reject(register, "toy", given.id, who="ada", reason="Gibt es schon.")
    with register.database.writing() as connection:
        connection.execute(sa.update(SUBMISSION).values(decided_at="2020-01-01T00:00:00.000000Z"))


def stored(register):
    with register.database.reading() as connection:
        return str(connection.execute(sa.select(SUBMISSION)).all())


def test_the_service_tidies_as_it_starts(send, register, settings):
    send()
    reject_long_ago(register)
    assert "eva@example.org" in stored(register)
    with TestClient(create_app(replace(settings, keep_days=100_000))):
        assert "eva@example.org" in stored(register)
    with TestClient(create_app(settings)):
        assert "eva@example.org" not in stored(register)
        assert "geheim@example.org" not in stored(register)


def test_a_database_out_of_reach_does_not_keep_it_from_starting(toy_settings, caplog):
    away = replace(toy_settings, database_url="postgresql://nobody@127.0.0.1:1/away")
    with TestClient(create_app(away)) as client:
        assert client.get("/healthz").status_code == 200
    assert "not tidied" in caplog.text


def test_it_is_done_by_command_and_leaves_the_files(send, register, settings, monkeypatch):
    send()
    reject_long_ago(register)
    monkeypatch.setenv("UMKREIS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(settings.state_dir))
    asked = ["register", "tidy", "--lang", "en"]
    assert CliRunner().invoke(main, asked).output == "one decision tidied\n"
    assert CliRunner().invoke(main, asked).output == "0 decisions tidied\n"
    file = settings.database_url.removeprefix("sqlite:///")
    assert b"geheim@example.org" not in Path(file).read_bytes()
