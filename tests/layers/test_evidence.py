"""How much of a share is known, and the sources that it rests on."""

import pytest

from layers.atlas import Atlas
from layers.coverage import coverage
from layers.evidence import EDGE, HOURS, UNCERTAIN_BELOW, certainties, certainty, sources_of
from layers.tally import Tally
from tests.layers.test_scenario import FOOD, MINUTES


def tally(share: float | None, *, residents: int = 1000, edge: int | None = 0) -> Tally:
    return Tally(
        area_id="d", name="D", unit="residents", residents=residents, covered=None,
        uncovered=None, unreachable=None, unplaced=None, edge_uncertain=edge, share=share,
        share_range=None, suppressed=False, buildings=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "possible", "edge", "known", "because"),
    [
        (0.5, None, 0, 1.0, ()),
        (0.5, 0.7, 0, 0.8, ()),  # exactly at the limit is certain enough
        (0.5, 0.71, 0, 0.79, (HOURS,)),
        (0.0, 1.0, 0, 0.0, (HOURS,)),
        (0.5, None, 210, 0.79, (EDGE,)),
        (0.5, 0.6, 150, 0.75, (EDGE, HOURS)),
        (0.1, 0.9, 300, 0.0, (HOURS, EDGE)),  # never below nobody
        (0.5, 0.6, None, 0.9, ()),
        (0.7, 0.69, 0, 1.0, ()),  # rounding of published counts
    ],
)
def test_what_unknown_hours_and_the_edge_leave_is_known(share, possible, edge, known, because):
    found = certainty(tally(share, edge=edge), None if possible is None else tally(possible))
    assert found.share_known == pytest.approx(known)
    assert found.uncertain == (known < UNCERTAIN_BELOW)
    assert found.because == because


@pytest.mark.parametrize(("share", "possible"), [(None, 0.5), (0.5, None)])
def test_a_withheld_share_has_no_certainty(share, possible):
    found = certainty(tally(share), tally(possible))
    assert (found.share_known, found.uncertain, found.because) == (None, False, ())


def test_a_district_whose_only_offer_has_no_hours_is_uncertain(toy_atlas: Atlas):
    report = coverage(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES, at="Sa")
    perhaps = coverage(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES)
    for found, sure, most in zip(
        certainties(report), report.by_district, perhaps.by_district, strict=True
    ):
        assert found.share_known == pytest.approx(1 - (most.share - sure.share))
    whenever = certainties(perhaps)
    assert {found.share_known for found in whenever} == {1.0}
    altoed = certainties(report)[0]
    assert altoed.uncertain == (altoed.share_known < 0.8)
    towns = certainties(report, by="municipality")
    assert len(towns) == 2


def test_sources_are_told_with_age_and_completeness(toy_atlas: Atlas):
    report = coverage(toy_atlas, category=FOOD)
    streets, offers, people = sources_of(report)
    assert (streets.kind, streets.as_of.isoformat(), streets.age_years) == (
        "streets", "2024-05-01", 0.0,
    )  # fmt: skip
    assert (offers.source, offers.offers, offers.with_hours) == ("osm", 2, 1)
    assert (people.source, people.age_years) == ("counted by hand", 1.0)


def test_a_source_that_could_tell_and_has_none_is_named(toy_atlas: Atlas):
    offers = sources_of(coverage(toy_atlas, category="library"))[1]
    assert (offers.source, offers.offers, offers.with_hours) == ("osm", 0, 0)


def test_what_no_source_tells_has_no_source_of_offers(toy_atlas: Atlas):
    kinds = [source.kind for source in sources_of(coverage(toy_atlas, category="csa_depot"))]
    assert kinds == ["streets", "population"]
