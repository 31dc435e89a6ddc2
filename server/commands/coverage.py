"""`umkreis coverage` and `umkreis map`: one question, as a table, a file or a page."""

from __future__ import annotations

import json
from pathlib import Path

import click

from layers.coverage import CoverageReport, coverage
from layers.trace import trace
from server import outputs
from server.commands.options import AT, CATEGORY, LANG, METRES, MINUTES, MODE, WINDOW
from server.opened import open_region
from server.settings import Settings


@click.command("coverage")
@click.argument("region")
@CATEGORY
@MODE
@MINUTES
@METRES
@AT
@WINDOW
@click.option("--by", type=click.Choice(["district", "municipality"]), default="district")
@click.option(
    "--format", "format_", type=click.Choice(outputs.FORMATS), help="Else by the file's ending."
)
@click.option(
    "--trace",
    "traced",
    is_flag=True,
    help="Instead: which data, files, dates, licences and methods each figure rests on, as JSON.",
)
@LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    window: str | None,
    by: str,
    format_: str | None,
    traced: bool,
    lang: str | None,
    output: Path | None,
) -> None:
    """Who lives within reach of the nearest offer, and where nobody does."""
    report = _report(region, categories, mode, minutes, metres, at, window)
    if traced:
        told = json.dumps(trace(report).to_dict(), ensure_ascii=False, indent=1)
        outputs.write_text(f"{told}\n", output)
        return
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
    window: str | None,
) -> CoverageReport:
    atlas = open_region(region)
    return coverage(
        atlas, category=categories, mode=mode, minutes=minutes, metres=metres, at=at, window=window
    )


@click.command("map")
@click.argument("region")
@CATEGORY
@MODE
@MINUTES
@METRES
@AT
@WINDOW
@LANG
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
    window: str | None,
    lang: str | None,
    output: Path,
) -> None:
    """Write coverage as one page that opens from disk, base map included."""
    report = _report(region, categories, mode, minutes, metres, at, window)
    outputs.write_map(report, language=lang or Settings.from_env().language, output=output)
