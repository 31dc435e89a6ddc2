"""What the documents on privacy say is held by tests, and they name every table."""

import re
from pathlib import Path

from layers.register import database as _database  # noqa: F401 (all tables are known with it)
from layers.register.schema import METADATA
from tests.referred import REFERENCE, missing

ROOT = Path(__file__).parents[2]
PRIVACY = ROOT / "docs" / "privacy.md"
GERMAN = ("processing.de.md", "impact-assessment.de.md")


def statements() -> list[str]:
    """Each item of a list, with the lines that it goes on over."""
    text = PRIVACY.read_text("utf-8")
    return [" ".join(item.split()) for item in re.findall(r"^- (.*(?:\n  .*)*)", text, re.M)]


def test_every_statement_names_a_test_that_holds_it():
    said = statements()
    assert len(said) > 30
    assert [text for text in said if not REFERENCE.search(text)] == []


def test_every_test_that_is_named_is_there():
    assert missing(PRIVACY.read_text("utf-8")) == []


def test_every_table_is_in_the_document():
    """Whoever adds a table says what it holds of people."""
    text = PRIVACY.read_text("utf-8")
    assert [name for name in METADATA.tables if f"`{name}`" not in text] == []


def test_the_documents_for_a_city_name_what_is_processed():
    for name in GERMAN:
        text = (ROOT / "docs" / "privacy" / name).read_text("utf-8")
        for word in ("Vorschläge", "Konten", "Briefe", "Protokoll", "Sicherung", "Löschung"):
            assert word in text, (name, word)
