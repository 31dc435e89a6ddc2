"""
OGC API - Features 1.0 under `/ogc/`: what a city's GIS reads without asking anyone.

Part 1 (core, GeoJSON, HTML, OpenAPI 3.0) and Part 2 (coordinate reference systems) of
OGC 17-069r4 and OGC 18-058r1.
"""

from server.ogc.routes import router

ROUTERS = [router]
