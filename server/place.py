"""A place as the command line takes it: degrees, or an address that is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import ParameterError
from layers.geocode import geocode

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.geocode import Answer

_LISTED = 8


def place_of(
    atlas: Atlas, *, address: str | None, lon: float | None, lat: float | None
) -> tuple[float, float]:
    """
    Return lon, lat of a place that is given in one of both ways.

    Raises
    ------
    ParameterError
        If it is given in both or in neither, or if the address is not one place; it lists those
        that may be meant.
    """
    if address is None:
        if lon is None or lat is None:
            raise ParameterError(
                "`--lon` and `--lat` are both needed, in degrees, or `--address`", parameter="lon"
            )
        return lon, lat
    if lon is not None or lat is not None:
        raise ParameterError(
            "give `--address` or `--lon` and `--lat`, not both", parameter="address"
        )
    found = geocode(atlas, address, limit=_LISTED)
    if found.status == "found":
        return found.answers[0].lon, found.answers[0].lat
    listed = "; ".join(_line(answer) for answer in found.answers)
    says = {
        "ambiguous": f"may mean several places; name one of: {listed}",
        "not_exact": f"is not known so in {atlas.region.name}; near it are: {listed}",
    }
    what = says.get(
        found.status, f"is not known in {atlas.region.name}; try --lon and --lat instead"
    )
    raise ParameterError(f"`--address` {address!r} {what}", parameter="address")


def _line(answer: Answer) -> str:
    inside = [part for part in (answer.municipality, answer.district) if part]
    where = ", ".join(part for part in dict.fromkeys(inside) if part not in answer.label)
    return f"{answer.label} ({where})" if where else answer.label
