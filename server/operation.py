"""What those ask who run an installation: whether it lives, whether it is ready, what it counts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from layers.errors import RegisterError, TilesMissingError
from server.analysis_pool import AnalysisPool
from server.metrics import MEDIA_TYPE, Gauge, Metrics
from server.public_address import is_local
from server.ranges import file_answer
from server.regions import Regions, regions_of

_RETRY_AFTER_S = 10

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """Whether every region that is to be served is built and whole, and the register is there."""
    regions = regions_of(request)
    not_built = [region.id for region in regions.known() if not region.is_built]
    register = _register(regions)
    is_closed = request.app.state.settings.maintenance == "all"
    damaged = sorted(regions.kept.damaged - set(not_built))
    is_ready = not (not_built or damaged or is_closed or register["state"] == "unreachable")
    body = {
        "status": "ok" if is_ready else "not ready",
        "not_built": not_built,
        "damaged": damaged,
        "open": list(regions.kept.sizes),
        "register": register,
        "maintenance": request.app.state.settings.maintenance,
    }
    if is_ready:
        return JSONResponse(body)
    headers = {"Retry-After": str(_RETRY_AFTER_S)}
    return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, headers)


def _register(regions: Regions) -> dict[str, Any]:
    """Tell the register's state, and the number of each region's last change."""
    try:
        revs = regions.revs()
    except RegisterError:
        return {"state": "unreachable", "revs": {}}
    return {"state": "none" if revs is None else "ok", "revs": revs or {}}


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Tell what this worker counted, to those whom the operator lets read it."""
    allowed = request.app.state.settings.metrics
    if allowed == "off" or (allowed == "local" and not is_local(request.scope)):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    counted: Metrics = request.app.state.metrics
    gauges = (*_gauges(regions_of(request)), *_analyses(request.app.state.pool))
    text = counted.text(gauges)
    return Response(text, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _gauges(regions: Regions) -> list[Gauge]:
    known = regions.known()
    register = _register(regions)
    regions.kept.measure()
    sizes = regions.kept.sizes
    return [
        Gauge(
            "umkreis_regions",
            "Regions: known, built from their present files, open in this worker.",
            {
                (("state", "known"),): len(known),
                (("state", "built"),): sum(region.is_built for region in known),
                (("state", "open"),): len(sizes),
            },
        ),
        Gauge(
            "umkreis_region_bytes",
            "What an open region holds in this worker.",
            {(("region", region),): size for region, size in sizes.items()},
        ),
        Gauge(
            "umkreis_regions_opened_total",
            "How often a region was opened.",
            {(): regions.kept.opened},
            kind="counter",
        ),
        Gauge(
            "umkreis_regions_dropped_total",
            "How often a region was closed to stay within UMKREIS_MEMORY_MB.",
            {(): regions.kept.dropped},
            kind="counter",
        ),
        Gauge(
            "umkreis_register_up",
            "1 where the register can be read or there is none, else 0.",
            {(): float(register["state"] != "unreachable")},
        ),
        Gauge(
            "umkreis_register_rev",
            "Number of the last change of a region's offers.",
            {(("region", region),): rev for region, rev in register["revs"].items()},
        ),
    ]


def _analyses(pool: AnalysisPool | None) -> list[Gauge]:
    if pool is None:
        return []
    return [
        Gauge(
            "umkreis_analyses_running", "Expensive analyses under way.", {(): float(pool.running)}
        ),
        Gauge(
            "umkreis_analyses_ended",
            "Analyses without an answer since the start: too long, lost, or nobody waited.",
            {(("why", why),): float(n) for why, n in pool.ended.items()},
        ),
    ]


@router.get("/tiles/{region}.pmtiles")
def base_map(request: Request, region: str) -> Response:
    """Serve the base map of a region; browsers ask for ranges of it."""
    path = regions_of(request).open_built(region).base_map  # no change of an offer concerns it
    if not path.is_file():
        raise TilesMissingError(f"region {region!r} was built without a base map")
    return file_answer(
        request,
        path,
        media_type="application/vnd.pmtiles",
        headers={"Cache-Control": "no-cache"},
    )
