"""What became of a source's records."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not taken: where it stands, which it is, and why."""

    line: int
    source_id: str
    reason: str


@dataclass
class Written:
    """
    What became of a source's records.

    `added`, `changed`, `back` (gone before, there again) and `gone` are ids of entries, in the
    order of the records; `unchanged` is a count.
    `proposed` are entries of which the record waits to be accepted.
    `records = added + changed + back + proposed + unchanged + refused`. `revs` are the changes that
    were written; empty where nothing was.
    """

    records: int = 0
    unchanged: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    revs: list[int] = field(default_factory=list)
