"""Addresses by what people write: found, listed, or said not to be there; never guessed."""

import numpy as np
import pytest

from benchmarks.geocode import score, with_typo
from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.geocode import geocode

DEMMINER_12 = "Demminer Straße 12, 17034 Neubrandenburg"


@pytest.mark.parametrize(
    "q",
    [
        "Demminer Straße 12",
        "demminer strasse 12",
        "Demminerstr. 12",
        "Deminer Str 12",
        "Dmeminer Straße 12",
        "Demminer Straße 12, 17034 Neubrandenburg",
        "17034 Neubrandenburg, Demminer Straße 12",
        "Demminer Straße 12 Neubrandenburg",
        "Neubrandenburg Demminer Straße 12",
        "Demminer Straße 12, Neubrandenbrug",
        "12 Demminer Straße",
        "  DEMMINER   STRASSE 12 ",
    ],
)
def test_an_address_is_found_as_people_write_it(demo_atlas: Atlas, q: str):
    found = geocode(demo_atlas, q)
    assert found.status == "found"
    assert [answer.label for answer in found.answers] == [DEMMINER_12]
    assert found.answers[0].kind == "address"


def test_the_letter_is_part_of_the_number(demo_atlas: Atlas):
    found = geocode(demo_atlas, "Demminer Straße 12 B")
    assert found.answers[0].label == "Demminer Straße 12b, 17034 Neubrandenburg"
    missing = geocode(demo_atlas, "Turmstraße 3b")
    assert missing.status == "not_exact"
    assert (missing.answers[0].housenumber, missing.answers[0].match) == ("3", "other_number")


def test_one_name_in_several_municipalities_is_listed(demo_atlas: Atlas):
    found = geocode(demo_atlas, "Dorfstraße 5")
    assert found.status == "ambiguous"
    assert [answer.municipality for answer in found.answers] == ["Mallin", "Holldorf", "Wulkenzin"]
    assert geocode(demo_atlas, "Dorfstraße 5, Mallin").status == "found"
    assert geocode(demo_atlas, "Dorfstr. 5, 17217").answers[0].city == "Mallin"


def test_a_town_that_contradicts_is_not_overheard(demo_atlas: Atlas):
    found = geocode(demo_atlas, "Demminer Straße 12, Berlin")
    assert found.status == "not_exact"
    assert found.answers[0].label == DEMMINER_12
    assert geocode(demo_atlas, "Demminer Straße 12, 10115").status == "not_exact"


def test_between_two_houses_of_a_side_a_place_is_interpolated(toy_atlas: Atlas):
    # of the second street's half in Altöd the odd houses 5 and 13 … are known, in a row of 16
    table = toy_atlas.addresses
    numbers = sorted(
        int(n) for n, s in zip(table.house_number, table.house_street, strict=True)
        if table.texts[table.street_name[s]] == "2. Querstraße"
        and table.texts[table.street_municipality[s]] == "Altöd"
    )  # fmt: skip
    missing = next(n for n in range(numbers[0], numbers[-1]) if n not in numbers)
    found = geocode(toy_atlas, f"2. Querstraße {missing}, Altöd")
    assert found.status == "not_exact"
    first = found.answers[0]
    assert (first.kind, first.housenumber) == ("interpolated", str(missing))
    a, b = (
        max(n for n in numbers if n < missing and n % 2 == missing % 2),
        min(n for n in numbers if n > missing and n % 2 == missing % 2),
    )
    ends = [geocode(toy_atlas, f"2. Querstraße {n}, Altöd").answers[0] for n in (a, b)]
    share = (missing - a) / (b - a)
    assert first.lon == pytest.approx(ends[0].lon + share * (ends[1].lon - ends[0].lon))
    assert {answer.match for answer in found.answers[1:]} == {"other_number"}


@pytest.mark.parametrize("q", ["Querstraße", "Querstr."])
def test_the_end_of_a_name_is_asked_back_never_guessed(toy_atlas: Atlas, q: str):
    found = geocode(toy_atlas, q, limit=3)
    assert found.status == "not_exact"
    assert [a.street for a in found.answers] == ["1. Querstraße", "1. Querstraße", "2. Querstraße"]


