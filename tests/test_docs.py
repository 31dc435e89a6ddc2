"""The documentation is tested against the code: commands, routes and settings have a heading."""

import re
from pathlib import Path

import click
import pytest
from fastapi.routing import APIRoute

from server import api
from server.cli import main
from server.measures import ROUTERS
from server.settings import SETTINGS

ROOT = Path(__file__).parents[1]
DOCS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def headings(name: str) -> set[str]:
    text = (ROOT / "docs" / name).read_text("utf-8")
    return {line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("## ")}


def commands(group: click.Group, path: str) -> list[str]:
    found = []
    for name, command in group.commands.items():
        full = f"{path} {name}"
        found += commands(command, full) if isinstance(command, click.Group) else [full]
    return found


@pytest.mark.parametrize("command", commands(main, "umkreis"))
def test_every_command_has_its_heading(command: str):
    assert command in headings("cli.md")


@pytest.mark.parametrize("setting", [s.name for s in SETTINGS])
def test_every_setting_has_its_heading(setting: str):
    assert setting in headings("settings.md")


def test_every_route_of_the_api_has_its_heading():
    routes = {
        f"{method} {route.path}"
        for router in (api.router, *ROUTERS)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert len(routes) >= 9
    assert routes - headings("api.md") == set()


def test_no_heading_describes_what_is_not_there():
    known = set(commands(main, "umkreis")) | {s.name for s in SETTINGS}
    told = {h for h in headings("cli.md") | headings("settings.md") if not h.startswith("Other")}
    assert told - known == set()


@pytest.mark.parametrize("page", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    for target, _ in LINK.findall(page.read_text("utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_readme_shows_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_place_in_the_site_has_its_page():
    nav = re.findall(
        r"^ +- (?:[^:\n]+: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )
    made = re.compile(r"(reference/(commands|settings|api|offers)|de/angebote|data/\w+).md")
    made_elsewhere = {"changelog.md", "contributing.md", "benchmarks.md"}
    assert len(nav) == len(set(nav)) > 60
    missing = {n for n in nav if not (ROOT / "docs" / n).exists() and not made.fullmatch(n)}
    assert missing == made_elsewhere
