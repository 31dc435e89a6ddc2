"""
Erasure of personal data, for good: from the entry, its whole history, and what is searched.

This is the one thing that changes the past. The fields are taken out of every state that ever held
them, also where the claim stood in another entry for a while; the texts of reasons and import
reports lose the erased words; and the entry remembers which fields were erased, so that no later
import or correction brings them back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import orjson
import sqlalchemy as sa

from layers.register.decisions import without
from layers.register.entry import Entry
from layers.register.schema import CHANGE, REPORT, REVISION
from layers.register.schema_submissions import SUBMISSION
from layers.register.store import current, in_parts, write
from layers.register.values import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from layers.register.database import Change

ERASED: Final = "[erased]"
_SHORTEST: Final = 4  # characters of a word that is looked for in reasons and reports


def erase(change: Change, entry: Entry, names: Sequence[str]) -> int:
    """
    Take fields out of an entry and all that it ever was.

    Returns
    -------
    states
        How many states of the history held them.
    """
    connection, region = change.connection, change.region
    states = _related(connection, region, entry.id)
    own = {entry.id, *entry.aliases}
    keys = {c.key for s in states if s.id in own for c in (*s.claims, *s.proposals)}
    found: set[str] = set()
    cleaned = 0
    for state in states:
        is_own = state.id in own
        before = (*state.claims, *state.proposals)
        after = tuple(
            without(claim, names) if is_own or claim.key in keys else claim for claim in before
        )
        for old, new in zip(before, after, strict=True):
            found |= {str(old.values[k]) for k in old.values.keys() - new.values.keys()}
        cleaned += after != before
        erased = tuple(sorted({*state.erased, *names})) if is_own else state.erased
        count = len(state.claims)
        clean = replace(state, claims=after[:count], proposals=after[count:], erased=erased)
        connection.execute(
            sa.update(REVISION)
            .where(
                REVISION.c.region == region,
                REVISION.c.offer_id == state.id,
                REVISION.c.rev == state.rev,
            )
            .values(state=json_text(clean.to_record()))
        )
    heads = current(connection, region, {state.id for state in states})
    write(change, list(heads.values()))
    _erase_words(connection, region, sorted(w for w in found if len(w) >= _SHORTEST))
    _erase_suggested(connection, region, own, names)
    return cleaned


def _erase_suggested(
    connection: Connection, region: str, own: set[str], names: Sequence[str]
) -> None:
    """Take fields out of what was suggested for an entry, whatever became of it."""
    table = SUBMISSION.c
    for part in in_parts(sorted(own)):
        of_entry = (table.region == region, table.offer_id.in_(part))
        rows = connection.execute(sa.select(table.id, table.content).where(*of_entry)).all()
        for submission_id, content in rows:
            kept = {k: v for k, v in orjson.loads(content).items() if k not in names}
            connection.execute(
                sa.update(SUBMISSION)
                .where(table.region == region, table.id == submission_id)
                .values(content=json_text(kept))
            )


def erase_person(change: Change, who: str) -> int:
    """Take a person's name out of all changes of a region; return out of how many."""
    done = change.connection.execute(
        sa.update(CHANGE)
        .where(CHANGE.c.region == change.region, CHANGE.c.who == who)
        .values(who=ERASED)
    )
    return int(done.rowcount)


def _related(connection: Connection, region: str, entry_id: str) -> list[Entry]:
    """Return every state of an entry and of all that it was ever merged with."""
    known: dict[str, list[Entry]] = {}
    todo = {entry_id}
    while todo:
        for part in in_parts(sorted(todo)):
            query = sa.select(REVISION.c.offer_id, REVISION.c.rev, REVISION.c.state).where(
                REVISION.c.region == region, REVISION.c.offer_id.in_(part)
            )
            for offer_id, rev, state in connection.execute(query):
                made = Entry.from_text(offer_id, rev, state)
                known.setdefault(offer_id, []).append(made)
        seen = set(known) | todo
        todo = {
            other
            for states in known.values()
            for state in states
            for other in (state.merged_into, *state.aliases)
            if other and other not in seen
        }
    return [state for states in known.values() for state in states]


def _erase_words(connection: Connection, region: str, words: Sequence[str]) -> None:
    """Replace words in reasons, and in the texts of reports, which are JSON; both are few."""
    if not words:
        return

    def cleaned(value: Any) -> Any:
        if isinstance(value, str):
            for word in words:
                value = value.replace(word, ERASED)
            return value
        if isinstance(value, dict):
            return {cleaned(name): cleaned(inner) for name, inner in value.items()}
        return [cleaned(inner) for inner in value] if isinstance(value, list) else value

    for table, column in ((CHANGE, CHANGE.c.why), (REPORT, REPORT.c.report)):
        query = sa.select(table.c.rev, column).where(table.c.region == region, column != "")
        for rev, text in connection.execute(query).all():
            is_report = table is REPORT
            clean = json_text(cleaned(orjson.loads(text))) if is_report else cleaned(text)
            if clean != text:
                connection.execute(
                    sa.update(table)
                    .where(table.c.region == region, table.c.rev == rev)
                    .values({column: clean})
                )
