"""`umkreis register …`: review, duplicates, corrections, history, reports, matches."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import click

from geo.errors import ParameterError
from layers.register import Register
from layers.register.entry import (
    ARCHIVED,
    DATE_FIELDS,
    DRAFT,
    FACT,
    LINK_KINDS,
    LIST_FIELDS,
    NUMBER_FIELDS,
    PUBLISHED,
    REJECTED,
    SUBMITTED,
)
from layers.register_duplicates import items_of, suspected
from layers.submissions.tidy import tidy
from layers.taxonomy import load_taxonomy
from server.commands.lazy import PlainGroup
from server.import_report import SHOWN, pair_line, report_lines
from server.opened import known_regions, open_built_region
from server.register_opened import LANG, WHO, WHY, open_register, texts_for
from server.register_words import (
    echo_list,
    entry_line,
    entry_lines,
    overdue_line,
    proposal_lines,
    revision_lines,
)
from server.settings import Settings
from server.texts import Texts

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_ALL = click.option("--all", "is_all", is_flag=True, help="All lines, however many.")


@click.group("register", cls=PlainGroup)
def group() -> None:
    """Keep the register alive: review, duplicates, corrections, history, reports."""


@group.command("review")
@click.argument("region")
@click.option("--publish", multiple=True, metavar="ID", help="Show it to everybody.")
@click.option("--reject", multiple=True, metavar="ID", help="It was submitted and stays out.")
@click.option("--archive", multiple=True, metavar="ID", help="Take it off the map, keep it here.")
@click.option("--reopen", multiple=True, metavar="ID", help="Back to the submitted ones.")
@click.option("--accept", multiple=True, metavar="ID", help="Take what a source wants to change.")
@click.option("--refuse", multiple=True, metavar="ID", help="Leave it as it is.")
@click.option("--asked", multiple=True, metavar="ID", help="Somebody has asked: it holds.")
@click.option("--again", type=_DAY, help="When to ask again; else in two years.")
@WHO
@WHY
@_ALL
@LANG
def review_command(
    region: str,
    publish: tuple[str, ...],
    reject: tuple[str, ...],
    archive: tuple[str, ...],
    reopen: tuple[str, ...],
    accept: tuple[str, ...],
    refuse: tuple[str, ...],
    asked: tuple[str, ...],
    again: datetime | None,
    who: str,
    why: str,
    is_all: bool,
    lang: str | None,
) -> None:
    """Decide what waits to be published, and see what should be asked about again."""
    texts = texts_for(lang)
    known_regions().folder(region)
    decided = {PUBLISHED: publish, REJECTED: reject, ARCHIVED: archive, SUBMITTED: reopen}
    today = _today()
    with open_register() as register:
        for status, ids in decided.items():
            for entry_id in ids:
                register.set_status(region, entry_id, status, who=who, why=why)
        day = again.date() if again else date(today.year + 2, today.month, min(today.day, 28))
        for entry_id in accept:
            register.accept(region, entry_id, who=who, why=why)
        for entry_id in refuse:
            register.reject(region, entry_id, who=who, why=why)
        for entry_id in asked:
            register.set_review(region, entry_id, day, who=who, why=why)
        if count := sum(map(len, (*decided.values(), accept, refuse, asked))):
            click.echo(texts.ngettext("one decision noted", "{n} decisions noted", count))
            return
        waiting = register.entries(region, statuses=(SUBMITTED, DRAFT))
        proposals = register.proposals(region)
        overdue = register.overdue(region, on=today)
    most = None if is_all else SHOWN
    head = texts.ngettext("One waits to be published:", "{n} wait to be published:", len(waiting))
    echo_list(head, (entry_line(entry, texts) for entry in waiting), texts, most)
    head = texts.ngettext(
        "A source wants to change one entry:", "Sources want to change {n} entries:", len(proposals)
    )
    echo_list(head, (line for each in proposals for line in proposal_lines(each)), texts, most)
    head = texts.ngettext("Ask about one again:", "Ask about {n} again:", len(overdue))
    echo_list(head, (overdue_line(one, texts) for one in overdue), texts, most)
    if not (waiting or proposals or overdue):
        click.echo(texts.gettext("Nothing waits, and nothing is to be asked about."))


@group.command("duplicates")
@click.argument("region")
@click.option("--merge", nargs=2, multiple=True, metavar="KEEP OTHER", help="One offer: KEEP.")
@click.option("--apart", nargs=2, multiple=True, metavar="ID ID", help="Two offers, for good.")
@click.option("--split", nargs=2, multiple=True, metavar="KEEP OTHER", help="Undo a merge.")
@WHO
@WHY
@_ALL
@LANG
def duplicates_command(
    region: str,
    merge: tuple[tuple[str, str], ...],
    apart: tuple[tuple[str, str], ...],
    split: tuple[tuple[str, str], ...],
    who: str,
    why: str,
    is_all: bool,
    lang: str | None,
) -> None:
    """List pairs that may be one offer; merge them, or tell them apart for good."""
    texts = texts_for(lang)
    taxonomy = open_built_region(region).taxonomy
    with open_register() as register:
        for one, other in merge:
            register.merge(region, one, other, who=who, why=why)
        for one, other in apart:
            register.tell_apart(region, one, other, who=who, why=why)
        for one, other in split:
            register.split(region, one, other, who=who, why=why)
        if decided := len(merge) + len(apart) + len(split):
            click.echo(texts.ngettext("one decision noted", "{n} decisions noted", decided))
            return
        items = items_of(register.entries(region, statuses=None))
        pairs = suspected(items, taxonomy, apart=register.told_apart(region))
    if not pairs:
        click.echo(texts.gettext("No two entries look like one offer."))
        return
    head = texts.ngettext("One pair may be one offer:", "{n} pairs may be one offer:", len(pairs))
    echo_list(head, (pair_line(asdict(p), texts) for p in pairs), texts, None if is_all else SHOWN)
    command = f"umkreis register duplicates {region} --merge KEEP OTHER | --apart ID ID"
    click.echo(texts.gettext("Decide with: {command}", command=command))


@group.command("correct")
@click.argument("region")
@click.argument("offer", metavar="OFFER_ID")
@click.argument("values", nargs=-1, metavar="FIELD=VALUE…")
@click.option("--withdraw", multiple=True, metavar="FIELD", help="Say nothing of it by hand.")
@WHO
@WHY
@LANG
def correct_command(
    region: str,
    offer: str,
    values: tuple[str, ...],
    withdraw: tuple[str, ...],
    who: str,
    why: str,
    lang: str | None,
) -> None:
    """
    Say what is right; it holds over every source and outlives the next import.

    `closed_on=2026-03-01` closes an offer, `phone=` says that it has none, lists have ; between.
    """
    texts = texts_for(lang)
    known_regions().folder(region)
    told = dict(map(_value, values))
    taxonomy = load_taxonomy(known_regions().taxonomy_path)
    for category in told.get("categories") or ():
        taxonomy.category(category)  # raises with the nearest ones
    if not (told or withdraw):
        raise ParameterError(
            "`FIELD=VALUE` is missing: say what is right, such as closed_on=2026-03-01",
            parameter="values",
        )
    with open_register() as register:
        register.correct(region, offer, told, who=who, why=why, withdraw=withdraw)
        entry = register.entry(region, offer)
    click.echo("\n".join(entry_lines(entry, texts)))


@group.command("history")
@click.argument("region")
@click.argument("offer", required=False, metavar="[OFFER_ID]")
@click.option("--as-of", type=_DAY, help="What existed on that day.")
@click.option("--recorded", type=_DAY, help="What was known at the end of that day.")
@click.option("--undo", type=int, multiple=True, metavar="NUMBER", help="Put a change back.")
@WHO
@WHY
@_ALL
@LANG
def history_command(
    region: str,
    offer: str | None,
    as_of: datetime | None,
    recorded: datetime | None,
    undo: tuple[int, ...],
    who: str,
    why: str,
    is_all: bool,
    lang: str | None,
) -> None:
    """Tell who changed what, when and why; any state by either date; undo a change."""
    texts = texts_for(lang)
    known_regions().folder(region)
    most = None if is_all else SHOWN
    known = recorded.date() if recorded else None
    with open_register() as register:
        if undo:
            touched = [
                entry for rev in undo for entry in register.undo(region, rev, who=who, why=why)
            ]
            said = texts.ngettext(
                "one entry is as before", "{n} entries are as before", len(touched)
            )
            click.echo(said)
        elif offer is not None and known is None:
            revisions = register.history(region, offer)
            click.echo("\n".join(entry_lines(register.entry(region, offer), texts)))
            echo_list(texts.gettext("History:"), revision_lines(revisions), texts, None)
        elif offer is not None:
            entry = register.entry(region, offer, recorded=known)
            click.echo("\n".join(entry_lines(entry, texts)))
        elif as_of or recorded:
            day = as_of.date() if as_of else None
            entries = register.entries(region, as_of=day, recorded=known)
            head = texts.ngettext("one offer", "{n} offers", len(entries))
            echo_list(head, (entry_line(entry, texts) for entry in entries), texts, most)
        else:
            _list_changes(register, region, texts, most)


@group.command("report")
@click.argument("region")
@click.argument("number", type=int, required=False, metavar="[NUMBER]")
@LANG
def report_command(region: str, number: int | None, lang: str | None) -> None:
    """Print an import's report with every line: the last one, or that of a number."""
    texts = texts_for(lang)
    known_regions().folder(region)
    with open_register() as register:
        reports = register.reports(region)
    if not reports:
        click.echo(texts.gettext("Nothing was ever imported here."))
        return
    by_number = {rev: report for rev, _, report in reports}
    if number is not None and number not in by_number:
        raise ParameterError(
            f"`NUMBER` {number} is no report of {region}; there are {_numbers(by_number)}",
            parameter="number",
        )
    chosen = by_number[number or reports[0][0]]
    click.echo("\n".join(report_lines(chosen, texts, region=region)))
    click.echo(texts.gettext("Reports: {numbers}", numbers=_numbers(by_number)), err=True)


