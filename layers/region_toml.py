"""Writes a `region.toml`; the standard library only reads them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def region_toml(keys: Mapping[str, Any], *, head: str = "") -> str:
    """
    Write keys as TOML text.

    Parameters
    ----------
    keys
        Texts, whole numbers, flags, dates, lists of texts, tables of such; empty texts are left
        out.
    head
        A comment for the first lines.
    """
    comment = [f"# {line}" for line in head.splitlines()]
    tables = {key: value for key, value in keys.items() if isinstance(value, dict)}
    lines = _lines({key: value for key, value in keys.items() if key not in tables})
    for name, table in tables.items():  # what follows a table's head is part of it
        lines += ["", f"[{name}]", *_lines(table)]
    return "\n".join([*comment, *lines, ""])


def _lines(keys: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in keys.items() if value != ""]


def _value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    text = json.dumps(value, ensure_ascii=False)  # a JSON text is a basic string of TOML 1.0
    return text.replace("\x7f", "\\u007f")