def test_a_house_is_found_by_the_end_of_its_streets_name(toy_atlas: Atlas):
    found = geocode(toy_atlas, "Querstraße 60")
    assert (found.status, found.answers[0].label) == ("not_exact", "5. Querstraße 60, Neuöd")
    typed = geocode(toy_atlas, "Querstraße 60", typing=True)
    assert [a.label for a in typed.answers] == ["5. Querstraße 60, Neuöd"]


def test_beyond_the_last_number_nothing_is_interpolated(demo_atlas: Atlas):
    found = geocode(demo_atlas, "Demminer Straße 999")
    assert found.status == "not_exact"
    assert {answer.match for answer in found.answers} == {"other_number"}


@pytest.mark.parametrize(
    ("q", "kind", "label"),
    [
        ("Datzeberg", "place", "Datzeberg, Neubrandenburg"),
        ("Neubrandenburg", "place", "Neubrandenburg"),
        ("17034 Neubrandenburg", "place", "Neubrandenburg"),
        ("Dorfstraße 5, 17094 Holldorf", "address", "Dorfstraße 5, Holldorf"),  # none is known
        ("Neubrnadenburg", "place", "Neubrandenburg"),
        ("Innenstadt Neubrandenburg", "place", "Innenstadt, Neubrandenburg"),
        ("Rathaus, Neubrandenburg", "place", "Rathaus, Neubrandenburg"),
        ("Demminer Straße", "street", "Demminer Straße, 17034 Neubrandenburg"),
        ("Prillwitz 20", "address", "Prillwitz 20, 17237 Prillwitz"),
    ],
)
def test_streets_places_and_villages_are_found(demo_atlas: Atlas, q: str, kind: str, label: str):
    found = geocode(demo_atlas, q)
    assert found.status == "found"
    assert (found.answers[0].kind, found.answers[0].label) == (kind, label)


def test_numbers_in_a_name_belong_to_it(toy_atlas: Atlas):
    found = geocode(toy_atlas, "3. Längsstraße")
    assert {answer.street for answer in found.answers} == {"3. Längsstraße"}


@pytest.mark.parametrize(
    ("q", "label"),
    [
        ("Demm", "Demminer Straße, 17034 Neubrandenburg"),
        ("demminer stra", "Demminer Straße, 17034 Neubrandenburg"),
        ("deminer str", "Demminer Straße, 17034 Neubrandenburg"),
        ("Demminer Straße 12, neu", DEMMINER_12),
        ("neub", "Neubrandenburg"),
        ("landwehr", "An der Landwehr, Neubrandenburg"),
    ],
)
def test_what_is_being_typed_is_completed(demo_atlas: Atlas, q: str, label: str):
    found = geocode(demo_atlas, q, typing=True)
    assert found.status == "suggestions"
    assert found.answers[0].label == label


def test_suggestions_are_few_and_none_stands_twice(demo_atlas: Atlas):
    found = geocode(demo_atlas, "a", typing=True, limit=5).answers
    assert len(found) == 5
    assert len({(a.label, a.lon) for a in found}) == 5


@pytest.mark.parametrize("q", ["Xyzzyweg 4", "12", "😀", "' OR 1=1 --", "%", "1" * 200])
def test_what_is_not_there_is_not_found(demo_atlas: Atlas, q: str):
    assert geocode(demo_atlas, q).status == "nothing"


@pytest.mark.parametrize("q", ["", "  ", "x" * 201])
def test_what_is_no_question_is_refused(demo_atlas: Atlas, q: str):
    with pytest.raises(ParameterError, match="`q` has"):
        geocode(demo_atlas, q)


def test_of_a_sample_with_one_typo_99_percent_are_right_and_none_is_wrong(demo_atlas: Atlas):
    draw = np.random.default_rng(5)
    houses = draw.choice(len(demo_atlas.addresses.house_number), 400, replace=False)
    whole = score(demo_atlas, houses, with_town=True)
    assert whole.first + whole.listed >= 0.99
    assert whole.first >= 0.98
    assert whole.wrong == 0
    alone = score(demo_atlas, houses, with_town=False)
    assert alone.first + alone.listed >= 0.99
    assert alone.wrong == 0


def test_a_typo_is_one_change():
    draw = np.random.default_rng(1)
    typed = {with_typo("Ringstraße", draw) for _ in range(50)}
    assert all(9 <= len(name) <= 11 for name in typed)
    assert len(typed) > 30
