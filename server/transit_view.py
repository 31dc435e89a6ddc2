"""An answer by public transport in words and rows: when people leave, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from layers.timetable import TRANSIT, timetable_of, usual_windows
from layers.transit_alone import served_by_transit_alone
from layers.transit_coverage import CLASSES, transit_beside
from server.texts import Texts

if TYPE_CHECKING:
    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.coverage import CoverageReport
    from layers.question import Question
    from layers.transit_coverage import TransitReport

MOST_NAMED = 6  # on-demand services in a sentence


@dataclass(frozen=True)
class WindowChoice:
    """A window as a choice of the form; `value` is what an address says, `window` what it means."""

    value: str
    window: str
    name: str
    is_asked: bool


@dataclass(frozen=True)
class ClassPart:
    """A class of people as a part of a bar: where it starts and how wide it is, in percent."""

    id: str
    start: float
    width: float


@dataclass(frozen=True)
class ClassRow:
    """A class of people in words: how many, and which share of all."""

    id: str
    name: str
    people: str
    share: str


@dataclass(frozen=True)
class AloneRow:
    """A district with people whom only public transport serves."""

    id: str
    name: str
    people: int
    text: str


@dataclass(frozen=True)
class WindowRow:
    """A window in the table of the week: shares in words; no `bar` where it would tell of few."""

    name: str
    when: str
    url_window: str
    is_asked: bool
    median: str
    best: str
    on_foot: str
    departures: str
    alone: str
    bar: list[ClassPart]


@dataclass(frozen=True)
class TransitView:
    """
    All that a page says beside a share by public transport.

    `alone` says how many people only public transport serves, `alone_rows` where they live.
    """

    windows: list[WindowRow]
    classes: list[ClassRow]
    alone: str
    alone_rows: list[AloneRow]
    notes: list[str]


def part_names(texts: Texts) -> dict[str, str]:
    """Name the windows of the week."""
    return {
        "weekday": texts.gettext("Weekday afternoon"),
        "evening": texts.gettext("Weekday evening"),
        "saturday": texts.gettext("Saturday morning"),
        "sunday": texts.gettext("Sunday afternoon"),
    }


def window_phrase(texts: Texts, window: Window) -> str:
    """Say when people leave: "Tue, 24 November 2026, 16:00 to 18:00"."""
    return texts.gettext(
        "{day}, {start} to {end}",
        day=texts.weekday(window.day),
        start=f"{window.start:%H:%M}",
        end=f"{_end(window):%H:%M}",
    )


def window_choices(atlas: Atlas, question: Question, texts: Texts) -> list[WindowChoice]:
    """Return the windows of the form; none where the region has no timetable."""
    if not has_transit(atlas):
        return []
    named = part_names(texts)
    return [
        WindowChoice(
            part,
            str(window),
            f"{named[part]} ({window_phrase(texts, window)})",
            question.window == window,
        )
        for part, window in usual_windows(timetable_of(atlas)).items()
    ]


def own_window(question: Question) -> dict[str, str]:
    """Return a window's day, start and end as the fields of a form hold them."""
    window = question.window
    if window is None:
        return {"day": "", "from": "", "until": ""}
    return {
        "day": window.day.isoformat(),
        "from": f"{window.start:%H:%M}",
        "until": f"{_end(window):%H:%M}",
    }


def has_transit(atlas: Atlas) -> bool:
    """Whether a region answers by public transport."""
    return atlas.timetable is not None and "walk" in atlas.networks


