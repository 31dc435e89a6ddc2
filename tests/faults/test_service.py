"""What a running service does while something under it fails, and that it recovers by itself."""

import logging
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from layers.errors import RegisterAwayError
from layers.register import Register
from layers.register.database import Database
from layers.submissions import review
from server import regions as regions_module
from server.accounts.cookies import LOCAL
from server.app import create_app
from server.settings import Settings
from tests.postgres import new_database, programs, restartable

OFFERS = "/api/v1/regions/toy/offers"
SUBMIT = "/api/v1/regions/toy/submissions"
BROWSER = {"accept": "text/html"}


@pytest.fixture
def told(toy_atlas) -> dict[str, object]:
    """A suggestion where the bakery stands."""
    bakery = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    place = {"lon": bakery.lon, "lat": bakery.lat}
    return {"name": "Neu", "categories": ["repair_cafe"], "consent": True, **place}


@pytest.fixture
def state(toy_settings: Settings, tmp_path: Path) -> Settings:
    """A state folder of the test's own, which it may damage."""
    shutil.copytree(toy_settings.state_dir, tmp_path / "state")
    return replace(toy_settings, state_dir=tmp_path / "state")


def client_of(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_a_database_that_goes_and_comes_back(
    toy_settings: Settings, told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(regions_module, "_PAUSE_S", 0.0)
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: tools/install-postgres.sh installs it")
    with restartable(folder) as server:
        url = new_database(server.url, "going")
        client = client_of(replace(toy_settings, database_url=url))
        with Register.open(url) as register:
            place = {"lon": told["lon"], "lat": told["lat"], "categories": ["repair_cafe"]}
            register.create("toy", {"name": "Vorher", **place}, who="me", status="published")
        assert client.post(SUBMIT, json=told).status_code == 201
        before = client.get(OFFERS).json()["features"]
        assert "Vorher" in {offer["properties"]["name"] for offer in before}

        server.stop()
        with caplog.at_level(logging.WARNING):
            assert client.get(OFFERS).json()["features"] == before
        assert "offers may be out of date" in caplog.text
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["register"]["state"]) == (503, "unreachable")
        assert client.get("/healthz").status_code == 200
        refused = client.post(SUBMIT, json=told)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        assert "nothing of this was kept" in refused.json()["detail"]
        page = client.post("/s", data={"link": "unknown"}, headers=BROWSER)
        assert (page.status_code, page.headers["retry-after"]) == (503, "10")
        client.cookies.set(LOCAL, "a" * 43)  # somebody who has signed in
        assert client.get("/r/toy", headers=BROWSER).status_code == 200
        assert client.get("/account", headers=BROWSER).status_code == 503
        client.cookies.clear()
        assert "127.0.0.1" not in refused.text + page.text

        server.start()
        assert client.get("/readyz").status_code == 200
        assert client.get(OFFERS).json()["features"] == before
        assert client.post(SUBMIT, json=told).status_code == 201
        with Register.open(url) as register:
            assert len(review.waiting(register, "toy")) == 2
        client.app.state.regions.register().close()  # before its server goes


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    "name",
    ["population/residents.npy", "networks/walk/*.npy", "offers.json", "manifest.json"],
)
def test_a_damaged_region_is_told_and_is_whole_again_once_it_is_built(
    state: Settings, name: str, toy_atlas
):
    atlas = state.state_dir / "atlas" / "toy"
    truncate(max(atlas.glob(name), key=lambda file: file.stat().st_size))
    client = client_of(state)
    answer = client.get(OFFERS)
    assert answer.status_code == 503
    assert "umkreis build toy" in answer.json()["detail"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "toy" in ready.json()["not_built"] + ready.json()["damaged"]
    shutil.rmtree(atlas)
    shutil.copytree(toy_atlas.path, atlas)
    assert client.get(OFFERS).status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "content", [b"no database at all" * 300, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_a_register_with_a_broken_header_is_told_and_the_built_offers_are_served(
    state: Settings, content: bytes
):
    file = state.register_file
    file.write_bytes(content)
    with pytest.raises(RegisterAwayError, match=r"register\.sqlite cannot be opened"):
        Register.open(file)
    assert file.read_bytes() == content  # what can be saved of it is still there
    client = client_of(state)
    assert len(client.get(OFFERS).json()["features"]) > 0
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["register"]["state"]) == (503, "unreachable")
    assert client.get("/sign-in", headers=BROWSER).status_code in (200, 503)


def test_a_truncated_register_is_never_taken_for_a_whole_one(state: Settings):
    with Register.open(state.register_file) as register:
        values = {"name": "Laden", "categories": ["repair_cafe"], "lon": 13.0, "lat": 53.0}
        for _ in range(20):
            register.create("toy", values, who="me")
    truncate(state.register_file)
    client = client_of(state)
    assert client.get(OFFERS).status_code == 200  # those of the build
    assert client.get("/readyz").status_code == 503


def test_two_services_on_one_state_folder_lose_nothing(state: Settings, told):
    services = [client_of(state) for _ in range(2)]
    for client in services:  # routes are resolved when first asked, with warnings of the process
        assert client.post(SUBMIT, json={}).status_code == 400
    answers: list[int] = []

    def send(client: TestClient) -> None:
        answers.extend(client.post(SUBMIT, json=told).status_code for _ in range(5))

    threads = [threading.Thread(target=send, args=(client,)) for client in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 10
    with Register.open(state.register_file) as register:
        assert len(review.waiting(register, "toy")) == 10
        new = {name: value for name, value in told.items() if name != "consent"}
        made = register.create("toy", new, who="me", status="published")
    for client in services:
        assert client.get(f"{OFFERS}/{made}").status_code == 200


class _Clock(datetime):
    """A clock that somebody has put back."""

    behind = timedelta()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - cls.behind


def test_a_clock_that_is_put_back_turns_no_history_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("layers.register.database.datetime", _Clock)
    with Register.open(tmp_path / "register.sqlite") as register:
        for behind in (timedelta(), timedelta(days=400), timedelta(hours=1)):
            monkeypatch.setattr(_Clock, "behind", behind)
            values = {"name": "Laden", "categories": ["repair_cafe"], "lon": 13.0, "lat": 53.0}
            register.create("toy", values, who="me")
        times = [change.recorded_at for change in register.changes("toy")]
        assert times == sorted(times)
        assert len(times) == 3
        assert times[0] >= (datetime.now(UTC) - timedelta(minutes=5)).isoformat()


def test_a_clock_that_jumps_ends_sessions_late_and_never_lets_anybody_in(tmp_path: Path):
    from layers.accounts.sessions import account_of_session, begin_session
    from layers.accounts.users import add_user

    database = Database(tmp_path / "register.sqlite")
    now = datetime.now(UTC)
    account = add_user(database, "ada@example.org", role="planner", who="operator")
    token = begin_session(database, account.id, now=now)
    assert account_of_session(database, token, now=now - timedelta(days=30)) == account
    assert account_of_session(database, token, now=now + timedelta(hours=13)) is None
    database.close()
