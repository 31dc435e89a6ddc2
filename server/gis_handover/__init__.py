"""
What a city's GIS opens without asking anyone: a QGIS project, entries for Masterportal.

Both name the collections under `/ogc/` and no data of their own, so that they never go out of date.
"""

from server.gis_handover.routes import router

__all__ = ["router"]
