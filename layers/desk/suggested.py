"""Yes or no to what people suggest, and to who asks to keep an entry; the first who says it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from layers.desk.decided import APART_, decision_of
from layers.desk.items import DecidedError, UnknownItemError, parts_of
from layers.errors import RegisterError, SubmissionError, UnknownOfferError
from layers.register.decisions import pair_of, tell_apart, told_apart
from layers.register.store import find
from layers.submissions import keeping, review
from layers.submissions.sending import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from layers.atlas import Atlas
    from layers.register import Register


def accept(
    register: Register,
    atlas: Atlas,
    item: str,
    *,
    who: str,
    edits: Mapping[str, Any] | None = None,
    into: str = "",
    apart: Sequence[str] = (),
    edition: int | None = None,
    is_released: bool | None = None,
) -> str:
    """
    Take a suggestion into the register, or let somebody keep an entry; return the entry's id.

    Parameters
    ----------
    register, atlas
        Where it waits; the region with the offers that are published now.
    item
        The id of a suggestion or of a request.
    who
        Who decides, for the history.
    edits, into, edition, is_released
        Of a suggestion, as in `layers.submissions.review.accept`; `into` is the entry that a new
        place is.
    apart
        Entries that a new place is not: they are not to be suspected again.

    Raises
    ------
    UnknownItemError, UnknownSubmissionError, UnknownOfferError
        If there is no such thing, or no such entry in `into` or `apart`.
    DecidedError
        If somebody has decided already.
    SubmissionError
        If it was changed since `edition`, or its entry was removed.
    ContentError
        If the edits have faults.
    """
    region = atlas.region.id
    with _once(register, region, item) as letter:
        if letter == "k":
            with register.database.reading() as connection:
                offer_id = keeping.by_id(connection, region, item).offer_id
            keeping.approve(register, region, item, who=who)
            return offer_id
        others = [_known(register, atlas, other) for other in apart]
        entry_id = review.accept(
            register,
            atlas,
            item,
            who=who,
            edits=edits,
            merge_into=into,
            edition=edition,
            is_released=is_released,
        )
    for other in others:
        with register.database.changing(region, who=who, what=APART_, why=item) as change:
            pair = pair_of(entry_id, other)
            change.is_empty = other == entry_id or pair in told_apart(change.connection, region)
            if not change.is_empty:
                tell_apart(change, *pair)
    return entry_id


def reject(
    register: Register,
    region: str,
    item: str,
    *,
    who: str,
    reason: str,
    edition: int | None = None,
) -> None:
    """
    Turn a suggestion or a request down; whoever sent it reads the reason.

    Raises
    ------
    UnknownItemError, UnknownSubmissionError
        If there is no such thing.
    DecidedError
        If somebody has decided already.
    SubmissionError
        If there is no reason, or it was changed since `edition`.
    """
    with _once(register, region, item) as letter:
        if letter == "k":
            keeping.refuse(register, region, item, who=who, reason=reason)
        else:
            review.reject(register, region, item, who=who, reason=reason, edition=edition)


@contextmanager
def _once(register: Register, region: str, item: str) -> Iterator[str]:
    """Name who was first where somebody was."""
    letter, parts = parts_of(item)
    if letter not in ("s", "k"):
        raise UnknownItemError(item, ())
    with register.database.reading() as connection:
        before = decision_of(connection, region, letter, parts)
    if before is not None:
        raise DecidedError(item, before)
    try:
        yield letter
    except ContentError:
        raise
    except RegisterError as exc:
        with register.database.reading() as connection:
            first = decision_of(connection, region, letter, parts)
        if first is not None:
            raise DecidedError(item, first) from exc
        raise SubmissionError(str(exc)) from exc


def _known(register: Register, atlas: Atlas, offer_id: str) -> str:
    """Return the id that stands for an entry now, or an offer of the build."""
    try:
        with register.database.reading() as connection:
            return find(connection, atlas.region.id, offer_id).id
    except UnknownOfferError:
        return atlas.offers[atlas.offers.row(offer_id)].id
