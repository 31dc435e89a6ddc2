"""
Where a rollout reads Atlases and writes results: folders of this machine or of an object store.

An address with a scheme (`s3://…`, `memory://…`) goes through fsspec, anything else is a path. What
lies elsewhere is copied before it is opened, because arrays are opened by memory map; the base map
and the list of addresses are left where they are. A result is one file, written whole or not at
all: beside its place and renamed, or as one object of a store.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.atlas import BASE_MAP
from layers.errors import AtlasError, RolloutError
from layers.store import MANIFEST, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

ENDING = ".parquet"
_MAGIC = b"PAR1"  # both ends of a whole file; source: Apache Parquet, File Format


def is_url(address: str) -> bool:
    """Whether an address belongs to fsspec."""
    return "://" in address


def _plain(address: str) -> str:
    """Return a local address as a path: writing by fsspec there would not be atomic."""
    return address.removeprefix("file://")


def need_parquet() -> None:
    """
    Check that GeoParquet can be written.

    Raises
    ------
    RolloutError
        If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as exc:
        raise RolloutError(
            "a rollout writes GeoParquet and needs pyarrow: pip install 'umkreis[rollout]'"
        ) from exc


def parquet_bytes(rows: gpd.GeoDataFrame) -> bytes:
    """Write rows as GeoParquet; the same rows give the same bytes."""
    file = io.BytesIO()
    rows.to_parquet(file, index=False, compression="zstd")
    return file.getvalue()


def manifest_of(address: str) -> dict[str, Any]:
    """
    Read what an Atlas was built from.

    Raises
    ------
    AtlasError
        If there is none at this address.
    """
    if not is_url(_plain(address)):
        return read_manifest(Path(_plain(address)))
    store, root = _store(address)
    try:
        manifest: dict[str, Any] = json.loads(store.cat_file(f"{root}/{MANIFEST}"))
    except (OSError, ValueError) as exc:
        raise AtlasError(f"no Atlas can be read at {address} ({type(exc).__name__})") from exc
    return manifest


@contextmanager
def atlas_folder(address: str) -> Iterator[Path]:
    """
    Give an Atlas as a folder of this machine; a copy is removed afterwards.

    Raises
    ------
    AtlasError
        If there is none at this address.
    """
    if not is_url(_plain(address)):
        yield Path(_plain(address))
        return
    store, root = _store(address)
    with tempfile.TemporaryDirectory(prefix="umkreis-") as folder:
        name = root.rstrip("/").rsplit("/", 1)[-1]
        target = Path(folder) / (name or "atlas")
        try:
            for path in store.find(root):
                inside = path.removeprefix(root).lstrip("/")
                if inside != BASE_MAP and ".." not in Path(inside).parts:
                    (target / inside).parent.mkdir(parents=True, exist_ok=True)
                    store.get_file(path, str(target / inside))
        except OSError as exc:
            raise AtlasError(f"the Atlas at {address} cannot be copied ({exc})") from exc
        if not (target / MANIFEST).is_file():
            raise AtlasError(f"there is no Atlas at {address}: {MANIFEST} is missing")
        yield target


@dataclass(frozen=True)
class Results:
    """The results in a folder, by name; `address` is a path or an address of fsspec."""

    address: str

    def whole(self) -> set[str]:
        """Return the names of those that are there and whole."""
        if is_url(_plain(self.address)):
            store, root = _store(self.address)
            if not store.exists(root):
                return set()
            found = [p for p in store.ls(root, detail=False) if p.endswith(ENDING)]
            return {p.rsplit("/", 1)[-1] for p in found if store.tail(p, 4) == _MAGIC}
        files = Path(_plain(self.address)).glob(f"*{ENDING}")
        return {file.name for file in files if _tail(file) == _MAGIC}

    def write(self, name: str, data: bytes) -> None:
        """
        Put a file into its place, whole.

        Raises
        ------
        RolloutError
            If it cannot be written there.
        """
        try:
            if is_url(_plain(self.address)):
                store, root = _store(self.address)
                store.makedirs(root, exist_ok=True)
                store.pipe_file(f"{root}/{name}", data)
            else:
                _write_beside(Path(_plain(self.address)), name, data)
        except OSError as exc:
            raise RolloutError(f"`--output` {self.address} cannot be written ({exc})") from exc


def _tail(file: Path) -> bytes:
    with file.open("rb") as opened:
        opened.seek(max(file.stat().st_size - len(_MAGIC), 0))
        return opened.read()


def _write_beside(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)  # temporary files are private
        Path(beside).replace(folder / name)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _store(address: str) -> tuple[Any, str]:
    """Return the store of an address and the path in it."""
    try:
        import fsspec
    except ImportError as exc:
        raise RolloutError(
            f"{address} needs fsspec: pip install 'umkreis[rollout]', and the package of this "
            "store (s3fs, gcsfs, adlfs)"
        ) from exc
    try:
        store, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as exc:
        raise RolloutError(f"{address} cannot be opened: {exc}") from exc
    return store, str(root).rstrip("/")
