"""
Reads one GIS file by GDAL or pyarrow in a process of its own, and prints its features as lines.

`main` runs in a process that `layers.sources.vector` starts and limits: time, memory, size of what
it writes, no network where the system allows to take it away, and no driver of GDAL but the one
that is meant. It imports nothing of the project.
"""

from __future__ import annotations

import json
import math
import os
import sys
from typing import Any

NO_PYARROW = 3
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET of Linux


def main(arguments: list[str]) -> int:
    """
    Read the file.

    The arguments are its path, its kind, a layer or "", the most features, and `points` or
    `shapes`: whether a point inside each is enough.
    """
    path, kind, layer, most, form = arguments
    _limit()
    read = _parquet if kind == "geoparquet" else _gdal
    return read(path, layer, int(most), _whole if form == "shapes" else _inside)


def _limit() -> None:
    import resource

    for what, variable in (
        (resource.RLIMIT_AS, "UMKREIS_WORKER_BYTES"),
        (resource.RLIMIT_CPU, "UMKREIS_WORKER_SECONDS"),
        (resource.RLIMIT_FSIZE, "UMKREIS_WORKER_OUTPUT"),
    ):
        limit = int(os.environ[variable])
        resource.setrlimit(what, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_network()


def _leave_network() -> None:
    """Go into a network of one's own, without any way out; not every system allows it."""
    import ctypes

    try:
        ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER_AND_NETWORK)
    except (OSError, AttributeError):
        return


def _gdal(path: str, layer: str, most: int, form: Any) -> int:
    import pyogrio
    import pyogrio.raw

    layers = pyogrio.list_layers(path)
    names = [str(name) for name, kind in layers if kind is not None]
    tables = [str(name) for name, kind in layers if kind is None]
    if layer and layer not in names:
        return _fail(f"`layer` {layer!r} is no layer with places; there are {', '.join(names)}")
    if not names:
        return _fail("it has no layer with places")
    chosen = layer or names[0]
    meta, _, shapes, columns = pyogrio.raw.read(
        path, layer=chosen, max_features=most + 1, force_2d=True, datetime_as_string=True
    )
    others = [name for name in (*names, *tables) if name != chosen]
    _print({"crs": meta["crs"], "layer": chosen, "others": others})
    fields = [str(field) for field in meta["fields"]]
    _features(shapes, ({f: c[i] for f, c in zip(fields, columns, strict=True)}
                       for i in range(len(shapes))), form)  # fmt: skip
    return 0


def _parquet(path: str, _: str, most: int, form: Any) -> int:
    try:
        import pyarrow.parquet
    except ImportError:
        return NO_PYARROW
    file = pyarrow.parquet.ParquetFile(path)
    told = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"null"))
    if not isinstance(told, dict):
        return _fail("it is Parquet without places (no `geo` metadata)")
    primary = told["primary_column"]
    about = told["columns"][primary]
    if about.get("encoding") != "WKB":
        return _fail(f"its places are encoded as {about.get('encoding')!r}; write them as WKB")
    crs = about.get("crs", "OGC:CRS84")
    _print({"crs": json.dumps(crs) if isinstance(crs, dict) else crs, "layer": "", "others": []})
    left = most + 1
    for batch in file.iter_batches(batch_size=8192):
        rows = batch.slice(0, left).to_pylist()
        _features([row.pop(primary) for row in rows], rows, form)
        if (left := left - len(rows)) <= 0:
            break
    return 0


def _features(shapes: Any, rows: Any, form: Any) -> None:
    import numpy as np
    import shapely

    geometry = shapely.from_wkb(np.asarray(shapes, object), on_invalid="ignore")
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    for place, row in zip(form(geometry, usable), rows, strict=True):
        properties = {name: _plain(value) for name, value in row.items()}
        _print({"place": place, "properties": properties})


def _inside(geometry: Any, usable: Any) -> Any:
    """Give a point inside each shape; None where there is none."""
    import numpy as np
    import shapely

    inside = np.full(len(geometry), None, object)
    inside[usable] = shapely.point_on_surface(geometry[usable])
    for point in inside:
        place = None if point is None else [point.x, point.y]
        yield place if place is not None and all(map(math.isfinite, place)) else None


def _whole(geometry: Any, usable: Any) -> Any:
    """Give each shape as well-known binary in hexadecimal digits; None where there is none."""
    import shapely

    for shape, is_usable in zip(geometry, usable, strict=True):
        yield shapely.to_wkb(shape, hex=True) if is_usable else None


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; what is unknown is None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return None if isinstance(value, bytes) or str(value) == "NaT" else str(value)


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True, allow_nan=False) + "\n")


def _fail(reason: str) -> int:
    sys.stderr.write(f"reason: {reason}\n")
    return 2
