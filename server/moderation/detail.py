"""All that is known of one thing at the desk: what it would change or may be, who says what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.crs import to_metric
from layers.desk.alike import name_similarity
from layers.desk.decided import decision_of
from layers.desk.deciding import is_waiting, stamp_of
from layers.desk.items import (
    CLAIM,
    CORRECTION,
    DUPLICATE,
    IMPORT,
    OVERDUE,
    PLACE,
    Decision,
    Item,
    parts_of,
)
from layers.errors import SubmissionError, UnknownOfferError
from layers.register.proposals import Difference
from layers.register.register import PEOPLE_SOURCES
from layers.register.resolve import provenance, values_of
from layers.register.store import find
from layers.register_duplicates import items_of, suspected
from layers.submissions import keeping, kept, review
from layers.submissions.people import present_entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from layers.atlas import Atlas
    from layers.register import Entry, Register
    from layers.register.resolve import Said
    from layers.submissions.keeping import Keeper
    from layers.submissions.kept import Submission

_KINDS: Final = {"k": CLAIM, "e": IMPORT, "i": IMPORT, "d": DUPLICATE, "o": OVERDUE}


@dataclass(frozen=True)
class Suspect:
    """An offer, or another suggestion, that it may be: how alike the names are, how far away."""

    id: str
    name: str
    why: tuple[str, ...]
    similarity: float
    distance_m: float
    is_offer: bool


@dataclass(frozen=True)
class Happened:
    """One line of a history."""

    at: str
    who: str
    what: str
    why: str


@dataclass(frozen=True)
class Detail:
    """
    One thing at the desk.

    Attributes
    ----------
    item
        As in the queue.
    stamp
        Of what was looked at: whoever decides sends it back.
    is_waiting, decision
        Whether it waits; what was decided last, None for nothing.
    differences
        By field what is now, what is said, what would hold. Of a pair `now` is the first, `said`
        the second, `then` what would hold if the first stays.
    suspects
        What a new place may be already; of a pair the second, as it is like the first.
    entries
        Those that it is about; one of the build that the register does not know yet is among them.
    provenance
        By field who says what of the first entry.
    history
        Of the thing and of its entries, the first thing first.
    given, keeper
        The suggestion, or the request to keep an entry.
    into
        The entry that a new place would be a correction of.
    trouble
        Why the difference cannot be told, "" where it can.
    """

    item: Item
    stamp: str
    is_waiting: bool
    decision: Decision | None
    differences: tuple[Difference, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    entries: tuple[Entry, ...] = ()
    provenance: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    history: tuple[Happened, ...] = ()
    given: Submission | None = None
    keeper: Keeper | None = None
    into: str = ""
    trouble: str = ""

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude of what is suggested, else of the first entry."""
        values: Mapping[str, Any] = self.given.content if self.given else {}
        if values.get("lon") is None and self.entries:
            values = values_of(self.entries[0])
        if values.get("lon") is None:
            return None
        return values["lon"], values["lat"]


def detail_of(register: Register, atlas: Atlas, item: str, *, on: date, into: str = "") -> Detail:
    """
    Return all that is known of one thing at the desk.

    Raises
    ------
    UnknownItemError, UnknownSubmissionError, UnknownOfferError
        If there is no such thing.
    """
    letter, parts = parts_of(item)
    region = atlas.region.id
    with register.database.reading() as connection:
        if letter not in ("s", "k"):
            for part in parts if letter == "d" else parts[:1]:
                find(connection, region, part)
        waits = is_waiting(connection, region, letter, parts, on=on)
        decision = None if waits else decision_of(connection, region, letter, parts)
        given = kept.by_id(connection, region, item) if letter == "s" else None
        keeper = keeping.by_id(connection, region, item) if letter == "k" else None
        into = into if given and not given.is_correction else ""
        ids = _ids(parts, given, keeper, into, letter)
        entries = tuple(_entry(connection, atlas, i) for i in ids)
        known = tuple(entry for entry in entries if entry is not None)
    shown = _item(region, item, letter, parts, given, keeper, known)
    differences, trouble = _differences(register, atlas, letter, parts, given, known, into)
    if given is not None:
        suspects = _suspects(register, atlas, given) if waits else ()
    else:
        suspects = _pair(atlas, shown, known)
    return Detail(
        item=shown,
        stamp=_stamp(letter, parts, given, known),
        is_waiting=waits,
        decision=decision,
        differences=differences,
        suspects=suspects,
        entries=known,
        provenance=provenance(known[0]) if known else {},
        history=_history(register, region, given, keeper, known),
        given=given,
        keeper=keeper,
        into=into,
        trouble=trouble,
    )


def _ids(
    parts: Sequence[str],
    given: Submission | None,
    keeper: Keeper | None,
    into: str,
    letter: str,
) -> list[str]:
    if given is not None:
        return [i for i in (into or given.offer_id,) if i]
    if keeper is not None:
        return [keeper.offer_id]
    return list(parts if letter == "d" else parts[:1])


