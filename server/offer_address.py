"""Where the pages of an offer are, as a link, as an address to print, and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from server.asked import address
from server.public_address import public_base

if TYPE_CHECKING:
    from fastapi import Request

_QUIET_MODULES = 4  # source: ISO/IEC 18004, the white margin that readers need


@dataclass(frozen=True)
class Qr:
    """A QR code as one path of squares, `size` of them along an edge."""

    size: int
    path: str


def offer_path(region: str, offer: str, part: str = "") -> str:
    """Return the path of an offer's page or of `partners`, `poster`; `link` quotes it."""
    path = f"/r/{region}/offers/{offer}"
    return f"{path}/{part}" if part else path


def full_address(request: Request, path: str, **parameters: str) -> str:
    """Return an address that works from elsewhere: on paper, in another site."""
    return public_base(request) + address(path, parameters)


def qr_of(text: str) -> Qr:
    """Return the QR code of a text; a quarter of it may be smeared or torn off."""
    rows = segno.make_qr(text, error="q").matrix
    squares = [
        f"M{x + _QUIET_MODULES} {y + _QUIET_MODULES}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return Qr(len(rows) + 2 * _QUIET_MODULES, "".join(squares))
