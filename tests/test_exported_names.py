"""The public names are listed, sorted, documented, there, and load when they are used."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGES = [importlib.import_module(name) for name in ("geo", "layers")]
packages = pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)


def told_to_type_checkers(package: ModuleType) -> dict[str, str]:
    tree = ast.parse(Path(str(package.__file__)).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def in_a_new_process(text: str) -> dict[str, object]:
    done = subprocess.run(  # noqa: S603 (this Python, this text)
        [sys.executable, "-c", text], capture_output=True, text=True, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@packages
def test_public_names_load_from_where_type_checkers_believe(package: ModuleType):
    assert package.__homes__ == told_to_type_checkers(package)
    assert set(package.__homes__) == set(package.__all__)


@packages
def test_public_names_are_those_of_their_modules_and_documented(package: ModuleType):
    for name in package.__all__:
        value = getattr(package, name)
        assert value is getattr(importlib.import_module(package.__homes__[name]), name)
        if callable(value):
            assert inspect.getdoc(value), name
    assert set(package.__all__) <= set(dir(package))


@packages
def test_a_name_that_is_not_there_is_missed_as_in_any_module(package: ModuleType):
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'x'"):
        _ = package.x


def test_importing_a_package_loads_nothing_of_it():
    loaded = in_a_new_process(
        "import json, sys, geo, layers\n"
        "print(json.dumps({'own': sorted(m for m in sys.modules if m.startswith('layers.')),\n"
        "                  'numpy': 'numpy' in sys.modules}))"
    )
    assert loaded == {"own": [], "numpy": False}


def test_a_function_is_not_hidden_by_the_module_of_its_name():
    told = in_a_new_process(
        "import json, layers.coverage\nfrom layers.coverage import CoverageReport\n"
        "import layers\n"
        "print(json.dumps({'callable': callable(layers.coverage),\n"
        "                  'module': layers.coverage.__module__}))"
    )
    assert told == {"callable": True, "module": "layers.coverage"}
