"""
Writes a map as one HTML file that opens from disk without any request.

Scripts, styles, fonts, images and the base map's tiles stand in the file. A policy of its own, with
the checksum of each script and style, forbids everything else: the file cannot call home, and
nothing in its data can run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pmtiles.reader import MmapSource, all_tiles

from layers.errors import TilesMissingError
from server.folium_page import STATIC_DIR, PageParts, page_parts
from server.maps import MapView, coverage_map, page_context
from server.rendering import templates

_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_FONT_FACE = re.compile(r"@font-face\s*{[^}]*}\s*")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
# Letters that only the fonts' second half holds
_BEYOND_LATIN = re.compile("[\u0100-\u0130\u0132-\u0151\u0154-\u024f\u1e00-\u1e9f]")


def single_file(view: MapView, pmtiles: Path) -> str:
    """
    Return the view as one self-contained page.

    Parameters
    ----------
    view
        What to show; its `tiles_url` is not used.
    pmtiles
        The region's base map.

    Raises
    ------
    TilesMissingError
        If there is no base map.
    """
    if not pmtiles.is_file():
        raise TilesMissingError(
            f"region {pmtiles.parent.name!r} has no base map; "
            f"run `umkreis build {pmtiles.parent.name} --force`, or add an extract if it has none"
        )
    parts = page_parts(coverage_map(view, tiles_url=None))
    context = page_context(view, parts)
    return one_file("folium_map.html", parts, context, pmtiles=pmtiles)


def one_file(
    template: str, parts: PageParts, context: Mapping[str, Any], *, pmtiles: Path | None
) -> str:
    """
    Write a map's page with all that it needs inside.

    Parameters
    ----------
    template
        `folium_map.html`, or one that extends it.
    parts, context
        The rendered map, and what the page says: `map_style` and `map_script` among it.
    pmtiles
        The base map whose tiles the page embeds; None where it has none.
    """
    letters = f"{context.get('view')} {parts.script}"
    more_letters = bool(_BEYOND_LATIN.search(letters))
    styles = [_inlined_style(path, more_letters=more_letters) for path in parts.styles]
    scripts = [_inlined_script(path) for path in parts.scripts]
    tiles = None if pmtiles is None else Markup(_embedded_tiles(pmtiles))  # noqa: S704 (base64)
    return (
        templates()
        .get_template(template)
        .render(
            **context,
            nonce=None,
            links=(),
            policy=_policy(
                scripts=[*scripts, context["map_script"]], styles=[*styles, context["map_style"]]
            ),
            style_links=[],
            script_links=[],
            styles=styles,
            scripts=scripts,
            tiles=tiles,
            licences=_licences(),
        )
    )


def _policy(*, scripts: list[str], styles: list[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_checksum, scripts))}",
            f"style-src {' '.join(map(_checksum, styles))}",
            "font-src data:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _checksum(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _inlined_script(path: str) -> Markup:
    # the parser reads CRLF as LF, so the checksum must be of LF; source maps would be requests
    text = (STATIC_DIR / path).read_text("utf-8").replace("\r\n", "\n")
    text = _SOURCE_MAP.sub("", text)
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError(f"{path} would close its own element when inlined")
    return Markup(text)  # noqa: S704 (our own file)


def _inlined_style(path: str, *, more_letters: bool) -> Markup:
    """Return a stylesheet with its images and fonts inside."""
    file = STATIC_DIR / path

    def data_url(match: re.Match[str]) -> str:
        target = match[1]
        if target.startswith(("#", "data:")):
            return match[0]
        linked = file.parent / target
        kind = mimetypes.guess_type(linked.name)[0] or "font/woff2"
        content = base64.b64encode(linked.read_bytes()).decode("ascii")
        return f'url("data:{kind};base64,{content}")'

    def font_face(match: re.Match[str]) -> str:
        return match[0] if more_letters or "latin-ext" not in match[0] else ""

    text = file.read_text("utf-8").replace("\r\n", "\n")
    return Markup(_URL.sub(data_url, _FONT_FACE.sub(font_face, text)))  # noqa: S704 (our own file)


def _embedded_tiles(pmtiles: Path) -> str:
    """Return the tiles as JSON: zoom/column/row to the base64 of the gzipped tile."""
    with pmtiles.open("rb") as file:
        tiles = {
            f"{z}/{x}/{y}": base64.b64encode(data).decode("ascii")
            for (z, x, y), data in all_tiles(MmapSource(file))  # type: ignore[no-untyped-call]
        }
    return json.dumps(tiles, separators=(",", ":"))


def _licences() -> list[str]:
    """Return the licences of what is inlined, which ask to be passed on with it."""
    vendor = STATIC_DIR / "vendor"
    packages = json.loads((vendor / "VERSIONS.json").read_text("utf-8"))["packages"]
    return [
        f"{package['name']} {package['version']}\n\n"
        + (vendor / package["licence_file"]).read_text("utf-8").replace("\r\n", "\n")
        for package in packages
        if package.get("in_maps", True)
    ]
