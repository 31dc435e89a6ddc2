"""What of the register may leave it: values that licences allow together, and who to name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.register.licences import together
from layers.register.resolve import public_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.register.entry import Entry, Source
    from layers.register.licences import Terms

_NEEDED = ("categories", "lon", "lat")


@dataclass(frozen=True)
class Publication:
    """
    What may be published.

    Attributes
    ----------
    terms
        The licence of the whole, and which licences were refused, with the reason.
    rows
        Each entry with its values, by field.
    attributions
        How the sources want to be named of which something is in it, each once.
    left_out
        Ids of entries of which not even category and place may leave.
    refused_claims
        How many claims may not leave, by their licence.
    """

    terms: Terms
    rows: tuple[tuple[Entry, Mapping[str, Any]], ...]
    attributions: tuple[str, ...]
    left_out: tuple[str, ...]
    refused_claims: Mapping[str, int]


def publication(
    entries: Sequence[Entry], sources: Mapping[str, Source], *, under: str = ""
) -> Publication:
    """
    Select what may be published of entries.

    Parameters
    ----------
    entries
        Published ones; others are not looked at.
    sources
        By id, from `Register.sources`.
    under
        The licence to publish under; "" for the one that takes in the most claims.
    """
    public = [entry for entry in entries if entry.is_public]
    terms = together((c.licence for e in public for c in e.claims), under=under)
    rows, left_out = [], []
    named: dict[str, None] = {}
    for entry in public:
        values = public_values(entry, allows=terms.allows)
        if any(name not in values for name in _NEEDED):
            left_out.append(entry.id)
            continue
        rows.append((entry, values))
        for claim in entry.claims:
            source = sources.get(claim.source)
            if terms.allows(claim.licence) and source and source.attribution:
                named[source.attribution] = None
    refused = Counter(c.licence for e in public for c in e.claims if not terms.allows(c.licence))
    return Publication(terms, tuple(rows), tuple(named), tuple(left_out), refused)
