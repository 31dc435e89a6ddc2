"""Formulas as MathML when the site is built: browsers draw it without any script."""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(span|div) class="arithmatex">(?:\\\((.*?)\\\)|\\\[(.*?)\\\])</\1>', re.DOTALL
)


def on_page_content(html: str, **_: object) -> str:  # the name is mkdocs'
    """Put MathML in the place of each formula."""
    return _FORMULA.sub(_drawn, html)


def _drawn(formula: re.Match[str]) -> str:
    is_block = formula[1] == "div"
    latex = html.unescape(formula[3] if is_block else formula[2])
    return convert(latex.strip(), display="block" if is_block else "inline")
