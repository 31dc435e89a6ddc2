"""What the house stands on: geo ← layers ← server, and nothing happens at import."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("geo", "layers", "server")  # each may import those before it
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
WEB = {
    "fastapi",
    "starlette",
    "uvicorn",
    "folium",
    "branca",
    "click",
    "jinja2",
    "babel",
    "pydantic",
}
MAY_PRINT = {"server/cli.py"}
LONGEST_MODULE = 400
# A longer module needs a reason that holds: one idea whose halves would be harder to read apart.
LONGER_MODULES = {
    "geo/network.py": "one deep module: build, snap and ask share the graph's private arrays",
    "layers/coverage.py": "one question whose parts share the same sums over the same people",
    "layers/register/register.py": "the whole interface in one place; methods hand on to modules",
    "server/view.py": "one report as text, tables and map: the pages must not be able to differ",
}
# Names whose use while a module is imported would read the surroundings or start something
NOT_AT_IMPORT = {
    "FastAPI", "basicConfig", "chdir", "create_app", "exit",
    "from_env", "getenv", "glob", "iterdir", "mkdir", "now", "open", "open_atlas",
    "os.environ read", "print",
    "read_bytes", "read_text", "run", "seed", "setlocale", "setrecursionlimit", "simplefilter",
    "sleep", "today", "urlopen", "write_text",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every imported module with its line, also inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def breaches_of(layer: str, tree: ast.AST) -> list[str]:
    """What a module of this layer imports and may not."""
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    forbidden = above | {"tests", "benchmarks", "tools"} | (WEB if layer != "server" else set())
    return [
        f"line {line}: {module}"
        for line, module in imports_of(tree)
        if module.split(".")[0] in forbidden or module.startswith(".")
    ]


def calls_at_import(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that is used while the module is imported: outside of functions and lambdas."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += [
                *node.decorator_list,
                *node.args.defaults,
                *filter(None, node.args.kw_defaults),
            ]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Subscript | ast.Attribute) and (
            isinstance(node.value, ast.Attribute) and node.value.attr == "environ"
        ):
            yield node.lineno, "os.environ read"
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.lineno, node.id
        todo += ast.iter_child_nodes(node)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path):
    assert breaches_of(path.relative_to(ROOT).parts[0], tree_of(path)) == []


@pytest.mark.parametrize(
    ("layer", "line", "is_breach"),
    [
        ("geo", "import layers.atlas", True),
        ("geo", "def f():\n    from server import app", True),
        ("geo", "if TYPE_CHECKING:\n    from layers.offers import Offer", True),
        ("geo", "import click", True),
        ("geo", "from . import crs", True),
        ("geo", "from geo import crs", False),
        ("geo", "import layersomething", False),
        ("layers", "from jinja2 import Template", True),
        ("layers", "import server", True),
        ("layers", "from geo.crs import to_metric", False),
        ("server", "from fastapi import FastAPI", False),
        ("server", "from tests.toytown import x", True),
    ],
)
def test_the_walk_finds_a_breach(layer, line, is_breach):
    assert bool(breaches_of(layer, ast.parse(line))) == is_breach


def test_all_modules_are_walked():
    names = {name_of(path) for path in MODULES}
    assert {"geo/osm.py", "layers/atlas.py", "server/app.py"} <= names
    assert len(names) > 50


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_says_what_it_is_and_looks_ahead(path):
    tree = tree_of(path)
    assert ast.get_docstring(tree)
    if path.name != "__init__.py":
        assert "__future__" in {module for _, module in imports_of(tree)}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_happens_at_import(path):
    used = [f"line {line}: {name}" for line, name in calls_at_import(tree_of(path))
            if name in NOT_AT_IMPORT]  # fmt: skip
    assert used == []


@pytest.mark.parametrize(
    ("text", "happens"),
    [
        ("app = create_app(Settings.from_env())", True),
        ("HOME = os.environ['HOME']", True),
        ("class A:\n    text = Path('x').read_text()", True),
        ("HOME = os.environ.get('HOME')", True),
        ("def f(x=os.getenv('X')): ...", True),
        ("def f(x=os.environ): ...", False),
        ("TODAY = date.today()", True),
        ("def f():\n    return os.environ", False),
        ("f = lambda: open('x')", False),
        ("PATTERN = re.compile('x')", False),
    ],
)
def test_the_walk_finds_what_happens_at_import(text, happens):
    names = {name for _, name in calls_at_import(ast.parse(text))}
    assert bool(names & NOT_AT_IMPORT) == happens


def test_importing_the_app_makes_none_and_writes_nothing(tmp_path):
    watch = """
import gc, sys, threading
written = []
def hook(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        written.append(args[0])
    elif event.startswith(("socket.connect", "subprocess", "os.mkdir")):
        written.append(event)
sys.addaudithook(hook)
import server.app, server.cli
from fastapi import FastAPI
apps = [o for o in gc.get_objects() if isinstance(o, FastAPI)]
print(len(apps), len(written), threading.active_count(), written)
"""
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 (this Python, this text)
        [sys.executable, "-c", watch],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "UMKREIS_DATA_DIR": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split()[:3] == ["0", "0", "1"], done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_command_line_prints(path):
    prints = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert prints == [] or name_of(path) in MAY_PRINT


def test_modules_read_in_one_sitting():
    lines = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    too_long = {name: n for name, n in lines.items() if n > LONGEST_MODULE}
    assert set(too_long) - set(LONGER_MODULES) == set(), too_long
    assert set(LONGER_MODULES) <= set(lines)
