"""The table of ASVS 5.0 names tests that exist and counts right; and what no other test holds."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.referred import missing
from tests.server.conftest import client, toy_settings  # noqa: F401 (fixtures)

TEXT = (Path(__file__).parents[2] / "docs/security/asvs.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in TEXT.splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]
LEVEL_1, BOTH = 70, 253  # requirements of ASVS 5.0.0: level 1; levels 1 and 2


def test_every_requirement_has_its_row_and_state():
    assert len({row[0] for row in ROWS}) == len(ROWS) == BOTH
    assert sum(row[1] == "1" for row in ROWS) == LEVEL_1
    assert {row[3] for row in ROWS} <= {"met", "n/a", "operator", "open"}
    assert all(row[4] for row in ROWS)


def test_the_tests_that_it_names_are_there():
    assert missing(TEXT) == []


def test_at_least_nine_of_ten_are_not_open_and_the_counts_are_right():
    for level, told in (("1", "1"), ("12", "1 and 2")):
        states = Counter(row[3] for row in ROWS if row[1] in level)
        total = sum(states.values())
        assert f"| {told} | {total} | {total - states['open']} |" in TEXT
        assert states["open"] / total <= 0.1


def test_who_came_encrypted_comes_encrypted_again(toy_settings: Settings):  # noqa: F811
    app = create_app(replace(toy_settings))
    encrypted = TestClient(app, base_url="https://testserver").get("/healthz")
    assert encrypted.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in TestClient(app).get("/healthz").headers


@pytest.mark.parametrize("path", ["/", "/r/toy", "/sign-in", "/nothing"])
def test_answers_say_what_they_are(client: TestClient, path: str):  # noqa: F811
    kind = client.get(path, headers={"accept": "text/html"}).headers["content-type"]
    assert kind.startswith("text/")
    assert "charset=utf-8" in kind


def test_passwords_are_masked_and_may_be_pasted(client: TestClient):  # noqa: F811
    page = client.get("/sign-in", headers={"accept": "text/html"}).text
    assert re.search(r'<input[^>]*type="password"[^>]*autocomplete="current-password"', page)
    assert "onpaste" not in page


def test_no_folder_is_listed_and_trace_is_refused(client: TestClient):  # noqa: F811
    for path in ("/static/", "/static/vendor/", "/static/vendor/leaflet/"):
        assert client.get(path).status_code == 404
    for path in ("/", "/api/v1/regions", "/sign-in"):
        assert client.request("TRACE", path).status_code == 405
