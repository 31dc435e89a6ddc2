"""
Brings the catalogues of the pages' texts up to date with the code and the templates.

    python tools/catalogue.py        add new texts, drop those that nothing uses any more

A new text stands untranslated in its catalogue until somebody writes the translation there; a test
fails until then.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SERVER = Path(__file__).resolve().parents[1] / "server"
LOCALE = SERVER / "locale"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"encoding": "utf-8", "trimmed": "true"}}


def texts_in_use(folder: Path = SERVER) -> Catalog:
    """Collect every text that the code and the templates of a folder translate."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(folder, method_map=METHODS, options_map=OPTIONS)
    for path, _, message, comments, context in sorted(found, key=lambda each: each[:2]):
        catalogue.add(message, None, [(path, 1)], auto_comments=comments, context=context)
    return catalogue


def update(path: Path, language: str) -> None:
    """Bring one catalogue up to date, with a head that says no more than gettext needs."""
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    else:
        catalogue = Catalog(locale=language, project="Umkreis", fuzzy=False)
    in_use = texts_in_use()
    catalogue.update(in_use, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    body = BytesIO()
    write_po(body, catalogue, width=100, sort_output=True, omit_header=True, no_location=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_head(catalogue).encode() + b"\n" + body.getvalue())


def _head(catalogue: Catalog) -> str:
    kept = {
        "Language": str(catalogue.locale),
        "Plural-Forms": catalogue.plural_forms,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    about = "# The keys are the English texts; tools/catalogue.py keeps them up to date."
    lines = (f'"{name}: {value}\\n"' for name, value in kept.items())
    return "\n".join([about, 'msgid ""', 'msgstr ""', *lines, ""])


def main() -> None:
    """Bring all catalogues up to date."""
    for folder in sorted(LOCALE.iterdir()):
        update(folder / "LC_MESSAGES" / "umkreis.po", folder.name)


if __name__ == "__main__":
    main()
