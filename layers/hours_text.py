"""
Opening hours as OpenStreetMap writes them, taken apart into rules and written again.

The library that evaluates them (`opening_hours`) errs where a rule crosses midnight, where a
comment stands without a state, on fallback rules, on `Dec 24,31`, and knows neither a state's
holidays nor school holidays. So a value is taken apart here and written again as plainer texts
that it gets right:

- a range over midnight as two texts, one for the day and one for the night after it;
- `PH` as dates, `SH` as two readings (always, never);
- an open end (`19:00+`) as two readings (closes at once, closes the next morning);
- a comment without a state as unknown.

Source of the grammar: OpenStreetMap wiki, Key:opening_hours/specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_CHARS = 1000  # OpenStreetMap's own limit is 255; other sources may write more
LATEST_END_MIN = 29 * 60  # an open end is over at 5 in the morning at the latest: our assumption
AFTER_MIDNIGHT_LEAST = 24 * 60 - 1  # what the night's text says from here on means nothing
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_ITEM = rf"(?:{_DAY}(?:\s*-\s*{_DAY})?(?:\s*\[[-\d,\s]+\])?|PH|SH)"
_TIME = r"\d{1,2}:\d{2}"
_SPAN = rf"{_TIME}(?:\s*-\s*{_TIME}\s*\+?|\s*\+)"
_TOKEN = re.compile(r'"[^"]*"|\|\||;|,')
_ENDS_RULE = re.compile(r'(?::\d{2}\s*\+?|"|\b(?:off|closed|open|unknown))\s*$', re.IGNORECASE)
_STARTS_RULE = re.compile(r"\s*[A-Za-z\"(]")
_TAIL = re.compile(r'^(?P<body>.*?)\s*(?P<modifier>\b(?:open|off|closed|unknown))?\s*'
                   r'(?P<comment>"[^"]*")?\s*$', re.IGNORECASE | re.DOTALL)  # fmt: skip
_BODY = re.compile(
    rf"^(?P<selector>.*?)(?P<times>(?<![\d:]){_SPAN}(?:\s*,\s*{_SPAN})*)?$", re.DOTALL
)
_DAYS = re.compile(rf"^(?P<before>.*?)\s*(?P<days>{_ITEM}(?:\s*,\s*{_ITEM})*)?$", re.IGNORECASE)
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATES = re.compile(rf"\b({_MONTH})(\s+\d{{1,2}})((?:\s*,\s*\d{{1,2}}(?![\d:]))+)", re.IGNORECASE)
_SUN = re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE)
_HOLIDAY = re.compile(r"\b(?:PH|SH)\b", re.IGNORECASE)
_NOT_WEEKLY = re.compile(rf"{_MONTH}|week|easter|\d{{4}}(?!:)|\[", re.IGNORECASE)


class HoursError(ValueError):
    """Hours that are not understood; the message is why, in a few words."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time in minutes of a day; `end` may lie beyond 24:00. `is_open`: an open end."""

    start: int
    end: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule of a value.

    `separator` is `;` (it replaces earlier rules on its days) or `,` (it adds to them); `before` is
    what limits it besides days (months, weeks, dates), `days` its days of the week, `PH` and `SH`.
    """

    separator: str
    before: str
    days: tuple[str, ...]
    spans: tuple[Span, ...]
    modifier: str
    comment: str

    @property
    def is_off(self) -> bool:
        """Whether it closes."""
        return self.modifier in ("off", "closed")


@dataclass(frozen=True)
class HoursText:
    """A value taken apart: groups of rules, each the fallback of the one before."""

    groups: tuple[tuple[Rule, ...], ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules."""
        return tuple(rule for group in self.groups for rule in group)

    def has_day(self, day: str) -> bool:
        """Whether a rule names `PH` or `SH`."""
        return any(day in rule.days for rule in self.rules)

    @property
    def has_open_end(self) -> bool:
        """Whether a closing time is not stated."""
        return any(span.is_open for rule in self.rules for span in rule.spans)

    @property
    def is_weekly(self) -> bool:
        """Whether every ordinary week is the same."""
        parts = " ".join(f"{rule.before} {','.join(rule.days)}" for rule in self.rules)
        return _NOT_WEEKLY.search(parts) is None

    @property
    def is_always(self) -> bool:
        """Whether it is 24/7 and nothing else: that holds on holidays too."""
        return len(self.rules) == 1 and self.rules[0].before == "24/7" and not self.rules[0].comment


def read_hours_text(text: str) -> HoursText:
    """
    Take a value apart.

    Raises
    ------
    HoursError
        If it is too long, or says something that is not evaluated: times by the sun, holidays
        that are limited otherwise than by dates.
    """
    if len(text) > MAX_CHARS:
        raise HoursError(f"longer than {MAX_CHARS} characters")
    if _SUN.search(re.sub(r'"[^"]*"', "", text)):
        raise HoursError("times by the sun")
    groups: list[list[Rule]] = [[]]
    for separator, part in _split(text):
        if separator == "||":
            groups.append([])
        groups[-1].append(_read_rule("," if separator == "," else ";", part))
    return HoursText(tuple(map(tuple, groups)))


