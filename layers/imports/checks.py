"""
Checks what rows say of themselves against the taxonomy's schema of facts.

A fact that its category does not know, or whose value is none of its type, is left out and named;
the row is taken all the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.imports.places import PLACED_BY
from layers.opening import hours_of
from layers.sources.record import Decision, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.osm_tags import FactValue
    from layers.sources.record import SourceRecord
    from layers.taxonomy import Taxonomy
    from layers.vocabulary import Fact

_LONGEST = 2_000  # characters of a fact


def check_facts(
    records: Sequence[SourceRecord], taxonomy: Taxonomy
) -> tuple[list[SourceRecord], list[Decision]]:
    """
    Leave out facts that do not hold up.

    Returns
    -------
    records, bad
        All records in their order; and each fact that was left out, with `fact ID` as its topic.
    """
    of_category = {c.id: {fact.id: fact for fact in c.facts} for c in taxonomy.categories}
    kept: list[SourceRecord] = []
    bad: list[Decision] = []
    for record in records:
        if not record.facts:
            kept.append(record)
            continue
        allowed: dict[str, Fact] = {}
        for category in record.categories:
            allowed |= of_category.get(category, {})
        faults = _faults(record.facts, allowed, record.categories)
        bad += [
            Decision(record.line, f"fact {name}", shortened(record.facts[name]), reason=reason)
            for name, reason in faults.items()
        ]
        facts = {name: value for name, value in record.facts.items() if name not in faults}
        kept.append(replace(record, facts=facts) if faults else record)
    return kept, bad


def fault_of(fact: Fact, value: FactValue) -> str:
    """Return what is wrong with a fact's value, "" where nothing is."""
    if fact.type == "boolean":
        return "" if isinstance(value, bool) else "is neither yes nor no"
    if fact.type == "number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if is_number else "is no number"
    if fact.type in ("choice", "choices"):
        return _fault_of_choice(fact, value)
    if not isinstance(value, str):
        return "is no text"
    if len(value) > _LONGEST:
        return f"has {len(value):,} characters, at most {_LONGEST:,} are taken"
    if fact.type == "times" and (problem := hours_of(value).problem):
        return f"is not understood as times ({problem})"
    return ""


def _fault_of_choice(fact: Fact, value: FactValue) -> str:
    chosen = value if isinstance(value, tuple | list) else (value,)
    if fact.type == "choice" and len(chosen) != 1:
        return "is more than one choice"
    known = {choice.id for choice in fact.choices}
    if fact.choices and (unknown := [str(c) for c in chosen if c not in known]):
        return f"{', '.join(unknown)} is no choice; there are {', '.join(sorted(known))}"
    return ""


def _faults(
    facts: Mapping[str, FactValue], allowed: Mapping[str, Fact], categories: tuple[str, ...]
) -> dict[str, str]:
    faults = {}
    for name, value in facts.items():
        if name == PLACED_BY:
            continue
        if name not in allowed:
            if categories:
                faults[name] = f"is no fact of {' or '.join(categories)}"
        elif reason := fault_of(allowed[name], value):
            faults[name] = reason
    return faults
