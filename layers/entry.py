"""
Reads one table of a TOML file and keeps what is wrong with it.

Nothing here raises: each getter returns a value of the right type, and puts a fault with the
table's name and the key into a list, so that one pass over a file finds all its faults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.selectors import OsmRules, Selector, parse_selector

Table = Mapping[str, Any]
_ID = re.compile(r"[a-z][a-z0-9_]*")
_COLOR = re.compile(r"#[0-9a-f]{6}")


@dataclass
class Entry:
    """One table of the file; its getters put what is wrong into `faults`."""

    faults: list[str]
    name: str
    raw: Table

    @property
    def id(self) -> str:
        """The entry's id, "" where it has none."""
        return str(self.raw.get("id", ""))

    @property
    def term(self) -> tuple[str, str, str]:
        """The id and the two labels."""
        return self.id, self.text("de", required=True), self.text("en", required=True)

    def fault(self, key: str, what: str) -> None:
        """Note a fault of a key."""
        self.faults.append(f"{self.name}, {key}: {what}")

    def check_id(self) -> None:
        """Check that the id fits into addresses and file names."""
        if not _ID.fullmatch(self.id):
            self.fault("id", f"{self.id!r} is not lower-case letters, digits and _, letter first")

    def check_keys(self, allowed: set[str]) -> None:
        """Check for unknown keys: a misspelt one would be without effect."""
        for key in self.raw:
            if key not in allowed:
                self.fault(key, f"unknown key; allowed are {', '.join(sorted(allowed))}")

    def text(self, key: str, *, required: bool = False) -> str:
        """Return a text, "" where it is absent."""
        value = self.raw.get(key, "")
        if not isinstance(value, str):
            self.fault(key, f"{value!r} is no text")
            return ""
        if required and not value.strip():
            self.fault(key, "is missing or empty")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean, False where it is absent."""
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, f"{value!r} is neither true nor false")
        return value is True

    def color(self) -> str:
        """Return the colour."""
        color = self.text("color", required=True)
        if color and not _COLOR.fullmatch(color):
            self.fault("color", f"{color!r} is no colour such as #5b8c3a")
        return color

    def number(self, key: str, *, low: float, high: float, required: bool = True) -> float | None:
        """Return a number above `low` and not above `high`, None where it is absent."""
        value = self.raw.get(key)
        if value is None:
            if required:
                self.fault(key, "is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fault(key, f"{value!r} is no number")
            return None
        if not (math.isfinite(value) and low < value <= high):
            self.fault(key, f"{value!r} is not above {low:g} and at most {high:g}")
            return None
        return float(value)

    def table(self, key: str) -> Table:
        """Return a table, an empty one where it is absent."""
        value = self.raw.get(key, {})
        if not isinstance(value, Mapping):
            self.fault(key, f"{value!r} is no table")
            return {}
        return value

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
            self.fault(key, f"{value!r} is no list of tables")
            return []
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.fault(key, f"{value!r} is no list of texts")
            return ()
        return tuple(value)

    def known(self, key: str, allowed: Iterable[str], default: str | None = None) -> Any:
        """Return a text that must be one of the allowed; absent is the default if there is one."""
        if key not in self.raw and default is not None:
            return default
        value = self.raw.get(key)
        if value not in list(allowed):
            self.fault(key, f"{value!r} is not known; known are {', '.join(allowed)}")
            return ""
        return value

    def all_known(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return a list of texts that must all be among the allowed."""
        values = self.texts(key)
        names = set(allowed)
        for value in values:
            if value not in names:
                self.fault(key, f"{value!r} is not known")
        if len(set(values)) < len(values):
            self.fault(key, "a value stands twice")
        return values

    def selectors(self, key: str, rules: OsmRules) -> tuple[Selector, ...]:
        """Return a list of selectors."""
        value = self.raw.get(key, [])
        if not isinstance(value, list):
            self.fault(key, f"{value!r} is no list of selectors")
            return ()
        return self.parse(key, value, rules)

    def parse(self, key: str, raw: Iterable[object], rules: OsmRules) -> tuple[Selector, ...]:
        """Parse selectors, noting what is wrong with each."""
        selectors: list[Selector] = []
        for table in raw:
            selector, faults = parse_selector(table, rules)
            for fault in faults:
                self.fault(key, fault)
            if selector is not None:
                selectors.append(selector)
        return tuple(selectors)
