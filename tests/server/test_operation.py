"""Health, readiness, metrics and logs: enough for who runs it, nothing of who visits it."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from layers.register import Register
from server.app import create_app
from server.logs import JsonLines
from server.metrics import LIMITS_S, Gauge, Metrics
from server.settings import Settings
from tests.server.test_cli import free_port, wait_for

REGION = "/api/v1/regions/toy"
SECRET = "Geheimweg 7"  # noqa: S105 (where somebody lives)


def test_ready_tells_regions_and_the_register(toy_settings: Settings, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    with Register.open(url) as register:
        new = {"name": "Laden", "lon": 12.0, "lat": 54.0, "categories": ["greengrocer_bakery"]}
        register.create("toy", new, who="me")
        rev = register.rev("toy")
    client = TestClient(create_app(replace(toy_settings, database_url=url)))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "not_built": [],
        "damaged": [],
        "open": [],
        "register": {"state": "ok", "revs": {"toy": rev}},
        "maintenance": "off",
    }
    assert rev == 1


def test_without_a_register_it_is_ready(client: TestClient):
    assert client.get("/readyz").json()["register"] == {"state": "none", "revs": {}}


def test_not_ready_while_the_register_is_away(make_client: Callable[..., TestClient]):
    away = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1"
    answer = make_client(database_url=away).get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert answer.json()["register"]["state"] == "unreachable"
    assert "nobody" not in answer.text


def test_not_ready_while_everything_is_closed(make_client: Callable[..., TestClient]):
    assert make_client(maintenance="all").get("/readyz").status_code == 503
    assert make_client(maintenance="read").get("/readyz").status_code == 200


def test_a_region_that_is_not_built_is_named(toy_settings: Settings, tmp_path: Path):
    settings = replace(toy_settings, state_dir=tmp_path, regions=("neubrandenburg",))
    answer = TestClient(create_app(settings)).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["not_built"] == ["neubrandenburg"]


@pytest.mark.parametrize(
    ("allowed", "address", "headers", "status"),
    [
        ("off", "127.0.0.1", {}, 404),
        ("local", "127.0.0.1", {}, 200),
        ("local", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("local", "203.0.113.7", {}, 404),
        ("all", "203.0.113.7", {}, 200),
    ],
)
def test_who_may_read_the_metrics(
    toy_settings: Settings, allowed: str, address: str, headers: dict[str, str], status: int
):
    app = create_app(replace(toy_settings, metrics=allowed))
    answer = TestClient(app, client=(address, 1)).get("/metrics", headers=headers)
    assert answer.status_code == status


def test_metrics_count_routes_and_tell_no_path(make_client: Callable[..., TestClient]):
    client = make_client(metrics="all")
    for path in (REGION, f"{REGION}/offers?q={SECRET}", f"{REGION}/offers/{SECRET}", f"/{SECRET}",
                 "/static/app.css"):  # fmt: skip
        client.get(path)
    client.request("BREW", "/")
    text = client.get("/metrics").text
    assert "Geheimweg" not in text
    worker = f'worker="{os.getpid()}"'
    template = "/api/v1/regions/{region}"
    count = f'umkreis_requests_total{{{worker},method="GET",route="%s",status="%d"}} 1'
    assert count % (template, 200) in text
    assert count % (f"{template}/offers", 200) in text
    assert count % (f"{template}/offers/{{offer}}", 404) in text
    assert count % ("none", 404) in text
    assert count % ("/static", 200) in text
    assert 'method="other"' in text
    assert f'umkreis_request_seconds_bucket{{{worker},route="{template}",le="+Inf"}} 1' in text
    assert f'umkreis_regions{{{worker},state="open"}} 1' in text
    assert f"umkreis_register_up{{{worker}}} 1" in text


def test_every_line_of_the_metrics_is_one_that_prometheus_reads():
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.2, 100.0):
        metrics.count("GET", "/r/{region}", 200, seconds)
    text = metrics.text([Gauge("g", "What it is.", {(("name", 'a"\\\n'),): 2.5})])
    line = re.compile(r'# (HELP|TYPE) \w+ .+|\w+\{(\w+="([^"\\\n]|\\["\\n])*",?)+\} [\d.e+-]+')
    assert all(line.fullmatch(each) for each in text.splitlines())
    buckets = [int(each.rsplit(" ", 1)[1]) for each in text.splitlines() if "_bucket{" in each]
    assert len(buckets) == len(LIMITS_S) + 1
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (2, 4)  # a limit holds what is exactly at it
    assert "umkreis_request_seconds_sum" in text
    assert '"} 100.206' in text


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged as JSON lines."""
    found: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("httpx"):  # the client of these tests logs as well
                found.append(self.format(record))

    handler = Kept()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_has_one_line_without_its_path(
    make_client: Callable[..., TestClient], lines: list[str]
):
    client = make_client(log_format="json")
    client.get(f"{REGION}/offers?q={SECRET}")
    client.post(f"{REGION}/geocode", json={"q": SECRET})
    told = [json.loads(line) for line in lines if "umkreis.requests" in line]
    assert [(t["method"], t["route"], t["status"]) for t in told] == [
        ("GET", "/api/v1/regions/{region}/offers", 200),
        ("POST", "/api/v1/regions/{region}/geocode", 200),
    ]
    assert told[0].keys() == {
        "time", "level", "logger", "message", "method", "route", "status", "ms"
    }  # fmt: skip
    assert "Geheimweg" not in "".join(lines)


def test_in_text_requests_are_not_logged(make_client: Callable[..., TestClient], lines: list[str]):
    make_client().get(REGION)
    assert not [line for line in lines if "umkreis.requests" in line]


def test_a_failure_tells_its_kind_and_place_and_nothing_that_was_asked(
    make_client: Callable[..., TestClient], lines: list[str], monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("server.api.coverage", fail)
    answer = make_client(log_format="json").get(f"{REGION}/coverage?category=library")
    assert answer.status_code == 500
    failures = [told for told in map(json.loads, lines) if told["level"] == "ERROR"]
    assert failures[0]["error"] == "ZeroDivisionError"
    assert any("server/api.py" in place for place in failures[0]["at"])
    assert SECRET not in "".join(lines)


def test_what_is_under_way_is_answered_when_the_service_ends(toy_settings: Settings):
    port = free_port()
    environment = {
        **os.environ,
        "UMKREIS_STATE_DIR": str(toy_settings.state_dir),
        "UMKREIS_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "server.cli", "serve", "toy", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        body = json.dumps({"q": "Ring 1"}).encode()
        head = f"POST {REGION}/geocode HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as half:
            half.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20).close()
            process.send_signal(signal.SIGTERM)
            half.sendall(body[5:])
            assert half.recv(12) == b"HTTP/1.1 200"
    finally:
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=30)
    told = [json.loads(line) for line in logged.splitlines()]
    assert told[0]["message"].startswith("Umkreis serves Ödland on http://127.0.0.1")
    routes = {line.get("route") for line in told}
    assert {"/readyz", "/api/v1/regions/{region}/geocode"} <= routes
    assert "Ring 1" not in logged
