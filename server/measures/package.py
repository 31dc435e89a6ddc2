"""`umkreis package …`: what a city learned, in one file for the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from layers.package import Package, collect, from_zip, to_zip
from layers.package_apply import ADDED, CHANGED, SAME, Plan, apply, plan
from server.measures.practice import library_of
from server.opened import known_regions
from server.outputs import write_bytes


class _Group(click.Group):
    """Takes `umkreis package REGION` for `umkreis package make REGION`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant."""
        known = args and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["make", *args])


@click.group("package", cls=_Group)
def group() -> None:
    """Carry thresholds, kinds, papers and practice cards of a city to the next one."""


@group.command("make")
@click.argument("region")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False),
    required=True, help="The file to write, such as witten.zip.",
)  # fmt: skip
@click.option(
    "--licence", default="", metavar="TEXT", help="Of thresholds, kinds and papers; cards have own."
)
def make_command(region: str, output: Path, licence: str) -> None:
    """Write a package; `umkreis package REGION -o FILE` is the same."""
    known = known_regions()
    made = collect(
        known.folder(region),
        known.taxonomy_path,
        library_of(known).select(region=region),
        region=region,
        name=known.name(region),
        version=version("umkreis"),
        made_on=datetime.now(UTC).date(),
        licence=licence,
    )
    write_bytes(to_zip(made), output)
    click.echo(f"{output.name}: {_contents(made)}", err=True)
    if not licence:
        click.echo("no --licence: the next city will not know what it may do with it", err=True)


def _contents(package: Package) -> str:
    count = {"papers": 0, "practice": 0}
    for name in package.files:
        if (folder := name.partition("/")[0]) in count:
            count[folder] += 1
    shared = sum("/" not in name for name in package.files)
    return f"{shared} files of kinds and benchmarks, {count['papers']} papers, " + (
        f"{count['practice']} practice cards"
    )


@group.command("apply")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("region")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
def apply_command(file: Path, region: str, dry_run: bool, yes: bool) -> None:
    """Show what a package changes, ask, and change all of it or nothing."""
    known = known_regions()
    package = from_zip(file)
    found = plan(
        package,
        region=region,
        region_dir=known.folder(region),
        taxonomy_path=known.taxonomy_path,
    )
    click.echo(
        f"from {package.name} ({package.region}), made on {package.made_on} with Umkreis "
        f"{package.version}"
    )
    for line in plan_lines(package, found):
        click.echo(line)
    if dry_run or not found.writes:
        click.echo("nothing was changed")
        return
    if any("/" not in difference.file for difference in found.differences):
        click.echo("kinds and benchmarks are those of all regions of this installation")
    if not yes:
        click.confirm("Change all of this?", abort=True)
    apply(found)
    click.echo(f"{len(found.writes)} files written; regions are built anew when they are next used")


def plan_lines(package: Package, found: Plan) -> list[str]:
    """Write a line a difference, what stays the same as a count."""
    marks = {ADDED: "+", CHANGED: "~"}
    lines = []
    for difference in found.differences:
        if difference.state == SAME:
            continue
        licence = package.licences.get(difference.file, "")
        told = f" [{licence}]" if licence else " [licence not stated]"
        lines.append(
            f"{marks[difference.state]} {difference.file}: {difference.what} "
            f"{difference.state}{told}"
        )
        lines += [f"    {detail}" for detail in difference.details]
    same = sum(difference.state == SAME for difference in found.differences)
    return [*lines, f"= {same} the same"]
