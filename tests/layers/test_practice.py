"""Practice cards: as files, in the database, and both together."""

from datetime import date
from pathlib import Path

import pytest

from layers.build_input import is_current
from layers.practice.card import Adoption, PracticeError, check_card, read_card
from layers.practice.files import card_toml, load_cards
from layers.practice.library import UnknownCardError, adopt, open_library
from layers.practice.store import put_card, remove_card, stored_cards
from layers.register import Register

ROOT = Path(__file__).parents[2]
CARD = """
id = "repair-by-bike"
title = "Reparatur-Rad „Öd“"
initiative = "Öder Schrauber"
category = "repair_cafe"
what = 'Ein Rad fährt von Hof zu Hof. \\ <script>'
cost_eur = 250.5
helped = ["Ein Schuppen", "Zwei \\"alte\\" Hasen"]
failed = ["Regen"]
as_of = 2024-05-01
licence = "CC0-1.0"

[[adoption]]
by = "Witten"
on = 2025-03-01
differences = "Mit Anhänger."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice/one.toml").write_text(CARD, "utf-8")
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    with Register.open(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def postgres_url():
    from tests.postgres import new_database, programs, server

    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: tools/install-postgres.sh installs it")
    with server(folder) as url:
        yield new_database(url, "practice")


def test_a_card_written_and_read_again_is_the_same():
    card = read_card(CARD, region="toy")
    assert card.adoptions == (Adoption("Witten", date(2025, 3, 1), "Mit Anhänger."),)
    assert card.cost_eur == 250.5
    assert read_card(card_toml(card), region="toy") == card
    assert check_card(card.to_record(), region="toy") == card


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ('title = ""', "`title` is missing"),
        ('id = "../evil"', "`id` must be 3 to 60"),
        ('website = "javascript:alert(1)"', "`website` must begin with http"),
        ("cost_eur = -1", "`cost_eur` must be a number from 0"),
        ("cost_eur = nan", "`cost_eur` must be a number"),
        ('helped = "much"', "`helped` must be a list"),
        ('failed = [" "]', "`failed` holds something else"),
        ('as_of = "yesterday"', "`as_of` must be a day"),
        ("example = 1", "`example` is true or false"),
        ('price = "free"', "`price` is not known here"),
        ("what = 3", "`what` must be a text"),
        ('[[adoption]]\nby = ""\non = 2025-01-01', "`by` must name who"),
        ("[[adoption]]\nby = 'Witten'", "`on` must be a day"),
        ("no toml at all", "it is no TOML"),
    ],
)
def test_what_is_wrong_with_a_card_is_told(changed: str, match: str):
    key = changed.split(" = ")[0]
    lines = [line for line in CARD.splitlines() if not line.startswith(f"{key} =")]
    text = "\n".join([*lines, changed] if "[[" in changed else [changed, *lines])
    with pytest.raises(PracticeError, match=match):
        read_card(text, region="toy")


def test_all_faults_are_told_at_once():
    with pytest.raises(PracticeError, match="7 faults") as caught:
        check_card({"id": "X", "what": 1, "helped": 2}, region="toy")
    assert any("`licence` is missing" in fault for fault in caught.value.faults)


def test_files_with_faults_are_left_out_and_named(folder: Path):
    (folder / "practice/two.toml").write_text("id = 3", "utf-8")
    (folder / "practice/twin.toml").write_text(CARD, "utf-8")
    (folder / "practice/latin.toml").write_bytes(b"title = '\xe9'")
    cards, faults = load_cards(folder, region="toy")
    assert [card.id for card in cards] == ["repair-by-bike"]
    assert [fault.partition(":")[0] for fault in faults] == ["latin.toml", "twin.toml", "two.toml"]


def test_the_database_goes_before_files_and_keeps_adoptions(folder: Path, register: Register):
    database = register.database
    card = load_cards(folder, region="toy")[0][0]
    library = open_library({"toy": folder}, database)
    assert library.cards == (card,)
    new = check_card({**card.to_record(), "title": "Anders"}, region="toy")
    put_card(database, new, who="ada")
    put_card(database, new, who="ada")
    shown = adopt(
        open_library({"toy": folder}, database), database, region="toy", card_id=card.id,
        adoption=Adoption("Wuppertal", date(2026, 1, 1)), who="ada",
    )  # fmt: skip
    assert shown.title == "Anders"
    found = open_library({"toy": folder}, database).card("toy", card.id)
    assert [a.by for a in found.adoptions] == ["Witten", "Wuppertal"]
    assert register.rev("toy") == 3
    assert remove_card(database, "toy", card.id, who="ada")
    assert not remove_card(database, "toy", card.id, who="ada")
    assert stored_cards(database) == []
    assert [a.by for a in open_library({"toy": folder}, database).cards[0].adoptions] == ["Witten"]


def test_an_unknown_card_is_answered_with_near_ones(folder: Path):
    with pytest.raises(UnknownCardError, match="repair-by-bike"):
        open_library({"toy": folder}, None).card("toy", "repair-by-bik")


def test_cards_are_no_part_of_what_is_built(toy_region_dir: Path, toy_atlas, taxonomy_path: Path):
    folder = toy_region_dir / "practice"
    folder.mkdir()
    try:
        (folder / "one.toml").write_text(CARD, "utf-8")
        assert is_current(toy_atlas.path, toy_region_dir, taxonomy_path)
    finally:
        (folder / "one.toml").unlink()
        folder.rmdir()


def test_the_shipped_cards_are_examples_of_the_made_up_region_alone():
    for region in (ROOT / "data/regions").iterdir():
        cards, faults = load_cards(region, region=region.name)
        assert faults == []
        assert len(cards) == (3 if region.name == "toy" else 0)
        assert all(card.is_example and card.failed and card.cost for card in cards)
