"""Opening hours in sentences: when, what is open then, and what is not known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from layers.opening import NOT_STATED, OPEN, UNKNOWN, Opening
from server.texts import Texts

if TYPE_CHECKING:
    from layers.coverage import CoverageReport
    from layers.tally import Tally
    from layers.when import When


def when_phrase(texts: Texts, when: When) -> str:
    """Say when: "on Saturdays", "on 28 November 2026 at 10:00", "in the hours Su 10:00-12:00"."""
    if when.moment is not None:
        return texts.gettext(
            "on {day} at {time}", day=texts.day(when.moment.date()), time=f"{when.moment:%H:%M}"
        )
    if when.preset is not None:
        return when.preset.label(texts.language)
    return texts.gettext("in the hours {part}", part=when.text)


def time_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say which offers count because they are open, and how much is not known; none without."""
    hours, when = report.hours, report.question.when
    if hours is None or when is None or report.with_unknown is None:
        return []
    total = len(hours.open) + len(hours.unknown) + len(hours.closed)
    lines = [
        texts.gettext(
            "Only offers that are open {when} count: {open} of {total}.",
            when=when_phrase(texts, when),
            open=texts.number(len(hours.open)),
            total=texts.number(total),
        )
    ]
    not_stated = hours.reasons.get(NOT_STATED, 0)
    if not_stated:
        lines.append(
            texts.ngettext(
                "Of {total} offers {n} states no opening hours.",
                "Of {total} offers {n} state no opening hours.",
                not_stated,
                total=texts.number(total),
            )
        )
    if others := len(hours.unknown) - not_stated:
        lines.append(
            texts.ngettext(
                "Of {n} offer the stated hours do not tell whether it is open then.",
                "Of {n} offers the stated hours do not tell whether they are open then.",
                others,
            )
        )
    if len(hours.unknown):
        lines += _possible_lines(report.with_unknown.totals, texts)
    if hours.holidays_known is False:
        lines.append(
            texts.gettext(
                "The public holidays of this region are not known: should that day be one, fewer "
                "offers are open."
            )
        )
    if hours.not_every_week:
        lines.append(
            texts.ngettext(
                "{n} offer is open then in some weeks of the year only and counts as closed.",
                "{n} offers are open then in some weeks of the year only and count as closed.",
                hours.not_every_week,
            )
        )
    return lines


def _possible_lines(totals: Tally, texts: Texts) -> list[str]:
    if totals.share is not None:
        share = texts.percent(totals.share)
    elif totals.share_range is not None:
        share = texts.percent_range(*totals.share_range)
    else:
        return []
    if totals.unit == "buildings":
        return [
            texts.gettext(
                "If all of these were open, {share} of residential buildings would have one in "
                "reach.",
                share=share,
            )
        ]
    return [
        texts.gettext("If all of these were open, {share} of people would reach one.", share=share)
    ]


def opening_phrase(texts: Texts, then: Opening) -> str:
    """Say whether an offer is open, and until when where that is known."""
    if then.state == UNKNOWN:
        return texts.gettext("hours not known")
    if then.next_change is None:
        return texts.gettext("open") if then.state == OPEN else texts.gettext("closed")
    until = _day_and_time(texts, then.next_change)
    if then.state == OPEN:
        return texts.gettext("open until {until}", until=until)
    return texts.gettext("closed until {until}", until=until)


def _day_and_time(texts: Texts, moment: datetime) -> str:
    return f"{texts.day(moment.date())}, {moment:%H:%M}"
