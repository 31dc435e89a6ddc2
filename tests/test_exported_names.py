"""The public names are listed, sorted, documented, and there."""

import importlib
import inspect
from types import ModuleType

import pytest

PACKAGES = [importlib.import_module(name) for name in ("geo", "layers")]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)
def test_public_names_are_exactly_those_imported(package: ModuleType):
    imported = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert imported == set(package.__all__)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)
def test_public_names_are_documented(package: ModuleType):
    for name in package.__all__:
        value = getattr(package, name)
        if callable(value):
            assert inspect.getdoc(value), name
