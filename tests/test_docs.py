"""The documentation is tested against the code: commands, routes and settings have a heading."""

import re
from pathlib import Path

import click
import pytest
from fastapi.routing import APIRoute

import layers.accounts.schema
import layers.register.schema_letters
import layers.register.schema_practice
import layers.register.schema_submissions  # noqa: F401 (each adds its tables)
from layers.register.schema import METADATA
from server import api
from server.app import create_app
from server.cli import main
from server.measures import ROUTERS
from server.settings import SETTINGS, Settings

ROOT = Path(__file__).parents[1]
DOCS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def headings(name: str) -> set[str]:
    text = (ROOT / "docs" / name).read_text("utf-8")
    return {line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("## ")}


def sections(name: str) -> dict[str, str]:
    text = (ROOT / "docs" / name).read_text("utf-8")
    return dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


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


COMMON = {"--output", "--lang", "--window", "--who", "--why"}  # a table of their own tells them


@pytest.mark.parametrize("command", commands(main, "umkreis"))
def test_every_option_of_a_command_stands_in_its_section(command: str):
    section = sections("cli.md")[command]
    found: click.Command = main
    for word in command.split()[1:]:
        assert isinstance(found, click.Group)
        found = found.commands[word]
    options = [p for p in found.params if isinstance(p, click.Option)]
    told = {max(option.opts, key=len) for option in options} - COMMON
    assert {option for option in told if option not in section} == set()


def test_options_of_many_commands_stand_in_one_table():
    text = sections("cli.md")["Other: options of many commands"]
    assert {
        option for option in COMMON if f"`{option}" not in text and f"{option} " not in text
    } == (set())


def test_every_path_of_the_interface_stands_in_the_docs(tmp_path: Path):
    told = "".join(page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md"))
    paths = create_app(Settings(data_dir=ROOT / "data", state_dir=tmp_path)).openapi()["paths"]
    short = {path: path.replace("/api/v1/regions/{region}", "…") for path in paths}
    assert len(paths) > 40
    assert [path for path in paths if path not in told and short[path] not in told] == []


def test_every_table_of_the_register_is_told_of():
    told = "".join(page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert len(METADATA.tables) > 15
    assert [table for table in METADATA.tables if f"`{table}`" not in told] == []


def test_contributing_names_only_what_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`([\w./-]*\w(?:\.(?:py|toml|md|po|html)|/))`", text))
    named = {name for name in named if "NAME" not in name}
    assert len(named) > 30
    everywhere = [*(ROOT / "layers").rglob("*.py"), *(ROOT / "server").rglob("*.p[yo]")]
    names = {path.name for path in everywhere}
    assert [n for n in named if not (ROOT / n).exists() and n not in names] == []


@pytest.mark.parametrize("what", ["category", "source", "measure", "page"])
def test_contributing_walks_through_in_ten_lines(what: str):
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    walk = text.split(f"## A {what}\n")[1].split("\n## ")[0]
    steps = re.findall(r"^\d+\. ", walk, re.MULTILINE)
    assert 5 <= len(steps) <= 10


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
