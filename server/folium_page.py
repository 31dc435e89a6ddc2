"""
Folium under our roof: every asset from our own origin, every text harmless.

Folium has three traps. It loads its assets from content delivery networks. It writes texts into
JavaScript template literals, where `html.escape` alone does not stop `${…}` and backticks. And what
it has rendered it compiles as a Jinja template and renders once more (branca's `MacroElement`), so
that a name such as `{{ … }}` would run in this process. So a map here is an `UmkreisMap`, whose
assets are found by name among the vendored files (an unknown one is an error, not a request), every
string passes `safe_text` or `script_literal`, the second rendering does not happen, and the page
around the map is our own template, each of whose scripts carries the response's nonce.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import branca.element
import folium
from folium.elements import JSCSSMixin
from folium.plugins import MarkerCluster
from folium.template import Template

from geo.errors import UmkreisError

STATIC_DIR = Path(__file__).parent / "static"
MAP_ID = "main"

# What folium calls an asset → the file under static/; empty where our own style replaces it
ASSETS = {
    "leaflet": "vendor/leaflet/leaflet.js",
    "leaflet_css": "vendor/leaflet/leaflet.css",
    "markerclusterjs": "vendor/leaflet.markercluster/leaflet.markercluster.js",
    "markerclustercss": "vendor/leaflet.markercluster/MarkerCluster.css",
    "markerclusterdefaultcss": "",
    "protomaps": "vendor/protomaps-leaflet/protomaps-leaflet.js",
    "umkreis_basemap": "basemap.js",
    "umkreis_folium": "folium.js",
    "umkreis_fonts": "fonts.css",
    "umkreis_folium_css": "folium.css",
}
_MAP_SCRIPTS = [(name, ASSETS[name]) for name in ("leaflet", "umkreis_folium")]
_MAP_STYLES = [
    (name, ASSETS[name]) for name in ("leaflet_css", "umkreis_fonts", "umkreis_folium_css")
]
_BASEMAP_SCRIPTS = [(name, ASSETS[name]) for name in ("protomaps", "umkreis_basemap")]
# Characters that mean something in HTML are escaped first; these mean something in a JS template
_TEMPLATE_CHARACTERS = str.maketrans(
    {"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;", "\\": "&#92;"}
)
_SCRIPT_CHARACTERS = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&'`${}"})
_JINJA = re.compile(r"\{[{%#]")


class UnknownAssetError(UmkreisError, LookupError):
    """A folium element wants a file that is not among the vendored ones."""


def safe_text(text: object) -> str:
    """
    Return a text that is only ever text: in HTML, in an attribute, in a JS template literal.

    Parameters
    ----------
    text
        Anything; None gives an empty text.
    """
    return html.escape("" if text is None else str(text), quote=True).translate(
        _TEMPLATE_CHARACTERS
    )


def script_literal(value: Any) -> str:
    """
    Write a value as JavaScript that is safe inside a script element and inside a Jinja template.

    Parameters
    ----------
    value
        What JSON can hold; texts may hold anything.
    """
    if isinstance(value, dict):
        pairs = (f"{script_literal(str(k))}: {script_literal(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(script_literal(item) for item in value) + "]"
    text = json.dumps(value, allow_nan=False)
    return text.translate(_SCRIPT_CHARACTERS) if isinstance(value, str) else text


class UmkreisMap(folium.Map):
    """
    A folium map without tiles, with our assets and an accessible container.

    `label` names the map for screen readers. Other folium layers are added as usual; those that
    bring assets of their own must be in `ASSETS`.
    """

    # lists of our own: those of the base class are shared by every map of the process
    default_js = _MAP_SCRIPTS
    default_css = _MAP_STYLES
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="umkreis-map" id="{{ this.get_name() }}" role="region"
             aria-label="{{ this.safe_label }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {{ this.options|tojavascript }});
        {{ this.get_name() }}.attributionControl.setPrefix(false);
        {{ this.get_name() }}.attributionControl.addAttribution({{ this.attribution }});
        L.control.zoom({{ this.zoom_texts|tojavascript }}).addTo({{ this.get_name() }});
        L.control.scale({imperial: false}).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, *, label: str, language: str, attributions: Sequence[str]) -> None:
        super().__init__(tiles=None, zoom_control=False)
        self._id = MAP_ID
        self.attribution = script_literal(_attribution(attributions))
        self.safe_label = safe_text(label)
        german = language == "de"
        self.zoom_texts = {
            "zoom_in_title": "Vergrößern" if german else "Zoom in",
            "zoom_out_title": "Verkleinern" if german else "Zoom out",
        }
        # MarkerCluster needs a largest zoom; with a fraction the map can fill its frame
        self.options.update(max_zoom=19, min_zoom=6, zoom_snap=0.25, zoom=10)


class Basemap(JSCSSMixin):
    """
    Our base map: the ground below all data, the labels above it.

    Parameters
    ----------
    tiles_url
        Where the PMTiles file is; None for tiles that are embedded in the page.
    language
        `de` or `en`, for place names.
    """

    default_js = _BASEMAP_SCRIPTS
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = umkreisBasemap.addTo(
            {{ this._parent.get_name() }},
            {% if this.tiles_url is none %}umkreisFolium.embeddedTiles(){% else %}
            {{ this.tiles_url }}{% endif %},
            {{ this.options }}
        );
        {% endmacro %}
        """
    )

    def __init__(self, tiles_url: str | None, *, language: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Basemap"
        self._id = MAP_ID
        self.tiles_url = None if tiles_url is None else script_literal(tiles_url)
        self.options = script_literal({"lang": language})


class Finish(JSCSSMixin):
    """The last element of a map: names the controls in the page's language."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        umkreisFolium.finish({{ this._parent.get_name() }}, {{ this.texts }});
        {% endmacro %}
        """
    )

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Finish"
        self.texts = script_literal(texts)


