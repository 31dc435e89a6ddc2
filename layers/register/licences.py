"""
Which licences go together into one publication.

A register mixes sources in one row: the name from OpenStreetMap, the hours from a city's list. What
leaves it is a work made of all of them, so there must be one licence under which each may be passed
on. Where a licence's own text does not say so, the careful answer holds: it does not go together.
That is a default for machines, not advice; a city that has a waiver names the licence it got.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FREE: Final = ("CC0-1.0", "PDDL-1.0", "DL-DE-ZERO-2.0")
# In the order in which a publication is put under them where several would do
_TARGETS: Final = ("ODbL-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "ODC-By-1.0", "DL-DE-BY-2.0", *_FREE)
KNOWN_LICENCES: Final = (*_TARGETS,)
# For each licence, under which others what stands under it may be passed on.
# CC-BY-SA-4.0 takes CC-BY-4.0: its own text, section 3(b). CC-BY-4.0 does not go into ODbL-1.0
# without a waiver: OpenStreetMap Foundation, "Use of CC BY data", 2017. DL-DE-BY-2.0 allows mixing
# with other data as long as it is named: its text, number 1 and 2.
_INTO: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(_FREE, frozenset(_TARGETS)),
    "DL-DE-BY-2.0": frozenset(set(_TARGETS) - set(_FREE)),
    "ODC-By-1.0": frozenset({"ODC-By-1.0", "ODbL-1.0"}),
    "CC-BY-4.0": frozenset({"CC-BY-4.0", "CC-BY-SA-4.0"}),
    "CC-BY-SA-4.0": frozenset({"CC-BY-SA-4.0"}),
    "ODbL-1.0": frozenset({"ODbL-1.0"}),
}
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "odbl": "ODbL-1.0",
    "opendatabaselicense": "ODbL-1.0",
    "cc0": "CC0-1.0",
    "publicdomain": "CC0-1.0",
    "ccby": "CC-BY-4.0",
    "ccbysa": "CC-BY-SA-4.0",
    "dldeby20": "DL-DE-BY-2.0",
    "dldezero20": "DL-DE-ZERO-2.0",
    "datenlizenzdeutschlandnamensnennung20": "DL-DE-BY-2.0",
    "datenlizenzdeutschlandzero20": "DL-DE-ZERO-2.0",
}


@dataclass(frozen=True)
class Terms:
    """
    Under which licence a publication stands, and what may go into it.

    `allowed` and `refused` hold the licences as they were named, each refused one with its reason.
    """

    licence: str
    allowed: frozenset[str]
    refused: Mapping[str, str]

    def allows(self, licence: str) -> bool:
        """Tell whether what stands under a licence may go in."""
        return licence in self.allowed


def known_licence(name: str) -> str:
    """Return the SPDX id of a licence as people write it, "" where it is not known."""
    folded = re.sub(r"[^a-z0-9]", "", name.casefold())
    for licence in _INTO:
        if folded == re.sub(r"[^a-z0-9]", "", licence.casefold()):
            return licence
    return _OTHER_NAMES.get(folded, "")


def together(licences: Iterable[str], *, under: str = "") -> Terms:
    """
    Find the licence under which most of several can be published together.

    Parameters
    ----------
    licences
        As sources name them, one for each claim: what is named more often counts more.
    under
        The licence to publish under; "" for the one that takes in the most.

    Returns
    -------
    terms
        `licence` is "" where nothing may be published.
    """
    named = list(licences)
    known = {name: known_licence(name) for name in named}

    def takes(target: str) -> int:
        return sum(target in _INTO.get(known[name], ()) for name in named)

    wanted = known_licence(under)
    own = [t for t in _TARGETS if t in known.values()]  # nothing is put under a stricter one
    target = wanted or max(own, key=takes, default="")
    refused = {
        name: _reason(known[name], target)
        for name in dict.fromkeys(named)
        if target not in _INTO.get(known[name], ())
    }
    return Terms(target, frozenset(known) - frozenset(refused), refused)


def _reason(licence: str, target: str) -> str:
    if not licence:
        return "its licence is not known"
    return f"{licence} may not be passed on under {target}"