def _entry(connection: Connection, atlas: Atlas, offer_id: str) -> Entry | None:
    """Return an entry as it stands, also a removed one; one of the build; None where it is gone."""
    try:
        return find(connection, atlas.region.id, offer_id)
    except UnknownOfferError:
        pass
    try:
        return present_entry(connection, atlas, offer_id)[0]
    except (UnknownOfferError, SubmissionError):
        return None


def _item(
    region: str,
    item: str,
    letter: str,
    parts: Sequence[str],
    given: Submission | None,
    keeper: Keeper | None,
    entries: Sequence[Entry],
) -> Item:
    kind = _KINDS.get(letter) or (CORRECTION if given and given.is_correction else PLACE)
    names = [values_of(entry).get("name", "") for entry in entries]
    title = (names or [""])[0]
    since = ""
    if given is not None:
        since = given.made_at
        title = title if given.is_correction else given.title
    elif keeper is not None:
        since = keeper.made_at
    about = parts[1] if letter == "i" else ""
    if letter == "d" and len(names) > 1:
        about = names[1]
    return Item(region, kind, item, title, since, tuple(e.id for e in entries), about)


def _stamp(
    letter: str, parts: Sequence[str], given: Submission | None, entries: Sequence[Entry]
) -> str:
    if given is not None:
        return str(given.edition)
    return stamp_of(entries[0], parts[1]) if letter == "i" and entries else ""


def _differences(
    register: Register,
    atlas: Atlas,
    letter: str,
    parts: Sequence[str],
    given: Submission | None,
    entries: Sequence[Entry],
    into: str,
) -> tuple[tuple[Difference, ...], str]:
    try:
        if given is not None:
            return review.difference(register, atlas, given, merge_into=into), ""
    except (SubmissionError, UnknownOfferError) as exc:
        return (), str(exc)
    if letter == "i":
        waiting = register.proposals(atlas.region.id)
        mine = [p for p in waiting if (p.entry_id, p.source) == (entries[0].id, parts[1])]
        return tuple(each for proposal in mine for each in proposal.differences), ""
    if letter == "e":
        values = values_of(entries[0])
        return tuple(Difference(n, None, v, v) for n, v in sorted(values.items())), ""
    if letter == "d" and len(entries) > 1:
        first, second = values_of(entries[0]), values_of(entries[1])
        names = sorted({*first, *second})
        both = [(n, first.get(n), second.get(n)) for n in names]
        return tuple(Difference(n, a, b, a if a is not None else b) for n, a, b in both), ""
    if entries:
        values = values_of(entries[0])
        return tuple(Difference(n, v, v, v) for n, v in sorted(values.items())), ""
    return (), ""


def _suspects(register: Register, atlas: Atlas, given: Submission) -> tuple[Suspect, ...]:
    return tuple(
        Suspect(
            pair.first.removeprefix("submission:"),
            pair.first_name,
            pair.why,
            name_similarity(pair.first_name, given.title),
            pair.distance_m,
            is_offer=not pair.first.startswith("submission:"),
        )
        for pair in review.suspected_duplicates(register, atlas, given)
    )


def _pair(atlas: Atlas, item: Item, entries: Sequence[Entry]) -> tuple[Suspect, ...]:
    if item.kind != DUPLICATE or len({entry.id for entry in entries}) < 2:
        return ()
    first, second = items_of(entries)
    why = [pair.why for pair in suspected([first, second], atlas.taxonomy)]
    xy = to_metric(
        np.array([first.lon, second.lon]), np.array([first.lat, second.lat]), atlas.region.crs
    )
    return (
        Suspect(
            second.id,
            second.name,
            why[0] if why else (),
            name_similarity(first.name, second.name),
            round(float(np.hypot(*(xy[0] - xy[1]))), 1),
            is_offer=True,
        ),
    )


def _history(
    register: Register,
    region: str,
    given: Submission | None,
    keeper: Keeper | None,
    entries: Sequence[Entry],
) -> tuple[Happened, ...]:
    lines: set[tuple[str, str, str, str]] = set()
    if given is not None:
        steps = review.history(register, region, given.id)
        lines |= {(s.at, s.who, s.what, s.why if s.what != "accepted" else "") for s in steps}
    if keeper is not None:
        lines.add((keeper.made_at, "sender", "asked", ""))
        if keeper.decided_at:
            lines.add((keeper.decided_at, keeper.who, keeper.state, keeper.reason))
    for entry in entries:
        for revision in register.history(region, entry.id):
            change = revision.change
            why = "" if change.what == "accept submission" else change.why
            lines.add((change.recorded_at, change.who, change.what, why))
    return tuple(Happened(*line) for line in sorted(lines))


def source_titles(register: Register, region: str) -> dict[str, str]:
    """Return what sources are called."""
    known = {**register.sources(region), **PEOPLE_SOURCES}
    return {source.id: source.title or source.id for source in known.values()}
