"""A third language is one file: a catalogue beside the German one, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = "server/locale/{}/LC_MESSAGES/umkreis.po"
# Asks pages of a copy of the program that has one more catalogue
ASK = """
import json, sys
from pathlib import Path
sys.path.insert(0, ".")
from fastapi.testclient import TestClient
from server.app import create_app
from server.settings import Settings
state, paths = Path(sys.argv[1]), sys.argv[2:]
settings = Settings(data_dir=Path("data"), state_dir=state, regions=("toy",))
client = TestClient(create_app(settings))
print(json.dumps({path: client.get(path, headers={"accept": "text/html"}).text for path in paths}))
"""
PAGES = ["/?lang=fr", "/r/toy?lang=fr", "/r/toy?offer=osm:n1001&lang=fr", "/about?lang=fr",
         "/r/toy/planner?lang=fr", "/r/toy/offers/osm:n1001?lang=fr"]  # fmt: skip


@pytest.fixture(scope="module")
def french(toy_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages in French, of a catalogue that has one text."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in ("geo", "layers", "server", "data"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    added = copy / CATALOGUE.format("fr")
    added.parent.mkdir(parents=True)
    added.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "What is near me?"\nmsgstr "Qu’y a-t-il près de chez moi ?"\n',
        "utf-8",
    )
    command = [sys.executable, "-c", ASK, str(toy_settings.state_dir), *PAGES]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr[-2000:]
    pages: dict[str, str] = json.loads(run.stdout)
    return pages


def test_every_page_says_its_language_and_offers_all_three(french: dict[str, str]):
    for path, text in french.items():
        assert '<html lang="fr">' in text, path
        for code, name in (("de", "Deutsch"), ("en", "English"), ("fr", "Français")):
            assert f'hreflang="{code}" lang="{code}" title="{name}"' in text, path


def test_known_texts_are_french_and_all_others_english(french: dict[str, str]):
    page = french["/r/toy?lang=fr"]
    assert "<h1>Qu’y a-t-il près de chez moi ?</h1>" in page
    assert "4 offers in" in page
    assert "Baker, butcher, greengrocer" in page


def test_numbers_and_dates_are_french(french: dict[str, str]):
    assert "Data of mai 2024" in french["/r/toy?lang=fr"]
    assert "1 mai 2024" in french["/r/toy?offer=osm:n1001&lang=fr"]
    assert re.search("\\d[\u202f\u00a0]%", french["/r/toy/planner?lang=fr"])  # as CLDR has it
