"""What an address in a form means: one place, or several to choose from; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from layers.geocode import MAX_CHARS, geocode

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.geocode import Answer

MOST_CHOICES: Final = 8
_HOUSES: Final = ("address", "interpolated")
_PARTS: Final = ("street", "housenumber", "postcode", "city")


@dataclass(frozen=True)
class Choice:
    """One place that may be meant: what a radio button sends, and what it says."""

    value: str
    label: str


@dataclass
class Placed:
    """
    Where something is.

    `values` are place and parts of the address; `why` is "" or what hinders: `ambiguous`,
    `not_exact`, `nothing`, `no_number`; `choices` are what may be meant.
    """

    values: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    choices: tuple[Choice, ...] = ()


def placed(
    atlas: Atlas, address: str, *, pin: tuple[float, float] | None, picked: str = ""
) -> Placed:
    """
    Find where an address is.

    Parameters
    ----------
    atlas
        The region.
    address
        As people write it, "" for none.
    pin
        Longitude and latitude that were chosen on a map: they hold for the place, and an address
        that is not known stays as it was written.
    picked
        The `value` of a choice that was offered before.
    """
    address = address.strip()[:MAX_CHARS]
    at = {} if pin is None else {"lon": pin[0], "lat": pin[1]}
    if not address:
        return Placed(at)
    found = geocode(atlas, address, limit=MOST_CHOICES)
    answers = {_value(answer): answer for answer in found.answers}
    chosen = answers.get(picked)
    first = found.answers[0] if found.answers else None
    if chosen is None and found.status == "found" and first and first.kind in _HOUSES:
        chosen = first
    if chosen is not None:
        return Placed({**_parts(chosen, address), "lon": chosen.lon, "lat": chosen.lat, **at})
    if pin is not None:
        return Placed({"address": address, **at})
    choices = tuple(Choice(value, _line(answer)) for value, answer in answers.items())
    why = "no_number" if found.status == "found" else found.status
    return Placed({}, why, choices)


def _parts(answer: Answer, address: str) -> dict[str, Any]:
    if answer.kind not in (*_HOUSES, "street"):
        return {"address": address}
    return {name: getattr(answer, name) for name in _PARTS if getattr(answer, name)}


def _value(answer: Answer) -> str:
    return f"{answer.lon:.6f},{answer.lat:.6f}"


def _line(answer: Answer) -> str:
    inside = [part for part in (answer.municipality, answer.district) if part]
    where = ", ".join(part for part in dict.fromkeys(inside) if part not in answer.label)
    return f"{answer.label} ({where})" if where else answer.label
