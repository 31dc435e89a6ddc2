"""
Takes single values out of JSON of others, whatever stands there instead.

A value of another type than expected is as good as none: the text is "", the number None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.sources.numbers import degrees_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def text_at(entry: Mapping[str, Any], *keys: str, lines: bool = False) -> str:
    """
    Return the text at the first key that has one; numbers as text; "" else.

    With `lines` line ends stay, as in a description.
    """
    value = next((entry[key] for key in keys if entry.get(key) not in (None, "")), "")
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):  # texts by language, as GBFS 3 has them
        told = [v.get("text") for v in value if isinstance(v, dict)]
        value = next((text for text in told if isinstance(text, str)), "")
    if not isinstance(value, str):
        return ""
    if lines:
        return "\n".join(" ".join(line.split()) for line in value.strip().splitlines())
    return " ".join(value.split())


def degrees_at(entry: Mapping[str, Any], *keys: str) -> float | None:
    """Return the degrees at the first key that is present, also from a text; None else."""
    value = next((entry[key] for key in keys if entry.get(key) is not None), None)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return degrees_of(str(value))[0]


def lonlat_at(
    entry: Mapping[str, Any], lon: tuple[str, ...], lat: tuple[str, ...]
) -> tuple[tuple[float, float] | None, dict[str, str]]:
    """
    Return longitude and latitude, or none and the cells from which the fault can be told.

    The cells are empty where neither is there at all.
    """
    x, y = degrees_at(entry, *lon), degrees_at(entry, *lat)
    if x is not None and y is not None:
        return (x, y), {}
    texts = text_at(entry, *lon), text_at(entry, *lat)
    if not any(texts) and all(entry.get(key) is None for key in (*lon, *lat)):
        return None, {}
    return None, {"lon": texts[0] or "nothing", "lat": texts[1] or "nothing"}


def dicts_at(entry: Mapping[str, Any], *keys: str) -> list[Any]:
    """Return the list at the first key that has one, an empty one else."""
    return next((entry[key] for key in keys if isinstance(entry.get(key), list)), [])


def kept(entry: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return what stands at these keys, without what is empty."""
    return {key: entry[key] for key in keys if entry.get(key) not in (None, "", [], {})}
