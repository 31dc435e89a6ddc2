"""
How much memory an Atlas holds: measured by walking over everything that it refers to.

Arrays count with all their bytes, those opened by memory map as well: they stand in memory once
they were asked for. What is only made when it is first needed (graphs, trees, tables of the
register) counts from then on, so an Atlas grows for a while after it was opened.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = ("geo.", "layers.")
_NOT_OURS_ALONE = ("Register", "Database", "Taxonomy")  # shared, or no part of one region
_GEOMETRY_BYTES = 150  # GEOS object and its wrapper, besides coordinates; measured on polygons
_POINT_BYTES = 16
_TREE_BYTES = 60  # a leaf of a tree of boxes; measured on STRtree and rtree


def held_bytes(*roots: object) -> int:
    """
    Measure what objects hold together, everything once.

    Parameters
    ----------
    roots
        An Atlas, and what was made of it.

    Returns
    -------
    size
        Bytes.
    """
    seen: set[int] = set()
    total = 0
    todo: list[object] = list(roots)
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        size, inner = _measure(thing)
        total += size
        todo.extend(inner)
    return total


def _measure(thing: Any) -> tuple[int, list[Any]]:
    """Return the bytes of a thing itself, and what it refers to."""
    if isinstance(thing, np.ndarray):
        return _array(thing)
    if isinstance(thing, pd.DataFrame | pd.Series):
        return int(np.sum(thing.memory_usage(deep=False))), _columns(thing)
    if isinstance(thing, shapely.Geometry):
        return _GEOMETRY_BYTES + _POINT_BYTES * int(shapely.get_num_coordinates(thing)), []
    if isinstance(thing, shapely.STRtree):
        return _TREE_BYTES * len(thing.geometries), [thing.geometries]
    if isinstance(thing, str | bytes | int | float):
        return sys.getsizeof(thing), []
    if isinstance(thing, Mapping):
        return sys.getsizeof(thing), [*_inner(thing), *thing, *_values(thing)]
    if isinstance(thing, list | tuple | set | frozenset):
        return sys.getsizeof(thing), list(thing)
    kind = type(thing)
    if kind.__module__.startswith(_OURS) and kind.__name__ not in _NOT_OURS_ALONE:
        return sys.getsizeof(thing), list(_inner(thing))
    return 0, []


def _array(array: np.ndarray[Any, Any]) -> tuple[int, list[Any]]:
    if isinstance(array.base, np.ndarray):
        return 0, [array.base]  # a view: what it looks at counts once
    if array.dtype != object:
        return array.nbytes, []
    is_geometry = shapely.is_geometry(array)
    if is_geometry.all():
        points = int(shapely.get_num_coordinates(array).sum())
        return array.nbytes + array.size * _GEOMETRY_BYTES + points * _POINT_BYTES, []
    return array.nbytes, array.ravel().tolist()


def _columns(table: Any) -> list[Any]:
    columns = [table] if isinstance(table, pd.Series) else [table[name] for name in table.columns]
    return [np.asarray(c.array, object) for c in columns if not pd.api.types.is_numeric_dtype(c)]


def _values(mapping: Mapping[Any, Any]) -> list[Any]:
    """Return the values that are there; a mapping of ours makes some only when asked."""
    return list(mapping.values()) if isinstance(mapping, dict) else []


def _inner(thing: Any) -> Iterator[Any]:
    if type(thing).__module__.startswith(_OURS):
        yield from getattr(thing, "__dict__", {}).values()
        for kind in type(thing).__mro__:
            for name in getattr(kind, "__slots__", ()):
                if hasattr(thing, name):
                    yield getattr(thing, name)
