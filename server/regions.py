"""
The regions that this installation knows, and their Atlases.

A region is a folder with a `region.toml`: shipped ones lie in the data folder, one's own in the
state folder. Atlases are opened when first asked for, kept within a budget of memory, and opened
anew when they were built again; lists of regions open none. Where there is a register, an Atlas is
handed out with the offers that it holds now. What builds regions and what reads the register is
loaded where it is needed: a question on the command line mostly needs neither.
"""

from __future__ import annotations

import logging
import threading
import time
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from layers.atlas_brief import AtlasBrief, brief_of, read_brief
from layers.build_input import REGION_FILE, is_current
from layers.errors import AtlasError, RegisterAwayError, RegisterError, UnknownRegionError
from layers.store import MANIFEST, TAXONOMY
from server.kept_atlases import KeptAtlases, Stamp, stamp_of

if TYPE_CHECKING:
    from fastapi import Request

    from layers.atlas import Atlas
    from layers.build import Progress
    from layers.living import LivingRegion
    from layers.register import Register
    from server.settings import Settings


_LOG = logging.getLogger(__name__)
_PAUSE_S = 5.0  # in which a register that could not be read is not asked again


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
        self.kept = KeptAtlases(
            settings.memory_mb << 20 if settings.memory_mb else None,
            also=lambda region: filter(None, [self._living.get(region)]),
            forget=self._forget,
        )
        self._briefs: dict[str, tuple[Stamp, AtlasBrief]] = {}
        self._looked_at: dict[str, tuple[Stamp, bool]] = {}
        self._lock = threading.Lock()
        self._register: Register | None = None
        self._living: dict[str, LivingRegion] = {}
        self._ask_again_at = 0.0
        found = self._all_folders()
        for region_id in settings.regions:
            if region_id not in found:
                raise UnknownRegionError(region_id, found)

    @property
    def taxonomy_path(self) -> Path:
        """The taxonomy that regions are built with."""
        return self._settings.data_dir / TAXONOMY

    @property
    def state_dir(self) -> Path:
        """The folder for what this installation makes itself."""
        return self._settings.state_dir

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
            KnownRegion(i, self.name(i), folder, self.is_built(i))
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
        if (found := self._folder(region_id)) is None:
            raise UnknownRegionError(region_id, self.folders())
        return found

    def _folder(self, region_id: str) -> Path | None:
        """Look for one region, which is asked for with every request, without listing all."""
        only = self._settings.regions
        is_name = region_id == Path(region_id).name and "\0" not in region_id
        if not is_name or (only and region_id not in only):
            return None
        roots = (self._settings.state_dir, self._settings.data_dir)
        folders = (root / "regions" / region_id for root in roots)
        return next((folder for folder in folders if (folder / REGION_FILE).is_file()), None)

    def name(self, region_id: str) -> str:
        """Return what a region's file calls it; its id where that cannot be read."""
        try:
            text = (self.folder(region_id) / REGION_FILE).read_text("utf-8-sig")
            return str(tomllib.loads(text)["name"])
        except (OSError, ValueError, KeyError, RecursionError):
            return region_id

    def atlas_path(self, region_id: str) -> Path:
        """Return where a region's Atlas lies or would lie."""
        return self._settings.state_dir / "atlas" / region_id

    def is_built(self, region_id: str) -> bool:
        """
        Whether a region's Atlas exists and fits its files.

        Their checksums are computed anew only where a file's time or size has changed.
        """
        folder, atlas = self.folder(region_id), self.atlas_path(region_id)
        stamp = stamp_of(*sorted(folder.rglob("*")), self.taxonomy_path, atlas / MANIFEST)
        looked_at = self._looked_at.get(region_id)
        if looked_at is None or looked_at[0] != stamp:
            looked_at = (stamp, is_current(atlas, folder, self.taxonomy_path))
            self._looked_at[region_id] = looked_at
        return looked_at[1]

    def build(self, region_id: str, progress: Progress) -> Atlas:
        """Build a region anew."""
        from layers.build import build_atlas

        return build_atlas(
            self.folder(region_id),
            self.taxonomy_path,
            self.atlas_path(region_id),
            progress=progress,
        )

    def open(self, region_id: str) -> Atlas:
        """
        Return a region's Atlas with the offers of the register as they stand.

        The same object as long as neither the Atlas on disk nor the register has changed. Where the
        register cannot be read, the last offers known of it stay, else those of the build.

        Raises
        ------
        UnknownRegionError
            If there is no such region.
        AtlasError
            If it has not been built.
        """
        return self._stamped(region_id)[1]

    def _stamped(self, region_id: str) -> tuple[Stamp, Atlas]:
        """Open a region, and tell which build it is."""
        self.folder(region_id)
        stamp, built = self.kept.get(region_id, self.atlas_path(region_id))
        return stamp, self._with_register(region_id, built)

    def _with_register(self, region_id: str, built: Atlas) -> Atlas:
        if not self.is_fresh:
            return self._last_known(region_id, built)
        try:
            if (register := self.register()) is None:
                return built
            from layers.living import LivingRegion

            with self._lock:
                living = self._living.setdefault(region_id, LivingRegion(register, region_id))
            return living.atlas(built, on=datetime.now(UTC).date())
        except RegisterError as exc:
            _LOG.warning("offers may be out of date: %s", exc)
            self._ask_again_at = time.monotonic() + _PAUSE_S
            return self._last_known(region_id, built)

    @property
    def is_fresh(self) -> bool:
        """Whether the register could be read when it was last asked."""
        return time.monotonic() >= self._ask_again_at

    def version(self, region_id: str) -> str | None:
        """
        Name all that answers about a region rest on: the same name, the same answers.

        None where it cannot be told, because the register cannot be read.

        Raises
        ------
        UnknownRegionError
            If there is no such region.
        AtlasError
            If it has not been built.
        """
        stamp, atlas = self._stamped(region_id)
        if not self.is_fresh:
            return None
        living = self._living.get(region_id)
        manifest = stamp[0]
        now = datetime.now(UTC)
        days = (now.date(), now.astimezone(ZoneInfo(atlas.region.timezone)).date())
        return repr((region_id, *manifest[2:], living and living.mark, *map(str, days)))

    def _last_known(self, region_id: str, built: Atlas) -> Atlas:
        living = self._living.get(region_id)
        return (living and living.last_made(built)) or built

    def register(self) -> Register | None:
        """
        Return the register, None where none was ever made.

        Raises
        ------
        RegisterError
            If it cannot be opened.
        """
        with self._lock:
            if self._register is None and (
                self._settings.database_url or self._settings.register_file.exists()
            ):
                from layers.register import Register

                self._register = Register.open(self._settings.register_url)
            return self._register

    def revs(self) -> dict[str, int] | None:
        """
        Return the number of each region's last change, None where there is no register.

        Raises
        ------
        RegisterError
            If it cannot be read.
        """
        if (register := self.register()) is None:
            return None
        import sqlalchemy as sa

        try:
            return {region_id: register.rev(region_id) for region_id in self.folders()}
        except sa.exc.SQLAlchemyError as exc:
            raise RegisterAwayError(f"the register cannot be read: {type(exc).__name__}") from exc

    def open_built(self, region_id: str) -> Atlas:
        """
        Open a region's Atlas as it was built, or return it if it is still the one on disk.

        Raises
        ------
        UnknownRegionError
            If there is no such region.
        AtlasError
            If it has not been built.
        """
        self.folder(region_id)
        return self.kept.get(region_id, self.atlas_path(region_id))[1]

    def _forget(self, region_id: str) -> None:
        self._living.pop(region_id, None)

    def briefs(self) -> dict[str, AtlasBrief | None]:
        """
        Sum up every known region without opening one; None for those that have no Atlas.

        The offers of a region that is not open are those of its build, or those that it had when
        it was open last.
        """
        return {region_id: self._brief(region_id) for region_id in self.folders()}

    def _brief(self, region_id: str) -> AtlasBrief | None:
        path = self.atlas_path(region_id)
        try:
            if region_id in self.kept.sizes:
                stamp, atlas = self._stamped(region_id)
                self._briefs[region_id] = stamp, brief_of(atlas)
            else:
                stamp = stamp_of(path / MANIFEST)
                known = self._briefs.get(region_id)
                if known is None or known[0] != stamp:
                    self._briefs[region_id] = stamp, read_brief(path)
        except AtlasError:
            return None
        return self._briefs[region_id][1]

    def open_all(self) -> dict[str, Atlas | None]:
        """Open every known region; None for those that cannot be opened."""
        opened: dict[str, Atlas | None] = {}
        for region_id in self.folders():
            try:
                opened[region_id] = self.open(region_id)
            except AtlasError:
                opened[region_id] = None
        return opened


def regions_of(request: Request) -> Regions:
    """Return the regions that the app serves."""
    regions: Regions = request.app.state.regions
    return regions
