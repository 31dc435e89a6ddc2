"""German pages (`docs/de/`) get German words around them, and each page leads to its twin."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

TWINS = {
    "index.md": "de/index.md",
    "tutorials/residents.md": "de/bewohner.md",
    "tutorials/planner.md": "de/planung.md",
    "tutorials/initiative.md": "de/initiative.md",
    "tutorials/new-city.md": "de/neue-stadt.md",
    "tutorials/excel-list.md": "de/excel-liste.md",
    "reference/offers.md": "de/angebote.md",
}
_ENGLISH = {german: english for english, german in TWINS.items()}


def on_page_context(*_: object, page: Page, config: MkDocsConfig, **__: object) -> None:
    """Choose the words of the page's frame."""
    config.theme["language"] = "de" if page.file.src_uri.startswith("de/") else "en"


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Put the way to a page's twin below its title."""
    here = page.file.src_uri
    there, words = TWINS.get(here), "Deutsch"
    if there is None:
        there, words = _ENGLISH.get(here), "English"
    if there is None:
        return markdown
    link = posixpath.relpath(there, posixpath.dirname(here) or ".")
    twin = f'[{words}]({link}){{ .twin hreflang="{words[:2].lower()}" }}'
    title, rest = markdown.split("\n", 1)
    return f"{title}\n\n{twin}\n{rest}"
