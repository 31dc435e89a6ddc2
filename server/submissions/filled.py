"""
The form as somebody filled it in: read from what was sent, or from what an entry says already.

What was typed is kept as it was typed, so that a form that comes back shows it again; `read` makes
values of it and says what is wrong, by the name of the field that it stands at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from layers.submissions.content import MOST_RESOURCES
from layers.submissions.hours import (
    DAYS,
    HOLIDAY,
    MOST_LINES,
    HoursForm,
    Line,
    read_hours,
    write_hours,
)
from layers.submissions.kept import Sender
from server.submissions.places import Placed, placed

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from server.accounts.csrf import Form

UNKNOWN, TIMES, ALWAYS, ARRANGED, AS_IT_IS = "unknown", "times", "always", "arranged", "as_it_is"
TRAP: Final = "homepage"  # people do not see this field; programs fill it in
TEXTS: Final = (
    "name", "category", "address", "lon", "lat", "pick", "hours", "hours_note", "hours_text",
    "website", "phone", "email", "description", "wheelchair", "closed_on", "sender_name",
    "sender_email", "note", "begun",
)  # fmt: skip
TICKS: Final = ("by_arrangement", "closed_on_holidays", "is_released", "is_closed", "consent")
ALL_DAYS: Final = (*DAYS, HOLIDAY)
_SHOWN_LINES: Final = 3
_SPARE_LINES: Final = 2
_LINE: Final = re.compile(r"(?:days|from|to)-(\d{1,2})")


@dataclass
class Filled:
    """What stands in the form: texts by field, ticks, chosen resources, lines of hours."""

    texts: dict[str, str] = field(default_factory=dict)
    ticks: set[str] = field(default_factory=set)
    gives: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def shown_lines(self) -> list[Line]:
        """The lines of hours with some empty ones, for whoever has no scripts."""
        empty = Line((), "", "")
        count = max(_SHOWN_LINES, len(self.lines) + _SPARE_LINES)
        return [*self.lines, *[empty] * (min(count, MOST_LINES) - len(self.lines))]

    @property
    def sender(self) -> tuple[str, str, str]:
        """Name, e-mail and note of whoever fills it in."""
        return self["sender_name"], self["sender_email"], self["note"]

    def sender_in(self, language: str) -> Sender:
        """Return who sends it."""
        name, email, note = self.sender
        return Sender(name, email, language, note)


@dataclass
class Read:
    """What a form says: values by field; faults by the name of the input; what may be meant."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    place: Placed = field(default_factory=Placed)


def filled_of_form(form: Form) -> Filled:
    """Take a form that was sent; what is none of its fields is not looked at."""
    texts = {name: form.get(name, "") for name in TEXTS}
    numbers = sorted({int(m[1]) for name in form if (m := _LINE.fullmatch(name))})
    lines = []
    for number in numbers[:MOST_LINES]:
        days = tuple(day for day in ALL_DAYS if day in form.getlist(f"days-{number}"))
        line = Line(days, form.get(f"from-{number}", ""), form.get(f"to-{number}", ""))
        if line != Line((), "", ""):
            lines.append(line)
    return Filled(
        texts,
        {name for name in TICKS if form.get(name)},
        form.getlist("gives")[: MOST_RESOURCES + 1],
        form.getlist("needs")[: MOST_RESOURCES + 1],
        lines,
    )


def filled_of_values(values: Mapping[str, Any]) -> Filled:
    """Fill a form with what an entry, or an earlier suggestion, says."""
    texts = {n: str(values[n]) for n in TEXTS if values.get(n) is not None and n != "category"}
    texts["category"] = (values.get("categories") or [""])[0]
    texts["address"] = address_of(values)
    filled = Filled(texts, set(), list(values.get("gives") or ()), list(values.get("needs") or ()))
    if values.get("closed_on"):
        filled.ticks.add("is_closed")
    text = values.get("opening_hours") or ""
    hours = read_hours(text)
    if hours is None:
        texts |= {"hours": AS_IT_IS, "hours_text": text}
        return filled
    texts["hours_note"] = hours.note
    filled.lines = [_for_input(line) for line in hours.lines]
    filled.ticks |= {"closed_on_holidays"} if hours.closed_on_holidays else set()
    filled.ticks |= {"by_arrangement"} if hours.by_arrangement and hours.lines else set()
    texts["hours"] = (
        ALWAYS
        if hours.is_always
        else TIMES
        if hours.lines
        else ARRANGED
        if hours.by_arrangement
        else UNKNOWN
    )
    return filled


