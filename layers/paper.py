"""
A council paper: chapters that ask the same questions of any region and any district again.

    {"version": 1, "title": "Bread within reach", "author": "Office of urban planning",
     "district": "A", "chapters": [
      {"kind": "text", "title": "Why we ask", "text": "Two bakeries closed. …"},
      {"kind": "coverage", "category": "greengrocer_bakery", "mode": "walk", "minutes": 10},
      {"kind": "gaps", "category": ["greengrocer_bakery", "supermarket"], "at": "saturday"},
      {"kind": "sheet", "category": "greengrocer_bakery"},
      {"kind": "sites", "category": "greengrocer_bakery", "new": 2},
      {"kind": "resilience", "category": "greengrocer_bakery"},
      {"kind": "equity", "category": "greengrocer_bakery"},
      {"kind": "scenario", "category": "greengrocer_bakery", "scenario": {"version": 1, …}}]}

It is the asker's own file: nothing of it is stored. All faults are told at once. Without a district
it is about the whole region. What the chapters answer is found out in `layers.paper_answers`;
method and sources always stand at the end and are no chapter of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from layers.document import (
    DocumentError,
    is_number,
    is_text,
    kind_of,
    parse,
    unknown_keys,
)
from layers.question import ALL_MODES
from layers.scenario import Scenario, ScenarioError, check_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VERSION = 1
MAX_CHAPTERS = 30
MAX_SITES_CHAPTERS = 5  # each may search for seconds
MAX_NEW = 10
MAX_CATEGORIES = 20
MAX_WORDS = 20_000  # characters of a chapter of text
COVERAGE, GAPS, SHEET, SITES, RESILIENCE, EQUITY, SCENARIO, TEXT = KINDS = (
    "coverage", "gaps", "sheet", "sites", "resilience", "equity", "scenario", "text",
)  # fmt: skip


class PaperError(DocumentError):
    """
    A paper contradicts itself or its region.

    `faults` holds all of them, each with the chapter it stands in.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(faults, parameter="paper")


@dataclass(frozen=True)
class Chapter:
    """
    One chapter: what it shows, and the question that it asks.

    What is empty or None is left to the category; a `sheet` without categories asks for food for
    every day. `new` counts sites, `scenario` is that of a chapter of this kind, `text` its words.
    """

    kind: str
    title: str = ""
    category: tuple[str, ...] = ()
    mode: str | None = None
    minutes: float | None = None
    metres: float | None = None
    at: str | None = None
    window: str | None = None
    new: int = 1
    scenario: Scenario | None = None
    text: str = ""

    @property
    def question(self) -> dict[str, Any]:
        """The question in the words of `layers.question.ask`."""
        names = ("category", "mode", "minutes", "metres", "at", "window")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Paper:
    """A checked paper; `district` is None for the whole region."""

    chapters: tuple[Chapter, ...]
    title: str = ""
    author: str = ""
    district: str | None = None


def read_paper(text: str) -> Paper:
    """
    Read a paper from JSON text.

    Raises
    ------
    PaperError
        If it is too large, no JSON, or has faults.
    """
    document, faults = parse(text)
    if faults:
        raise PaperError(faults)
    return check_paper(document)


def check_paper(document: Any) -> Paper:
    """
    Check a parsed document.

    Raises
    ------
    PaperError
        With all its faults.
    """
    if not isinstance(document, dict):
        raise PaperError([f"it is {kind_of(document)}, not an object with `chapters`"])
    faults = unknown_keys(document, ("version", "title", "author", "district", "chapters"))
    if document.get("version") != VERSION:
        faults.append(f"`version` is {document.get('version')!r}, this program reads {VERSION}")
    for key in ("title", "author", "district"):
        if (value := document.get(key)) is not None and (problem := _name(value)):
            faults.append(f"`{key}` {problem}")
    rows = document.get("chapters")
    if not isinstance(rows, list):
        faults.append("`chapters` is no list")
        rows = []
    if len(rows) > MAX_CHAPTERS:
        faults.append(f"`chapters` holds {len(rows):,}, at most {MAX_CHAPTERS}")
        rows = []
    chapters = [_chapter(row, f"chapters[{i}]", faults) for i, row in enumerate(rows)]
    sites = sum(chapter is not None and chapter.kind == SITES for chapter in chapters)
    if sites > MAX_SITES_CHAPTERS:
        faults.append(f"`chapters` ask for sites {sites} times, at most {MAX_SITES_CHAPTERS}")
    if faults:
        raise PaperError(faults)
    return Paper(
        chapters=tuple(chapter for chapter in chapters if chapter is not None),
        title=document.get("title") or "",
        author=document.get("author") or "",
        district=document.get("district") or None,
    )


