"""What came out of an experiment in plain words, and what that can and cannot show."""

from __future__ import annotations

from layers.experiment import AGAINST, LESS, MET, NOT_YET, OPEN, UNTOLD, Arm, Outcome, Range
from layers.experiment_file import DOWN, UP
from server.texts import Texts


def outcome_lines(found: Outcome, texts: Texts) -> list[str]:
    """Tell an experiment: expectation, both arms, effect, verdict, limits."""
    experiment = found.registered.experiment
    return [
        experiment.title,
        _expected(found, texts),
        _recorded(found, texts),
        texts.gettext("Where it was done: {arm}", arm=arm_text(found.treated, texts)),
        texts.gettext("Where it was not: {arm}", arm=arm_text(found.compared, texts)),
        effect_text(found, texts),
        verdict_text(found, texts),
        *limits(found, texts),
    ]


def _expected(found: Outcome, texts: Texts) -> str:
    expected = found.registered.experiment.expectation
    points = texts.number(expected.points, decimals=1)
    number = {
        UP: texts.gettext("at least {n} percentage points more than elsewhere", n=points),
        DOWN: texts.gettext("at least {n} percentage points less than elsewhere", n=points),
    }.get(
        expected.direction,
        texts.gettext("at most {n} percentage points of difference", n=points),
    )
    return texts.gettext(
        "Expected: “{statement}” ({number})", statement=expected.statement, number=number
    )


def _recorded(found: Outcome, texts: Texts) -> str:
    day = texts.iso_day(found.registered.recorded_at[:10])
    begins = texts.day(found.registered.experiment.begins_on)
    if found.registered.is_prior:
        return texts.gettext(
            "Written down on {day}, before it began on {begins}.", day=day, begins=begins
        )
    return texts.gettext(
        "Written down on {day} only, after it began on {begins}: no proof that it was expected "
        "before.",
        day=day,
        begins=begins,
    )


def arm_text(arm: Arm, texts: Texts) -> str:
    """Say how the share of some districts changed."""
    return texts.gettext(
        "{names}: from {before} to {after} %, change {change} points",
        names=texts.join(list(arm.names)),
        before=range_text(arm.before, texts),
        after=range_text(arm.after, texts),
        change=range_text(arm.change, texts),
    )


def range_text(found: Range, texts: Texts) -> str:
    """Write points, or what may be said of them."""
    if found.low is None or found.high is None:
        return "–"
    low, high = (texts.number(value, decimals=1) for value in (found.low, found.high))
    return low if low == high else texts.gettext("{low} to {high}", low=low, high=high)


def effect_text(found: Outcome, texts: Texts) -> str:
    """Say the difference in differences."""
    if not found.effect.is_told:
        return texts.gettext("How much more changed there may not be told.")
    return texts.gettext(
        "So the share changed by {points} percentage points more where it was done than where it "
        "was not.",
        points=range_text(found.effect, texts),
    )


def verdict_text(found: Outcome, texts: Texts) -> str:
    """Hold it against the expectation."""
    return {
        MET: texts.gettext("That is what was expected."),
        LESS: texts.gettext("That is in the direction expected, by less than expected."),
        AGAINST: texts.gettext("That is not what was expected."),
        OPEN: texts.gettext("Too little is known to say whether that is what was expected."),
        UNTOLD: texts.gettext(
            "Too few people, or too little known, to say whether that is what was expected."
        ),
        NOT_YET: texts.gettext("The day after is not here yet, or no source tells of it."),
    }[found.verdict]


def limits(found: Outcome, texts: Texts) -> list[str]:
    """Say what this can and cannot show."""
    experiment = found.registered.experiment
    districts = len(found.treated.ids) + len(found.compared.ids)
    return [
        texts.gettext(
            "Measured on {before} and {after}, of the people of today; what moves is which offers "
            "there were.",
            before=texts.day(experiment.before),
            after=texts.day(experiment.after),
        ),
        texts.gettext(
            "What changed everywhere alike is taken away by the comparison. That both would have "
            "changed alike without it is an assumption; what else happened in the one and not in "
            "the other counts as its effect."
        ),
        texts.ngettext(
            "{n} district cannot tell chance from effect, and reaching an offer is not using it.",
            "{n} districts cannot tell chance from effect, and reaching an offer is not using it.",
            districts,
        ),
    ]
