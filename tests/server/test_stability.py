"""How sure the verdicts on all districts are, over HTTP."""

from fastapi.testclient import TestClient

from server.measures.stability import StabilityOut
from tests.server.test_api import TOY, assert_error

FOOD = f"{TOY}/stability?category=greengrocer_bakery&mode=walk&minutes=2"


def test_each_district_has_its_verdict(client: TestClient):
    answer = client.get(FOOD)
    assert answer.status_code == 200
    found = StabilityOut.model_validate(answer.json())
    assert {d.name: d.verdict for d in found.by_district} == {
        "Altöd": "depends", "Nord": "underserved", "Süd": "underserved",
    }  # fmt: skip
    assert found.threshold == 0.5


def test_municipalities_are_judged_on_demand(client: TestClient):
    found = StabilityOut.model_validate(client.get(f"{FOOD}&by=municipality&threshold=1").json())
    assert (found.by, len(found.by_district)) == ("municipality", 2)


def test_a_threshold_that_is_no_share_is_refused(client: TestClient):
    assert_error(client.get(f"{FOOD}&threshold=0"), 400, "`threshold` is 0")
