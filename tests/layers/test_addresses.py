"""What an extract's addresses become: streets, houses, places."""

from pathlib import Path

import numpy as np
import pytest

from layers.addresses import Addresses, house_numbers
from layers.atlas import Atlas
from layers.spelling import spell


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12", [(12, "")]),
        ("12a", [(12, "a")]),
        ("12 B", [(12, "b")]),
        ("12-16", [(12, ""), (14, ""), (16, "")]),
        ("12–15", [(12, ""), (13, ""), (14, ""), (15, "")]),
        ("1,3,5", [(1, ""), (3, ""), (5, "")]),
        ("2/4", [(2, ""), (4, "")]),
        ("9a / 9a", [(9, "a")]),
        ("1-999", [(1, ""), (999, "")]),
        ("16-12", [(16, ""), (12, "")]),
        ("Nr 7", [(7, "")]),
        ("s/n", []),
        ("", []),
    ],
)
def test_a_house_number_stands_for_one_or_several(text: str, numbers: list[tuple[int, str]]):
    assert house_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Demminer Straße", "demminerstrasse"),
        ("Demminer Str.", "demminerstrasse"),
        ("DEMMINERSTR", "demminerstrasse"),
        ("Große Wollweberstraße", "grossewollweberstrasse"),
        ("Salvador-Allende-Straße", "salvadorallendestrasse"),
        ("Mu\u0308hlenweg", "muehlenweg"),  # a decomposed ü
        ("Café", "cafe"),
        ("Straße des 17. Juni", "strassedes17juni"),
        ("?", ""),
    ],
)
def test_one_spelling_for_all(text: str, spelled: str):
    assert spell(text) == spelled


def test_every_house_of_the_toy_region_stands_in_its_street(toy_atlas: Atlas):
    table = toy_atlas.addresses
    assert len(table.house_number) == 64
    assert table.without_street == 0
    names = {table.texts[i] for i in table.street_name}
    assert {f"{k}. Querstraße" for k in range(1, 6)} <= names
    assert {f"{k}. Längsstraße" for k in range(1, 6)} <= names
    # both halves of a street have their municipality
    halves = {
        table.texts[m]
        for name, m in zip(table.street_name, table.street_municipality, strict=True)
        if table.texts[name] == "2. Querstraße"
    }
    assert halves == {"Altöd", "Neuöd"}


def test_places_have_kind_and_municipality(toy_atlas: Atlas):
    table = toy_atlas.addresses
    places = {
        table.texts[n]: (table.texts[k], table.texts[m])
        for n, k, m in zip(
            table.place_name, table.place_kind, table.place_municipality, strict=True
        )
    }
    assert places["Süd"] == ("suburb", "Neuöd")
    assert places["Altöd"] == ("town", "Altöd")


def test_what_is_saved_is_what_is_opened(toy_atlas: Atlas, tmp_path: Path):
    toy_atlas.addresses.save(tmp_path / "addresses")
    again = Addresses.open(tmp_path / "addresses")
    assert again.texts == toy_atlas.addresses.texts
    assert np.array_equal(again.house_lonlat, toy_atlas.addresses.house_lonlat)


def test_the_demo_region_has_its_known_addresses(demo_atlas: Atlas):
    table = demo_atlas.addresses
    assert (len(table.house_number), len(table.street_name), len(table.place_name)) == (
        10_083, 871, 101,
    )  # fmt: skip
    assert table.without_street == 12
    names = [table.texts[i] for i in table.street_name]
    assert names.count("Dorfstraße") == 10
    assert (np.diff(table.house_street) >= 0).all()
