"""The composition root: settings in, one app out. Nothing happens at import."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from server import api, errors, pages
from server.headers import SecurityHeaders
from server.regions import Regions

if TYPE_CHECKING:
    from server.settings import Settings

STATIC = Path(__file__).parent / "static"
API_VERSION = "1.0"
_DESCRIPTION = (
    "Who lives within reach of what: coverage, gaps and offers of a region's local economy. "
    "Counts of fewer than 25 people are withheld. Fields may be added; none is renamed."
)


def create_app(settings: Settings, *, only: tuple[str, ...] = ()) -> FastAPI:
    """
    Make the app.

    Parameters
    ----------
    settings
        Where data and state lie.
    only
        If given, ids of the only regions that are served.

    Raises
    ------
    UnknownRegionError
        If one of `only` is not known.
    """
    logging.getLogger("geo").setLevel(settings.log_level)
    regions = Regions(settings, only)
    for region_id in only:
        regions.folder(region_id)
    app = FastAPI(
        title="Umkreis",
        version=API_VERSION,
        description=_DESCRIPTION,
        docs_url=None,  # ours, from our own origin: server.pages
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.regions = regions
    app.state.settings = settings
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_operation_routes(app)
    return app


def _add_operation_routes(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz(request: Request) -> Response:
        """Whether every region that is to be served is built."""
        missing = [r.id for r in request.app.state.regions.known() if not r.is_built]
        status = {"status": "not ready" if missing else "ok", "not_built": missing}
        return JSONResponse(status, 503 if missing else 200)

    @app.get("/tiles/{region}.pmtiles", include_in_schema=False)
    def base_map(request: Request, region: str) -> Response:
        """Serve the base map of a region; browsers ask for ranges of it."""
        path = request.app.state.regions.open(region).base_map
        return FileResponse(path, media_type="application/vnd.pmtiles")