class OfferMarkers(MarkerCluster):
    """
    Clustered markers drawn by our own script from rows of raw text, which it writes as text only.

    Parameters
    ----------
    rows
        `[lat, lon, {…}]`, what `umkreisFolium.offerMarker` reads.
    name
        The layer's name; plain text.
    texts
        The words of its popups.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.markerClusterGroup({{ this.options|tojavascript }});
        {{ this.get_name() }}.options.iconCreateFunction = umkreisFolium.clusterIcon;
        {{ this.get_name() }}.addLayers(
            {{ this.rows }}.map(umkreisFolium.offerMarker({{ this.texts }}))
        );
        {% endmacro %}
        """
    )

    def __init__(self, rows: list[list[Any]], *, name: str, texts: dict[str, str]) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            name=safe_text(name),
            max_cluster_radius=44,
            show_coverage_on_hover=False,
            disable_clustering_at_zoom=17,
        )
        self._id = "offers"
        self.rows = script_literal(rows)
        self.texts = script_literal(texts)


def _attribution(texts: Sequence[str]) -> str:
    """Join who made the data; the first mention of OpenStreetMap leads to its licence."""
    parts = [safe_text(text) for text in texts]
    for i, text in enumerate(texts):
        if "OpenStreetMap" in text:
            parts[i] = (
                '<a href="https://www.openstreetmap.org/copyright" rel="noopener noreferrer" '
                f'target="_blank">{parts[i]}</a>'
            )
            break
    return " · ".join(parts)


@dataclass(frozen=True)
class PageParts:
    """A rendered map in pieces: files under static/ in loading order, its HTML and its script."""

    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    html: str
    script: str


def page_parts(umkreis_map: UmkreisMap) -> PageParts:
    """
    Render a map into the pieces of a page.

    Raises
    ------
    UnknownAssetError
        If an element of the map wants an asset that is not vendored, or writes into the
        page's head.
    """
    figure: Any = umkreis_map.get_root()
    for child in figure._children.values():
        child.render()
    styles: list[str] = []
    scripts: list[str] = []
    for name, element in figure.header._children.items():
        if isinstance(element, branca.element.JavascriptLink):
            scripts.append(_own_file(name, element.url))
        elif isinstance(element, branca.element.CssLink):
            styles.append(_own_file(name, element.url))
        elif name != "meta_http" and not name.endswith("tablestyle"):  # folium.css has those
            raise UnknownAssetError(
                f"`umkreis_map` holds an element that writes {name!r} into the page's head; "
                "put its style into server/static/folium.css instead"
            )
    script = _sources(figure.script)
    # data is written as JSON with escapes, so this cannot be; if it were, names could run
    if re.search(r"</script|<!--", script, re.IGNORECASE):
        raise ValueError("`umkreis_map` renders a script that could close its own element")
    return PageParts(
        styles=tuple(filter(None, styles)),
        scripts=tuple(filter(None, scripts)),
        html=_sources(figure.html),
        script=script,
    )


def _sources(element: Any) -> str:
    """Join what the children of a figure's part have rendered, without rendering it once more."""
    sources = [child._template_str or "" for child in element._children.values()]
    for source in sources:
        if found := _JINJA.search(source):
            raise ValueError(
                f"`umkreis_map` renders {source[found.start() :][:40]!r}, which folium would run "
                "as a template; pass every text through safe_text or script_literal"
            )
    return "\n".join(sources)


def _own_file(name: str, url: str) -> str:
    if name not in ASSETS:
        raise UnknownAssetError(
            f"`umkreis_map` wants the asset {name!r} from {url}; vendor it with tools/vendor.py "
            "and name it in server.folium_page.ASSETS"
        )
    return ASSETS[name]
