"""Pictures of a report are tables: each bar has its number, and what is withheld has no bar."""

import pytest
from fastapi.testclient import TestClient

from layers.coverage import coverage
from layers.travel_times import travel_times
from server.charts import BEYOND, INSIDE, pictures
from server.texts import texts_of

ENGLISH = texts_of("en")
FOOD = "greengrocer_bakery"


def test_travel_times_have_bars_that_fit_their_numbers(toy_atlas):
    times, fields = pictures(coverage(toy_atlas, category=FOOD, mode="walk", minutes=5), ENGLISH)
    assert [(bar.label, bar.text, bar.width, bar.tone) for bar in times.bars[:2]] == [
        ("0–5", "880", 100.0, INSIDE), ("5–10", "80", 9.1, BEYOND),
    ]  # fmt: skip
    assert times.bars[-1].label == "more than 60"
    assert "Pale: wholly beyond the limit" in times.note
    assert len(fields.bars) == len(toy_atlas.taxonomy.fields)


def test_what_is_withheld_has_no_bar(toy_atlas, monkeypatch):
    report = coverage(toy_atlas, category=FOOD, mode="walk", minutes=5)
    steps = travel_times(report)
    few = type(steps[0])(0.0, 5.0, None)
    monkeypatch.setattr("server.charts.travel_times", lambda _: [few, *steps[1:]])
    bar = pictures(report, ENGLISH)[0].bars[0]
    assert (bar.text, bar.width) == ("<\u202f25", 0)


@pytest.mark.parametrize("asked", [{"category": "csa_depot"}, {"mode": "line", "metres": 300}])
def test_without_travel_times_only_the_fields_are_drawn(toy_atlas, asked):
    found = pictures(coverage(toy_atlas, **{"category": FOOD, **asked}), ENGLISH)
    assert [picture.title for picture in found] == ["Offers by field"]


def test_the_page_has_the_pictures_without_scripts(client: TestClient):
    page = client.get(f"/r/toy/planner?category={FOOD}&mode=walk&minutes=5&lang=en").text
    assert "How far people have to go" in page
    assert 'class="bar beyond"' in page
