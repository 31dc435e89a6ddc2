"""Entries of the register as lines for people: who says what of them, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from layers.register.entry import ARCHIVED, DRAFT, PUBLISHED, REJECTED, SUBMITTED, Entry
from layers.register.proposals import Proposal
from layers.register.reading import Overdue, Revision
from layers.register.resolve import disagreements, provenance, values_of
from server.texts import Texts


def echo_list(head: str, lines: Iterable[str], texts: Texts, most: int | None) -> None:
    """Print lines below a head, at most so many; how many more there are is said."""
    told = list(lines)
    if told or not most:
        click.echo(head if told else head.rstrip(":"))
    for line in told[:most]:
        click.echo(f"  {line}")
    if most is not None and len(told) > most:
        more = texts.gettext("… and {n} more", n=texts.number(len(told) - most))
        click.echo(f"  {more} (--all)")


def entry_line(entry: Entry, texts: Texts) -> str:
    """Write an entry in one line."""
    values = values_of(entry)
    parts = (values.get("name", ""), ", ".join(values["categories"]), _address(values))
    told = ", ".join(filter(None, parts))
    return f"{entry.id}: {told} ({_status(entry.status, texts)})"


def overdue_line(one: Overdue, texts: Texts) -> str:
    """Write in one line why somebody should ask about an entry."""
    parts = [f"{one.id}: {one.name}", ", ".join(one.sources)]
    if one.is_gone:
        parts.append(texts.gettext("no longer listed by its source"))
    if one.seen_on is not None:
        parts.append(texts.gettext("last seen {day}", day=texts.day(one.seen_on)))
    return ", ".join(filter(None, parts))


def proposal_lines(proposal: Proposal) -> Iterator[str]:
    """Write what a source wants to change: what holds now, and what would hold."""
    yield f"{proposal.entry_id}: {proposal.name} ({proposal.source})"
    for each in proposal.differences:
        kept = "" if each.then == each.said else f" [{_shown(each.then)}]"
        yield f"    {each.field}: {_shown(each.now)} → {_shown(each.said)}{kept}"


def entry_lines(entry: Entry, texts: Texts) -> list[str]:
    """Write an entry with who says what; values that differ stand below the one that holds."""
    lines = [entry_line(entry, texts)]
    differ = set(disagreements(entry))
    for name, said in provenance(entry).items():
        for each in said:
            day = f", {each.said_on}" if each.said_on else ""
            gone = texts.gettext(", gone since {day}", day=each.gone_on) if each.gone_on else ""
            mark = " " if each.holds else "–"
            value = _shown(each.value)
            lines.append(f"  {mark} {name}: {value} ({each.source}{day}{gone})")
    if differ:
        lines.append(texts.gettext("Sources differ: {fields}", fields=", ".join(sorted(differ))))
    return lines


def revision_lines(revisions: Sequence[Revision]) -> Iterable[str]:
    """Write what each change did to an entry."""
    before: dict[str, dict[str, Any]] = {}
    for revision in revisions:
        entry, change = revision.entry, revision.change
        now = {"status": entry.status, **values_of(entry)}
        if entry.merged_into:
            now["merged_into"] = entry.merged_into
        if entry.is_removed:
            now["removed"] = True
        old = before.get(entry.id, {})
        fields = sorted(k for k in {*now, *old} if now.get(k) != old.get(k))
        told = ", ".join(f"{k} {_shown(old.get(k))} → {_shown(now.get(k))}" for k in fields)
        when = change.recorded_at[:16].replace("T", " ")
        why = f" ({change.why})" if change.why else ""
        whose = "" if entry.id == revisions[-1].entry.id else f" [{entry.id}]"
        yield f"{change.rev:>6} {when} {change.who}: {change.what}{why}{whose}"
        if old and told:
            yield f"         {told}"
        before[entry.id] = now


def _status(status: str, texts: Texts) -> str:
    return {
        DRAFT: texts.gettext("draft"),
        SUBMITTED: texts.gettext("submitted"),
        PUBLISHED: texts.gettext("published"),
        REJECTED: texts.gettext("rejected"),
        ARCHIVED: texts.gettext("archived"),
    }[status]


def _address(values: Any) -> str:
    street = " ".join(filter(None, (values.get("street"), values.get("housenumber"))))
    town = " ".join(filter(None, (values.get("postcode"), values.get("city"))))
    return ", ".join(filter(None, (street, town)))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
