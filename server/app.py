"""The composition root: settings in, one app out. Nothing happens at import."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from server import api, errors, measures, pages, shell
from server.headers import SecurityHeaders
from server.regions import Regions
from server.settings import Settings

STATIC = Path(__file__).parent / "static"
API_VERSION = "1.0"
_DESCRIPTION = (
    "Who lives within reach of what: coverage, gaps and offers of a region's local economy. "
    "Counts of fewer than 25 people are withheld. Fields may be added; none is renamed."
)


def create_app(settings: Settings) -> FastAPI:
    """
    Make the app.

    Parameters
    ----------
    settings
        Where data and state lie, and which regions are served.

    Raises
    ------
    UnknownRegionError
        If a region that is to be served is not known.
    """
    regions = Regions(settings)
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
    shell.install(app)
    app.include_router(api.router)
    for router in measures.ROUTERS:
        app.include_router(router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_operation_routes(app)
    return app


def app_from_env() -> FastAPI:
    """Make the app of a worker process, with the settings of its environment."""
    settings = Settings.from_env()
    logging.basicConfig(level=settings.log_level)
    return create_app(settings)


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
