"""Commands load when they are used; the table tells of each what it says itself."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from layers.taxonomy import load_taxonomy
from server.cli import main
from server.commands.examples import EXAMPLES
from server.commands.lazy import Home, LazyCommands, LazyGroup
from server.commands.table import COMMANDS, REGION_COMMANDS
from server.settings import Settings

ROOT = Path(__file__).parents[2]
ALL = {name: home for table in (COMMANDS, REGION_COMMANDS) for part in table.values()
       for name, home in part.items()}  # fmt: skip
HEAVY = {
    "fastapi", "folium", "geopandas", "jinja2", "numba", "numpy", "openpyxl", "ortools", "osmium",
    "pandas", "PIL", "pydantic", "pyogrio", "scipy", "shapely", "sqlalchemy", "uvicorn",
}  # fmt: skip


def loaded_by(*arguments: str, state: Path) -> set[str]:
    """Modules that a new process has loaded when a command line is answered."""
    text = (
        "import json, sys\nfrom server.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 (this Python, this text)
        [sys.executable, "-c", text, *arguments],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={"UMKREIS_STATE_DIR": str(state), "PATH": "/usr/bin"},
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", ALL)
def test_the_table_tells_what_each_command_says_itself(name: str):
    module, _, attribute = ALL[name].place.partition(":")
    command = getattr(sys.modules.get(module) or __import__(module, fromlist=["_"]), attribute)
    assert (command.name, command.get_short_help_str(1000)) == (name, ALL[name].help)


def test_no_command_of_ours_is_missing_from_the_table():
    told = {home.place for home in ALL.values()}
    files = [*(ROOT / "server").glob("*_cli.py"), *(ROOT / "server/commands").glob("*.py"),
             *(ROOT / "server/measures").glob("*.py")]  # fmt: skip
    found = set()
    for file in files:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        text = file.read_text("utf-8")
        pattern = r"^@click\.(?:command|group)\(.*?^def (\w+)"
        found |= {
            f"{module}:{name}" for name in re.findall(pattern, text, re.DOTALL | re.MULTILINE)
        }
    assert len(found) > 25
    assert found == told


@pytest.mark.parametrize("words", [("--help",), ("--version",), (), ("region", "--help")])
def test_help_loads_nothing_heavy(words: tuple[str, ...], tmp_path: Path):
    loaded = loaded_by(*words, state=tmp_path)
    assert "click" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("format_", ["table", "csv"])
def test_a_table_waits_for_nothing_that_it_does_not_show(toy_settings: Settings, format_: str):
    words = ("coverage", "toy", "-c", "greengrocer_bakery", "--format", format_)
    loaded = loaded_by(*words, state=toy_settings.state_dir)
    assert {"numba", "geo.reach.sweep", "server.answers"} <= loaded
    unneeded = {
        "docx", "fastapi", "folium", "jinja2", "openpyxl", "ortools", "pyogrio", "sqlalchemy",
        # who only asks builds no region, searches no tree and solves no equations
        "scipy.sparse", "scipy.spatial", "scipy.ndimage", "scipy.optimize", "scipy.sparse.csgraph",
        "geo.region_file", "geo.vector", "layers.build", "layers.region_elevation",
    }  # fmt: skip
    assert loaded & unneeded == set()


def test_help_lists_every_command_under_its_heading():
    ctx = click.Context(main, info_name="umkreis")
    text = main.get_help(ctx)
    headings = [line[:-1] for line in text.splitlines() if re.match(r"[A-Z].*:$", line)]
    assert headings == ["Options", *COMMANDS]
    for part in COMMANDS.values():
        assert all(f"\n  {name} " in text for name in part)


def walked(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        full = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from walked(command, full)
        else:
            yield full, command


TAUGHT = dict(walked(main))


@pytest.mark.parametrize("path", TAUGHT)
def test_help_ends_with_an_example_that_the_command_takes(path: str):
    command = TAUGHT[path]
    if path not in EXAMPLES:
        assert not any(p.required for p in command.params), f"{path} needs an example"
        return
    for line in EXAMPLES[path]:
        words = shlex.split(line)
        assert words[: len(path.split())] == path.split()
        ctx = click.Context(command, info_name=path)
        values, left, _ = command.make_parser(ctx).parse_args(words[len(path.split()) :])
        assert left == []
        assert all(values.get(p.name) is not None for p in command.params if p.required)
        kinds = {c.id for c in load_taxonomy(ROOT / "data/taxonomy.toml").categories}
        assert set(values.get("categories") or ()) <= kinds or path == "rollout"
        for p in command.params:
            if isinstance(p.type, click.Choice) and values.get(p.name) and not p.multiple:
                assert values[p.name] in p.type.choices
    shown = command.get_help(click.Context(command, info_name=path))
    assert shown.rstrip().endswith(EXAMPLES[path][-1])


def test_no_example_is_of_a_command_that_is_not_there():
    assert set(EXAMPLES) <= set(TAUGHT)


def test_a_command_that_is_not_there_is_told_apart():
    group = LazyGroup("g", sections={"S": {"a": Home("server.commands.doctor:command", "A.")}})
    ctx = click.Context(group)
    assert group.get_command(ctx, "b") is None
    assert group.list_commands(ctx) == ["a"]
    assert "a" in group.commands
    assert len(group.commands) == 1


def test_commands_are_added_and_removed_in_the_table_alone():
    commands = LazyCommands({"a": Home("server.commands.doctor:command", "A.")})
    with pytest.raises(TypeError, match=r"'b' belongs into server\.commands\.table"):
        commands["b"] = click.Command("b")
    with pytest.raises(TypeError, match=r"'a' stands in server\.commands\.table"):
        del commands["a"]
