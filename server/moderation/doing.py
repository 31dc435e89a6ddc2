"""Does what somebody at the desk says, writes it down, and tells whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import Request

from layers.accounts.audit import write_event
from layers.desk import suggested
from layers.desk.deciding import ACCEPT, DOINGS, decide
from layers.desk.items import parts_of
from layers.desk.queue import name_of
from layers.desk.undoing import undo
from layers.errors import SubmissionError
from layers.submissions import keeping, review
from server.moderation.desk import today
from server.moderation.letters import tell_keeper
from server.submissions.letters import tell_decision
from server.submissions.stored import register_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.register import Register
    from server.accounts.signed_in import Account


@dataclass(frozen=True)
class Said:
    """
    What somebody decides.

    Attributes
    ----------
    do
        `accept`, `reject`; of a pair `merge`, `apart`; of what is overdue `confirm`, `archive`.
    stamp
        Of what was looked at, "" for whatever it is now.
    reason
        For whoever sent it, or for the history.
    into, apart
        The entry that a new place is; those that it is not.
    keep
        Which of a pair stays.
    edits
        Values in the place of those suggested.
    is_released
        Whether contacts may be shown; None as the sender said.
    """

    do: str
    stamp: str = ""
    reason: str = ""
    into: str = ""
    apart: tuple[str, ...] = ()
    keep: str = ""
    edits: Mapping[str, Any] = field(default_factory=dict)
    is_released: bool | None = None


def do_it(request: Request, account: Account, atlas: Atlas, item: str, said: Said) -> str:
    """
    Decide; return the id of the entry that it was about, "" where there is none.

    Raises
    ------
    UnknownNameError
        If there is no such thing, or an entry that is named is not there.
    DecidedError
        If somebody has decided already.
    SubmissionError
        If it changed since it was looked at, or may not be done.
    ContentError
        If the edits have faults.
    """
    register = register_of(request)
    letter, parts = parts_of(item)
    if said.do not in DOINGS[letter]:
        raise SubmissionError(f"`do` is {said.do!r}; it may be {', '.join(DOINGS[letter])}")
    if letter in ("s", "k"):
        entry_id = _suggestion(register, account, atlas, item, said)
    else:
        decide(
            register,
            atlas.region.id,
            item,
            said.do,
            who=account.id,
            why=said.reason,
            keep=said.keep,
            stamp=said.stamp,
            on=today(),
        )
        entry_id = said.keep or parts[0]
    _write(register, account, "review decided", atlas, item)
    if letter in ("s", "k"):
        _tell(request, register, atlas, item, entry_id)
    return entry_id


def undo_it(request: Request, account: Account, atlas: Atlas, item: str) -> None:
    """
    Take the last decision back.

    Raises
    ------
    UnknownNameError
        If there is no such thing.
    SubmissionError
        If nothing was decided, or what was decided changed since.
    """
    register = register_of(request)
    undo(register, atlas.region.id, item, who=account.id)
    _write(register, account, "review undone", atlas, item)


def _suggestion(register: Register, account: Account, atlas: Atlas, item: str, said: Said) -> str:
    edition = _edition(said.stamp) if item.startswith("s") else None
    if said.do == ACCEPT:
        return suggested.accept(
            register,
            atlas,
            item,
            who=account.id,
            edits=said.edits or None,
            into=said.into,
            apart=said.apart,
            edition=edition,
            is_released=said.is_released,
        )
    suggested.reject(
        register, atlas.region.id, item, who=account.id, reason=said.reason, edition=edition
    )
    return ""


def _edition(stamp: str) -> int | None:
    if stamp and not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 9):
        raise SubmissionError(f"`stamp` is {stamp[:20]!r}; send the one that was looked at")
    return int(stamp) if stamp else None


def _write(register: Register, account: Account, what: str, atlas: Atlas, item: str) -> None:
    with register.database.writing() as connection:
        write_event(connection, who=account.id, what=what, about=f"{atlas.region.id} {item}")


def _tell(request: Request, register: Register, atlas: Atlas, item: str, entry_id: str) -> None:
    settings = request.app.state.settings
    if item.startswith("k"):
        with register.database.reading() as connection:
            keeper = keeping.by_id(connection, atlas.region.id, item)
        tell_keeper(settings, keeper, title=name_of(atlas, keeper.offer_id) or keeper.offer_id)
        return
    given = review.submission(register, atlas.region.id, item)
    tell_decision(settings, given, title=given.title or name_of(atlas, entry_id) or given.id)
