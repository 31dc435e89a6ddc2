"""
What an import did, row by row: nothing that a file lists is without a line here.

    rows = added + changed + back + proposed + unchanged + not taken + skipped
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from layers.register_duplicates import Suspected
    from layers.sources.record import Decision

Topic = Literal["row", "place", "category", "record"]


@dataclass(frozen=True)
class NotTaken:
    """
    A row that is not in the register.

    `line` counts as `ImportReport.counts_in` says, 0 for the whole file; `text` is what stands
    there. `topic` tells what is missing: `row` cannot be read, `place` and `category` are not
    known, `record` says something that may not stand in the register. `candidates` are what may be
    meant.
    """

    line: int
    text: str
    topic: Topic
    reason: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """
    What an import did, or would do.

    Attributes
    ----------
    source, title
        The source's id and what people call it.
    kind, counts_in
        What the file was taken for, and what its lines count.
    licence, as_of
        As they hold for the source; `as_of` is None where it tells no date.
    is_trial
        Whether nothing was written.
    rows
        How many offers the file lists.
    added, changed, back, gone
        Ids of entries. `back` were gone before; `gone` are marked as no longer held by the source.
    proposed
        Ids of published entries of which a change waits for review.
    unchanged
        How many rows say what they said last.
    not_taken
        Rows that are not in the register, in the order of the file.
    skipped
        Rows that are no offers, by reason.
    looked_up
        How many rows were placed, or not, by their address.
    decisions
        Of rows that were taken: what a person should look at; bad facts are among them.
    duplicates
        Pairs of a new entry and another one that may be the same.
    notes
        What was done to many rows.
    revs
        The changes that were written, to be undone by; empty where nothing was.
    """

    source: str
    title: str
    kind: str
    counts_in: str
    licence: str
    as_of: date | None
    is_trial: bool
    rows: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    unchanged: int = 0
    gone: tuple[str, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    looked_up: int = 0
    decisions: tuple[Decision, ...] = ()
    duplicates: tuple[Suspected, ...] = ()
    notes: tuple[str, ...] = ()
    revs: tuple[int, ...] = ()

    @property
    def taken(self) -> int:
        """How many rows stand in the register now, or wait there."""
        written = (self.added, self.changed, self.back, self.proposed)
        return sum(map(len, written)) + self.unchanged

    @property
    def is_without_effect(self) -> bool:
        """Tell whether the register says the same as before."""
        return not (self.added or self.changed or self.back or self.proposed or self.gone)

    def lines_of(self, topic: Topic) -> tuple[NotTaken, ...]:
        """Return the rows that were not taken for one kind of reason."""
        return tuple(row for row in self.not_taken if row.topic == topic)

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-friendly record; of entries that are new only how many there are."""
        record = asdict(self)
        record["as_of"] = self.as_of.isoformat() if self.as_of else None
        record["added"] = len(self.added)  # the history lists them, by `revs`
        return record


def in_order(rows: Iterable[NotTaken]) -> tuple[NotTaken, ...]:
    """Return rows in the order of the file."""
    return tuple(sorted(rows, key=lambda row: row.line))
