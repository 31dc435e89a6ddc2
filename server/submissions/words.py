"""What is said of suggestions: faults, states, values in words, and what senders agree to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from layers.offers import Offer
from layers.submissions.content import LONGEST
from layers.submissions.hours import BY_ARRANGEMENT, DAYS, HOLIDAY
from server.hours_phrase import has_hours
from server.offer_card import card_of
from server.resident_list import now_in
from server.sentences import label
from server.submissions.filled import address_of

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.submissions.content import Fault
    from server.texts import Texts

CONSENT: Final = "2026-11"  # version of the text of `consent_text`; a new one with each change
_INPUTS: Final = {"categories": "category", "lon": "address", "lat": "address"}
ORDER: Final = (
    "name", "categories", "address", "lon", "opening_hours", "website", "phone", "email",
    "description", "wheelchair", "gives", "needs", "closed_on",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One value in words; `before` is what stands there now, "" where nothing does."""

    name: str
    value: str
    before: str = ""
    is_changed: bool = False
    key: str = ""


def consent_text(texts: Texts, *, keep_days: int) -> str:
    """Say what senders agree to."""
    return texts.gettext(
        "What I say of the place may be published and used freely by everybody (CC0). My own name "
        "and e-mail are used only to ask me and are never published. What is turned down is "
        "deleted after {days} days.",
        days=texts.number(keep_days),
    )


def input_of(field: str) -> str:
    """Return the name of the input at which a fault of a field is shown."""
    return _INPUTS.get(field, field)


def fault_text(texts: Texts, why: str, field: str = "", most: int = 0) -> str:
    """Say what is wrong with a field, and what would be right."""
    said = {
        "too_long": texts.gettext(
            "Please write at most {n} characters.", n=texts.number(most or LONGEST.get(field, 80))
        ),
        "too_many": texts.gettext("Please choose at most {n}.", n=texts.number(most)),
        "not_known": texts.gettext("Please choose from the list."),
        "no_link": texts.gettext("Please give a web address such as https://example.org."),
        "no_mail": texts.gettext("Please give one e-mail address such as name@example.org."),
        "no_phone": texts.gettext("Please give a telephone number such as 0395 123456."),
        "no_hours": texts.gettext("These hours cannot be understood."),
        "no_day": texts.gettext("Please give a day."),
        "no_place": texts.gettext("Please choose a place on the map, or give an address."),
        "outside": texts.gettext("This place lies outside of the region."),
        "no_text": texts.gettext("Please write a text."),
        "ambiguous": texts.gettext("This may mean several places. Please choose one."),
        "not_exact": texts.gettext(
            "This address is not known here. Please choose one nearby, or set the pin on the map."
        ),
        "no_number": texts.gettext(
            "This is known without a house number. Please add it, choose the place, or set the "
            "pin on the map."
        ),
        "nothing": texts.gettext(
            "This address is not known here. Please check it, or set the pin on the map."
        ),
        "no_lines": texts.gettext("Please tick days and give times, or choose something else."),
        "no_days": texts.gettext("Please tick at least one day of this line."),
        "no_times": texts.gettext("Please give both times of this line, such as 09:00 and 18:00."),
        "overlap": texts.gettext("These times overlap with another line on the same day."),
        "long_note": texts.gettext("Please write at most {n} characters.", n=texts.number(80)),
        "holidays": texts.gettext(
            "Public holidays are ticked in a line as open, and here as closed. Please choose one."
        ),
        "consent": texts.gettext("Without your agreement nothing can be sent."),
    }
    missing = {
        "name": texts.gettext("Please give the name of the place."),
        "category": texts.gettext("Please choose a kind."),
        "address": texts.gettext("Please give an address, or set the pin on the map."),
        "closed_on": texts.gettext("Please give the day since when it is closed."),
    }
    return said.get(why) or missing.get(input_of(field)) or texts.gettext("Please fill this in.")


def fault_texts(texts: Texts, faults: tuple[Fault, ...]) -> dict[str, str]:
    """Say what is wrong, by the name of the input."""
    return {input_of(f.field): fault_text(texts, f.why, f.field, f.most) for f in faults}


def field_names(texts: Texts) -> dict[str, str]:
    """Name the fields."""
    return {
        "name": texts.gettext("Name of the place"),
        "categories": texts.gettext("Kind of offer"),
        "category": texts.gettext("Kind of offer"),
        "address": texts.gettext("Address"),
        "lon": texts.gettext("Place on the map"),
        "opening_hours": texts.gettext("Opening hours"),
        "hours": texts.gettext("Opening hours"),
        "hours_note": texts.gettext("Note on the hours"),
        "closed_on_holidays": texts.gettext("Public holidays"),
        "website": texts.gettext("Website"),
        "phone": texts.gettext("Telephone"),
        "email": texts.gettext("E-mail of the place"),
        "description": texts.gettext("Description"),
        "wheelchair": texts.gettext("Getting in"),
        "gives": texts.gettext("gives"),
        "needs": texts.gettext("needs"),
        "closed_on": texts.gettext("Closed for good since"),
        "sender_name": texts.gettext("Your name"),
        "sender_email": texts.gettext("Your e-mail"),
        "note": texts.gettext("Message to those who check it"),
        "consent": texts.gettext("Your agreement"),
    }


def day_names(texts: Texts) -> list[tuple[str, str, str]]:
    """Return each day as it is sent, short, and whole for who hears it."""
    from babel.dates import get_day_names

    short = get_day_names("abbreviated", "stand-alone", locale=texts.language)
    whole = get_day_names("wide", "stand-alone", locale=texts.language)
    days = [(day, short[i].rstrip("."), whole[i]) for i, day in enumerate(DAYS)]
    return [*days, (HOLIDAY, texts.gettext("Holid."), texts.gettext("public holidays"))]


