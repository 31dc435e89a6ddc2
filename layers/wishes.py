"""
What somebody looks for among the offers, apart from where: kinds, words, facts, step-free access.

What an offer does not say of a fact is kept apart from what it denies: it may be so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import ParameterError
from layers.errors import nearest_names
from layers.offer_words import words_of_offers
from layers.opening import OPEN, UNKNOWN, opening
from layers.spelling import words_of
from layers.when import parse_when

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.osm_tags import FactValue
    from layers.vocabulary import Fact, Term

    Rows = NDArray[np.int64]
    Fits = Callable[[FactValue], bool | None]

WHEELCHAIR = ("yes", "limited", "no")


@dataclass(frozen=True)
class Wishes:
    """
    What is looked for; what is empty leaves all.

    Attributes
    ----------
    categories, fields, layers
        Ids; an offer fits that belongs to any of all three.
    q
        Words (`layers.offer_words`).
    facts
        By fact id what is wanted; all must hold.
    wheelchair
        Of `WHEELCHAIR`: only offers that say so.
    """

    categories: Sequence[str] = ()
    fields: Sequence[str] = ()
    layers: Sequence[str] = ()
    q: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    wheelchair: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Fitting:
    """
    Rows of `atlas.offers`, ascending, in three parts that share none.

    `fit` are those that fit; `facts_unknown` would, but do not say all that is wanted of facts;
    `wheelchair_unknown` would, but do not say how one gets in.
    """

    fit: Rows
    facts_unknown: Rows
    wheelchair_unknown: Rows


def fitting_offers(atlas: Atlas, wishes: Wishes) -> Fitting:
    """
    Sort out which offers fit.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If it has no such field, layer or fact, or a fact cannot be wanted so.
    """
    rows = rows_of_kinds(
        atlas, categories=wishes.categories, fields=wishes.fields, layers=wishes.layers
    )
    if wishes.q.strip():
        rows = np.intersect1d(rows, words_of_offers(atlas).rows(wishes.q))
    _check_wheelchair(wishes.wheelchair)
    wanted = {name: _wanted(atlas, name, value) for name, value in wishes.facts.items()}
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for row in rows.tolist():
        offer = atlas.offers[row]
        says = _says(atlas, offer, wanted)
        gets_in = not wishes.wheelchair or offer.wheelchair in wishes.wheelchair
        if says is False or not (gets_in or not offer.wheelchair):
            continue
        if says is True and gets_in:
            parts[0].append(row)
        elif gets_in:
            parts[1].append(row)
        elif says is True:
            parts[2].append(row)
    return Fitting(*(np.array(part, np.int64) for part in parts))


def rows_of_kinds(
    atlas: Atlas,
    *,
    categories: Sequence[str] = (),
    fields: Sequence[str] = (),
    layers: Sequence[str] = (),
    parameter: str = "",
) -> Rows:
    """
    Return the rows of the offers of any of these, ascending; all rows where none is given.

    `parameter` is how the asker calls fields or layers, where it is not so.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If it has no such field or layer.
    """
    if not (categories or fields or layers):
        return np.arange(len(atlas.offers))
    taxonomy = atlas.taxonomy
    _check_known(parameter or "fields", fields, taxonomy.fields)
    _check_known(parameter or "layers", layers, taxonomy.layers)
    chosen = [taxonomy.category(id_) for id_ in categories]
    chosen += [c for c in taxonomy.categories if c.field in fields or c.layer in layers]
    found = [atlas.offers_of(category) for category in chosen]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))


def _check_known(parameter: str, asked: Sequence[str], known: Sequence[Term]) -> None:
    ids = [term.id for term in known]
    for id_ in asked:
        if id_ not in ids:
            raise ParameterError(
                f"`{parameter}` {id_!r} is not known; there are {', '.join(ids)}",
                parameter=parameter,
            )


def _check_wheelchair(asked: Sequence[str]) -> None:
    for word in asked:
        if word not in WHEELCHAIR:
            raise ParameterError(
                f"`wheelchair` {word!r} is not known; use {', '.join(WHEELCHAIR)}",
                parameter="wheelchair",
            )


@lru_cache(maxsize=8)
def facts_of_region(atlas: Atlas) -> dict[str, Fact]:
    """Return all facts that offers of a region's taxonomy may state, by id."""
    return {fact.id: fact for c in atlas.taxonomy.categories for fact in c.facts}


def _says(atlas: Atlas, offer: Offer, wanted: Mapping[str, Fits]) -> bool | None:
    """Tell whether an offer says all that is wanted; None where it leaves something open."""
    if not wanted:
        return True
    # what offers of its kinds never state, it does not leave open: a bank repairs no toasters
    known = {f.id for c in offer.categories for f in atlas.taxonomy.category(c).facts}
    answers = [
        fits(offer.facts[name]) if name in offer.facts else (None if name in known else False)
        for name, fits in wanted.items()
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _wanted(atlas: Atlas, name: str, value: Any) -> Fits:
    facts = facts_of_region(atlas)
    if (fact := facts.get(name)) is None:
        near = nearest_names(name, facts)
        hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise ParameterError(
            f"`facts` {name!r} is not known; {hint}/api/v1/regions/{{region}}/categories lists all",
            parameter="facts",
        )
    if fact.choices:
        return _any_of(fact, value)
    if fact.type == "times":
        return _at_time(atlas, fact, value)
    if fact.type == "boolean" and isinstance(value, bool):
        return lambda said: said is value
    if fact.type == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return lambda said: isinstance(said, int | float) and said >= value
    if fact.type == "text" and isinstance(value, str):
        wanted = words_of(value)
        return lambda said: all(any(w in s for s in words_of(str(said))) for w in wanted)
    kinds = {"boolean": "true or false", "number": "a number: at least so much", "text": "a text"}
    raise _refused(fact, value, kinds[fact.type])


def _any_of(fact: Fact, value: Any) -> Fits:
    chosen = [value] if isinstance(value, str) else value
    known = [choice.id for choice in fact.choices]
    is_list = isinstance(chosen, list | tuple) and len(chosen) > 0
    if not is_list or not all(isinstance(c, str) and c in known for c in chosen):
        raise _refused(fact, value, f"any of {', '.join(known)}")
    return lambda said: bool(set(chosen) & set(said if isinstance(said, tuple) else (said,)))


def _at_time(atlas: Atlas, fact: Fact, value: Any) -> Fits:
    if not isinstance(value, str):
        raise _refused(fact, value, "a local time, or a part of the week such as Sa 10:00-12:00")
    when = parse_when(value, atlas.region, parameter="facts")

    def fits(said: FactValue) -> bool | None:
        state = opening(str(said), when, atlas.region).state
        return None if state == UNKNOWN else state == OPEN

    return fits


def _refused(fact: Fact, value: Any, allowed: str) -> ParameterError:
    return ParameterError(
        f"`facts` {fact.id!r} is wanted as {value!r}; give {allowed}", parameter="facts"
    )
