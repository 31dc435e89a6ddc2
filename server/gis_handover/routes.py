"""The addresses of what a city's GIS opens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from server.gis_handover.masterportal import services, styles
from server.gis_handover.qgis_project import qgis_project
from server.public_address import public_base
from server.regions import regions_of
from server.shell import texts_for

QGS = "application/x-qgis-project"

router = APIRouter(include_in_schema=False)


@router.get("/r/{region}/qgis.qgs")
def qgis(request: Request, region: str) -> Response:
    """Give a region as a QGIS project."""
    atlas = regions_of(request).open(region)
    return Response(
        qgis_project(atlas, public_base(request), texts_for(request)),
        media_type=QGS,
        headers={"Content-Disposition": f'attachment; filename="umkreis-{region}.qgs"'},
    )


@router.get("/r/{region}/masterportal/services.json")
def masterportal_services(request: Request, region: str) -> list[dict[str, object]]:
    """Give the entries of Masterportal's services.json."""
    atlas = regions_of(request).open(region)
    return services(atlas, public_base(request), texts_for(request))


@router.get("/r/{region}/masterportal/style.json")
def masterportal_styles(request: Request, region: str) -> list[dict[str, object]]:
    """Give the styles that those entries name."""
    return styles(regions_of(request).open(region), texts_for(request))
