"""The entries that a change touches: read once, changed in memory, written together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.register.store import current, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.register.database import Change
    from layers.register.entry import Entry


@dataclass
class Entries:
    """The entries that a portion touches, merged ones standing for those merged into them."""

    change: Change
    are_new: dict[str, Entry] = field(default_factory=dict)
    are_changed: dict[str, Entry] = field(default_factory=dict)
    loaded: dict[str, Entry] = field(default_factory=dict)

    def load(self, ids: Iterable[str]) -> None:
        """Read entries, and those that they were merged into."""
        connection, region = self.change.connection, self.change.region
        wanted = set(ids)
        while wanted:
            found = current(connection, region, wanted)
            self.loaded.update(found)
            wanted = {entry.merged_into for entry in found.values()} - {""} - set(self.loaded)

    def get(self, wanted: str) -> Entry | None:
        """Return the entry that stands for an id, as it is by now; None where none was read."""
        entry = self._latest(wanted)
        while entry is not None and entry.merged_into:
            entry = self._latest(entry.merged_into)
        return entry

    def _latest(self, wanted: str) -> Entry | None:
        found = self.are_changed.get(wanted) or self.are_new.get(wanted)
        return found or self.loaded.get(wanted)

    def put(self, entry: Entry, *, is_new: bool = False) -> None:
        """Take an entry as it is now."""
        (self.are_new if is_new or entry.id in self.are_new else self.are_changed)[entry.id] = entry

    def write(self) -> None:
        """Write what was put."""
        write(self.change, list(self.are_new.values()), are_new=True)
        write(self.change, list(self.are_changed.values()))
