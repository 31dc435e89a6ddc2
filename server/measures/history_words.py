"""A history in words, rows and one chart: two lines, without and with what nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import shapely

from layers.history import YEAR, History, Point
from layers.tally import Tally
from server.drawing import HATCH, INK, Area, Drawing, Item, Line, Word
from server.sentences import category_names, question_phrase
from server.texts import Texts

# learning.css gives these other tones on a dark screen
LINE_COLOR, BAND, GRID, GAP = "#0b6b4f", "#bfdcd1", "#d8ddd9", "#eceeec"
_WIDTH, _HEIGHT = 720.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 14.0, 34.0
_LABEL = 13.0
_MOST_LABELS = 8
_LABEL_APART = 62.0


@dataclass(frozen=True)
class Row:
    """A day in the table."""

    day: str
    offers: str
    share: str
    note: str


def history_title(found: History, texts: Texts) -> str:
    """Say what is told."""
    names, how = category_names(texts, found.question), question_phrase(texts, found.question)
    return f"{found.area.name}: {names}, {how}"


def history_rows(found: History, texts: Texts) -> list[Row]:
    """Write a row a day."""
    return [
        Row(
            day=texts.day(point.day),
            offers=_between(str(point.offers_least), str(point.offers_most)),
            share=_between(_share(point.least, texts), _share(point.most, texts)),
            note=texts.gettext("no source tells of this day") if point.is_gap else "",
        )
        for point in found.points
    ]


def _between(least: str, most: str) -> str:
    return least if least == most else f"{least} – {most}"


def _share(tally: Tally, texts: Texts) -> str:
    if tally.share is not None:
        return texts.percent(tally.share)
    return texts.percent_range(*(tally.share_range or (0.0, 1.0)))


def history_notes(found: History, texts: Texts) -> list[str]:
    """Say what the history rests on and what it cannot tell."""
    notes = [
        texts.gettext(
            "People and streets are those of today on every day: what changes is which offers "
            "there were."
        )
    ]
    if found.undated:
        notes.append(
            texts.ngettext(
                "{n} offer has no opening day. It counts surely since a source first showed it; "
                "before that it may have been there: the pale band.",
                "{n} offers have no opening day. They count surely since a source first showed "
                "them; before that they may have been there: the pale band.",
                found.undated,
            )
        )
    if found.left_out:
        notes.append(
            texts.ngettext(
                "{n} archived entry without a closing day is left out.",
                "{n} archived entries without a closing day are left out.",
                found.left_out,
            )
        )
    if found.known_from and found.known_to:
        notes.append(
            texts.gettext(
                "Sources tell of {first} to {last}; other days are hatched.",
                first=texts.day(found.known_from),
                last=texts.day(found.known_to),
            )
        )
    else:
        notes.append(texts.gettext("No source tells of this kind of offer: nothing is known."))
    return notes


def history_text(found: History, texts: Texts) -> str:
    """Write a history for a terminal."""
    rows = [
        f"{row.day:>20}  {row.share:>14}  {row.offers:>9}  {row.note}".rstrip()
        for row in history_rows(found, texts)
    ]
    head = f"{'':>20}  {texts.gettext('Served'):>14}  {texts.gettext('Offers'):>9}"
    notes = [f"! {line}" for line in history_notes(found, texts)]
    return "\n".join([history_title(found, texts), "", head, *rows, "", *notes, ""])


def history_chart(found: History, texts: Texts) -> Drawing | None:
    """Draw the shares over time; None where no day has one."""
    points = [p for p in found.points if p.least.share is not None and p.most.share is not None]
    if not points:
        return None
    days = [p.day.toordinal() for p in found.points]
    first, last = days[0], max(days[-1], days[0] + 1)
    plot_width, plot_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(day: float) -> float:
        return _LEFT + plot_width * (day - first) / (last - first)

    def y(share: float) -> float:
        return _TOP + plot_height * (1 - share)

    items: list[Item] = [*_gaps(found, x), *_grid(texts, y), *_days(found, x)]
    least = _steps(points, lambda p: p.least.share or 0.0, x, y)
    most = _steps(points, lambda p: p.most.share or 0.0, x, y)
    if least != most:
        ring = [*least, *reversed(most)]
        items.append(Area(shapely.Polygon(ring), fill=BAND))
        items.append(Line(tuple(most), LINE_COLOR, 1.2))
    items.append(Line(tuple(least), LINE_COLOR, 2.6))
    start, end = points[0], points[-1]
    alt = texts.gettext(
        "{title}: {first} on {day}, {last} on {until}",
        title=history_title(found, texts),
        first=_between(_share(start.least, texts), _share(start.most, texts)),
        day=texts.day(start.day),
        last=_between(_share(end.least, texts), _share(end.most, texts)),
        until=texts.day(end.day),
    )
    return Drawing(_WIDTH, _HEIGHT, tuple(items), alt)


def _steps(
    points: list[Point],
    value: Callable[[Point], float],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[tuple[float, float]]:
    """Return a line that holds each value until the next day that is told."""
    line: list[tuple[float, float]] = []
    for point in points:
        at = x(point.day.toordinal())
        if line:
            line.append((at, line[-1][1]))
        line.append((at, y(value(point))))
    return line


def _gaps(found: History, x: Callable[[float], float]) -> list[Item]:
    """Hatch the days of which no source tells."""
    days = [p.day.toordinal() for p in found.points]
    items: list[Item] = []
    for i, point in enumerate(found.points):
        if point.is_gap:
            left = x(days[i])
            right = x(days[i + 1]) if i + 1 < len(days) else left + 4
            box = shapely.box(left, _TOP, max(right, left + 1), _HEIGHT - _BOTTOM)
            items.append(Area(box, fill=GAP, pattern=HATCH))
    return items


def _grid(texts: Texts, y: Callable[[float], float]) -> list[Item]:
    items: list[Item] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = y(share)
        items.append(Line(((_LEFT, at), (_WIDTH - _RIGHT, at)), GRID, 1.0))
        items.append(Word(_LEFT - 26, at, texts.percent(share), _LABEL, INK, has_halo=False))
    return items


def _day_label(day: date, step: str) -> str:
    return str(day.year) if step == YEAR else f"{day.month}/{day.year}"


def _days(found: History, x: Callable[[float], float]) -> list[Item]:
    """Write some of the days below the plot: years where the step is one, else months."""
    every = -(-len(found.points) // _MOST_LABELS)
    chosen = found.points[::every]
    items: list[Item] = []
    before = -_LABEL_APART
    for point in chosen:
        at = min(max(x(point.day.toordinal()), _LEFT + 16), _WIDTH - _RIGHT - 22)
        if at - before < _LABEL_APART:
            continue
        before = at
        items.append(
            Word(at, _HEIGHT - 16, _day_label(point.day, found.step), _LABEL, INK, has_halo=False)
        )
    return items
