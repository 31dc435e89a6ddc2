"""
Opening hours as people fill them into a form, written as OpenStreetMap does, and read again.

A line says on which days it is open from when until when; lines that share a day give it several
spans, as a shop has that closes at noon. Where an end is not after its beginning, it is open past
midnight. What the form cannot say (seasons, every second week) is not read into it: then the text
stays as it is until somebody says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from layers.hours_text import HoursError, read_hours_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.hours_text import HoursText, Rule

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAY: Final = "PH"
ALWAYS: Final = "24/7"
BY_ARRANGEMENT: Final = "by appointment"  # how OpenStreetMap says it
LONGEST_NOTE: Final = 80
MOST_LINES: Final = 28
_TIME: Final = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)")
_DAY_MIN: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Line:
    """Days, of `DAYS` and `HOLIDAY`, on which it is open from `start` until `end`."""

    days: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class HoursForm:
    """
    What the form says.

    Attributes
    ----------
    lines
        Times by days.
    is_always
        Around the clock; then there are no lines.
    by_arrangement
        Besides, or instead.
    closed_on_holidays
        Whether it is closed on public holidays; where they stand in a line, it is open.
    note
        What is worth knowing of the hours, in people's own words.
    """

    lines: tuple[Line, ...] = ()
    is_always: bool = False
    by_arrangement: bool = False
    closed_on_holidays: bool = False
    note: str = ""


@dataclass
class Written:
    """The text of OpenStreetMap, and what is wrong: the number of a line, -1 for all, and why."""

    text: str = ""
    faults: list[tuple[int, str]] = field(default_factory=list)


def write_hours(form: HoursForm) -> Written:
    """
    Write what a form says as opening hours.

    Returns
    -------
    written
        `text` is "" where nothing is said or something is wrong. Reasons: `no_days`, `no_times`
        (one is missing, or is none such as 09:30), `overlap` (with another line on the same day),
        `long_note`, `holidays` (open and closed on public holidays at once).
    """
    written = Written()
    by_day = _spans_by_day(form, written.faults)
    note = re.sub(r'["\\\x00-\x1f]', "'", form.note).strip()
    if len(note) > LONGEST_NOTE:
        written.faults.append((-1, "long_note"))
    if form.closed_on_holidays and HOLIDAY in by_day:
        written.faults.append((-1, "holidays"))
    if written.faults:
        return written
    said = f' open "{note}"' if note else ""
    if form.is_always:
        rules = [f"{ALWAYS}{said}"]
    else:
        rules = [f"{days} {spans}{said}" for days, spans in _grouped(by_day)]
    if form.closed_on_holidays and rules:
        rules.append("PH off")
    main = "; ".join(rules)
    if form.by_arrangement:
        comment = f"{BY_ARRANGEMENT}, {note}" if note and not main else BY_ARRANGEMENT
        main = " || ".join(filter(None, (main, f'"{comment}"')))
    elif note and not main:
        main = f'"{note}"'
    written.text = main
    return written


def read_hours(text: str) -> HoursForm | None:
    """Return how a form says what a text does; None where it cannot."""
    if not text.strip():
        return HoursForm()
    try:
        read = read_hours_text(text)
    except HoursError:
        return None
    form = _form_of(read)
    # what the form cannot hold would be lost silently: only what it writes alike is taken
    if form is None or _plain(write_hours(form).text) != _plain(text):
        return None
    return form


def _plain(text: str) -> str:
    """Spell alike what means alike: order and grouping of days are the form's own."""
    try:
        form = _form_of(read_hours_text(text))
    except HoursError:
        return text
    if form is None:
        return text
    days = sorted((day, line.start, line.end) for line in form.lines for day in line.days)
    rest = (form.is_always, form.by_arrangement, form.closed_on_holidays, form.note)
    return repr((days, rest))


