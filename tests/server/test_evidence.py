"""How much is known of a share, and its sources, over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.server.test_week import coverage_at


def test_districts_say_how_much_of_their_share_is_known(client: TestClient):
    saturday = coverage_at(client, "Sa")
    for row in saturday.by_district:
        assert row.share_known == pytest.approx(1 - (row.share_with_unknown - row.share), abs=1e-9)
        assert row.uncertain == (row.share_known < 0.8)
        assert row.uncertain_because == (["hours"] if row.uncertain else [])
    assert any(row.uncertain for row in saturday.by_district)
    sources = {source.kind: source for source in saturday.assumptions.sources}
    assert list(sources) == ["streets", "offers", "population"]
    assert (sources["offers"].offers, sources["offers"].share_with_hours) == (2, 0.5)
    assert sources["population"].age_years == 1
