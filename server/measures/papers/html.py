"""A paper as a page to print: one file without scripts, that loads nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from server.drawing import svg_painter
from server.measures.papers.blocks import Pages
from server.rendering import templates
from server.shell import policy_with_style

_STYLE = Path(__file__).parents[2] / "static" / "paper.css"


@lru_cache(maxsize=1)
def _style() -> str:
    return _STYLE.read_text("utf-8")


def paper_policy() -> str:
    """Return the policy of the pages, with the paper's own style as the only one."""
    return policy_with_style(_style())


def paper_html(pages: Pages) -> str:
    """Write a paper as a page that opens from disk."""
    return _render("paper_print.html", pages, style=Markup(_style()))  # noqa: S704 (our own file)


def paper_article(pages: Pages) -> Markup:
    """Write a paper as a part of another page."""
    return Markup(_render("_paper.html", pages))  # noqa: S704 (a template escaped all in it)


def _render(template: str, pages: Pages, **more: Any) -> str:
    return templates().get_template(template).render(pages=pages, svg=svg_painter(), **more)
