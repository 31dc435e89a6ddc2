"""
A document that somebody hands in, as JSON: read within bounds, all its faults told at once.

Scenarios and council papers are such documents: the asker's own files, of which nothing is stored.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from geo.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MAX_BYTES = 1_000_000
MAX_TEXT = 500  # characters of a name or of opening hours
_MOST_FAULTS = 20  # named one by one


class DocumentError(ParameterError):
    """
    A document contradicts itself or its region.

    `faults` holds all of them, each with the place it stands in.
    """

    def __init__(self, faults: Sequence[str], *, parameter: str) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        told = list(faults[:_MOST_FAULTS])
        if len(faults) > _MOST_FAULTS:
            told.append(f"and {len(faults) - _MOST_FAULTS} more")
        super().__init__(f"`{parameter}` has {count}: {'; '.join(told)}", parameter=parameter)


def parse(text: str) -> tuple[Any, list[str]]:
    """Return what JSON text holds, and its fault where it is too large or none."""
    if len(text) > MAX_BYTES:
        return None, [f"it holds {len(text):,} characters, at most {MAX_BYTES:,}"]
    try:
        return json.loads(text), []
    except (ValueError, RecursionError) as exc:
        return None, [f"it is no JSON ({exc})"]


def unknown_keys(row: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Return a fault for each key that has no meaning here."""
    listed = ", ".join(known)
    return [
        f"`{key[:40]}` is not known here; known are {listed}" for key in row if key not in known
    ]


def is_text(value: Any, *, most: int = MAX_TEXT) -> bool:
    """
    Tell whether a value is a text of at most so many characters.

    Halves of a pair of UTF-16, which no file and no database can keep, are none.
    """
    if not isinstance(value, str) or len(value) > most:
        return False
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def kind_of(value: Any) -> str:
    """Name the type of a value in a fault."""
    return type(value).__name__


def read_text(file: Path) -> tuple[str, list[str]]:
    """Return the text of a file, and its fault where it is too large or not in UTF-8."""
    if (size := file.stat().st_size) > MAX_BYTES:
        return "", [f"{file.name} holds {size:,} bytes, at most {MAX_BYTES:,}"]
    try:
        return file.read_text("utf-8-sig"), []
    except UnicodeDecodeError as exc:
        return "", [f"{file.name} is not in UTF-8 ({exc}); save it so"]
