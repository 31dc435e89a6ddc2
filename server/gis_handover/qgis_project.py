"""
A region as a QGIS project: layers read from `/ogc/`, with the looks of the pages' maps.

A layer of districts and one of gaps hold a style for each category (layer menu → Styles), so that a
project opens with eight layers and not with a hundred. Nothing but this installation is asked: the
project has no base map.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

import shapely

from geo.crs import wkt_of
from layers.atlas import Atlas
from server.feeds import clean_xml
from server.gis_handover.qgis_style import gaps_renderer, points_renderer, share_renderer
from server.gis_handover.shown import Handover, Topic, handover
from server.ogc.collections import About
from server.texts import Texts

VERSION = "3.22.0"  # the oldest that reads it; newer ones read it as well
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_LAYER_CRS = "OGC:CRS84"  # what OGC API - Features gives where nothing else is asked


def qgis_project(atlas: Atlas, base: str, texts: Texts) -> bytes:
    """
    Write the project.

    Parameters
    ----------
    atlas
        The region.
    base
        Where this installation is reached, without a slash at the end.
    texts
        The language of names and legends.
    """
    told = handover(atlas, texts)
    title = texts.gettext("{region}: local economy", region=atlas.region.name)
    root = ET.Element("qgis", {"projectname": clean_xml(title), "version": VERSION})
    _text(root, "title", title)
    _crs(ET.SubElement(root, "projectCrs"), atlas.region.crs)
    tree = ET.SubElement(root, "layer-tree-group")
    layers = ET.Element("projectlayers")
    source = _Source(base, atlas)
    for each in told.points:
        layer = source.add(tree, layers, each.about, each.name, "Point")
        layer.append(points_renderer(each.color))
    _gaps(source, tree, layers, told)
    _districts(source, tree, layers, told, texts.language)
    _canvas(root, atlas)
    root.append(layers)
    _metadata(root, atlas, title)
    _properties(root, atlas)
    ET.indent(root)
    return (_DOCTYPE + ET.tostring(root, encoding="unicode")).encode("utf-8")


class _Source:
    """Adds layers of one installation."""

    def __init__(self, base: str, atlas: Atlas) -> None:
        self.base = base
        self.atlas = atlas

    def add(
        self, tree: ET.Element, layers: ET.Element, about: About, name: str, geometry: str
    ) -> ET.Element:
        """Add a layer to the tree and to the list; return the latter."""
        # QGIS passes over ids of ten characters and less
        layer_id = f"umkreis_layer_{about.id.replace('.', '_')}"
        source = f"pagingEnabled='true' typename='{about.id}' url='{self.base}/ogc'"
        ET.SubElement(
            tree,
            "layer-tree-layer",
            {
                "id": layer_id, "name": clean_xml(name), "source": clean_xml(source),
                "providerKey": "OAPIF", "checked": "Qt::Checked", "expanded": "1",
            },
        )  # fmt: skip
        layer = ET.SubElement(layers, "maplayer", {"type": "vector", "geometry": geometry})
        _text(layer, "id", layer_id)
        _text(layer, "datasource", source)
        _text(layer, "layername", name)
        _text(layer, "abstract", about.description)
        _text(layer, "attribution", about.attribution)
        _crs(ET.SubElement(layer, "srs"), _LAYER_CRS)
        ET.SubElement(layer, "provider", {"encoding": "UTF-8"}).text = "OAPIF"
        return layer


def _districts(
    source: _Source, tree: ET.Element, layers: ET.Element, told: Handover, language: str
) -> None:
    layer = source.add(tree, layers, told.districts, told.districts_name, "Polygon")
    renderers = [(t, share_renderer(f"share_{t.id}", language)) for t in told.topics]
    _with_styles(layer, renderers)


def _gaps(source: _Source, tree: ET.Element, layers: ET.Element, told: Handover) -> None:
    layer = source.add(tree, layers, told.gaps, told.gaps_name, "Polygon")
    _with_styles(layer, [(t, gaps_renderer(t.id, t.name)) for t in told.topics])


def _with_styles(layer: ET.Element, renderers: Iterable[tuple[Topic, ET.Element]]) -> None:
    """Add a renderer for each topic as a style of its name; the first one is in use."""
    manager = ET.Element("map-layer-style-manager")
    for topic, renderer in renderers:
        name = clean_xml(topic.name)
        style = ET.SubElement(manager, "map-layer-style", {"name": name})
        if "current" not in manager.attrib:
            manager.set("current", name)
            layer.append(renderer)
            continue
        held = ET.SubElement(style, "qgis", {"version": VERSION, "styleCategories": "Symbology"})
        held.append(renderer)
    layer.append(manager)


def _canvas(root: ET.Element, atlas: Atlas) -> None:
    west, south, east, north = (f"{v:.1f}" for v in shapely.bounds(atlas.region.boundary))
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas"})
    _text(canvas, "units", "meters")
    extent = ET.SubElement(canvas, "extent")
    box = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    for name, value in box.items():
        _text(extent, name, value)
    _crs(ET.SubElement(canvas, "destinationsrs"), atlas.region.crs)
    settings = ET.SubElement(root, "ProjectViewSettings")
    _crs(ET.SubElement(settings, "DefaultViewExtent", box), atlas.region.crs)


def _metadata(root: ET.Element, atlas: Atlas, title: str) -> None:
    metadata = ET.SubElement(root, "projectMetadata")
    _text(metadata, "identifier", f"umkreis:{atlas.region.id}")
    _text(metadata, "title", title)
    _text(metadata, "abstract", " · ".join(atlas.region.attributions))
    ET.SubElement(metadata, "author").text = "Umkreis"


def _properties(root: ET.Element, atlas: Atlas) -> None:
    """Let the map be drawn in the region's CRS, and name its sources itself."""
    properties = ET.SubElement(root, "properties")
    crs = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(crs, "ProjectionsEnabled", {"type": "int"}).text = "1"
    label = ET.SubElement(properties, "CopyrightLabel")
    ET.SubElement(label, "Enabled", {"type": "bool"}).text = "true"
    lines = clean_xml(" · ".join(atlas.region.attributions))
    ET.SubElement(label, "Label", {"type": "QString"}).text = lines
    ET.SubElement(label, "Placement", {"type": "int"}).text = "3"  # bottom right


def _crs(parent: ET.Element, crs: str) -> None:
    """Name a CRS; QGIS takes the text of its definition before its code."""
    system = ET.SubElement(parent, "spatialrefsys")
    _text(system, "wkt", wkt_of(crs))
    _text(system, "authid", crs)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean_xml(text)
