"""The composition root: settings in, one app out. Nothing happens at import."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from server import (
    api,
    api_examples,
    errors,
    feeds,
    gis_handover,
    logs,
    measures,
    ogc,
    operation,
    pages,
    shell,
)
from server.accounts import refused
from server.accounts.guard import SameOrigin
from server.accounts.routes import ROUTERS as ACCOUNTS
from server.analyses import Analyses
from server.analysis_pool import AnalysisPool
from server.caching import Conditional
from server.cross_origin import CrossOrigin
from server.headers import SecurityHeaders
from server.limits import RateLimit
from server.mail import postman
from server.maintenance import Maintenance
from server.metrics import Metrics
from server.moderation import api as moderation_api
from server.observed import Observed
from server.process import settle, settle_loop
from server.public_address import TrustedProxies
from server.regions import Regions
from server.relay import Writers
from server.rendering import STATIC
from server.requests import BodyLimit, HeadAsGet
from server.settings import Settings
from server.submissions import api as submissions_api
from server.submissions.stored import tidy_at_start
from server.turns import Turns

API_VERSION = "1.0"
GZIP_LEVEL = 5  # of 9; a page is 2 % larger and costs a third of the time
_DESCRIPTION = (
    "Who lives within reach of what: coverage, gaps and offers of a region's local economy. "
    "Counts of few people are withheld: fewer than a region's `smallest_published`, 25 or more. "
    "Fields may be added; none is renamed."
)


def create_app(settings: Settings, *, pool: AnalysisPool | None = None) -> FastAPI:
    """
    Make the app.

    Parameters
    ----------
    settings
        Where data and state lie, and which regions are served.
    pool
        The processes that compute expensive analyses; without one, they run in this process.

    Raises
    ------
    UnknownRegionError
        If a region that is to be served is not known.
    """
    app = bare_app(settings)
    app.state.pool = pool
    # the first stands next to the routes, the last sees a request first
    app.add_middleware(Analyses, at_once=settings.analyses_at_once, pool=pool)
    if pool is not None:  # a worker of its own, not an app within another program
        app.add_middleware(Turns)
    app.add_middleware(SameOrigin, public_url=settings.public_url)
    app.add_middleware(BodyLimit)
    app.add_middleware(Conditional)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=GZIP_LEVEL)
    app.add_middleware(
        RateLimit,
        requests_per_minute=settings.requests_per_minute,
        analyses_per_minute=settings.analyses_per_minute,
    )
    app.add_middleware(Maintenance, mode=settings.maintenance)
    app.add_middleware(CrossOrigin)
    app.add_middleware(SecurityHeaders)  # within proxies, which tell whether it is encrypted
    app.add_middleware(TrustedProxies, trusted=settings.trusted_proxies)
    app.add_middleware(Observed, metrics=app.state.metrics, is_logged=settings.log_format == "json")
    app.add_middleware(HeadAsGet)
    return app


def bare_app(settings: Settings) -> FastAPI:
    """Make the routes and their failures alone, without what stands before them."""
    regions = Regions(settings)
    app = FastAPI(
        title="Umkreis",
        version=API_VERSION,
        description=_DESCRIPTION,
        docs_url=None,  # ours, from our own origin: server.pages.start
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_running,
    )
    stack = app.build_middleware_stack
    # unexpected failures are answered before all else: their answers need the headers as well
    app.build_middleware_stack = lambda: SecurityHeaders(stack())  # type: ignore[method-assign]
    app.state.regions = regions
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.writers = Writers()
    app.state.pool = None
    errors.install(app)
    shell.install(app)
    refused.install(app)
    beside = (operation.router, feeds.router, gis_handover.router)
    people = (submissions_api.router, moderation_api.router)
    ours = (api.router, *beside, *people, *measures.ROUTERS)
    # routes are looked through in order: those that a GIS asks by the thousand come first
    for router in (*ogc.ROUTERS, *ours, *pages.ROUTERS, *ACCOUNTS):
        app.include_router(router)
    api_examples.install(app)
    app.mount("/static", Assets(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """Do what goes on beside answering, as long as the app runs."""
    pool: AnalysisPool | None = app.state.pool
    settings: Settings = app.state.settings
    settle_loop()
    await run_in_threadpool(tidy_at_start, app.state.regions, keep_days=settings.keep_days)
    with postman(app.state.settings):
        if pool is not None:
            await pool.warm()
        yield
        if pool is not None:
            await pool.close()


class Assets(StaticFiles):
    """Browsers ask for our own files anew (304 where they are the same), not for vendored ones."""

    def file_response(
        self, full_path: str | os.PathLike[str], *args: Any, **kwargs: Any
    ) -> Response:
        """Make an answer that says how long it may be kept."""
        response = super().file_response(full_path, *args, **kwargs)
        is_vendored = Path(full_path).is_relative_to(STATIC / "vendor")
        response.headers["Cache-Control"] = "max-age=86400" if is_vendored else "no-cache"
        return response


def app_from_env() -> FastAPI:
    """Make the app of a worker process, with the settings of its environment."""
    settings = Settings.from_env()
    logs.configure(settings)
    settle()
    return create_app(settings, pool=AnalysisPool(longest_s=settings.analysis_seconds))
