"""Tags: the same answer is not computed twice, and never kept when anything it rests on changed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from layers.errors import RegisterError
from layers.living import LivingRegion
from layers.register import Register
from server.app import create_app
from server.regions import Regions
from server.settings import Settings

REGION = "/api/v1/regions/toy"
COVERAGE = f"{REGION}/coverage?category=greengrocer_bakery"
ITEMS = "/ogc/collections/toy.districts/items"


@pytest.mark.parametrize(
    "path",
    ["/api/v1/regions", REGION, COVERAGE, f"{REGION}/offers?limit=2", "/ogc", "/ogc/collections",
     ITEMS, f"{ITEMS}?f=html"],
)  # fmt: skip
def test_what_is_known_already_is_not_sent_again(client: TestClient, path: str):
    first = client.get(path)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["access-control-allow-origin"] == "*"
    assert client.head(path, headers={"If-None-Match": tag}).status_code == 304


def test_not_modified_is_said_before_the_work(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    tag = client.get(COVERAGE).headers["etag"]

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("it was computed")

    monkeypatch.setattr("server.api.coverage", fail)
    assert client.get(COVERAGE, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{COVERAGE}&minutes=7", headers={"If-None-Match": tag}).status_code == 500


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"{COVERAGE}&minutes=7", {}),
        (COVERAGE, {"Accept": "text/csv"}),
        (f"{ITEMS}?f=html", {"Accept-Language": "en"}),
        (ITEMS, {"Host": "elsewhere.example"}),  # its links are whole addresses
    ],
)
def test_another_question_has_another_tag(client: TestClient, path: str, headers: dict[str, str]):
    tags = {client.get(p).headers["etag"] for p in (COVERAGE, ITEMS, f"{ITEMS}?f=html")}
    assert client.get(path, headers=headers).headers["etag"] not in tags


@pytest.mark.parametrize("path", [f"{REGION}/coverage", f"{REGION}/offers/none", "/api/v1/nothing"])
def test_failures_have_no_tag(client: TestClient, path: str):
    answer = client.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code in (400, 404)
    assert "etag" not in answer.headers


def test_a_region_that_is_built_anew_has_new_tags(toy_settings: Settings, tmp_path: Path):
    shutil.copytree(toy_settings.state_dir, tmp_path, dirs_exist_ok=True)
    client = TestClient(create_app(replace(toy_settings, state_dir=tmp_path)))
    tag = client.get(REGION).headers["etag"]
    manifest = tmp_path / "atlas" / "toy" / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8") + "\n", "utf-8")
    answer = client.get(REGION, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


def test_a_change_in_the_register_changes_tags_at_once(toy_settings: Settings, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    with Register.open(url) as register:
        client = TestClient(create_app(replace(toy_settings, database_url=url)))
        tag = client.get(f"{REGION}/offers").headers["etag"]
        assert client.get(f"{REGION}/offers", headers={"If-None-Match": tag}).status_code == 304
        new = {
            "name": "Dorfladen",
            "lon": 12.001,
            "lat": 54.001,
            "categories": ["greengrocer_bakery"],
        }
        register.create("toy", new, who="me")
        assert client.get(f"{REGION}/offers", headers={"If-None-Match": tag}).status_code == 200


def test_what_is_served_without_the_register_has_no_tag(
    toy_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    Register.open(url).close()
    client = TestClient(create_app(replace(toy_settings, database_url=url)))
    asked = []
    read = LivingRegion.atlas

    def fail_later(self: LivingRegion, *args: object, **options: object) -> object:
        asked.append(1)
        if len(asked) > 1:  # the tag can still be made, the answer not
            raise RegisterError("away")
        return read(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(LivingRegion, "atlas", fail_later)
    answer = client.get(REGION)
    assert answer.status_code == 200
    assert len(asked) == 2
    assert "etag" not in answer.headers
    assert "etag" not in client.get(REGION).headers


def test_two_workers_give_the_same_tag(toy_settings: Settings):
    first, second = Regions(toy_settings), Regions(toy_settings)
    assert first.version("toy") == second.version("toy")
    tags = {TestClient(create_app(toy_settings)).get(COVERAGE).headers["etag"] for _ in range(2)}
    assert len(tags) == 1