def address_of(values: Mapping[str, Any]) -> str:
    """Write the address of values in one line, as the form takes it."""
    house = f"{values.get('street') or ''} {values.get('housenumber') or ''}".strip()
    town = f"{values.get('postcode') or ''} {values.get('city') or ''}".strip()
    return ", ".join(filter(None, (house or values.get("address") or "", town)))


def read(filled: Filled, atlas: Atlas, present: Mapping[str, Any]) -> Read:
    """
    Make values of a form.

    Parameters
    ----------
    filled
        The form.
    atlas
        The region, for addresses.
    present
        What the entry says that is corrected, empty for a new place.
    """
    result = Read()
    values, faults = result.values, result.faults
    for name in ("name", "website", "phone", "email", "description", "wheelchair"):
        values[name] = filled[name]
    more = [c for c in present.get("categories", ()) if c != filled["category"]]
    was_first = (present.get("categories") or [""])[0]
    kept = [c for c in more if c != was_first]
    values["categories"] = [filled["category"], *kept] if filled["category"] else []
    values["gives"], values["needs"] = filled.gives, filled.needs
    if present:
        closed = filled["closed_on"] if "is_closed" in filled.ticks else ""
        values["closed_on"] = closed
        if "is_closed" in filled.ticks and not closed:
            faults["closed_on"] = "missing"
    _read_hours(filled, result)
    _read_place(filled, atlas, present, result)
    return result


def _read_hours(filled: Filled, result: Read) -> None:
    mode = filled["hours"]
    if mode == AS_IT_IS:
        result.values["opening_hours"] = filled["hours_text"]
        return
    if filled.lines and mode in ("", UNKNOWN):
        mode = TIMES
    form = HoursForm(
        lines=tuple(filled.lines) if mode == TIMES else (),
        is_always=mode == ALWAYS,
        by_arrangement=mode == ARRANGED or (mode == TIMES and "by_arrangement" in filled.ticks),
        closed_on_holidays=mode == TIMES and "closed_on_holidays" in filled.ticks,
        note="" if mode in ("", UNKNOWN) else filled["hours_note"],
    )
    written = write_hours(form)
    if mode == TIMES and not filled.lines:
        result.faults["hours"] = "no_lines"
    for number, why in written.faults:
        name = {"long_note": "hours_note", "holidays": "closed_on_holidays"}.get(why, "hours")
        result.faults.setdefault(f"from-{number}" if number >= 0 else name, why)
    result.values["opening_hours"] = written.text


def _read_place(filled: Filled, atlas: Atlas, present: Mapping[str, Any], result: Read) -> None:
    pin = _pin(filled, result.faults)
    address = filled["address"].strip()
    is_moved = pin is not None and not (
        present and abs(pin[0] - present["lon"]) < 1e-6 and abs(pin[1] - present["lat"]) < 1e-6
    )
    parts = ("street", "housenumber", "postcode", "city", "address", "lon", "lat")
    if present and address == address_of(present):
        result.values.update({name: present.get(name) for name in parts})
        if is_moved and pin is not None:
            result.values.update(lon=pin[0], lat=pin[1])
        return
    result.place = placed(atlas, address, pin=pin if is_moved else None, picked=filled["pick"])
    blank = dict.fromkeys(parts[:-2]) if present else {}
    result.values.update({**blank, **result.place.values})
    if present and not address and not is_moved:
        result.values.update(lon=present["lon"], lat=present["lat"])
    if result.place.why:
        result.faults["address"] = result.place.why
    elif result.values.get("lon") is None and "lon" not in result.faults:
        result.faults["address"] = "missing"


def _pin(filled: Filled, faults: dict[str, str]) -> tuple[float, float] | None:
    texts = [filled[name].strip().replace(",", ".") for name in ("lon", "lat")]
    if not any(texts):
        return None
    try:
        lon, lat = (float(text) for text in texts)
    except ValueError:
        faults["lon"] = "no_place"
        return None
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        faults["lon"] = "no_place"
        return None
    return round(lon, 7), round(lat, 7)


def _for_input(line: Line) -> Line:
    """Write midnight as an end as 00:00, as a field for times knows it."""
    return Line(line.days, line.start, "00:00" if line.end == "24:00" else line.end)
