"""
The desk's side: what waits, what it would change, what it may be already, yes or no.

Pure functions of a register and a region's Atlas; who decides is a name for the history. What is
accepted is published with that change: the next question of anybody counts with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import numpy as np

from layers.errors import SubmissionError
from layers.register.decisions import transition
from layers.register.entry import PUBLISHED, SUGGESTION, Claim, Entry
from layers.register.proposals import Difference
from layers.register.register import PEOPLE_SOURCES
from layers.register.resolve import values_of
from layers.register.schema_submissions import SUBMISSION
from layers.register.store import check
from layers.register.values import checked
from layers.register_duplicates import CONTACT_M, Item, Suspected, offer_item, suspected
from layers.submissions import kept
from layers.submissions.content import LONGEST_NOTE, checked_content, plain_text
from layers.submissions.kept import ACCEPTED, REJECTED, WAITING, Step, Submission
from layers.submissions.links import now
from layers.submissions.people import present_entry, put, with_words
from layers.submissions.sending import ContentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.atlas import Atlas
    from layers.register import Register
    from layers.register.entry import Value

_M_PER_DEGREE: Final = 111_195.0
_SAID_OF: Final = "submission"  # begins the ids of those that are compared


def waiting(register: Register, region: str) -> list[Submission]:
    """Return what waits in a region, the oldest first."""
    query = kept.select(SUBMISSION.c.region == region, SUBMISSION.c.state == WAITING)
    with register.database.reading() as connection:
        return kept.found(connection, query)


def decided(register: Register, region: str, *, limit: int = 100) -> list[Submission]:
    """Return what was decided or withdrawn, the newest first."""
    query = (
        kept.select(SUBMISSION.c.region == region, SUBMISSION.c.state != WAITING)
        .order_by(None)
        .order_by(SUBMISSION.c.decided_at.desc(), SUBMISSION.c.id)
        .limit(limit)
    )
    with register.database.reading() as connection:
        return kept.found(connection, query)


def submission(register: Register, region: str, submission_id: str) -> Submission:
    """
    Return a submission by its id.

    Raises
    ------
    UnknownSubmissionError
        If there is none.
    """
    with register.database.reading() as connection:
        return kept.by_id(connection, region, submission_id)


def history(register: Register, region: str, submission_id: str) -> list[Step]:
    """Return what happened to a submission, the first thing first."""
    with register.database.reading() as connection:
        return kept.steps(connection, kept.by_id(connection, region, submission_id))


def difference(
    register: Register, atlas: Atlas, given: Submission, *, merge_into: str = ""
) -> tuple[Difference, ...]:
    """
    Tell field by field what accepting a submission would change.

    Parameters
    ----------
    register, atlas
        Where it waits; the region with the offers that are published now.
    given
        The submission.
    merge_into
        The entry that it would be a correction of; "" for the one that it names itself, if any.

    Returns
    -------
    differences
        By field: `now` (None for a new place), `said`, `then`. Fields of which `now` and `then` are
        the same were changed by somebody else in the meantime. Among `now` are contacts that are
        not public: for the desk's eyes alone.

    Raises
    ------
    UnknownOfferError, SubmissionError
        If the entry is not there any more.
    """
    target = merge_into or (given.offer_id if given.is_correction else "")
    if not target:
        return tuple(Difference(f, None, v, v) for f, v in sorted(given.content.items()))
    with register.database.reading() as connection:
        entry, _ = present_entry(connection, atlas, target)
    before, after = values_of(entry), values_of(_corrected(entry, given.content, given))
    return tuple(
        Difference(name, before.get(name), value, after.get(name))
        for name, value in sorted(given.content.items())
    )


def similar_offers(atlas: Atlas, content: Mapping[str, Value]) -> list[Suspected]:
    """
    Return the published offers that a new place may be, the surest first: "Is it this one?".

    `second` of each pair is the new place, without an id of its own; nothing that waits is told.
    """
    if content.get("lon") is None or not content.get("categories"):
        return []
    asked = _item(content, _SAID_OF)
    return suspected([asked, *_near(atlas, asked)], atlas.taxonomy, among={_SAID_OF})


def suspected_duplicates(register: Register, atlas: Atlas, given: Submission) -> list[Suspected]:
    """
    Return what a new place may be already: published offers, and others that wait.

    `first` is the id of an offer, or `submission:ID` of another one that waits. Of a correction
    nothing is suspected: it names its entry.
    """
    if given.is_correction or given.content.get("lon") is None:
        return []
    asked = _item(given.content, f"{_SAID_OF}:{given.id}")
    others = [
        _item(other.content, f"{_SAID_OF}:{other.id}")
        for other in waiting(register, atlas.region.id)
        if other.id != given.id and not other.is_correction
    ]
    items = [asked, *_near(atlas, asked), *others]
    return suspected(items, atlas.taxonomy, among={asked.id})


def accept(
    register: Register,
    atlas: Atlas,
    submission_id: str,
    *,
    who: str,
    edits: Mapping[str, Any] | None = None,
    merge_into: str = "",
    edition: int | None = None,
    is_released: bool | None = None,
) -> str:
    """
    Take a submission into the register, published, as one change that can be undone.

    Parameters
    ----------
    register, atlas
        Where it waits; the region with the offers that are published now.
    submission_id
        Its id.
    who
        Who decides, for the history.
    edits
        Values in the place of those suggested, by field; None for "has none". Of a correction a
        field can be left out with the value that it has now.
    merge_into
        The id of the entry that a new place is: it corrects that one instead.
    edition
        The edition that was looked at; None takes whatever it says now.
    is_released
        Whether contacts may be shown; None does as the sender said.

    Returns
    -------
    entry_id
        Of the new entry, or of the one that was corrected.

    Raises
    ------
    SubmissionError
        If it was decided already, or changed since `edition`, or its entry was removed.
    ContentError
        If the edits have faults.
    """
    region = atlas.region.id
    with register.database.changing(
        region, who=who, what="accept submission", why=submission_id
    ) as change:
        given = kept.by_id(change.connection, region, submission_id)
        kept.expect_waiting(given, edition)
        target = merge_into or (given.offer_id if given.is_correction else "")
        released = given.is_released if is_released is None else is_released
        content = _edited(given, edits or {}, atlas, is_correction=bool(target))
        if target:
            entry, is_there = present_entry(change.connection, atlas, target)
            after = _corrected(transition(entry, PUBLISHED), content, given, is_released=released)
        else:
            after, is_there = _new_entry(content, given, is_released=released), False
            entry = after
        put(change, entry, after, is_there=is_there)
        kept.update(
            change.connection,
            given,
            state=ACCEPTED,
            offer_id=after.id,
            decided_at=now(),
            who=who,
            rev=change.rev,
        )
        kept.add_step(change.connection, given, who=who, what=ACCEPTED, why=after.id)
        return after.id


def reject(
    register: Register,
    region: str,
    submission_id: str,
    *,
    who: str,
    reason: str,
    edition: int | None = None,
) -> None:
    """
    Turn a submission down; its sender reads the reason behind the private link.

    Raises
    ------
    SubmissionError
        If it was decided already, changed since `edition`, or there is no reason.
    """
    reason = plain_text(reason, lines=True)
    if not reason or len(reason) > LONGEST_NOTE:
        raise SubmissionError(
            f"`reason` has {len(reason)} characters; say why in 1 to {LONGEST_NOTE}"
        )
    with register.database.writing() as connection:
        given = kept.by_id(connection, region, submission_id)
        kept.expect_waiting(given, edition)
        kept.update(connection, given, state=REJECTED, decided_at=now(), who=who, reason=reason)
        kept.add_step(connection, given, who=who, what=REJECTED, why=reason)


def _edited(
    given: Submission, edits: Mapping[str, Any], atlas: Atlas, *, is_correction: bool
) -> dict[str, Value]:
    content, faults = checked_content(
        {**given.content, **edits}, atlas, is_correction=is_correction
    )
    if faults:
        raise ContentError(faults)
    return content


def _new_entry(content: Mapping[str, Value], given: Submission, *, is_released: bool) -> Entry:
    claim = Claim(
        SUGGESTION,
        given.id,
        PEOPLE_SOURCES[SUGGESTION].licence,
        datetime.now(UTC).date(),
        checked(content),
        has_public_contacts=is_released,
    )
    entry = Entry(f"umk:{uuid4().hex[:16]}", PUBLISHED, (claim,))
    check(entry)
    return entry


def _corrected(
    entry: Entry,
    content: Mapping[str, Value],
    given: Submission,
    *,
    is_released: bool | None = None,
) -> Entry:
    if not content:
        return entry
    return with_words(
        entry,
        content,
        source=PEOPLE_SOURCES[SUGGESTION],
        source_id=given.id,
        day=datetime.now(UTC).date(),
        is_released=given.is_released if is_released is None else is_released,
    )


def _item(content: Mapping[str, Value], item_id: str) -> Item:
    told = {name: content.get(name) or "" for name in ("name", "phone", "website")}
    return Item(
        id=item_id,
        categories=tuple(content["categories"]),
        lon=content["lon"],
        lat=content["lat"],
        sources=frozenset({item_id}),  # two people may well suggest the same
        **told,
    )


def _near(atlas: Atlas, asked: Item) -> Sequence[Item]:
    """Return the published offers that are near enough for anything in common to count."""
    half_lat = CONTACT_M / _M_PER_DEGREE
    half_lon = half_lat / max(np.cos(np.radians(asked.lat)), 0.01)
    box = (asked.lon - half_lon, asked.lat - half_lat, asked.lon + half_lon, asked.lat + half_lat)
    return [offer_item(atlas.offers[int(row)]) for row in atlas.offer_index.within(box)]
