"""What may be published together, and with whose name."""

import pytest

from layers.register import Claim, Entry, Source
from layers.register.licences import known_licence, together
from layers.register.publication import publication

PLACE = {"categories": ["bakery"], "lon": 13.2, "lat": 53.5}


@pytest.mark.parametrize(
    ("written", "licence"),
    [
        ("ODbL-1.0", "ODbL-1.0"),
        ("odbl 1.0", "ODbL-1.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("dl-de/by-2-0", "DL-DE-BY-2.0"),
        ("CC BY-NC 4.0", ""),
        ("", ""),
    ],
)
def test_licences_are_known_as_people_write_them(written, licence):
    assert known_licence(written) == licence


@pytest.mark.parametrize(
    ("licences", "target", "refused"),
    [
        (["CC0-1.0"], "CC0-1.0", set()),
        (["ODbL-1.0", "CC0-1.0", "DL-DE-BY-2.0"], "ODbL-1.0", set()),
        (["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0"], "CC-BY-SA-4.0", set()),
        (["ODbL-1.0", "ODbL-1.0", "CC-BY-4.0"], "ODbL-1.0", {"CC-BY-4.0"}),
        (["ODbL-1.0", "CC-BY-4.0", "CC-BY-4.0"], "CC-BY-4.0", {"ODbL-1.0"}),
        (["CC0-1.0", "", "CC BY-NC 4.0"], "CC0-1.0", {"", "CC BY-NC 4.0"}),
        ([""], "", {""}),
        ([], "", set()),
    ],
)
def test_the_licence_that_takes_in_the_most_is_found(licences, target, refused):
    terms = together(licences)
    assert (terms.licence, set(terms.refused)) == (target, refused)
    assert {name for name in licences if terms.allows(name)} == set(licences) - refused


def test_a_publication_carries_only_what_its_licence_allows():
    osm = Claim("osm", "1", "ODbL-1.0", values={**PLACE, "name": "Bäckerei", "phone": "1"})
    city = Claim("city", "7", "CC-BY-4.0", values={"name": "Groß", "opening_hours": "24/7"})
    only = Claim("city", "8", "CC-BY-4.0", values=PLACE)
    entries = [
        Entry("osm:1", "published", (osm, city)),
        Entry("osm:2", "published", (osm,)),
        Entry("city:8", "published", (only,)),
        Entry("osm:3", "draft", (osm,)),
    ]
    sources = {
        "osm": Source("osm", attribution="© OpenStreetMap"),
        "city": Source("city", attribution="Stadt"),
    }
    made = publication(entries, sources, under="ODbL-1.0")
    assert [(entry.id, values["name"]) for entry, values in made.rows] == [
        ("osm:1", "Bäckerei"),
        ("osm:2", "Bäckerei"),
    ]
    assert "opening_hours" not in made.rows[0][1]
    assert "phone" not in made.rows[0][1]
    assert made.attributions == ("© OpenStreetMap",)
    assert made.left_out == ("city:8",)
    assert made.refused_claims == {"CC-BY-4.0": 2}
    assert "may not be passed on" in made.terms.refused["CC-BY-4.0"]
