"""How much one client gets, and who is not counted."""

import ipaddress
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from server import limits
from server.app import create_app
from server.limits import Buckets, client_key
from server.settings import Settings

REGION = "/api/v1/regions/toy"
WEEK = f"{REGION}/week?category=greengrocer_bakery"


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def come(toy_settings: Settings) -> Iterator[Callable[..., TestClient]]:
    """Come from an address to an installation with other settings."""

    def start(address: str, **changed: object) -> TestClient:
        app = create_app(replace(toy_settings, **changed))  # type: ignore[arg-type]
        return TestClient(app, raise_server_exceptions=False, client=(address, 1234))

    return start


def test_a_bucket_holds_a_minute_and_fills_steadily():
    clock = Clock()
    buckets = Buckets(60, clock=clock)
    assert [buckets.take(b"a") for _ in range(60)] == [0.0] * 60
    assert buckets.take(b"a") == 1.0
    assert buckets.take(b"b") == 0.0
    clock.now_s = 0.75
    assert buckets.take(b"a") == pytest.approx(0.25)
    clock.now_s = 2.0
    assert [buckets.take(b"a") for _ in range(3)] == [0.0, 0.0, 1.0]
    clock.now_s = 10_000.0
    assert [buckets.take(b"a") for _ in range(61)].count(0.0) == 60  # no more than it holds


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "_MOST_CLIENTS", 3)
    buckets = Buckets(1, clock=Clock())
    for client in (b"a", b"b", b"c", b"d"):
        assert buckets.take(client) == 0.0
    assert len(buckets) == 3
    assert buckets.take(b"d") == 60.0
    assert buckets.take(b"a") == 0.0  # asked longest ago, forgotten


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::8", True),  # one line has a /64
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_who_is_one_client(first: str, second: str, is_one: bool):
    keys = [client_key({"client": (address, 1)}, b"key") for address in (first, second)]
    assert (keys[0] == keys[1]) is is_one
    assert client_key({"client": (first, 1)}, b"other key") != keys[0]


def test_too_many_requests_are_asked_to_wait(come: Callable[..., TestClient]):
    client = come("203.0.113.7", requests_per_minute=2)
    assert [client.get(REGION).status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get(REGION)
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["status"] == 429


def test_browsers_get_a_page_that_says_so(come: Callable[..., TestClient]):
    client = come("203.0.113.7", requests_per_minute=1)
    headers = {"Accept": "text/html", "Accept-Language": "de"}
    assert client.get("/", headers=headers).status_code == 200
    answer = client.get("/", headers=headers)
    assert answer.status_code == 429
    assert "Zu viele Fragen auf einmal" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_files_and_health_are_free(come: Callable[..., TestClient]):
    client = come("203.0.113.7", requests_per_minute=1)
    for _ in range(3):
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/app.css").status_code == 200
    assert client.get(REGION).status_code == 200


def test_analyses_are_counted_apart(come: Callable[..., TestClient]):
    client = come("203.0.113.7", analyses_per_minute=1)
    assert [client.get(WEEK).status_code for _ in range(2)] == [200, 429]
    assert client.get(REGION).status_code == 200
    assert "expensive analyses" in client.get(WEEK).json()["detail"]


def test_each_client_behind_a_proxy_has_its_own_bucket(come: Callable[..., TestClient]):
    proxies = (ipaddress.ip_network("10.0.0.2"),)
    client = come("10.0.0.2", requests_per_minute=1, trusted_proxies=proxies)

    def ask(forwarded: str) -> int:
        return client.get(REGION, headers={"X-Forwarded-For": forwarded}).status_code

    assert [ask("203.0.113.7"), ask("203.0.113.8"), ask("203.0.113.7")] == [200, 200, 429]
    assert ask("198.51.100.1, 203.0.113.7") == 429  # a claim of the client's own changes nothing
    assert ask("127.0.0.1, 203.0.113.7") == 429


def test_a_header_from_no_proxy_of_ours_is_not_believed(come: Callable[..., TestClient]):
    client = come("203.0.113.7", requests_per_minute=1)
    codes = [
        client.get(REGION, headers={"X-Forwarded-For": f"198.51.100.{i}"}).status_code
        for i in range(2)
    ]
    assert codes == [200, 429]


@pytest.mark.parametrize(
    ("address", "changed"),
    [("127.0.0.1", {"requests_per_minute": 1}), ("203.0.113.7", {"requests_per_minute": 0})],
)
def test_this_machine_is_not_limited_and_0_means_any_number(
    come: Callable[..., TestClient], address: str, changed: dict[str, int]
):
    client = come(address, **changed)
    assert {client.get(REGION).status_code for _ in range(5)} == {200}


def test_no_address_is_kept_or_logged(
    come: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    client = come("203.0.113.77", requests_per_minute=1)
    for _ in range(2):
        client.get(REGION)
    assert "203.0.113.77" not in caplog.text
    key = client_key({"client": ("203.0.113.77", 1)}, b"secret")
    assert b"203.0.113.77" not in key
    assert ipaddress.ip_address("203.0.113.77").packed not in key