def _form_of(read: HoursText) -> HoursForm | None:
    groups = list(read.groups)
    by_arrangement, note = False, ""
    last = groups[-1]
    if len(last) == 1 and last[0].modifier == "unknown" and _is_bare(last[0]):
        first, _, rest = last[0].comment.partition(", ")
        by_arrangement = first.casefold() == BY_ARRANGEMENT
        if len(groups) > 1 and not by_arrangement:
            return None
        note = rest if by_arrangement else last[0].comment
        groups.pop()
    if len(groups) > 1:
        return None
    rules = groups[0] if groups else ()
    if len(rules) == 1 and rules[0].before == ALWAYS and rules[0].modifier in ("", "open"):
        return HoursForm((), True, by_arrangement, False, rules[0].comment or note)
    days: dict[str, list[tuple[str, str]]] = {}
    closed = False
    for rule in rules:
        if rule.before or any(span.is_open for span in rule.spans):
            return None
        if rule.is_off and rule.days == (HOLIDAY,) and not rule.comment:
            closed = True
            continue
        if rule.is_off or rule.modifier == "unknown" or not rule.spans:
            return None
        note = rule.comment or note
        named = list(_each(rule)) or list(DAYS)
        if not set(named) <= {*DAYS, HOLIDAY}:
            return None
        for day in named:
            spans = [(_clock(span.start), _clock(span.end)) for span in rule.spans]
            days[day] = [*(days.get(day, []) if rule.separator == "," else []), *spans]
    lines = _lines(days)
    return HoursForm(lines, False, by_arrangement, closed, note)


def _is_bare(rule: Rule) -> bool:
    return not (rule.before or rule.days or rule.spans)


def _each(rule: Rule) -> Iterator[str]:
    """Give the days of a rule one by one."""
    for item in rule.days:
        first, _, last = item.partition("-")
        first, last = first.strip(), last.strip()
        if not last:
            yield first
            continue
        if first not in DAYS or last not in DAYS:
            yield item
            continue
        i, j = DAYS.index(first), DAYS.index(last)
        yield from (DAYS[k % 7] for k in range(i, j + 1 if j >= i else j + 8))


def _lines(days: dict[str, list[tuple[str, str]]]) -> tuple[Line, ...]:
    """Return lines of days that are open at the same time, those of the week's first days first."""
    spans = dict.fromkeys(span for day in (*DAYS, HOLIDAY) for span in days.get(day, ()))
    return tuple(
        Line(tuple(d for d in (*DAYS, HOLIDAY) if span in days.get(d, ())), *span) for span in spans
    )


def _spans_by_day(
    form: HoursForm, faults: list[tuple[int, str]]
) -> dict[str, list[tuple[int, int]]]:
    by_day: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(form.lines):
        start, end = _minute(line.start), _minute(line.end)
        if start is None or end is None or start == end or start >= _DAY_MIN:
            faults.append((number, "no_times"))
            continue
        days = [day for day in line.days if day in (*DAYS, HOLIDAY)]
        if not days:
            faults.append((number, "no_days"))
            continue
        if end <= start:
            end += _DAY_MIN
        for day in days:
            spans = by_day.setdefault(day, [])
            if any(start < b and a < end for a, b in spans):
                faults.append((number, "overlap"))
                break
            spans.append((start, end))
    return {day: sorted(by_day[day]) for day in (*DAYS, HOLIDAY) if day in by_day}


def _grouped(by_day: dict[str, list[tuple[int, int]]]) -> Iterator[tuple[str, str]]:
    """Give days that are open alike, as `Mo-We,Fr`, with their spans."""
    alike: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for day, spans in by_day.items():
        alike.setdefault(tuple(spans), []).append(day)
    for times, days in alike.items():
        yield _day_ranges(days), ",".join(f"{_clock(a)}-{_clock(b)}" for a, b in times)


def _day_ranges(days: list[str]) -> str:
    rows = [DAYS.index(day) for day in days if day in DAYS]
    parts: list[list[int]] = []
    for row in rows:
        if parts and parts[-1][-1] == row - 1:
            parts[-1].append(row)
        else:
            parts.append([row])
    written = [
        DAYS[p[0]] if len(p) == 1 else f"{DAYS[p[0]]}{'-' if len(p) > 2 else ','}{DAYS[p[-1]]}"
        for p in parts
    ]
    return ",".join([*written, *([HOLIDAY] if HOLIDAY in days else [])])


def _minute(text: str) -> int | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2])
    return minute if minute <= _DAY_MIN else None


def _clock(minute: int) -> str:
    """Write a minute; past midnight as a time of the next day, midnight itself as 24:00."""
    if minute > _DAY_MIN:
        minute -= _DAY_MIN
    return f"{minute // 60:02}:{minute % 60:02}"
