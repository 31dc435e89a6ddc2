"""The words of the tools that change a timetable on the planner's page."""

from __future__ import annotations

from server.texts import Texts, kept


def ride_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts; what stands in braces they fill in."""
    return {
        "change_headway": texts.gettext(
            "Line {line}: every {n} minutes, {from} to {until}",
            **kept("line", "n", "from", "until"),
        ),
        "change_close_stop": texts.gettext("Stop closed: {stop}", stop="{stop}"),
        "change_move_stop": texts.gettext("Stop moves: {stop}", stop="{stop}"),
        "change_extend": texts.gettext("Line {line} goes on from {stop}", **kept("line", "stop")),
        "change_line": texts.gettext(
            "New line {line}: {first} to {last}, every {n} minutes",
            **kept("line", "first", "last", "n"),
        ),
        "line_today": texts.gettext(
            "Today {line} ({ends}) runs about every {n} minutes; {trips} trips on a Tuesday.",
            **kept("line", "ends", "n", "trips"),
        ),
        "line_today_few": texts.gettext(
            "Today {line} ({ends}) runs now and then; {trips} trips on a Tuesday.",
            **kept("line", "ends", "trips"),
        ),
        "stop_lines": texts.gettext("lines {lines}", lines="{lines}"),
        "stop_added": texts.gettext("{stop} is stop number {n}.", **kept("stop", "n")),
        "now_place": texts.gettext("Now click on the map where {stop} shall go.", stop="{stop}"),
        "two_stops": texts.gettext("A line needs at least two stops."),
        "fill_in": texts.gettext("Please fill in: {field}", field="{field}"),
        "alone_here": texts.gettext(
            "{district}: bus and train alone serve {n} people", **kept("district", "n")
        ),
        "stop_was_here": texts.gettext("Here the stop was"),
    }
