"""References to tests in documents: `tests/…/test_x.py::name`, and whether there is such a test."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFERENCE = re.compile(r"`(tests/[\w/]+\.py)(?:::(?:\w+::)?(\w+))?`")


@cache
def _names(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def missing(text: str) -> list[str]:
    """List the references of a text that lead to no test."""
    return [
        f"{path}::{name}" if name else path
        for path, name in REFERENCE.findall(text)
        if (name and name not in _names(path))
        or not any(each.startswith("test_") for each in _names(path))
    ]
