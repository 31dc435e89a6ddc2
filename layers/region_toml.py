"""Writes a `region.toml`, which the standard library only reads, in a folder of one's own."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def rewrite_region(file: Path, keys: Mapping[str, Any]) -> None:
    """Write a `region.toml` anew; of its comments those of its first lines stay."""
    new = file.with_name(f".{file.name}.part")
    new.write_text(region_toml(keys, head=_head(file.read_text("utf-8-sig"))), encoding="utf-8")
    new.replace(file)


def own_folder(shipped: Path, regions: Path) -> Path:
    """Return a region's folder among one's own; one that is shipped is copied there first."""
    target = regions / shipped.name
    if target.exists():
        return target
    regions.mkdir(parents=True, exist_ok=True)
    part = regions / f".{shipped.name}.{os.getpid()}"
    shutil.copytree(shipped, part)
    part.rename(target)
    return target


def _head(text: str) -> str:
    """Return the comment in the first lines of a file."""
    head = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        head.append(line.removeprefix("#").strip())
    return "\n".join(head)


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