def _chapter(row: Any, at: str, faults: list[str]) -> Chapter | None:
    """Check one chapter; its faults are added to `faults`."""
    kind = row.get("kind") if isinstance(row, dict) else None
    if kind == "method":
        faults.append(f"{at}: `method` is always added at the end by itself; leave it out")
        return None
    if not isinstance(kind, str) or kind not in _RULES:
        faults.append(f"{at}: `kind` is {kind!r}, not one of {', '.join(_RULES)}")
        return None
    rules = _RULES[kind]
    own = unknown_keys(row, ("kind", *rules.known))
    own += [f"`{key}` is missing" for key in rules.needed if row.get(key) is None]
    values: dict[str, Any] = {}
    for key, rule in rules.known.items():
        if row.get(key) is None:
            continue
        if problem := rule(row[key]):
            own.append(f"`{key}` {problem}")
        else:
            values[key] = row[key]
    if "minutes" in values and "metres" in values:
        own.append("give `minutes` or `metres`, not both")
    if isinstance(values.get("category"), str):
        values["category"] = [values["category"]]
    values["category"] = tuple(dict.fromkeys(values.get("category", ())))
    if "scenario" in values:
        values["scenario"] = _scenario(values["scenario"], own)
    faults += [f"{at}: {fault}" for fault in own]
    return None if own else Chapter(kind, **values)


def _scenario(document: Any, faults: list[str]) -> Scenario | None:
    try:
        return check_scenario(document)
    except ScenarioError as exc:
        faults += [f"`scenario`: {fault}" for fault in exc.faults]
        return None


def _name(value: Any) -> str:
    return "" if is_text(value) else "is no text of at most 500 characters"


def _words(value: Any) -> str:
    fits = is_text(value, most=MAX_WORDS)
    return "" if fits else f"is no text of at most {MAX_WORDS:,} characters"


def _category(value: Any) -> str:
    ids = value if isinstance(value, list) else [value]
    fits = 1 <= len(ids) <= MAX_CATEGORIES and all(is_text(each) and each for each in ids)
    return "" if fits else f"is no id, and no list of 1 to {MAX_CATEGORIES} ids"


def _mode(value: Any) -> str:
    known = isinstance(value, str) and value in ALL_MODES
    return "" if known else f"is {value!r}, not one of {', '.join(ALL_MODES)}"


def _limit(value: Any) -> str:
    return "" if is_number(value) and value > 0 else f"is {value!r}, not a number above 0"


def _new(value: Any) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_NEW
    return "" if fits else f"is {value!r}, not a whole number from 1 to {MAX_NEW}"


def _object(value: Any) -> str:
    return "" if isinstance(value, dict) else f"is {kind_of(value)}, not a scenario"


@dataclass(frozen=True)
class _Rules:
    """What a chapter of a kind may and must say."""

    known: dict[str, Callable[[Any], str]]
    needed: tuple[str, ...] = field(default=("category",))


_ASKED: dict[str, Callable[[Any], str]] = {
    "title": _name, "category": _category, "mode": _mode, "minutes": _limit,
    "window": _name,
}  # fmt: skip
_ASKED_AT = {**_ASKED, "at": _name}
_ASKED_WHOLE = {**_ASKED_AT, "metres": _limit}
_RULES = {
    COVERAGE: _Rules(_ASKED_WHOLE),
    GAPS: _Rules(_ASKED_WHOLE),
    SHEET: _Rules(_ASKED_WHOLE, ()),
    SITES: _Rules({**_ASKED_AT, "new": _new}),
    RESILIENCE: _Rules(_ASKED_WHOLE),
    EQUITY: _Rules(_ASKED),
    SCENARIO: _Rules({**_ASKED_WHOLE, "scenario": _object}, ("category", "scenario")),
    TEXT: _Rules({"title": _name, "text": _words}, ("text",)),
}
