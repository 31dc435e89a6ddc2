"""
The classes of a share and their looks: one table for the page's scripts, folium maps and legends.

Five classes of equal width. Lightness alone orders them, so they survive every kind of colour
blindness and grey print: as drawn on the map, neighbours differ by at least 0.05 in OKLab in
normal, protan, deutan and tritan vision. On a light map the least covered districts are the
darkest, on a dark map the brightest: they are what the map is about. What is unknown, and a share
that rests too much on what is unknown, has a pattern as well and none of their colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

FILL_OPACITY = 0.72


@dataclass(frozen=True)
class ShareClass:
    """
    One class and how it is drawn.

    `lower` ≤ share < `upper`, and the last class holds 1 as well; both are None for what is no
    share. `pattern` is `hatch`, `dots` or empty.
    """

    id: str
    lower: float | None
    upper: float | None
    color: str
    color_dark: str
    de: str
    en: str
    pattern: str = ""

    def ink(self, *, is_dark: bool) -> str:
        """Return black or white, whichever can be read on the class's colour."""
        return _readable_on(self.color_dark if is_dark else self.color)

    def label(self, language: str) -> str:
        """Return the class in words."""
        return self.de if language == "de" else self.en


SHARE_CLASSES = (
    ShareClass("share-0", 0.0, 0.2, "#671e64", "#d390b0", "unter 20 %", "below 20%"),
    ShareClass("share-20", 0.2, 0.4, "#b03576", "#c1657c", "20 bis unter 40 %", "20 to below 40%"),
    ShareClass("share-40", 0.4, 0.6, "#ea6a64", "#9d4c43", "40 bis unter 60 %", "40 to below 60%"),
    ShareClass("share-60", 0.6, 0.8, "#fab373", "#693e1f", "60 bis unter 80 %", "60 to below 80%"),
    ShareClass("share-80", 0.8, 1.0, "#f9ebbe", "#362e1d", "80 % und mehr", "80% and more"),
)
UNKNOWN = ShareClass(
    "unknown",
    None,
    None,
    "#8b9096",
    "#7d848c",
    "unbekannt: keine Daten",
    "unknown: no data",
    "hatch",
)
UNCERTAIN = ShareClass(
    "uncertain", None, None, "#7f97ad", "#64809a",
    "unsicher: hängt an Unbekanntem", "uncertain: rests on what is unknown", "hatch",
)  # fmt: skip
WITHHELD = ShareClass(
    "withheld", None, None, "#b9bec4", "#5a6068",
    "zu wenige Menschen für eine Angabe", "too few people to tell", "dots",
)  # fmt: skip
NOBODY = ShareClass(
    "nobody", None, None, "#e4e6e8", "#33383e", "niemand wohnt hier", "nobody lives here"
)
ALL_CLASSES = (*SHARE_CLASSES, UNCERTAIN, UNKNOWN, WITHHELD, NOBODY)
_BY_ID = {each.id: each for each in ALL_CLASSES}


def _readable_on(color: str) -> str:
    """Compare contrasts as WCAG 2.2 defines them (relative luminance)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def share_class(share: float | None) -> ShareClass:
    """
    Return the class of a share.

    Parameters
    ----------
    share
        0…1; None or NaN is unknown.

    Raises
    ------
    ValueError
        If the share is below 0 or above 1.
    """
    if share is None or math.isnan(share):
        return UNKNOWN
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"`share` is {share}; it must be between 0 and 1, or None for unknown")
    return SHARE_CLASSES[min(int(share * 5 + 1e-9), 4)]


def class_by_id(class_id: str) -> ShareClass:
    """
    Return a class by its id.

    Raises
    ------
    ValueError
        If there is no such class.
    """
    try:
        return _BY_ID[class_id]
    except KeyError:
        raise ValueError(
            f"`class_id` {class_id!r} is not known; it is one of {', '.join(_BY_ID)}"
        ) from None


def classes_as_json(language: str) -> dict[str, Any]:
    """Return the table as the page's scripts read it."""
    return {
        "fill_opacity": FILL_OPACITY,
        "classes": [
            {
                "id": each.id,
                "lower": each.lower,
                "upper": each.upper,
                "color": each.color,
                "color_dark": each.color_dark,
                "pattern": each.pattern,
                "label": each.label(language),
            }
            for each in ALL_CLASSES
        ],
    }
