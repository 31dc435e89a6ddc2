"""Suggestions for the toy region, on both databases."""

from datetime import date

import pytest

from layers.living import LivingRegion
from layers.submissions import review, sending
from layers.submissions.kept import Sender
from tests.layers.register.conftest import (  # noqa: F401 (fixtures)
    postgres,
    postgres_register,
    register,
    register_url,
)

TODAY = date(2026, 11, 24)
SENDER = Sender("Eva Beispiel", "eva@example.org", "de", "Bin oft dort.")


@pytest.fixture
def new_place(toy_atlas):
    """What is said of a new repair café where the bakery stands, at (100, 100)."""
    bakery = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    return {
        "name": "Reparatur am Markt",
        "categories": ["repair_cafe"],
        "lon": bakery.lon,
        "lat": bakery.lat,
        "phone": "0395 123456",
        "email": "markt@example.org",
        "opening_hours": "Mo-Fr 09:00-12:00",
    }


@pytest.fixture
def living(register, toy_atlas):  # noqa: F811
    """Gives the region as the next question finds it."""
    region = LivingRegion(register, "toy")
    return lambda: region.atlas(toy_atlas, on=TODAY)


@pytest.fixture
def send(register, living):  # noqa: F811
    """Suggests something; gives the submission and its token."""

    def make(values, **told):
        told = {"sender": SENDER, "consent": "2026-11", **told}
        return sending.submit(register, living(), values, **told)

    return make


@pytest.fixture
def accept(register, living):  # noqa: F811
    def decide(submission, **told):
        return review.accept(register, living(), submission.id, who="ada", **told)

    return decide
