"""
The base map of the pages: our own, or raster tiles that an operator chose.

Our own is served by this installation, and no request leaves its origin. Where an operator names
another (such as basemap.de), the policy of the pages allows pictures of exactly that origin, and
the privacy page says so. Exported and embedded maps keep our own: they stand on other people's
sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from geo.errors import ParameterError

_NAME = "UMKREIS_BASE_MAP_WMTS"
# names of a RESTful WMTS (OGC 07-057r7, clause 10.2) in place of those of a script
_WMTS_NAMES = {"{TileMatrix}": "{z}", "{TileCol}": "{x}", "{TileRow}": "{y}"}
_ADDRESS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?/[A-Za-z0-9._~/?&=%+:@{}-]+"
)


@dataclass(frozen=True)
class RasterTiles:
    """Tiles of others: `template` with {z}, {x} and {y}, and whom to name."""

    template: str
    attribution: str

    @property
    def origin(self) -> str:
        """The one origin that is asked."""
        return f"https://{urlsplit(self.template).netloc}"

    @property
    def host(self) -> str:
        """Whose machine learns which part of the map somebody looks at."""
        return urlsplit(self.template).netloc


def raster_tiles(template: str, attribution: str) -> RasterTiles | None:
    """
    Check what an operator chose; None for our own base map.

    Raises
    ------
    ParameterError
        If it is no template of an https address, or whom to name is missing.
    """
    if not template:
        return None
    for theirs, ours in _WMTS_NAMES.items():
        template = template.replace(theirs, ours)
    left = re.sub(r"\{[zxy]\}", "", template)
    has_all = all(template.count(name) == 1 for name in ("{z}", "{x}", "{y}"))
    is_whole = has_all and "{" not in left and "}" not in left
    if not (is_whole and _ADDRESS.fullmatch(template)):
        raise ParameterError(
            f"`{_NAME}` is {template!r}; it may be https://HOST/…/{{z}}/{{x}}/{{y}}.png, or the "
            "same with {TileMatrix}, {TileCol} and {TileRow}, in Web Mercator",
            parameter=_NAME,
        )
    if not attribution:
        raise ParameterError(
            f"`{_NAME}` is set but `UMKREIS_BASE_MAP_ATTRIBUTION` is not; say whom to name, as the "
            "terms of the map want it",
            parameter="UMKREIS_BASE_MAP_ATTRIBUTION",
        )
    return RasterTiles(template, attribution)
