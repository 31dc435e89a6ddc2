"""What the forms of planners offer: categories by field, ways to travel, times."""

from __future__ import annotations

from layers.atlas import Atlas
from layers.question import Question
from layers.taxonomy import Category
from layers.timetable import TRANSIT
from layers.when import PRESETS
from server import sentences as words
from server.answers import modes_of
from server.texts import Texts
from server.time_sentences import when_phrase


def category_groups(atlas: Atlas, texts: Texts) -> list[tuple[str, list[Category]]]:
    """Return the fields by name, each with its categories."""
    return [
        (
            words.label(texts, field),
            [c for c in atlas.taxonomy.categories if c.field == field.id],
        )
        for field in atlas.taxonomy.fields
    ]


def category_choice(atlas: Atlas, category: Category, texts: Texts) -> str:
    """Write a category as a choice: with the number of its offers, or that there are no data."""
    name = words.label(texts, category)
    if atlas.data_as_of(category) is None:
        return texts.gettext("{category} – no data", category=name)
    return f"{name} ({texts.number(len(atlas.offers_of(category)))})"


def mode_choices(
    atlas: Atlas, texts: Texts, *, with_transit: bool = False
) -> list[tuple[str, str]]:
    """Return the ways to travel that the region has: id and name; not all forms take transit."""
    known = [mode for mode in modes_of(atlas) if with_transit or mode != TRANSIT]
    return [(mode, name) for mode, name in words.mode_names(texts).items() if mode in known]


def time_choices(question: Question, texts: Texts) -> list[tuple[str, str, bool]]:
    """Return value, name and whether it is asked: any time, the named parts, the asker's own."""
    when = question.when
    asked = "" if when is None else when.preset.id if when.preset else when.text
    times = [("", texts.gettext("at any time (all offers)"))]
    times += [(preset.id, preset.label(texts.language)) for preset in PRESETS]
    if when is not None and not when.preset:
        times.append((asked, when_phrase(texts, when)))
    return [(value, name, value == asked) for value, name in times]


def number_field(value: float | None) -> str:
    """Write a number as a field of a form holds it."""
    return "" if value is None else f"{value:.10g}"
