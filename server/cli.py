"""
The command line: `umkreis …`, a thin skin over `layers`.

Exit status: 0; 1 when an operation failed; 2 for bad input, with one clear line on stderr. Results
go to stdout or to a file; progress and messages go to stderr.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from geo.errors import UmkreisError
from layers.coverage import CoverageReport, coverage
from layers.errors import AtlasError, RolloutError
from layers.nearby import DEFAULT_MINUTES, near
from layers.question import QUESTION_MODES
from layers.when import parse_when
from server import logs, outputs
from server.backup_cli import backup_command, restore_command
from server.doctor import examine_environment, examine_port, without_password
from server.import_cli import export_command, import_command
from server.measures import COMMANDS
from server.opened import build_region, known_regions, open_region
from server.place import place_of
from server.port import refusal
from server.region_cli import new_command
from server.regions import Regions
from server.register_cli import group as register_group
from server.rollout_cli import rollout_command
from server.settings import LANGUAGES, SETTINGS, Settings
from server.single_file import TilesMissingError
from server.timetable_cli import timetable_command
from server.user_cli import group as user_group

_log = logging.getLogger(__name__)
_LAST_ANSWERS_S = 30  # in which what is under way when the service ends is still answered
_START_S = 60  # a worker that still imports is not a dead one


class _Umkreis(click.Group):
    """Answers every failure that we explain with one line and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line."""
        try:
            return super().main(
                *args, **{**kwargs, "prog_name": "umkreis", "standalone_mode": False}
            )
        except click.exceptions.NoArgsIsHelpError as exc:
            click.echo(exc.format_message())
        except click.UsageError as exc:
            command = exc.ctx.command_path if exc.ctx else "umkreis"
            _fail(f"{exc.format_message().rstrip('.')}; see `{command} --help`", 2)
        except (click.Abort, KeyboardInterrupt):
            _fail("interrupted", 130)
        except (AtlasError, RolloutError, TilesMissingError) as exc:
            _fail(str(exc), 1)
        except UmkreisError as exc:
            _fail(str(exc), 2)
        except OSError as exc:
            _fail(f"{exc.filename or 'system'}: {exc.strerror or exc}", 1)


def _fail(message: str, status: int) -> NoReturn:
    click.echo(f"umkreis: {message}", err=True)
    sys.exit(status)


@click.group(cls=_Umkreis, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="umkreis", prog_name="umkreis")
def main() -> None:
    """
    Who lives within reach of what, on a map.

    \b
    First steps:
      umkreis serve neubrandenburg      build the demo region and open it in the browser
      umkreis coverage neubrandenburg --category greengrocer_bakery --minutes 10
      umkreis map neubrandenburg --category library -o library.html
      umkreis doctor                    what is missing on this machine?

    \b
    Settings are environment variables: see `umkreis doctor --settings`.
    """  # noqa: D301 (click's \b keeps lines as they are)


@main.command()
@click.argument("regions", nargs=-1, metavar="[REGION]…")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(regions: tuple[str, ...], host: str, port: int, workers: int) -> None:
    """
    Serve regions as pages and API; all known ones if none is named.

    What is missing is built first. Visitors are not logged.
    """
    settings = Settings.from_env()
    if regions:
        settings = replace(settings, regions=regions)
    known = Regions(settings)
    if why := refusal(host, port):
        _fail(f"`--port` {port} on {host} is not free ({why}); take another", 1)
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


@main.command()
@click.argument("region")
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
def build(region: str, force: bool) -> None:
    """Build a region from its files."""
    regions = known_regions()
    if regions.is_built(region) and not force:
        click.echo(f"{region} is up to date; --force builds it again", err=True)
        return
    atlas = build_region(regions, region)
    click.echo(outputs.build_summary(atlas))


@main.group()
def region() -> None:
    """Regions known to this installation."""


@region.command("list")
def listknown_regions() -> None:
    """List regions, and whether they are built."""
    for known in known_regions().known():
        state = "built" if known.is_built else "not built"
        click.echo(f"{known.id:24} {known.name:32} {state:10} {known.folder}")


_CATEGORY = click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
_MODE = click.option(
    "--mode", type=click.Choice(QUESTION_MODES), help="How people go; else the category's own."
)
_MINUTES = click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
_METRES = click.option("--metres", type=float, help="Limit of the way instead.")
_LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE."
)
_AT = click.option(
    "--at", metavar="TIME|PART_OF_WEEK",
    help="Only what is open then: 2026-11-28T10:00, Sa, 'Mo-Fr 18:00-24:00', saturday, …",
)  # fmt: skip


@main.command("coverage")
@click.argument("region")
@_CATEGORY
@_MODE
@_MINUTES
@_METRES
@_AT
@click.option("--by", type=click.Choice(["district", "municipality"]), default="district")
@click.option(
    "--format", "format_", type=click.Choice(outputs.FORMATS), help="Else by the file's ending."
)
@_LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def coverage_command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    by: str,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """Who lives within reach of the nearest offer, and where nobody does."""
    report = _report(region, categories, mode, minutes, metres, at)
    chosen = outputs.choose_format(format_, output)
    language = lang or Settings.from_env().language
    outputs.write_coverage(report, by=by, format_=chosen, language=language, output=output)


def _report(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
) -> CoverageReport:
    atlas = open_region(region)
    return coverage(atlas, category=categories, mode=mode, minutes=minutes, metres=metres, at=at)


@main.command("near")
@click.argument("region")
@click.option("--lon", type=float, help="Degrees east.")
@click.option("--lat", type=float, help="Degrees north.")
@click.option("--address", metavar="TEXT", help="Street, number and town instead.")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID", help="Else all categories."
)
@click.option("--mode", type=click.Choice(QUESTION_MODES[:-1]), default="walk", show_default=True)
@click.option("--minutes", type=float, default=DEFAULT_MINUTES, show_default=True)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@_LANG
@_AT
def near_command(
    region: str,
    lon: float | None,
    lat: float | None,
    address: str | None,
    categories: tuple[str, ...],
    mode: str,
    minutes: float,
    limit: int,
    lang: str | None,
    at: str | None,
) -> None:
    """Offers within reach of a place, the nearest first."""
    atlas = open_region(region)
    lon, lat = place_of(atlas, address=address, lon=lon, lat=lat)
    when = None if at is None else parse_when(at, atlas.region)
    found = near(atlas, lon=lon, lat=lat, mode=mode, minutes=minutes, categories=categories)
    language = lang or Settings.from_env().language
    click.echo(
        outputs.near_table(atlas, found[:limit], total=len(found), language=language, when=when)
    )


@main.command("map")
@click.argument("region")
@_CATEGORY
@_MODE
@_MINUTES
@_METRES
@_AT
@_LANG
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.",
)  # fmt: skip
def map_command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    lang: str | None,
    output: Path,
) -> None:
    """Write coverage as one page that opens from disk, base map included."""
    report = _report(region, categories, mode, minutes, metres, at)
    outputs.write_map(report, language=lang or Settings.from_env().language, output=output)


@main.command()
@click.option("--settings", "show_settings", is_flag=True, help="List all settings.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def doctor(show_settings: bool, port: int) -> None:
    """Check this machine and installation, and say what to do."""
    if show_settings:
        for setting in SETTINGS:
            value = without_password(os.environ.get(setting.name, setting.default))
            click.echo(f"{setting.name}={value}")
            click.echo(f"    {setting.help}")
        return
    healthy = True
    for check in (*examine_environment(os.environ), examine_port("127.0.0.1", port)):
        click.echo(f"{'ok  ' if check.is_ok else 'FAIL'} {check.what}: {check.found}")
        healthy = healthy and check.is_ok
    if not healthy:
        sys.exit(1)


region.add_command(new_command)
region.add_command(timetable_command)
_COMMANDS = (
    import_command, export_command, register_group, backup_command, restore_command,
    rollout_command,
)  # fmt: skip
for _command in (*_COMMANDS, user_group, *COMMANDS):
    main.add_command(_command)


if __name__ == "__main__":
    main()