@group.command("link")
@click.argument("region")
@click.argument("start", metavar="FROM_ID")
@click.argument("kind", type=click.Choice(LINK_KINDS))
@click.argument("target", metavar="TO_ID")
@click.option("--remove", is_flag=True, help="Take the link away.")
@WHO
@LANG
def link_command(
    region: str, start: str, kind: str, target: str, remove: bool, who: str, lang: str | None
) -> None:
    """Say that one offer works with another already; partners show it first."""
    texts = texts_for(lang)
    known_regions().folder(region)
    with open_register() as register:
        register.link(region, start, kind, target, who=who, is_set=not remove)
        from_it, _ = register.links(region, start)
    lines = [f"{link.kind} → {link.target}" for link in from_it]
    echo_list(texts.ngettext("one link", "{n} links", len(lines)), lines, texts, None)


@group.command("matches")
@click.argument("region")
@click.option(
    "--confirm", nargs=3, multiple=True, metavar="NEEDS GIVES RESOURCE",
    help="A need of one met a gift of another.",
)  # fmt: skip
@WHO
@LANG
def matches_command(
    region: str, confirm: tuple[tuple[str, str, str], ...], who: str, lang: str | None
) -> None:
    """Count the needs that met a gift, as people confirmed it."""
    texts = texts_for(lang)
    taxonomy = open_built_region(region).taxonomy
    resources = {resource.id for resource in taxonomy.resources}
    with open_register() as register:
        for needs, gives, resource in confirm:
            if resource not in resources:
                raise ParameterError(
                    f"`RESOURCE` {resource!r} is not known; known are "
                    f"{', '.join(sorted(resources))}",
                    parameter="resource",
                )
            register.confirm_match(region, needs, gives, resource, on=_today(), who=who)
        matches = register.matches(region)
    head = texts.ngettext("one match came about", "{n} matches came about", len(matches))
    lines = (f"{day} {gives} → {needs}: {what}" for needs, gives, what, day in matches)
    echo_list(head, lines, texts, None)


