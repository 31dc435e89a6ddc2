"""How much is known of a share, and its sources, over HTTP."""

import pytest
from fastapi.testclient import TestClient

from server import models
from tests.server.test_api import FOOD


def test_districts_say_how_much_of_their_share_is_known(client: TestClient):
    question = {"category": "greengrocer_bakery", "minutes": 5, "at": "Sa"}
    out = models.CoverageOut.model_validate(client.get(FOOD, params=question).json())
    by_name = {row.name: row for row in out.by_district}
    assert {name: row.share_known for name, row in by_name.items()} == {
        "Altöd": 1, "Süd": 1, "Nord": 0.75,
    }  # fmt: skip
    nord = by_name["Nord"]
    assert nord.share_known == pytest.approx(1 - (nord.share_with_unknown - nord.share))
    assert (nord.uncertain, nord.uncertain_because) == (True, ["hours"])
    assert (by_name["Süd"].uncertain, by_name["Süd"].uncertain_because) == (False, [])


def test_every_report_names_its_sources_with_age_and_completeness(client: TestClient):
    out = models.CoverageOut.model_validate(client.get(f"{FOOD}&minutes=4").json())
    sources = {source.kind: source for source in out.assumptions.sources}
    assert list(sources) == ["streets", "offers", "population"]
    assert (sources["offers"].offers, sources["offers"].share_with_hours) == (2, 0.5)
    assert (sources["streets"].age_years, sources["population"].age_years) == (0, 1)
