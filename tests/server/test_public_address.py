"""Who asks and where we are, behind proxies that are trusted and others that are not."""

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from server.public_address import TrustedProxies, is_local
from server.settings import Settings

PROXIES = tuple(ipaddress.ip_network(n) for n in ("127.0.0.1", "::1", "10.1.0.0/16"))


async def seen(peer: str | None, **headers: str) -> Scope:
    """What comes after the proxies sees of a request."""
    found: list[Scope] = []

    async def after(scope: Scope, _: Receive, __: Send) -> None:
        found.append(scope)

    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    client = None if peer is None else (peer, 1234)
    scope: dict[str, Any] = {"type": "http", "scheme": "http", "client": client, "headers": pairs}
    await TrustedProxies(after, PROXIES)(scope, None, None)  # type: ignore[arg-type]
    return found[0]


def client_of(peer: str, forwarded: str) -> str:
    return run(seen(peer, x_forwarded_for=forwarded))["client"][0]


def run(awaited: Any) -> Any:
    """Run what never waits."""
    try:
        awaited.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the left one is a claim
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),  # two proxies of ours
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody whom we trust
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(
    peer: str, forwarded: str, client: str
):
    assert client_of(peer, forwarded) == client


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("127.0.0.1", {}, True),
        (None, {}, True),  # a socket of this machine
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
        ("203.0.113.9", {}, False),
        ("10.1.2.3", {}, False),
    ],
)
def test_only_who_connects_from_here_through_no_proxy_is_local(
    peer: str | None, headers: dict[str, str], expected: bool
):
    assert is_local(run(seen(peer, **headers))) is expected


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "javascript", "http"),
        ("203.0.113.9", "https", "http"),
    ],
)
def test_the_scheme_is_believed_from_trusted_proxies_alone(peer: str, told: str, scheme: str):
    assert run(seen(peer, x_forwarded_proto=told))["scheme"] == scheme


def test_whole_addresses_are_those_of_the_setting(make_client: Callable[..., TestClient]):
    client = make_client(public_url="https://karte.example")
    links = client.get("/ogc/").json()["links"]
    assert links[0]["href"] == "https://karte.example/ogc"
    items = client.get("/ogc/collections/toy.districts/items").json()["links"]
    assert all(link["href"].startswith("https://karte.example/ogc/") for link in items)
    assert "https://karte.example/embed/toy" in client.get("/r/toy/embed").text


def test_without_the_setting_they_are_what_the_request_says(client: TestClient):
    links = client.get("/ogc/", headers={"Host": "karte.local:81"}).json()["links"]
    assert links[0]["href"] == "http://karte.local:81/ogc"


def test_default_trusts_this_machine_alone():
    networks = Settings.from_env({}).trusted_proxies
    assert [str(n) for n in networks] == ["127.0.0.1/32", "::1/128"]
