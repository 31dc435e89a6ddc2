"""What the documentation promises of the interface: its examples answer, its document says how."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from layers.atlas import Atlas
from layers.build import build_atlas
from server.api_examples import BODIES, PARAMETERS
from server.app import create_app
from server.cross_origin import QUESTIONS
from server.settings import Settings, default_data_dir
from tests.server.test_cross_origin import CHANGING

ROOT = Path(__file__).parents[2]
DOCUMENTED = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```\n(curl .*?)^```", re.MULTILINE | re.DOTALL)
_TAKES_A_VALUE = {"-X": "method", "-d": "body", "-o": "file"}


def commands() -> list[str]:
    text = (ROOT / "docs/api.md").read_text("utf-8")
    return [
        f"curl {command}"
        for block in BLOCK.findall(text)
        for command in re.split(r"^curl ", block, flags=re.MULTILINE)[1:]
    ]


def parse(command: str) -> dict[str, Any]:
    """Read a `curl` command as a shell and curl would."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    asked: dict[str, Any] = {"headers": {}}
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            asked["headers"][name] = value
        elif word in _TAKES_A_VALUE:
            asked[_TAKES_A_VALUE[word]] = next(words)
        else:
            assert not word.startswith("-"), f"this test does not know {word}"
            asked["url"] = word
    return asked


@pytest.fixture(scope="module")
def shipped(
    demo_atlas: Atlas, taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """What `make demo` serves, without base maps."""
    state = tmp_path_factory.mktemp("state")
    shutil.copytree(demo_atlas.path, state / "atlas/neubrandenburg")
    source = default_data_dir() / "regions/toy"
    build_atlas(source, taxonomy_path, state / "atlas/toy", base_map=False)
    regions = ("neubrandenburg", "toy")
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=regions)


def test_every_curl_command_of_the_documentation_is_answered(
    shipped: Settings, serve: Callable[..., str]
):
    url = serve(create_app(shipped))
    asked = [parse(command) for command in commands()]
    assert len(asked) >= 10
    for each in asked:
        if "Authorization" in each["headers"]:
            continue  # needs an account: tests/server/accounts/test_stored.py
        assert each["url"].startswith(f"{DOCUMENTED}/")
        body = each.get("body")
        answer = httpx2.request(
            each.get("method", "GET" if body is None else "POST"),
            each["url"].replace(DOCUMENTED, url),
            headers=each["headers"],
            content=None if body is None else body.encode(),
            timeout=60,
        )
        assert answer.status_code == 200, f"{each}: {answer.text}"
        assert len(answer.content) > 100


def test_every_example_of_the_openapi_document_is_answered(shipped: Settings):
    client = TestClient(create_app(shipped))
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        if "post" not in methods or path in CHANGING:
            continue
        example = methods["post"]["requestBody"]["content"]["application/json"]["example"]
        answer = client.post(path.format(**PARAMETERS), json=example)
        if path.endswith("/journeys"):  # answered in test_transit: no region is shipped with one
            assert answer.json()["detail"].startswith("`mode` 'transit' needs a timetable")
            continue
        assert answer.status_code == 200, f"{path}: {answer.text}"
    questions = {name.removeprefix("/api/v1/regions/{region}/") for name in QUESTIONS}
    assert set(BODIES) == questions


def test_what_can_be_asked_by_get_has_examples_that_are_answered(shipped: Settings):
    client = TestClient(create_app(shipped))
    document = client.get("/openapi.json").json()
    statuses = {}
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        parameters = methods["get"].get("parameters", [])
        query = {
            p["name"]: p["example"] for p in parameters if p["in"] == "query" and "example" in p
        }
        assert all("example" in p for p in parameters if p["required"]), path
        statuses[path] = client.get(path.format(**PARAMETERS), params=query).status_code
    assert len(statuses) >= 12
    desk = {path for path in statuses if path.startswith("/api/v1/moderation/")}
    assert {statuses.pop(path) for path in desk} == {401}  # for who has signed in
    answered = {path for path, status in statuses.items() if status == 200}
    # these need one of several parameters, a timetable, or what somebody has made here before
    left = {path.rpartition("/")[2] for path in statuses.keys() - answered}
    assert left <= {"sites", "variety", "{experiment}", "{id}", "stored", "lines", "stops"}


def test_the_document_is_valid_openapi(client: TestClient):
    OpenAPIV31SpecValidator(client.get("/openapi.json").json()).validate()


def test_answers_are_compressed_for_who_accepts_it(client: TestClient):
    path = "/api/v1/regions/toy/categories"
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()
    assert {"Accept", "Accept-Encoding"} <= set(plain.headers["vary"].split(", "))
    assert plain.headers["etag"] == answer.headers["etag"]
