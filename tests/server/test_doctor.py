"""The doctor names what is wrong with an installation, and the way out."""

import http.server
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.register import Register
from server.app import create_app
from server.cli import main
from server.doctor import Check, examine, examine_environment, examine_port, without_password
from server.settings import Settings


def check_of(checks: list[Check], what: str) -> Check:
    (found,) = [check for check in checks if check.what == what]
    return found


def test_a_healthy_installation_has_nothing_wrong(toy_settings: Settings):
    checks = list(examine(toy_settings))
    assert [check for check in checks if not check.is_ok] == []
    assert check_of(checks, "register").found.startswith("none yet")
    assert "127.0.0.1/32" in check_of(checks, "public address").found


def test_loops_that_are_not_compiled_are_named_with_the_way_out(
    toy_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.doctor.count_kept", lambda: (3, 40))
    check = check_of(list(examine(toy_settings)), "inner loops")
    assert check.is_ok
    assert check.found.startswith("3 of 40 compiled; ")
    assert "`python -P -m geo.reach.warm`" in check.found


def test_the_register_is_told_with_its_changes(toy_settings: Settings, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    with Register.open(url) as register:
        new = {"name": "Laden", "lon": 12.0, "lat": 54.0, "categories": ["greengrocer_bakery"]}
        register.create("toy", new, who="me")
    found = check_of(list(examine(replace(toy_settings, database_url=url))), "register")
    assert found == Check("register", True, "toy at change 1")


def test_a_register_out_of_reach_is_named_without_its_password(toy_settings: Settings):
    away = "postgresql+psycopg://me:geheim@127.0.0.1:1/none?connect_timeout=1"
    found = check_of(list(examine(replace(toy_settings, database_url=away))), "register")
    assert not found.is_ok
    assert "UMKREIS_DATABASE_URL" in found.found
    assert "geheim" not in found.found


@pytest.mark.parametrize(
    ("environ", "what", "told"),
    [
        ({"UMKREIS_PORT": "1"}, "settings", "`UMKREIS_PORT` is no setting"),
        ({"UMKREIS_REGIONS": "nowhere"}, "regions", "'nowhere' is not known.*UMKREIS_REGIONS"),
        ({"UMKREIS_PUBLIC_URL": "http://karte.example"}, "public address", "use https://"),
    ],
)
def test_what_is_wrong_with_settings_is_named(
    environ: dict[str, str], what: str, told: str, tmp_path: Path
):
    found = list(examine_environment({"UMKREIS_STATE_DIR": str(tmp_path), **environ}))
    wrong = check_of(found, what)
    assert not wrong.is_ok
    assert re.search(told, wrong.found)


def test_a_port_is_free_ours_or_taken(toy_settings: Settings, serve: Callable[..., str]):
    ours = int(serve(create_app(toy_settings)).rpartition(":")[2])
    assert examine_port("127.0.0.1", ours).found == "Umkreis answers on 127.0.0.1"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert examine_port("127.0.0.1", free) == Check(f"port {free}", True, "free on 127.0.0.1")
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=other.serve_forever, daemon=True)
    thread.start()
    taken = examine_port("127.0.0.1", other.server_port)
    other.shutdown()
    other.server_close()
    assert not taken.is_ok
    assert "take another by --port" in taken.found


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:geheim@db/x", "postgresql+psycopg://me:***@db/x"),
        ("postgresql+psycopg://me:ge@heim@db/x", "postgresql+psycopg://me:***@db/x"),
        ("postgresql+psycopg://me@db/x", "postgresql+psycopg://me@db/x"),
        ("sqlite:////var/a.sqlite", "sqlite:////var/a.sqlite"),
        ("https://karte.example:8443", "https://karte.example:8443"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str, monkeypatch: pytest.MonkeyPatch):
    assert without_password(url) == shown
    monkeypatch.setenv("UMKREIS_DATABASE_URL", url)
    listed = CliRunner().invoke(main, ["doctor", "--settings"]).stdout
    assert f"UMKREIS_DATABASE_URL={shown}\n" in listed


def test_mail_is_told_and_a_password_that_cannot_be_read_is_named(
    toy_settings: Settings, tmp_path: Path
):
    assert "offer no letters" in check_of(list(examine(toy_settings)), "mail").found
    sending = replace(
        toy_settings, smtp_url="smtp://stadt@mail.example", mail_from="umkreis@stadt.example"
    )
    assert check_of(list(examine(sending)), "mail") == Check(
        "mail", True, "smtp://stadt@mail.example from umkreis@stadt.example"
    )
    found = check_of(
        list(examine(replace(sending, smtp_password_file=str(tmp_path / "none")))), "mail"
    )
    assert not found.is_ok
    assert "UMKREIS_SMTP_PASSWORD_FILE" in found.found
