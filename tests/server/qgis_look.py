"""
Opens a project in QGIS without a screen and tells as JSON what it found.

Run by Debian's own Python, where QGIS is: `python3 qgis_look.py FILE.qgs PICTURE.png`.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
)
from qgis.PyQt.QtCore import QSize


def look(path: str, picture: str) -> dict[str, object]:
    """Read the project, count and draw its layers."""
    project = QgsProject.instance()
    if not project.read(path):
        raise SystemExit(project.error())
    layers = project.layerTreeRoot().layerOrder()
    told = {}
    for layer in project.mapLayers().values():  # empty ones are not drawn
        features = list(layer.getFeatures())
        about = {
            "valid": layer.isValid(),
            "provider": layer.providerType(),
            "features": len(features),
            "count": layer.featureCount(),
            "styles": layer.styleManager().styles(),
            "attribution": layer.attribution(),
        }
        told[layer.dataProvider().uri().param("typename")] = about
        if (renderer := layer.renderer()) is None:
            continue
        context = QgsRenderContext()
        renderer.startRender(context, layer.fields())
        about["drawn"] = sum(renderer.willRenderFeature(f, context) for f in features)
        renderer.stopRender(context)
        about["symbols"] = [s.color().name() for s in renderer.symbols(QgsRenderContext())]
        manager = layer.styleManager()
        if len(manager.styles()) > 1:  # each of them can be chosen
            manager.setCurrentStyle(manager.styles()[-1])
            about["last"] = layer.renderer().type()
            manager.setCurrentStyle(manager.styles()[0])
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(900, 700))
    settings.setExtent(project.viewSettings().defaultViewExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)
    extent = project.viewSettings().defaultViewExtent()
    return {
        "title": project.title(),
        "crs": project.crs().authid(),
        "abstract": project.metadata().abstract(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "layers": told,
    }


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    found = look(sys.argv[1], sys.argv[2])
    sys.stdout.write("\nFOUND " + json.dumps(found) + "\n")
    application.exitQgis()
