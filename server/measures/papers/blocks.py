"""
The blocks that a paper is made of: words, tables, figures, in sections.

Texts in them come from everybody's data and from the asker. Characters that no document may hold
are taken out here, and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from server.figure_map import FigureMap

PLAIN, STRONG, SOFT, LIST = "plain", "strong", "soft", "list"
# What XML 1.0 has no place for (clause 2.2), and lone halves of a character
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Words:
    """Lines, each a paragraph; or, as LIST, an item."""

    lines: tuple[str, ...]
    look: str = PLAIN


@dataclass(frozen=True)
class Table:
    """
    A table whose first column names the rows, save `number` columns before it.

    `numeric` are the columns set to the right; `total` last rows sum up the others; `caption` says
    what the rows are.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    name_column: int = 0
    total: int = 0


@dataclass(frozen=True)
class Figure:
    """A map with what it shows."""

    map: FigureMap
    caption: str


Block = Words | Table | Figure


@dataclass(frozen=True)
class Section:
    """A chapter: its title, what it asks, its blocks."""

    title: str
    question: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Pages:
    """
    A whole paper in one language.

    `about` are the lines under the title; `end` is the section on method and sources.
    """

    language: str
    title: str
    author: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    end: Section
    attributions: tuple[str, ...]


def cleaned(pages: Pages) -> tuple[Pages, int]:
    """Return the paper without characters that no document may hold, and how many there were."""
    count = 0

    def clean(value: Any) -> Any:
        nonlocal count
        if isinstance(value, str):
            text, found = _FORBIDDEN.subn("", value)
            count += found
            return text
        if isinstance(value, tuple):
            return tuple(clean(each) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{f.name: clean(getattr(value, f.name)) for f in fields(value)},
            )
        return value

    done: Pages = clean(pages)
    return done, count
