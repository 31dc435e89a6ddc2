"""The taxonomy with what a region has of it, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.wishes import facts_of_region
from server import models as m

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.vocabulary import Term


def categories_out(atlas: Atlas) -> m.CategoryList:
    """Describe the taxonomy and what the region has of each category."""
    taxonomy = atlas.taxonomy
    return m.CategoryList(
        fields=[
            m.GroupOut(id=f.id, label=m.Label(de=f.de, en=f.en), color=f.color)
            for f in taxonomy.fields
        ],
        layers=[
            m.GroupOut(id=y.id, label=m.Label(de=y.de, en=y.en), color=y.color)
            for y in taxonomy.layers
        ],
        categories=[
            m.CategoryOut(
                id=c.id,
                label=m.Label(de=c.de, en=c.en),
                field=c.field,
                layer=c.layer,
                role=c.role,
                reach=m.Reach(mode=c.reach.mode, minutes=c.reach.minutes, source=c.reach.source),
                offers=len(atlas.offers_of(c)),
                answer="unknown" if atlas.data_as_of(c) is None else "known",
                note=c.note.en,
                note_de=c.note.de,
                gives=list(c.gives),
                needs=list(c.needs),
                facts=[fact.id for fact in c.facts],
            )
            for c in taxonomy.categories
        ],
        facts=[
            m.FactOut(
                **_term(fact).model_dump(),
                type=fact.type,
                unit=fact.unit,
                choices=[_term(choice) for choice in fact.choices],
            )
            for fact in facts_of_region(atlas).values()
        ],
        resources=[_term(resource) for resource in taxonomy.resources],
    )


def _term(term: Term) -> m.TermOut:
    return m.TermOut(id=term.id, label=m.Label(de=term.de, en=term.en))
