"""
The readers' reasons in the language of the asker.

Readers say in English why a row was not taken, or what to look at, with the row's own words in
between. Here are the forms in which they say it; a reason of another form stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from server.texts import Texts, kept


def N_(text: str) -> str:  # noqa: N802 (the name by which catalogues find texts)
    """Mark a text for the catalogue."""
    return text


_FORMS: Final = (
    N_("has neither coordinates nor an address"),
    N_("has neither a name nor a category"),
    N_("has no coordinates, and no addresses of this region are known"),
    N_("no category is told"),
    N_("no category is told; the name tells it"),
    N_("only {place} is told, which is no address"),
    N_("its address has {n} characters; at most {most} are read"),
    N_("{place} names a place as a whole, not where in it"),
    N_("{place} lies in several parts of the region; write a number"),
    N_("{place} may mean several places; say which"),
    N_("{place} is not known so; near it are others"),
    N_("{place} is not known in this region"),
    N_("{place} is no category that is known"),
    N_("{place} is like {like}"),
    N_("none of its hashtags is known"),
    N_("its hashtags are broad, or belong to several categories"),
    N_("placed between its neighbours"),
    N_("placed at the house of that number with another letter, or none"),
    N_("placed in the middle of the street"),
    N_("is not of the form that is expected, and was left out"),
    N_("is no resource that is known, and was left out"),
    N_("a sum"),
    N_("the header stands in row {n}; what is above it was left out"),
    N_("the header stands in line {n}; what is above it was left out"),
    N_("the value of merged cells was taken for {n} rows below"),
    N_("column {place} is kept as it is; {way_out} says what it holds"),
    N_("column {place} is kept as it is: another one is the {like}"),
    N_("read as cp1252 (Windows), because it is not in UTF-8"),
    N_("its licence is not known: nothing of it will be exported"),
    N_("the licence {place} is none whose terms are known here: nothing of it will be exported"),
)
_HOLES: Final = ("place", "like", "n", "most", "way_out")


def reason_in(texts: Texts, reason: str) -> str:
    """Return a reader's reason in another language, where its form is known."""
    for form in _FORMS:
        found = _pattern(form).fullmatch(reason)
        if found:
            return texts.gettext(form, **kept(*_HOLES)).format(**found.groupdict())
    return reason


@cache
def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", form)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)),
        re.DOTALL,
    )
