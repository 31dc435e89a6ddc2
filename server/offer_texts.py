"""What the scripts of the pages of single offers, and of embedded maps, say."""

from __future__ import annotations

from server.texts import Texts, kept


def map_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts in one language; what stands in braces they fill in."""
    return {
        "map": texts.gettext("Map of the offers"),
        "zoom_in": texts.gettext("Zoom in"),
        "zoom_out": texts.gettext("Zoom out"),
        "whole_region": texts.gettext("Show everything"),
        "close": texts.gettext("Close"),
        "cluster": texts.gettext("{n} offers", n="{n}"),
        "failed": texts.gettext("The answer could not be loaded. Is the connection there?"),
        "drawn": texts.gettext(
            "Drawn on the map: from where it is reached {how}. People who live there: {n}.",
            **kept("how", "n"),
        ),
        "draw": texts.gettext(
            "{n}: draw on the map from where it is reached {how}", **kept("n", "how")
        ),
        "gap": texts.gettext("Gap {n}", n="{n}"),
        "copied": texts.gettext("Copied."),
        "not_copied": texts.gettext("Please copy it yourself: it is selected."),
    }
