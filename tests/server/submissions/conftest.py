"""An installation with an empty register, and a form that somebody filled in."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from layers.register import Register
from server.app import create_app

FORM = {
    "name": "Reparatur am Markt",
    "category": "repair_cafe",
    "hours": "times",
    "days-0": ["Mo", "Tu", "We"],
    "from-0": "09:00",
    "to-0": "12:00",
    "phone": "0395 123456",
    "email": "geheim@example.org",
    "sender_email": "eva@example.org",
    "consent": "1",
    "begun": "1",
}


@pytest.fixture
def settings(toy_settings, tmp_path):
    return replace(toy_settings, database_url=f"sqlite:///{tmp_path / 'register.sqlite'}")


@pytest.fixture
def app(settings):
    return create_app(settings)


@pytest.fixture
def client(app):
    return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False)


@pytest.fixture
def register(app):
    with Register.open(app.state.settings.register_url) as opened:
        yield opened


@pytest.fixture
def atlas(app):
    return lambda: app.state.regions.open("toy")


@pytest.fixture
def form(toy_atlas):
    """A new repair café where the bakery stands."""
    bakery = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    return {**FORM, "lon": f"{bakery.lon}", "lat": f"{bakery.lat}"}


@pytest.fixture
def send(client, form):
    """Sends the form; gives the path of the private link."""

    def post(path="/r/toy/submit", **changed):
        answer = client.post(path, data={**form, "do": "send", **changed})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].partition("?")[0]

    return post
