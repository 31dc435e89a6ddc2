"""An import's report as lines for people; the same for what was just done and for what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.import_reasons import reason_in
from server.texts import Texts

SHOWN = 20  # lines of one kind, where all of them are to be had elsewhere


def report_lines(
    report: Mapping[str, Any], texts: Texts, *, region: str, most: int | None = None
) -> list[str]:
    """
    Write a report out.

    Parameters
    ----------
    report
        As `ImportReport.to_record` gives it.
    texts
        Of the language.
    region
        Its id, for the commands that lead on.
    most
        At most so many lines of one kind; the rest is counted.
    """
    told = _what(report, texts)
    trial = texts.gettext("Trial: nothing was written.") + " " if report["is_trial"] else ""
    lines = [f"{trial}{told}", *_counts(report, texts)]
    lines += _rows(texts.gettext("Not taken:"), _not_taken(report, texts), texts, most)
    lines += _rows(
        texts.gettext("No longer listed by the source (they stay, and are asked about again):"),
        report["gone"], texts, most,
    )  # fmt: skip
    lines += _rows(texts.gettext("Changed:"), report["changed"], texts, most)
    lines += _rows(texts.gettext("Waiting to be accepted:"), report["proposed"], texts, most)
    lines += _rows(texts.gettext("Taken, but please look:"), _decisions(report, texts), texts, most)
    pairs = [pair_line(pair, texts) for pair in report["duplicates"]]
    lines += _rows(texts.gettext("May be the same offer:"), pairs, texts, most)
    if pairs:
        command = f"umkreis register duplicates {region}"
        lines.append("  " + texts.gettext("Decide with: {command}", command=command))
    notes = [reason_in(texts, note) for note in report["notes"]]
    lines += _rows(texts.gettext("Notes:"), notes, texts, most)
    touched = ("added", "changed", "back", "proposed", "gone")
    if report["revs"] and any(report[name] for name in touched):
        undo = " ".join(f"--undo {rev}" for rev in reversed(report["revs"]))
        command = f"umkreis register history {region} {undo}"
        lines.append(texts.gettext("Take it back with: {command}", command=command))
    return lines


def pair_line(pair: Mapping[str, Any], texts: Texts) -> str:
    """Write a suspected pair in one line."""
    first = " ".join(filter(None, (pair["first"], pair["first_name"])))
    second = " ".join(filter(None, (pair["second"], pair["second_name"])))
    reasons = {
        "same name": texts.gettext("same name"),
        "part of name": texts.gettext("one name is part of the other"),
        "no name": texts.gettext("one has no name"),
        "same phone": texts.gettext("same telephone number"),
        "same site": texts.gettext("same web address"),
    }
    why = ", ".join(reasons.get(reason, reason) for reason in pair["why"])
    return f"{first} | {second}: {texts.number(pair['distance_m'])} m, {why}"


def _what(report: Mapping[str, Any], texts: Texts) -> str:
    about = [report["kind"], report["licence"] or texts.gettext("licence unknown")]
    if report["as_of"]:
        about.append(texts.iso_day(report["as_of"]))
    rows = texts.ngettext("one row listed", "{n} rows listed", report["rows"])
    return f"{report['title']} ({', '.join(about)}): {rows}"


def _counts(report: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    added = report["added"]
    counts = [
        (added if isinstance(added, int) else len(added), texts.gettext("new")),
        (len(report["changed"]), texts.gettext("changed")),
        (len(report["back"]), texts.gettext("there again")),
        (len(report["proposed"]), texts.gettext("to be accepted")),
        (report["unchanged"], texts.gettext("unchanged")),
        (len(report["not_taken"]), texts.gettext("not taken")),
        *(
            (count, texts.gettext("left out: {reason}", reason=reason_in(texts, why)))
            for why, count in report["skipped"].items()
        ),
    ]
    for count, what in counts:
        if count:
            yield f"{texts.number(count):>9} {what}"
    if report["looked_up"]:
        yield "  " + texts.ngettext(
            "one of them was looked up by its address",
            "{n} of them were looked up by their address",
            report["looked_up"],
        )


def _not_taken(report: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    for row in report["not_taken"]:
        meant = _meant(row["candidates"], texts)
        why = reason_in(texts, row["reason"])
        yield f"{_line(report, row, texts)}{row['text']}: {why}{meant}"


def _decisions(report: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    topics = {"place": texts.gettext("place"), "category": texts.gettext("category")}
    for row in report["decisions"]:
        taken = f" → {row['taken']}" if row["taken"] else ""
        meant = _meant(row["candidates"], texts)
        why = reason_in(texts, row["reason"])
        told = f"{topics.get(row['topic'], row['topic'])} {row['text']}{taken}: {why}{meant}"
        yield _line(report, row, texts) + told


def _line(report: Mapping[str, Any], row: Mapping[str, Any], texts: Texts) -> str:
    if not row["line"]:
        return ""
    if report["counts_in"] == "line":
        return texts.gettext("line {n}", n=row["line"]) + ": "
    names = {
        "row": texts.gettext("row"),
        "feature": texts.gettext("feature"),
        "entry": texts.gettext("entry"),
        "event": texts.gettext("event"),
    }
    return f"{names.get(report['counts_in'], report['counts_in'])} {row['line']}: "


def _meant(candidates: Sequence[str], texts: Texts) -> str:
    if not candidates:
        return ""
    return " – " + texts.gettext("perhaps {candidates}", candidates="; ".join(candidates))


def _rows(
    head: str, rows: Sequence[str] | Iterator[str], texts: Texts, most: int | None
) -> Iterator[str]:
    told = list(rows)
    if not told:
        return
    yield head
    yield from (f"  {row}" for row in told[:most])
    if most is not None and len(told) > most:
        yield "  " + texts.gettext("… and {n} more", n=texts.number(len(told) - most))
