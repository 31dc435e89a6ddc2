"""
When: a moment, or a part of the week.

A moment is a local time of the region (or has an offset of its own). A part of the week is written
in the grammar of opening hours, days and times alone: `Sa`, `Mo-Fr 18:00-24:00`, `Su 14:00-17:00`.
Some have a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from geo.errors import ParameterError

if TYPE_CHECKING:
    from geo.region import Region

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FIRST_YEAR, LAST_YEAR = 2000, 2099
_DAY_MIN = 24 * 60
_MAX_CHARS = 200
_RULE = re.compile(r"^\s*(?P<days>[A-Za-z][A-Za-z,\s-]*?)?\s*(?P<times>\d[\d:,\s-]*)?\s*$")
_LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d)?) (\d\d:\d\d)$")  # `+` in an address means a space
_RULES = (
    "give a local time such as 2026-11-28T10:00, a part of the week such as Sa or "
    "Mo-Fr 18:00-24:00, or one of {presets}"
)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named part of the week; labels say "on Saturdays"."""

    id: str
    part: str
    de: str
    en: str

    def label(self, language: str) -> str:
        """Return the label in a language."""
        return self.de if language == "de" else self.en


PRESETS = (
    Preset("weekday_daytime", "Mo-Fr 09:00-17:00", "werktags tagsüber", "on weekdays in daytime"),
    Preset("weekday_early", "Mo-Fr 05:00-08:00", "werktags frühmorgens", "early on weekdays"),
    Preset("weekday_evening", "Mo-Fr 18:00-24:00", "werktags abends", "on weekday evenings"),
    Preset("saturday", "Sa", "samstags", "on Saturdays"),
    Preset("saturday_afternoon", "Sa 14:00-18:00", "samstagnachmittags", "on Saturday afternoons"),
    Preset("sunday", "Su", "sonntags", "on Sundays"),
    Preset("weekend", "Sa,Su", "am Wochenende", "at weekends"),
    Preset("night", "Mo-Su 22:00-06:00", "nachts", "at night"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of one day in minutes; `weekday` 0 is Monday, `end_min` may lie beyond 24:00."""

    weekday: int
    start_min: int
    end_min: int


@dataclass(frozen=True)
class When:
    """
    When something is asked, checked.

    `text` is the canonical wording. Either `moment` is set, a time in the region's zone, or
    `windows` are.
    """

    text: str
    moment: datetime | None = None
    windows: tuple[Window, ...] = ()

    @property
    def preset(self) -> Preset | None:
        """The preset that means the same."""
        return next((preset for preset in PRESETS if preset.part == self.text), None)


def parse_when(text: str, region: Region, *, parameter: str = "at") -> When:
    """
    Read a moment, a part of the week, or the name of one.

    Raises
    ------
    ParameterError
        If it is none of them, or a local time that does not exist.
    """
    asked = text.strip()
    preset = next((preset for preset in PRESETS if preset.id == asked.lower()), None)
    try:
        return _parse(preset.part if preset else asked, region)
    except _RefusedError as exc:
        presets = ", ".join(preset.id for preset in PRESETS)
        raise ParameterError(
            f"`{parameter}` {text[:_MAX_CHARS]!r} {exc}; {_RULES.format(presets=presets)}",
            parameter=parameter,
        ) from exc


class _RefusedError(ValueError):
    """What is wrong with a time; `parse_when` says it with what is allowed."""


def _parse(asked: str, region: Region) -> When:
    if re.match(r"\d{4}-", asked):
        moment = _moment(asked, region)
        return When(moment.isoformat(timespec="minutes"), moment=moment)
    windows: list[Window] = []
    if len(asked) > _MAX_CHARS:
        raise _RefusedError("is too long")
    rules = [_rule(part) for part in asked.split(";")]
    for days, spans in rules:
        windows += [Window(day, start, end) for day in days for start, end in spans]
    part = "; ".join(_wording(days, spans) for days, spans in rules)
    return When(part, windows=tuple(dict.fromkeys(windows)))


def _moment(text: str, region: Region) -> datetime:
    try:
        given = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
    except ValueError as exc:
        raise _RefusedError("is no time") from exc
    if len(text) <= 10:
        raise _RefusedError("names a day without a time")
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise _RefusedError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    zone = ZoneInfo(region.timezone)
    if given.tzinfo is not None:
        return given.astimezone(zone)
    local = given.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != given:
        raise _RefusedError(
            f"does not exist in {region.timezone}: the clocks are put forward then; take a time "
            f"an hour earlier or later ({(given + timedelta(hours=1)):%H:%M})",
        )
    return local


def _rule(part: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    found = _RULE.match(part)
    if not found or not part.strip():
        raise _RefusedError("is not known")
    days = _days(found["days"] or "Mo-Su")
    return days, _spans(found["times"] or "00:00-24:00")


def _days(written: str) -> tuple[int, ...]:
    days: list[int] = []
    known = {day.lower(): i for i, day in enumerate(DAYS)}
    for item in written.split(","):
        first, _, last = (end.strip().lower() for end in item.partition("-"))
        if first not in known or (last or first) not in known:
            raise _RefusedError(f"has a day that is not known ({item.strip()})")
        start, count = known[first], (known[last or first] - known[first]) % 7 + 1
        days += [(start + k) % 7 for k in range(count)]
    return tuple(sorted(set(days)))


def _spans(written: str) -> tuple[tuple[int, int], ...]:
    spans = []
    for item in written.split(","):
        found = re.fullmatch(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", re.sub(r"\s", "", item))
        if not found:
            raise _RefusedError(f"has a range of time that is not known ({item.strip()})")
        hour, minute, end_hour, end_minute = map(int, found.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if start >= _DAY_MIN or end > _DAY_MIN or minute > 59 or end_minute > 59 or start == end:
            raise _RefusedError(f"has a range of time that is not one ({item.strip()})")
        spans.append((start, end if end > start else end + _DAY_MIN))
    return tuple(spans)


def _wording(days: tuple[int, ...], spans: tuple[tuple[int, int], ...]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        named = f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    else:
        named = ",".join(DAYS[day] for day in days)
    if spans == ((0, _DAY_MIN),):
        return named
    return f"{named} {','.join(f'{_clock(s)}-{_clock(e)}' for s, e in spans)}"


def _clock(minutes: int) -> str:
    within = minutes - _DAY_MIN if minutes > _DAY_MIN else minutes
    return f"{within // 60:02}:{within % 60:02}"
