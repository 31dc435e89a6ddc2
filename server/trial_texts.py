"""
What the planner's page needs to try out changes: which tools, and the words of its scripts.

A tool that cannot be answered for a question is not left out silently: its reason is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.coverage import CoverageReport
from layers.question import LINE
from layers.timetable import TRANSIT
from server.sentences import label
from server.texts import Texts, kept
from server.transit_view import has_transit


@dataclass(frozen=True)
class TrialView:
    """
    What can be tried out for a question.

    Reasons are empty where nothing stands against it. `categories` are ids and names of what an
    offer on trial can be; `has_rides` says whether a timetable can be changed.
    """

    reason: str
    streets_reason: str
    rides_reason: str
    has_rides: bool
    categories: list[tuple[str, str]]
    has_time: bool


def trial_view(report: CoverageReport, texts: Texts, *, counts_buildings: bool) -> TrialView:
    """Say what can be tried out, and why something cannot."""
    question = report.question
    reason, streets, rides = "", "", ""
    by_rides = question.mode == TRANSIT
    if report.unknown:
        reason = texts.gettext(
            "Nothing can be compared: no source tells of these offers, so nobody knows who has "
            "one in reach today."
        )
    elif counts_buildings:
        reason = texts.gettext("Nothing can be compared: people are not counted in this region.")
    if question.mode == LINE:
        streets = texts.gettext(
            "A straight line knows no streets: to close or open one, choose a way to travel."
        )
    if has_transit(report.atlas) and not by_rides:
        rides = texts.gettext("To change lines and stops, choose bus and train above.")
    return TrialView(
        reason=reason,
        streets_reason=streets,
        rides_reason=rides,
        has_rides=by_rides,
        categories=[(c.id, label(texts, c)) for c in question.categories],
        has_time=question.when is not None,
    )


def trial_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts; what stands in braces they fill in."""
    return {**_change_texts(texts), **_outcome_texts(texts), **_trouble_texts(texts)}


def _change_texts(texts: Texts) -> dict[str, str]:
    return {
        "change_add": texts.gettext("New: {offer}", offer="{offer}"),
        "change_move": texts.gettext("Moves: {offer}", offer="{offer}"),
        "change_close": texts.gettext("Closes: {offer}", offer="{offer}"),
        "change_hours": texts.gettext("{offer}: open {hours}", **kept("offer", "hours")),
        "change_people": texts.gettext("{n} people more", n="{n}"),
        "change_close_street": texts.gettext("Closed street"),
        "change_open_street": texts.gettext("New street"),
        "change_street": texts.gettext(
            "{what}: {names}, {metres} m", **kept("what", "names", "metres")
        ),
        "change_street_nameless": texts.gettext("{what}, {metres} m", **kept("what", "metres")),
        "change_other": texts.gettext("Change"),
        "an_offer": texts.gettext("an offer"),
        "remove": texts.gettext("Remove"),
        "remove_change": texts.gettext("Remove: {what}", what="{what}"),
        "removed": texts.gettext("Removed: {what}", what="{what}"),
        "move_offer": texts.gettext("Move"),
        "close_offer": texts.gettext("Close this offer"),
        "name": texts.gettext("Name"),
        "hours_input": texts.gettext("Opening hours, such as Mo-Fr 08:00-18:00"),
        "hours_need_time": texts.gettext("Other hours can be tried once a time is chosen above."),
        "apply": texts.gettext("Apply"),
        "was_here": texts.gettext("Here the offer was"),
        "best_place": texts.gettext("The best place"),
    }


def _outcome_texts(texts: Texts) -> dict[str, str]:
    return {
        "try_here": texts.gettext("Try an offer here"),
        "trial_result": texts.gettext(
            "With the changes {after} of {residents} people ({share}) reach one {how}; "
            "without them {before}.",
            **kept("after", "residents", "share", "how", "before"),
        ),
        "trial_more": texts.gettext("Difference: {change} more people.", change="{change}"),
        "trial_less": texts.gettext("Difference: {change} fewer people.", change="{change}"),
        "trial_none": texts.gettext("Difference: none; neither more people nor fewer reach one."),
        "trial_withheld": texts.gettext(
            "The difference is withheld, because it would tell of too few people."
        ),
        "trial_new": texts.gettext(
            "{n} people are new; {covered} of them have an offer in reach.", **kept("n", "covered")
        ),
        "car_less": texts.gettext(
            "By car the nearest one gets closer: if all {people} people whose way changes drove "
            "there once, {n} km less.",
            **kept("people", "n"),
        ),
        "car_more": texts.gettext(
            "By car the nearest one gets farther: if all {people} people whose way changes drove "
            "there once, {n} km more.",
            **kept("people", "n"),
        ),
        "worse_than_best": texts.gettext("{n} fewer people than at the best place.", n="{n}"),
        "as_best": texts.gettext("As many people as at the best place."),
        "better_than_best": texts.gettext(
            "{n} more people than at the best street corner.", n="{n}"
        ),
        "best_without": texts.gettext("Computed without the changes below."),
        "sum_withheld": texts.gettext(
            "–: withheld, because it would tell of too few people. Without it, and as counts are "
            "rounded to tens, the districts do not add up."
        ),
        "sum_rounded": texts.gettext(
            "Counts are rounded to tens, so the districts do not add up exactly."
        ),
        "trial_districts": texts.gettext("What changes, by district"),
        "gained": texts.gettext("Gained"),
        "lost": texts.gettext("Lost"),
        "before": texts.gettext("Before"),
        "after": texts.gettext("After"),
        "slider": texts.gettext("Left of it the map before, right of it after"),
    }


def _trouble_texts(texts: Texts) -> dict[str, str]:
    return {
        "refused": texts.gettext("The scenario cannot be computed as it is:"),
        "fault_outside": texts.gettext("it lies outside the data of this region"),
        "fault_ends": texts.gettext("an end lies too far from any street; draw it up to one"),
        "fault_no_street": texts.gettext("there is no such street here"),
        "fault_twice": texts.gettext("the same offer is changed in two ways"),
        "fault_hours": texts.gettext("these opening hours cannot be read"),
        "fault_uncounted": texts.gettext(
            "no people are counted there, so none can be added to them"
        ),
        "fault_unknown": texts.gettext("this is not known in the region"),
        "fault_no_ride": texts.gettext("the timetable has no such line or stop"),
        "fault_no_trip": texts.gettext("the line does not run between these times"),
        "fault_no_end": texts.gettext("the line does not end there"),
        "unreadable_file": texts.gettext(
            "This file is no scenario. It has to be JSON with a list of changes, as “Save as a "
            "file” writes it."
        ),
        "too_large": texts.gettext("This file is larger than 1 MB; a scenario never is."),
        "too_many": texts.gettext("A scenario has at most 1,000 changes; this file has more."),
        "unreadable_link": texts.gettext(
            "The scenario in this link cannot be read; the link may have been cut."
        ),
        "too_long_for_link": texts.gettext(
            "This scenario is too large for a link; save it as a file instead."
        ),
        "copied": texts.gettext("The link is copied."),
        "undone": texts.gettext("Undone."),
    }
