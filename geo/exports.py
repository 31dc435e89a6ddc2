"""
Public names of a package that load when they are first used (PEP 562).

`import layers` costs nothing until something of it is asked for, so that a command line can answer
`--help` at once and a notebook pays for what it uses.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Package(ModuleType):
    """A package whose `__homes__` names the module of each of its public names."""

    __homes__: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        """Load a public name; from then on it is an ordinary attribute."""
        if (home := self.__homes__.get(name)) is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # `layers.coverage` is a function and the module that it lies in. The import system writes
        # the module here as soon as anybody imports it; the public name is the function.
        if not (name in self.__homes__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__homes__})


def export_lazily(package: str, homes: Mapping[str, str]) -> None:
    """
    Let a package have public names that load at their first use.

    Parameters
    ----------
    package
        Its `__name__`; called while it is imported.
    homes
        The module of each public name.
    """
    module = sys.modules[package]
    module.__dict__["__homes__"] = dict(homes)
    module.__class__ = _Package