def wheelchair_names(texts: Texts) -> list[tuple[str, str]]:
    """Return the answers to how fit it is for wheelchairs."""
    return [
        ("", texts.gettext("not known")),
        ("yes", texts.gettext("Step-free, fit for wheelchairs")),
        ("limited", texts.gettext("Partly fit for wheelchairs")),
        ("no", texts.gettext("Not fit for wheelchairs")),
    ]


def state_text(texts: Texts, state: str) -> str:
    """Name the state of a suggestion."""
    return {
        "waiting": texts.gettext("It waits to be checked"),
        "accepted": texts.gettext("It was accepted"),
        "rejected": texts.gettext("It was not accepted"),
        "withdrawn": texts.gettext("You took it back"),
    }[state]


def step_text(texts: Texts, what: str) -> str:
    """Name what happened to a suggestion."""
    return {
        "sent": texts.gettext("sent"),
        "changed": texts.gettext("changed by you"),
        "forgotten": texts.gettext("your name and e-mail deleted"),
        "tidied": texts.gettext("personal data deleted"),
        "accepted": texts.gettext("accepted"),
        "rejected": texts.gettext("not accepted"),
        "withdrawn": texts.gettext("taken back by you"),
        "reopened": texts.gettext("the decision was taken back"),
    }.get(what, what)


def moment_text(texts: Texts, at: str, atlas: Atlas) -> str:
    """Write a time of the tables as people here say it."""
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(atlas.region.timezone))
    return f"{texts.day(moment.date())}, {moment:%H:%M}"


def value_rows(
    atlas: Atlas, texts: Texts, values: Mapping[str, Any], present: Mapping[str, Any] | None = None
) -> list[Row]:
    """
    Say values in words, in the order of the form.

    Parameters
    ----------
    values
        By field; of a correction only what differs.
    present
        What stands there now; None for a new place.
    """
    names = field_names(texts)
    said, before = said_values(atlas, texts, values), said_values(atlas, texts, present or {})
    rows = []
    for name in ORDER:
        if name not in said and name not in values:
            continue
        value = said.get(name) or (texts.gettext("none") if present is not None else "")
        if value and not (name == "lon" and "address" in said and present is None):
            rows.append(Row(names[name], value, before.get(name, ""), present is not None, name))
    return rows


def hours_days(atlas: Atlas, texts: Texts, hours: str) -> list[Any]:
    """Write opening hours out for the next seven days, as a card does; empty without any."""
    if not hours:
        return []
    offer = Offer("preview", (atlas.taxonomy.categories[0].id,), "", 0.0, 0.0, opening_hours=hours)
    return card_of(atlas, offer, now_in(atlas.region), texts).days


def hours_text(texts: Texts, hours: str) -> str:
    """Write opening hours with the days and the words of a language."""
    words = {day: short for day, short, _ in day_names(texts)} | {
        HOLIDAY: texts.gettext("public holidays"),
        "off": texts.gettext("closed"),
        "24/7": texts.gettext("Always, day and night"),
        BY_ARRANGEMENT: texts.gettext("by arrangement"),
    }
    named = re.sub(r"(?<![\w/])(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|off|24/7|by appointment)(?![\w/])",
                   lambda found: words[found[0]], hours)  # fmt: skip
    return named.replace(" || ", "; ").replace(" open ", " ").replace('"', "")


def category_groups(atlas: Atlas, texts: Texts) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all kinds that somebody may suggest, below the names of their fields."""
    groups = []
    for part in atlas.taxonomy.fields:
        kinds = [
            (category.id, label(texts, category))
            for category in atlas.taxonomy.categories
            if category.field == part.id and has_hours(category)
        ]
        if kinds:
            name = texts.gettext("Everyday needs") if part.context else label(texts, part)
            groups.append((name, sorted(kinds, key=lambda kind: kind[1].casefold())))
    return groups


def resource_names(atlas: Atlas, texts: Texts) -> list[tuple[str, str]]:
    """Return what can be given or needed."""
    named = [(r.id, label(texts, r)) for r in atlas.taxonomy.resources]
    return sorted(named, key=lambda each: each[1].casefold())


def said_values(atlas: Atlas, texts: Texts, values: Mapping[str, Any]) -> dict[str, str]:
    """Say values in words, by the name of the field; an address stands as one."""
    said: dict[str, str] = {}
    if values.get("opening_hours"):
        said["opening_hours"] = hours_text(texts, values["opening_hours"])
    for name in ("name", "website", "phone", "email", "description"):
        if values.get(name):
            said[name] = str(values[name])
    if values.get("categories"):
        kinds = (label(texts, atlas.taxonomy.category(c)) for c in values["categories"])
        said["categories"] = ", ".join(kinds)
    if address := address_of(values):
        said["address"] = address
    if values.get("lon") is not None:
        said["lon"] = f"{values['lat']:.5f}, {values['lon']:.5f}"
    if values.get("wheelchair"):
        said["wheelchair"] = dict(wheelchair_names(texts)).get(values["wheelchair"], "")
    known = {r.id: label(texts, r) for r in atlas.taxonomy.resources}
    for name in ("gives", "needs"):
        if values.get(name):
            said[name] = ", ".join(known.get(each, each) for each in values[name])
    if values.get("closed_on"):
        said["closed_on"] = texts.day(date.fromisoformat(values["closed_on"]))
    return said
