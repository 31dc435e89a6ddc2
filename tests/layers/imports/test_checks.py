"""Facts are held against the taxonomy: what does not hold up is left out and named."""

from pathlib import Path

import pytest

from layers.imports.checks import check_facts
from layers.sources.record import SourceRecord
from layers.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "data" / "taxonomy.toml")


def record(**facts: object) -> SourceRecord:
    return SourceRecord("x", "1", 7, "Da", categories=("repair_cafe",), facts=facts)


def test_facts_that_hold_up_stay():
    times = "Mo[1] 18:00-20:00"
    told = record(repairs=("bicycles",), meeting_times=times, fee=False, placed_by="between")
    assert check_facts([told], TAXONOMY) == ([told], [])


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"repairs": ("bicycles", "moon")}, "moon is no choice; there are"),
        ({"room_size": 3.0}, "is no fact of repair_cafe"),
        ({"meeting_times": "irgendwann mal"}, "is not understood as times"),
        ({"fee": "vielleicht"}, "is neither yes nor no"),
        ({"meeting_times": True}, "is no text"),
    ],
)
def test_fact_that_does_not_hold_up_is_left_out_and_named(facts: dict, reason: str):
    (kept,), bad = check_facts([record(helpers_wanted=True, **facts)], TAXONOMY)
    assert kept.facts == {"helpers_wanted": True}
    assert [d.line for d in bad] == [7]
    assert bad[0].reason.startswith(reason)