def _list_changes(register: Register, region: str, texts: Texts, most: int | None) -> None:
    changes = register.changes(region, limit=1_000_000 if most is None else most + 1)
    lines = [
        f"{c.rev:>6} {c.recorded_at[:16].replace('T', ' ')} {c.who}: {c.what}"
        + (f" ({c.why})" if c.why else "")
        for c in changes
    ]
    echo_list(texts.gettext("Changes, the newest first:"), lines[:most], texts, None)
    if most is not None and len(lines) > most:
        click.echo("  " + texts.gettext("… and older ones; --all lists them"))


def _value(pair: str) -> tuple[str, Any]:
    name, mark, text = pair.partition("=")
    name, text = name.strip(), text.strip()
    if not mark:
        raise ParameterError(
            f"`FIELD=VALUE` {pair!r} has no =; write such as phone=+49 395 123456",
            parameter="values",
        )
    if not text:
        return name, None
    if name in LIST_FIELDS:
        return name, [part.strip() for part in text.split(";") if part.strip()]
    if name in NUMBER_FIELDS:
        try:
            return name, float(text.replace(",", "."))
        except ValueError:
            raise ParameterError(f"`{name}` {text!r} is no number", parameter=name) from None
    if name in DATE_FIELDS:
        try:
            return name, date.fromisoformat(text)
        except ValueError:
            raise ParameterError(
                f"`{name}` {text!r} is no day such as 2026-03-01", parameter=name
            ) from None
    if name.startswith(FACT) and text in ("true", "false", "yes", "no", "ja", "nein"):
        return name, text in ("true", "yes", "ja")
    return name, text


def _numbers(reports: dict[int, Any]) -> str:
    return ", ".join(map(str, sorted(reports, reverse=True)[:10]))


def _today() -> date:
    return datetime.now(UTC).date()


@group.command("tidy")
@LANG
def tidy_command(lang: str | None) -> None:
    """Take people's data out of suggestions that were decided long ago."""
    texts = texts_for(lang)
    with open_register() as register:
        done = tidy(register, keep_days=Settings.from_env().keep_days)
        if done.submissions or done.keepers:
            register.database.scrub()
    count = done.submissions + done.keepers
    click.echo(texts.ngettext("one decision tidied", "{n} decisions tidied", count))