def _split(text: str) -> list[tuple[str, str]]:
    """Cut at `;`, `||`, and at commas that begin a further rule; each part with what precedes."""
    parts, start, separator = [], 0, ";"
    for token in _TOKEN.finditer(text):
        if token[0].startswith('"') or (
            token[0] == ","
            and not (
                _ENDS_RULE.search(text[start : token.start()])
                and _STARTS_RULE.match(text, token.end())
            )
        ):
            continue
        parts.append((separator, text[start : token.start()]))
        start, separator = token.end(), token[0]
    last = text[start:]
    if last.strip() or separator != ";":  # one semicolon at the very end does no harm
        parts.append((separator, last))
    return parts


def _read_rule(separator: str, text: str) -> Rule:
    tail = _TAIL.match(text.strip())
    body = tail and _BODY.match(tail["body"].strip())
    if not tail or not body or not text.strip():
        raise HoursError("not understood")
    days = _DAYS.match(body["selector"].strip())
    if not days:
        raise HoursError("not understood")
    before = _DATES.sub(_each_with_month, days["before"].strip())
    if _HOLIDAY.search(before):
        raise HoursError("holidays in a form that is not evaluated")
    if re.search(r"\d:\d\d", before):
        raise HoursError("times in a form that is not evaluated")
    items = re.findall(_ITEM, days["days"] or "", re.IGNORECASE)
    modifier, comment = (tail["modifier"] or "").lower(), (tail["comment"] or "").strip('"')
    return Rule(
        separator=separator,
        before=before,
        days=tuple(d.upper() if d.upper() in ("PH", "SH") else d for d in items),
        spans=tuple(map(_read_span, re.findall(_SPAN, body["times"] or ""))),
        modifier=modifier or ("unknown" if comment else ""),
        comment=comment,
    )


def _each_with_month(found: re.Match[str]) -> str:
    """Write `Dec 24,31` as `Dec 24,Dec 31`."""
    more = [f"{found[1]} {day.strip()}" for day in found[3].split(",") if day.strip()]
    return ",".join([found[1] + found[2], *more])


def _read_span(text: str) -> Span:
    minutes = [int(t[:-3]) * 60 + int(t[-2:]) for t in re.findall(_TIME, text)]
    start, end = minutes[0], minutes[-1]
    if len(minutes) == 2 and end <= start:
        end += 24 * 60
    return Span(start, end, text.rstrip().endswith("+"))


def expand_holidays(
    text: HoursText,
    *,
    dates: Sequence[str],
    school_holidays: bool,
    holds_on: Callable[[str, str], bool],
) -> HoursText:
    """
    Write `PH` as dates and `SH` as every day or none.

    Parameters
    ----------
    dates
        Public holidays such as `2026 Oct 31`.
    school_holidays
        Whether all days are school holidays, or none.
    holds_on
        Whether what limits a rule otherwise (`Apr-Oct`) holds on a date.
    """
    groups = []
    for group in text.groups:
        rules: list[Rule] = []
        for rule in group:
            rules += _expand(rule, dates, holds_on, school_holidays=school_holidays)
        groups.append(tuple(rules))
    return HoursText(tuple(groups))


def _expand(
    rule: Rule,
    dates: Iterable[str],
    holds_on: Callable[[str, str], bool],
    *,
    school_holidays: bool,
) -> list[Rule]:
    days = tuple(day for day in rule.days if day not in ("PH", "SH"))
    if "SH" in rule.days and school_holidays:
        days = ("Mo-Su",)
    rules = [replace(rule, days=days)] if days or not rule.days else []
    if "PH" in rule.days:
        chosen = [date for date in dates if not rule.before or holds_on(rule.before, date)]
        if chosen:
            rules.append(replace(rule, before=",".join(chosen), days=()))
    return rules


def write_group(rules: Sequence[Rule], *, after_midnight: bool, late: bool) -> str:
    """
    Write a group of rules as a text of its own.

    Parameters
    ----------
    after_midnight
        False writes what is open on a rule's own day until midnight; True what its nights add
        after midnight, as times of the day before. There `AFTER_MIDNIGHT_LEAST` and later mean
        nothing: a rule that adds nothing still replaces earlier ones.
    late
        Whether open ends close late, or at once.
    """
    written = ""
    for rule in rules:
        separator = ("; " if rule.separator == ";" else ", ") if written else ""
        written += separator + _write_rule(rule, after_midnight=after_midnight, late=late)
    return written or "off"


def _write_rule(rule: Rule, *, after_midnight: bool, late: bool) -> str:
    spans = [_bounds(span, late=late) for span in rule.spans]
    before = rule.before
    if after_midnight:
        spans = [
            (0, end - 1440) if end > 1440 else (AFTER_MIDNIGHT_LEAST, 1440) for _, end in spans
        ]
        if not spans and not rule.is_off:
            spans = [(AFTER_MIDNIGHT_LEAST, 1440)]
            before = "" if before == "24/7" else before
    else:
        spans = [(start, min(end, 1440)) for start, end in spans]
    times = ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)
    comment = f'"{rule.comment}"' if rule.comment else ""
    return " ".join(
        part for part in (before, ",".join(rule.days), times, rule.modifier, comment) if part
    )


def _bounds(span: Span, *, late: bool) -> tuple[int, int]:
    if not span.is_open:
        return span.start, span.end
    return span.start, LATEST_END_MIN if late else max(span.end, span.start + 1)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
