"""
Pages of the site that lie elsewhere in the repository, and links to them.

On a code host every page stands at its place; the site has the same pages under `docs/`. Links to
other files of the repository, which the site does not have, become their path as text; those of
which the site has a page made by the code lead to it.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
    **{
        str(path.relative_to(ROOT)): f"data/{path.parent.name}.md"
        for path in sorted((ROOT / "data" / "regions").glob("*/README.md"))
    },
}
MADE_OF = {  # what the site shows of a file of the code (tools/site/reference.py)
    "server/cli.py": "reference/commands.md",
    "server/settings.py": "reference/settings.md",
    "server/api.py": "reference/api.md",
    "data/taxonomy.toml": "reference/offers.md",
}
GERMAN = {"reference/offers.md": "de/angebote.md"}
_SOURCE_OF = {page: source for source, page in PAGES.items()}
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text("utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links between files of the repository lead to pages of the site."""
    here = page.file.src_uri
    source = _SOURCE_OF.get(here, f"docs/{here}")

    def changed(link: re.Match[str]) -> str:
        words, target, anchor = link[1], link[2], link[3] or ""
        if "://" in target or target.startswith("mailto:"):
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path.startswith("docs/"):
            path = path.removeprefix("docs/")
        elif path in PAGES:
            path = PAGES[path]
        elif path in MADE_OF:
            path = MADE_OF[path]
            path = GERMAN.get(path, path) if here.startswith("de/") else path
        elif (ROOT / path).exists():
            return words if words.strip("`") == path else f"{words} (`{path}`)"
        return f"[{words}]({posixpath.relpath(path, posixpath.dirname(here) or '.')}{anchor})"

    return _LINK.sub(changed, markdown)
