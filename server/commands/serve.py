"""`umkreis serve`."""

from __future__ import annotations

import logging
import os
from dataclasses import replace

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from server import logs
from server.opened import build_region
from server.port import refusal
from server.regions import Regions
from server.settings import Settings

_log = logging.getLogger(__name__)
_LAST_ANSWERS_S = 30  # in which what is under way when the service ends is still answered
_START_S = 60  # a worker that still imports is not a dead one


@click.command("serve")
@click.argument("regions", nargs=-1, metavar="[REGION]…")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def command(regions: tuple[str, ...], host: str, port: int, workers: int) -> None:
    """
    Serve regions as pages and API; all known ones if none is named.

    What is missing is built first. Visitors are not logged.
    """
    settings = Settings.from_env()
    if regions:
        settings = replace(settings, regions=regions)
    known = Regions(settings)
    if why := refusal(host, port):
        raise click.ClickException(f"`--port` {port} on {host} is not free ({why}); take another")
    for region in known.folders():
        if not known.is_built(region):
            build_region(known, region)
    names = ", ".join(map(known.name, known.folders()))
    logs.configure(settings)
    is_json = settings.log_format == "json"
    ready = f"Umkreis serves {names} on http://{host}:{port}"
    if is_json:
        _log.info(ready)
    else:
        click.echo(f"{ready} (Ctrl+C ends it)", err=True)
    os.environ["UMKREIS_REGIONS"] = ",".join(settings.regions)  # for the workers
    uvicorn.run(
        "server.app:app_from_env",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,  # an address bar may tell where somebody lives
        server_header=False,
        proxy_headers=False,  # server.public_address reads them, from proxies that are trusted
        log_level="warning",
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
        timeout_worker_healthcheck=_START_S,
        log_config=None if is_json else LOGGING_CONFIG,  # None: through our own lines
    )
