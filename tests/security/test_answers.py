"""Every route: its headers, what malformed requests get, and that nothing private leaves."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from layers.notices import Notice
from layers.register import Register
from layers.register.entry import ARCHIVED, DRAFT, PUBLISHED, REJECTED, SUBMITTED
from layers.submissions.kept import Sender
from layers.submissions.sending import submit
from server.app import create_app
from tests.security.crawl import PLACE, QUERIES, paths, unknown
from tests.security.hostile_region import FAR
from tests.server.accounts.matrix import EVERYBODY, ROWS
from tests.server.accounts.test_matrix import all_routes, filled
from tests.server.conftest import toy_settings  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.atlas import Atlas
    from server.settings import Settings

SOAK = "SOAK" in os.environ
PLANTED = "planted-7f3a@verein.example"
LEAKS = (
    "Traceback", 'File "', "site-packages", ".py", "SELECT ", "INSERT ", "sqlite", "sqlalchemy",
    "psycopg", "pydantic", "pytest-", "/.venv", "0x7",
)  # fmt: skip
VALUES = {
    "region": "toy", "district": "A", "offer": "osm:n1001", "feature": "osm:n1001",
    "collection": "toy.trade", "card": "none", "experiment": "none", "id": "none", "key": "none",
    "item": "none",
}  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000
BODIES = {
    "no JSON": b"{",
    "nothing": b"",
    "not a number": b'{"lon": NaN, "lat": Infinity, "mode": "walk", "minutes": NaN}',
    "too large a number": b'{"lon": 1e999, "lat": -1e999, "minutes": 1e400, "new": 1e999}',
    "a number of 5,000 digits": b'{"lon": ' + b"9" * 5_000 + b', "lat": 1}',
    "100,000 deep": DEEP.encode(),
    "100,000 deep within": f'{{"changes": {DEEP}, "q": {DEEP}}}'.encode(),
    "a list": b"[1, 2, 3]",
    "a text": b'"toy"',
    "null": b"null",
    "wrong types": b'{"lon": [], "lat": {}, "q": 7, "mode": [1], "minutes": "x", "changes": {}}',
    "no UTF-8": b'{"q": "\xff\xfe"}',
    "half a pair": b'{"q": "\\ud800", "name": "\\udfff", "mode": "\\ud800"}',
    "a zero byte": b'{"q": "\\u0000", "name": "\\u0000"}',
    "a key twice": b'{"lon": 1, "lon": 2, "lat": 3, "lat": 4}',
    "too much": b'{"q": "' + b"x" * 11_000_000 + b'"}',
}
TEXTS = (
    "", "\x00", "'", "' OR 1=1--", '"', "%", "../../etc/hosts", "NaN", "1e999", "-1", "9" * 400,
    "\ud7ff\uffff", "{{7*7}}", "$where", "(((((", "[" * 1_000, "<script>", "1;DROP TABLE entry",
    "٣", "true", "a,b,c,d", "1,2,3", "inf,inf,inf,inf", "2024-13-45", "--", "\r\nX-Evil: 1",
)  # fmt: skip
PARAMETERS = (
    "category", "mode", "minutes", "metres", "at", "by", "bbox", "limit", "offset", "lang", "level",
    "new", "datetime", "crs", "bbox-crs", "f", "q", "kind", "resource", "district", "until",
    "region", "open", "offer", "view", "since", "from", "to", "day", "next", "colour",
)  # fmt: skip


@pytest.fixture(scope="module")
def settings(
    toy_settings: Settings,  # noqa: F811
    toy_atlas: Atlas,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """The toy region, with an address that nobody may see in all that is not public."""
    folder = tmp_path_factory.mktemp("answers")
    settings = replace(
        toy_settings, database_url=f"sqlite:///{folder / 'register.sqlite'}",
        requests_per_minute=0, analyses_per_minute=0, metrics="on",
    )  # fmt: skip
    offer = toy_atlas.offers[0]
    values = {
        "name": "Repair-Café", "categories": ["repair_cafe"], "lon": offer.lon, "lat": offer.lat,
        "contact_name": PLANTED, "email": PLANTED, "phone": "0395 777777",
    }  # fmt: skip
    hidden = {**values, "name": PLANTED, "description": PLANTED, "website": f"https://{PLANTED}"}
    sender = Sender(PLANTED, PLANTED, "de", PLANTED)
    with Register.open(settings.register_url) as register:
        for status in (DRAFT, SUBMITTED):
            register.create("toy", hidden, who=PLANTED, why=PLANTED, status=status)
        for status in (REJECTED, ARCHIVED):
            before = SUBMITTED if status == REJECTED else PUBLISHED
            # that an offer closed is news, with the name that everybody knew
            values_then = {**hidden, "name": "Früher hier"} if before == PUBLISHED else hidden
            entry = register.create("toy", values_then, who=PLANTED, status=before)
            register.post_notice("toy", entry, Notice("needs", "room", FAR, PLANTED), who=PLANTED)
            register.set_status("toy", entry, status, who=PLANTED, why=PLANTED)
        open_entry = register.create("toy", values, who=PLANTED, why=PLANTED, status=PUBLISHED)
        told = {**hidden, "website": ""}
        told.pop("contact_name")
        atlas = create_app(settings).state.regions.open("toy")
        for offer_id in ("", open_entry):
            submit(register, atlas, told, sender=sender, consent="1", offer_id=offer_id)
    return settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


def test_there_is_something_to_put_into_every_route():
    assert unknown(VALUES) == set()


def test_every_route_answers_with_all_security_headers(client: TestClient):
    wrong = {}
    for _, path in paths(VALUES):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        faults = [
            name
            for name, is_right in {
                "nosniff": headers["x-content-type-options"] == "nosniff",
                "referrer": headers["referrer-policy"] in ("same-origin", "no-referrer"),
                "opener": headers["cross-origin-opener-policy"] == "same-origin",
                "permissions": "camera=()" in headers["permissions-policy"],
                "default": "default-src 'none'" in policy or "default-src 'self'" in policy,
                "frames": "frame-ancestors" in policy,
                "inline": "unsafe-inline"
                not in policy.partition("script-src")[2].partition(";")[0],
                "eval": "unsafe-eval" not in policy,
                "elsewhere": "http:" not in policy and "https:" not in policy,
                "a wildcard": "script-src *" not in policy,
            }.items()
            if not is_right
        ]
        # only what is made to be shown elsewhere may be framed
        is_framed = "frame-ancestors *" in policy
        if is_framed and not path.startswith("/embed/"):
            faults.append("framed")
        if faults:
            wrong[path] = faults
    assert wrong == {}


def questions() -> list[tuple[str, str]]:
    return [
        key for key in all_routes() if key[0] != "GET" and ROWS.get(key, EVERYBODY) == EVERYBODY
    ]


@pytest.mark.parametrize(("method", "route"), questions())
def test_bodies_that_make_no_sense_get_4xx_and_nothing_leaks(
    client: TestClient, method: str, route: str
):
    path = filled(route)
    for what, body in BODIES.items():
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            answer = client.request(method, path, content=body, headers={"content-type": kind})
            check(answer, f"{what} as {kind} to {path}")
            assert answer.status_code >= 300, f"{what} as {kind}"


@pytest.mark.parametrize(("method", "route"), questions())
def test_pages_elsewhere_send_us_nothing_that_changes_something(
    client: TestClient, method: str, route: str
):
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answer = client.request(method, filled(route), content=b"{}", headers=headers)
    assert 400 <= answer.status_code < 500


def test_no_text_in_any_parameter_breaks_the_interface(client: TestClient):
    cases = [
        (path, base, parameter["name"], text)
        for path, operations in client.get("/openapi.json").json()["paths"].items()
        if "get" in operations
        for base in QUERIES.get(path, ("",))[:1]
        for parameter in operations["get"].get("parameters", [])
        if parameter["in"] == "query"
        for text in TEXTS
    ]
    assert len(cases) > 2_000
    drawn = cases if SOAK else random.Random(20160210).sample(cases, 500)  # noqa: S311
    for path, base, name, text in drawn:
        query = {**dict(parse_qsl(base)), name: text}
        answer = client.get(PLACE.sub(lambda place: VALUES[place[1]], path), params=query)
        check(answer, f"{path} with {query}")


@pytest.mark.parametrize("text", TEXTS if SOAK else TEXTS[::6])
def test_no_text_in_all_parameters_at_once_breaks_a_page(client: TestClient, text: str):
    for route, path in paths(VALUES):
        if not route.startswith(("/api/", "/tiles")) and "?" not in path:
            answer = client.get(path, params=dict.fromkeys(PARAMETERS, text))
            check(answer, f"{path} with {text!r}")


@pytest.mark.parametrize("text", ["'", "%00", "..%2f..%2fetc%2fhosts"])
def test_no_name_in_any_path_breaks_anything(client: TestClient, text: str):
    for _, path in paths({**dict.fromkeys(VALUES, text)}):
        check(client.get(path), path)
    for _, path in paths({**VALUES, **dict.fromkeys(set(VALUES) - {"region"}, text)}):
        check(client.get(path), path)


def check(answer, what: str) -> None:
    """No failure of ours, one shape of failures where programs ask, and nothing told of us."""
    told = f"{what}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500 or answer.status_code == 503, told
    if answer.status_code < 400:
        return
    if answer.headers["content-type"] == "application/problem+json":
        assert answer.json()["status"] == answer.status_code, told
    else:
        assert answer.headers["content-type"].startswith("text/html"), told
        assert not answer.url.path.startswith(("/api/", "/ogc")), told
    for leak in LEAKS:
        assert leak not in answer.text, told
    assert "x-evil" not in answer.headers


def test_what_is_not_public_is_in_no_public_answer(client: TestClient, toy_atlas: Atlas):
    offer = toy_atlas.offers[0]
    place = {"lon": offer.lon, "lat": offer.lat, "mode": "walk", "minutes": 15}
    answers = [client.get(path) for _, path in paths(VALUES)]
    public = [
        feature["properties"]["id"]
        for feature in client.get("/api/v1/regions/toy/offers?limit=1000").json()["features"]
    ]
    ours = next(each for each in public if each.startswith("umk:"))
    answers += [client.get(path) for _, path in paths({**VALUES, "offer": ours, "feature": ours})]
    for name, body in {
        "near": place, "near/week": place, "way": {**place, "offer": ours},
        "geocode": {"q": PLANTED}, "isochrone": place,
    }.items():  # fmt: skip
        answers.append(client.post(f"/api/v1/regions/toy/{name}", json=body))
    answers.append(client.get("/r/toy", params={"q": "verein.example"}))
    assert sum(answer.status_code == 200 for answer in answers) > 100
    assert any("Repair-Café" in answer.text for answer in answers)
    name = PLANTED.partition("@")[0]
    leaking = [
        str(answer.url) for answer in answers
        if name in answer.text and name not in str(answer.url)
    ]  # fmt: skip
    assert leaking == []
    assert [str(a.url) for a in answers if "395 777777" in a.text or "395777777" in a.text] == []
    assert json.dumps(public).count("umk:") == 1


def test_the_document_says_which_operations_demand_an_account(client: TestClient):
    paths_told = client.get("/openapi.json").json()["paths"]
    said = {
        (method.upper(), path)
        for path, operations in paths_told.items()
        for method, operation in operations.items()
        if {"401", "403"} <= set(operation["responses"])
    }
    demanded = {key for key, who in ROWS.items() if who != EVERYBODY and key[1] in paths_told}
    assert said == demanded
    assert len(said) >= 7
