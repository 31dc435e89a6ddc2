"""
The tutorials are walked: their commands run and tell the figures that the pages tell.

Their German twins run the same commands, and words in italics are those of the pages.
"""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner, Result

from layers.atlas import Atlas
from layers.taxonomy import load_taxonomy
from server.cli import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TWINS = {
    "residents": "bewohner",
    "planner": "planung",
    "initiative": "initiative",
    "new-city": "neue-stadt",
    "excel-list": "excel-liste",
}
BLOCK = re.compile(r"```(\w+)(?: title=\"([\w.-]+)\")?\n(.*?)```", re.DOTALL)
EMPHASIS = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")


def read(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def commands(text: str) -> list[list[str]]:
    blocks = [body for kind, _, body in BLOCK.findall(text) if kind == "bash"]
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def files(text: str) -> dict[str, str]:
    return {title: body for _, title, body in BLOCK.findall(text) if title}


@pytest.fixture
def walk(
    demo_atlas: Atlas, toy_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Walk":
    """A folder of Umkreis as a reader has it, with the demo regions built."""
    state = tmp_path / "state"
    for atlas in (demo_atlas, toy_atlas):
        shutil.copytree(atlas.path, state / "atlas" / atlas.path.name)
    here = tmp_path / "umkreis"
    here.mkdir()
    for folder in ("data", "docs"):
        (here / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(here)
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    return Walk(here)


class Walk:
    """What a reader does: makes the files that a page shows and types its commands."""

    def __init__(self, here: Path) -> None:
        self.here = here

    def through(self, page: str) -> list[Result]:
        text = read(page)
        for name, body in files(text).items():
            (self.here / name).write_text(body, "utf-8")
        return [self.run(command) for command in commands(text)]

    def run(self, command: list[str]) -> Result:
        assert command[0] == "umkreis"
        result = CliRunner().invoke(main, command[1:])
        assert result.exit_code == 0, f"{shlex.join(command)}\n{result.stderr}"
        return result


def test_a_resident_finds_bakers_by_an_address(walk: Walk):
    near, pharmacy = walk.through("tutorials/residents.md")
    assert "Bäcker" in near.stdout
    assert "Apotheke" in pharmacy.stdout


def test_a_planner_gets_the_figures_that_the_page_tells(walk: Walk):
    told = [result.stdout for result in walk.through("tutorials/planner.md")]
    assert "58%" in told[0]
    assert "2,650 of 4,932 people (54%)" in told[2]
    assert "1,880 of 4,932 people (38%)" in told[2]
    assert "2,470 people newly in reach" in told[5]
    assert "no choice of 488 candidates is better" in told[5]
    assert (walk.here / "bakers.xlsx").stat().st_size > 5_000
    assert (walk.here / "lindenberg.docx").stat().st_size > 5_000


def test_an_initiative_sees_who_fits(walk: Walk):
    _, partners = walk.through("tutorials/initiative.md")
    assert "Gemeindesaal" in partners.stdout


def test_a_municipality_of_the_extract_becomes_a_region_with_people(walk: Walk):
    told = [result.stdout for result in walk.through("tutorials/new-city.md")]
    assert "60% of 648 residential buildings" in told[2]
    assert "1,290 people" in told[-1]
    assert "Made up" in told[-1]


def test_a_list_comes_onto_the_map(walk: Walk):
    told = [result.stdout for result in walk.through("tutorials/excel-list.md")]
    assert re.search(r"5 not taken", told[0])
    assert re.search(r"5 new\n +2 not taken\n +1 left out", told[1])
    assert "22,280 of 75,679 people (29%)" in told[3]
    assert "Sa[1] 14:00-17:00 (hand" in told[4]
    for name in ("offers.xlsx", "karte-von-morgen.csv", "register-today.sqlite"):
        assert b"A. Beispiel" not in (walk.here / name).read_bytes() or name.endswith("sqlite")


@pytest.mark.parametrize(("english", "german"), TWINS.items())
def test_a_german_tutorial_has_the_commands_of_its_twin(english: str, german: str):
    def asked(page: str) -> list[list[str]]:
        return [[word for word in c if word not in ("en", "de")] for c in commands(read(page))]

    assert asked(f"de/{german}.md") == asked(f"tutorials/{english}.md")


@pytest.mark.parametrize(("english", "german"), TWINS.items())
def test_files_shown_in_both_languages_mean_the_same(english: str, german: str):
    ours, theirs = files(read(f"tutorials/{english}.md")), files(read(f"de/{german}.md"))
    assert list(ours) == list(theirs)
    for name in (n for n in ours if n.endswith(".json")):
        first, second = (json.loads(text[name]) for text in (ours, theirs))
        assert first.keys() == second.keys()
        assert first.get("changes") == second.get("changes")
        assert first.get("chapters") == second.get("chapters")


@pytest.mark.parametrize(
    ("page", "language"),
    [(f"tutorials/{name}.md", "en") for name in TWINS]
    + [(f"de/{name}.md", "de") for name in TWINS.values()],
)
def test_words_in_italics_stand_on_the_pages(page: str, language: str):
    with (ROOT / "server/locale/de/LC_MESSAGES/umkreis.po").open("rb") as file:
        messages = list(read_po(file))
    texts = [m.id if language == "en" else m.string for m in messages]
    known = {form for t in texts for form in (t if isinstance(t, (list, tuple)) else [t])}
    known |= {
        category.de if language == "de" else category.en
        for category in load_taxonomy(ROOT / "data" / "taxonomy.toml").categories
    }
    prose = BLOCK.sub("", read(page))
    told = {" ".join(words.split()) for words in EMPHASIS.findall(prose)}
    assert told - known == set()
