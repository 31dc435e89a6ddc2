"""Symbols and renderers as QGIS 3.22 and newer read them, written by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from server.classes import FILL_OPACITY, UNKNOWN
from server.gis_handover.shown import rgb, share_rules
from server.maps import GAP_COLOR

_WHITE, _INK = "255,255,255,255", "60,60,60,255"


def options(parent: ET.Element, **values: str) -> None:
    """Add properties of a symbol layer."""
    all_of = ET.SubElement(parent, "Option", {"type": "Map"})
    for name, value in values.items():
        ET.SubElement(all_of, "Option", {"name": name, "type": "QString", "value": value})


def points_renderer(color: str) -> ET.Element:
    """Draw offers as dots of their layer's colour with a light edge."""
    renderer = ET.Element("renderer-v2", {"type": "singleSymbol", "symbollevels": "0"})
    symbol = _symbol(ET.SubElement(renderer, "symbols"), "0", "marker")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleMarker", "enabled": "1", "pass": "0"})
    options(
        layer,
        name="circle", color=_color(color), size="2.6", size_unit="MM",
        outline_color=_WHITE, outline_style="solid", outline_width="0.3", outline_width_unit="MM",
    )  # fmt: skip
    return renderer


def share_renderer(attribute: str, language: str) -> ET.Element:
    """Draw districts by the class of a share; what is unknown is hatched and none of them."""
    renderer, rules, symbols = _rules()
    for number, (each, words) in enumerate(share_rules(language)):
        if each.lower is None or each.upper is None:
            condition = f'"{attribute}" IS NULL'
        else:
            # the last class holds 1 as well
            upper = f' AND "{attribute}" < {each.upper}' if each.upper < 1 else ""
            condition = f'"{attribute}" >= {each.lower}{upper}'
        _rule(rules, number, condition, words)
        symbol = _symbol(symbols, str(number), "fill", opacity=FILL_OPACITY)
        if each is UNKNOWN:
            _fill(symbol, "#ffffff", "solid")
            _fill(symbol, each.color, "f_diagonal")
        else:
            _fill(symbol, each.color, "solid")
    return renderer


def gaps_renderer(category: str, words: str) -> ET.Element:
    """Draw the gaps of one category."""
    renderer, rules, symbols = _rules()
    quoted = category.replace("'", "''")
    _rule(rules, 0, f"\"category\" = '{quoted}'", words)
    symbol = _symbol(symbols, "0", "fill")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
    options(
        layer,
        color=_color(GAP_COLOR, 40), style="solid", outline_color=_color(GAP_COLOR),
        outline_style="solid", outline_width="0.6", outline_width_unit="MM", joinstyle="round",
    )  # fmt: skip
    return renderer


def _rules() -> tuple[ET.Element, ET.Element, ET.Element]:
    renderer = ET.Element("renderer-v2", {"type": "RuleRenderer", "symbollevels": "0"})
    rules = ET.SubElement(renderer, "rules", {"key": "root"})
    return renderer, rules, ET.SubElement(renderer, "symbols")


def _rule(rules: ET.Element, number: int, condition: str, words: str) -> None:
    key = {"key": f"rule-{number}", "symbol": str(number)}
    ET.SubElement(rules, "rule", {**key, "filter": condition, "label": words})


def _symbol(symbols: ET.Element, name: str, kind: str, *, opacity: float = 1.0) -> ET.Element:
    told = {"name": name, "type": kind, "alpha": f"{opacity:g}", "clip_to_extent": "1"}
    return ET.SubElement(symbols, "symbol", told)


def _fill(symbol: ET.Element, color: str, style: str) -> None:
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
    options(
        layer,
        color=_color(color), style=style, outline_color=_INK, outline_style="solid",
        outline_width="0.2", outline_width_unit="MM", joinstyle="bevel",
    )  # fmt: skip


def _color(color: str, alpha: int = 255) -> str:
    return ",".join(map(str, (*rgb(color), alpha)))
