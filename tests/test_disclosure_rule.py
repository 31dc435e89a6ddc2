"""A region's own, stricter rule of disclosure reaches every place where counts are published."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for layer in ("layers", "server") for path in (ROOT / layer).rglob("*.py"))
PUBLISHING = {
    "publish_inside", "publish_levels", "publish_parts", "publish_singly", "publish_within",
    "tally_of_people", "weighted_median_by",
}  # fmt: skip
# Where a text names our own rule, or a default that callers override
MAY_NAME_OURS = {"layers/tally.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lax(tree: ast.AST) -> Iterator[str]:
    """Calls that publish counts and leave out whose rule holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in PUBLISHING and "smallest" not in {k.arg for k in node.keywords}:
                yield f"line {node.lineno}: {name} without `smallest`"
        elif isinstance(node, ast.ImportFrom) and node.module == "geo.disclosure":
            yield from (
                f"line {node.lineno}: a region may be stricter: population.smallest_published"
                for alias in node.names
                if alias.name == "SMALLEST_PUBLISHED"
            )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_counts_are_published_by_the_rule_of_their_region(path: Path):
    if name_of(path) not in MAY_NAME_OURS:
        assert list(lax(ast.parse(path.read_text("utf-8")))) == []


def test_the_walk_finds_what_it_looks_for():
    told = list(lax(ast.parse("publish_parts(people)\npublish_singly(people, smallest=9)")))
    assert told == ["line 1: publish_parts without `smallest`"]


def test_no_text_of_the_service_names_our_number_as_every_regions():
    told = re.compile(r"(?:fewer than|<) ?25\b(?! people, or of more)")
    files = [*(ROOT / "server").rglob("*.py"), *(ROOT / "server" / "templates").rglob("*.html")]
    assert len(files) > 200
    assert [file.name for file in files if told.search(file.read_text("utf-8"))] == []