def transit_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say when people leave, and what the best departure and walking alone do; else nothing."""
    window = report.question.window
    if window is None or report.unknown:
        return []
    (asked,) = transit_beside(report)
    lines = [
        texts.gettext(
            "Leaving on {when}: whoever is there in time with at least half of the departures "
            "counts, waiting included.",
            when=window_phrase(texts, window),
        )
    ]
    best, on_foot = asked.best.totals.share, asked.on_foot.totals.share
    if best is not None and on_foot is not None:
        lines.append(
            texts.gettext(
                "With the best departure it would be {best}, on foot alone {on_foot}.",
                best=texts.percent(best),
                on_foot=texts.percent(on_foot),
            )
        )
    return [*lines, *_day_lines(asked, texts)]


def transit_view(
    report: CoverageReport, texts: Texts, *, by: str = "district"
) -> TransitView | None:
    """Put what belongs beside a share by public transport into rows; None for other modes."""
    question = report.question
    if question.mode != TRANSIT or report.unknown:
        return None
    usual = usual_windows(timetable_of(report.atlas))
    named = {part: name for part, name in part_names(texts).items() if part in usual}
    if question.window not in usual.values() and question.window is not None:
        own = str(question.window)
        usual = {own: question.window, **usual}
        named = {own: texts.gettext("As asked"), **named}
    found = dict(zip(usual, transit_beside(report, list(usual.values())), strict=True))
    asked = next(each for each in found.values() if each.window == question.window)
    windows = [_row(each, named[part], part, asked, texts) for part, each in found.items()]
    alone, rows = _alone(asked, texts, by=by)
    return TransitView(windows, _classes(asked, texts), alone, rows, _notes(asked, texts))


def transit_method(report: CoverageReport, texts: Texts) -> list[str]:
    """Say what a share by public transport rests on."""
    if report.question.window is None:
        return []
    timetable = timetable_of(report.atlas)
    about = timetable.about
    return [
        texts.gettext(
            "Timetable: {attribution}, valid from {first} to {last}.",
            attribution=about.attribution,
            first=texts.day(about.valid_from),
            last=texts.day(about.valid_until),
        ),
        texts.gettext(
            "Up to 15 minutes on foot to a stop and from the last one, 10 minutes between stops, a "
            "minute for each change, 90 minutes in all; walking the whole way is always allowed. "
            "Delays and fares do not count."
        ),
    ]


def _row(
    report: TransitReport, name: str, value: str, asked: TransitReport, texts: Texts
) -> WindowRow:
    def share(value: float | None) -> str:
        return "–" if value is None else texts.percent(value)

    return WindowRow(
        name=name,
        when=window_phrase(texts, report.window),
        url_window=value,
        is_asked=report.window == asked.window,
        median=share(report.median.totals.share),
        best=share(report.best.totals.share),
        on_foot=share(report.on_foot.totals.share),
        departures=share(report.departures_share),
        alone=_alone_text(report, texts),
        bar=_bar(report),
    )


def _alone_text(report: TransitReport, texts: Texts) -> str:
    if not _counts_people(report):
        return ""
    n = served_by_transit_alone(report).totals.gained
    if n is None:
        return ""
    return texts.ngettext("{n} person only so", "{n} people only so", n)


def class_names(texts: Texts) -> dict[str, str]:
    """Name the classes of people."""
    return {
        "walks": texts.gettext("reach an offer on foot"),
        "always": texts.gettext("only by bus and train, whenever they leave"),
        "depends": texts.gettext("only by bus and train, and not at every minute"),
        "never": texts.gettext("not in this time"),
    }


def _classes(report: TransitReport, texts: Texts) -> list[ClassRow]:
    people = report.by_class
    if all(people[each] is None for each in CLASSES):
        return []
    whole = _total(report)
    return [
        ClassRow(
            id=each,
            name=name,
            people="–" if (n := people[each]) is None else texts.number(n),
            share="–" if n is None or not whole else texts.percent(n / whole),
        )
        for each, name in class_names(texts).items()
    ]


def _total(report: TransitReport) -> int:
    """Return the people of all classes; 0 where one is withheld."""
    counts = [report.by_class[each] for each in CLASSES]
    return 0 if None in counts else sum(n for n in counts if n is not None)


def _bar(report: TransitReport) -> list[ClassPart]:
    """Put the classes beside each other; nothing where one is withheld."""
    whole, at, parts = _total(report), 0.0, []
    for each in CLASSES if whole else ():
        width = 100 * (report.by_class[each] or 0) / whole
        parts.append(ClassPart(each, round(at, 2), round(width, 2)))
        at += width
    return parts


def _counts_people(report: TransitReport) -> bool:
    return report.atlas.population.basis.unit == "residents"


def _alone(report: TransitReport, texts: Texts, *, by: str) -> tuple[str, list[AloneRow]]:
    """Say how many people only public transport serves, and in which districts they live."""
    if not _counts_people(report):
        return "", []
    found = served_by_transit_alone(report)
    areas = found.by_district if by == "district" else found.by_municipality
    rows = [
        AloneRow(area.area_id, area.name, area.gained, texts.number(area.gained))
        for area in areas
        if area.gained
    ]
    rows.sort(key=lambda row: (-row.people, row.name))
    n = found.totals.gained
    if n is None:
        return texts.gettext("How many people only bus and train serve is withheld."), rows
    return (
        texts.ngettext(
            "{n} person is served by bus and train alone: walking takes too long.",
            "{n} people are served by bus and train alone: walking takes them too long.",
            n,
        ),
        rows,
    )


def _day_lines(report: TransitReport, texts: Texts) -> list[str]:
    if not report.day.is_unusual:
        return []
    return [
        texts.gettext(
            "On this day far less runs than usual: {n} departures instead of {usual}.",
            n=texts.number(report.day.departures),
            usual=texts.number(round(report.day.usual)),
        )
    ]


def _notes(report: TransitReport, texts: Texts) -> list[str]:
    notes = []
    if report.by_headway:
        notes.append(
            texts.ngettext(
                "Of {n} ride the timetable tells the headway alone; its minutes are assumed.",
                "Of {n} rides the timetable tells the headway alone; their minutes are assumed.",
                report.by_headway,
            )
        )
    if report.stops_unsnapped:
        notes.append(
            texts.ngettext(
                "{n} stop lies off the streets of the data: nobody gets on or off there.",
                "{n} stops lie off the streets of the data: nobody gets on or off there.",
                report.stops_unsnapped,
            )
        )
    return [*notes, *on_demand_lines(report.timetable.on_demand, texts)]


def on_demand_lines(services: tuple[str, ...], texts: Texts) -> list[str]:
    """Name the services that have to be booked: they are not in the times."""
    if not services:
        return []
    named = [*services[:MOST_NAMED]]
    if more := len(services) - len(named):
        named.append(texts.ngettext("{n} more", "{n} more", more))
    return [
        texts.gettext(
            "Also on demand, after booking, and not in these times: {services}.",
            services=texts.join(named),
        )
    ]


def _end(window: Window) -> datetime:
    return datetime.combine(window.day, window.start) + timedelta(seconds=window.span_s)
