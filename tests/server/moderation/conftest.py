"""An installation where two moderators decide, and people who suggest things."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from layers.register import Register
from layers.submissions import sending
from layers.submissions.kept import Sender
from server.app import create_app
from tests.server.accounts.people import bearer, csrf_of, database_at, person, sign_in, url_of

BAKERY = "osm:n1001"
SENDER = Sender("Eva Beispiel", "eva@example.org", "de", "Bin oft dort.")
DESK = "/api/v1/moderation/toy"


@pytest.fixture
def database(tmp_path):
    made = database_at(tmp_path)
    yield made
    made.close()


@pytest.fixture
def app(toy_settings, database):
    return create_app(replace(toy_settings, database_url=url_of(database)))


@pytest.fixture
def register(database):
    return Register(database)


@pytest.fixture
def atlas(app):
    return lambda: app.state.regions.open("toy")


@pytest.fixture
def program(app, database):
    """A program of a moderator."""
    account = person(database, "moderator")
    made = TestClient(app, raise_server_exceptions=False)
    made.headers.update(bearer(database, account, "moderate"))
    made.account = account
    return made


@pytest.fixture
def browser(app, database):
    """Somebody at the desk who has signed in; `press` sends a form of a page."""

    def make(role="moderator", region=""):
        client = TestClient(
            app,
            raise_server_exceptions=False,
            headers={"accept": "text/html", "accept-language": "en"},
            follow_redirects=False,
        )
        account = person(database, role, region=region)
        sign_in(client, database, account)
        client.account = account
        token = csrf_of(client)
        client.press = lambda path, **data: client.post(path, data={**data, "csrf": token})
        return client

    return make


@pytest.fixture
def place(toy_atlas):
    """What is said of a repair café where the bakery stands."""
    bakery = toy_atlas.offers[toy_atlas.offers.row(BAKERY)]
    return {
        "name": "Reparatur am Markt",
        "categories": ["repair_cafe"],
        "lon": bakery.lon,
        "lat": bakery.lat,
        "email": "markt@example.org",
        "opening_hours": "Mo-Fr 09:00-12:00",
    }


@pytest.fixture
def send(register, atlas):
    """Suggests something; gives the submission and its token."""

    def make(values, **told):
        told = {"sender": SENDER, "consent": "2026-11", **told}
        return sending.submit(register, atlas(), values, **told)

    return make
