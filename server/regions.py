"""
The regions that this installation knows, and their Atlases.

A region is a folder with a `region.toml`: shipped ones lie in the data folder, one's own in the
state folder. Atlases are opened when first asked for, and opened anew when they were built again.
"""

from __future__ import annotations

import threading
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layers.build import REGION_FILE, build_atlas, is_current
from layers.errors import UnknownRegionError
from layers.store import TAXONOMY, open_atlas

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.build import Progress
    from server.settings import Settings


@dataclass(frozen=True)
class KnownRegion:
    """A region's id, name, folder, and whether its Atlas fits its files."""

    id: str
    name: str
    folder: Path
    is_built: bool


class Regions:
    """
    Finds, builds and opens regions; may be used from many threads.

    Parameters
    ----------
    settings
        Where data and state lie, and which regions are known here (all, where none is named).

    Raises
    ------
    UnknownRegionError
        If a named region is not there.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[str, tuple[int, Atlas]] = {}
        self._lock = threading.Lock()
        found = self._all_folders()
        for region_id in settings.regions:
            if region_id not in found:
                raise UnknownRegionError(region_id, found)

    @property
    def taxonomy_path(self) -> Path:
        """The taxonomy that regions are built with."""
        return self._settings.data_dir / TAXONOMY

    def folders(self) -> dict[str, Path]:
        """Return the folder of every known region by id."""
        only = self._settings.regions
        return {i: p for i, p in self._all_folders().items() if not only or i in only}

    def _all_folders(self) -> dict[str, Path]:
        """One's own regions come before shipped ones of the same id."""
        found: dict[str, Path] = {}
        for root in (self._settings.state_dir, self._settings.data_dir):
            for path in sorted((root / "regions").glob(f"*/{REGION_FILE}")):
                found.setdefault(path.parent.name, path.parent)
        return dict(sorted(found.items()))

    def known(self) -> list[KnownRegion]:
        """List every known region."""
        return [
            KnownRegion(i, _name_of(folder), folder, self.is_built(i))
            for i, folder in self.folders().items()
        ]

    def folder(self, region_id: str) -> Path:
        """
        Return a region's folder.

        Raises
        ------
        UnknownRegionError
            If there is none with this id.
        """
        folders = self.folders()
        if region_id not in folders:
            raise UnknownRegionError(region_id, folders)
        return folders[region_id]

    def atlas_path(self, region_id: str) -> Path:
        """Return where a region's Atlas lies or would lie."""
        return self._settings.state_dir / "atlas" / region_id

    def is_built(self, region_id: str) -> bool:
        """Whether a region's Atlas exists and fits its files."""
        return is_current(self.atlas_path(region_id), self.folder(region_id), self.taxonomy_path)

    def build(self, region_id: str, progress: Progress) -> Atlas:
        """Build a region anew."""
        return build_atlas(
            self.folder(region_id),
            self.taxonomy_path,
            self.atlas_path(region_id),
            progress=progress,
        )

    def open(self, region_id: str) -> Atlas:
        """
        Open a region's Atlas, or return it if it is open and still the one on disk.

        Raises
        ------
        UnknownRegionError
            If there is no such region.
        AtlasError
            If it has not been built.
        """
        self.folder(region_id)
        path = self.atlas_path(region_id)
        stamp = path.stat().st_ino if path.exists() else 0  # a rebuilt folder is another one
        with self._lock:
            opened = self._opened.get(region_id)
            if opened is None or opened[0] != stamp:
                opened = self._opened[region_id] = (stamp, open_atlas(path))
            return opened[1]


def _name_of(folder: Path) -> str:
    try:
        return str(tomllib.loads((folder / REGION_FILE).read_text("utf-8-sig"))["name"])
    except (OSError, ValueError, KeyError):
        return folder.name
