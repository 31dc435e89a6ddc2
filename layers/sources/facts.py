"""
Reads facts, resources and accessibility as people write them, by ids or by labels.

Nothing here raises: what is not understood comes back as words, and the record goes without it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.sources.kinds import folded
from layers.sources.numbers import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.osm_tags import FactValue
    from layers.vocabulary import Fact, Term

_YES = {"ja", "yes", "j", "y", "true", "wahr", "1", "x", "vorhanden"}
_NO = {"nein", "no", "n", "false", "falsch", "0"}
_WHEELCHAIR = {
    **dict.fromkeys((*_YES, "voll", "vollstaendig", "uneingeschraenkt", "rollstuhlgerecht",
                     "barrierefrei", "full", "designated"), "yes"),
    **dict.fromkeys(("limited", "teilweise", "eingeschraenkt", "bedingt", "partly", "partial",
                     "teils", "mit hilfe"), "limited"),
    **dict.fromkeys((*_NO, "nicht", "keine", "none", "nicht barrierefrei"), "no"),
}  # fmt: skip


def parts_of(text: str) -> tuple[str, ...]:
    """Split a cell with several values at `;`, `,` or `|`."""
    return tuple(dict.fromkeys(filter(None, (p.strip() for p in re.split("[;,|]", text)))))


def wheelchair_of(text: str) -> str | None:
    """Return `yes`, `limited` or `no`; None where it says something else."""
    return _WHEELCHAIR.get(folded(text))


def ids_of(text: str, terms: Iterable[Term]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that a cell names by id or label, and the words that name none."""
    by_word: dict[str, str] = {}
    for term in terms:
        by_word |= {folded(term.de): term.id, folded(term.en): term.id, folded(term.id): term.id}
    if whole := by_word.get(folded(text)):  # a label may hold a comma
        return (whole,), ()
    words = parts_of(text)
    found = tuple(dict.fromkeys(by_word[f] for w in words if (f := folded(w)) in by_word))
    return found, tuple(w for w in words if folded(w) not in by_word)


def fact_of(fact: Fact, text: str) -> tuple[FactValue | None, str]:
    """Return a fact's value, and what is wrong with it: "" where nothing is."""
    if fact.type == "boolean":
        word = folded(text)
        if word in _YES or word in _NO:
            return word in _YES, ""
        return None, "is neither yes nor no"
    if fact.type == "number":
        value = number_of(text)
        return value, "" if value is not None else "is no number"
    if not fact.choices:
        return text, ""
    chosen, unknown = ids_of(text, fact.choices)
    fault = f"{', '.join(unknown)} is no choice" if unknown else ""
    if fact.type == "choices":
        return chosen or None, fault
    if len(chosen) > 1:
        return None, "is more than one choice"
    return (chosen[0] if chosen else None), fault
