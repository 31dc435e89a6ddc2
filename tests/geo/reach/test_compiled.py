"""Kernels take the types that they name, and machine code is kept wherever it can be."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo.reach.compiled import Kernel, kernel

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''
from geo.reach.compiled import kernel
from constants_of_a_test import FACTOR


@kernel("i4[]")
def total(values):
    """Add up."""
    return values.sum() * FACTOR
'''


def load(folder: Path, factor: int) -> Kernel:
    """Import the module as a new process would, with another value of its constant."""
    constants = ModuleType("constants_of_a_test")
    constants.FACTOR = factor
    sys.modules["constants_of_a_test"] = constants
    path = folder / "summing_of_a_test.py"
    if not path.exists():
        path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("summing_of_a_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.total


def hits(function: Kernel) -> int:
    return sum(function.compiled.stats.cache_hits.values())


def test_machine_code_is_kept_beside_the_source(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    three = np.array([1, 2], np.int32)
    assert load(tmp_path, 2)(three) == 6
    assert list((tmp_path / "__pycache__").glob("summing_of_a_test.total*.nbc"))
    again = load(tmp_path, 2)
    assert (again(three), hits(again)) == (6, 1)


def test_machine_code_of_another_constant_is_not_taken(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    three = np.array([1, 2], np.int32)
    assert load(tmp_path, 2)(three) == 6
    other = load(tmp_path, 5)
    assert (other(three), hits(other)) == (15, 0)


def test_a_folder_that_may_only_be_read_still_serves(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    three = np.array([1, 2], np.int32)
    assert load(tmp_path, 2)(three) == 6

    def refuse(**_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    again = load(tmp_path, 2)
    assert (again(three), hits(again)) == (6, 1)


def test_without_any_folder_it_is_compiled_and_not_kept(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert load(tmp_path, 2)(np.array([1, 2], np.int32)) == 6
    assert not list(tmp_path.rglob("*.nbc"))


def test_types_that_no_signature_takes_are_refused() -> None:
    @kernel("f8[] f8[]=")
    def copy(values: np.ndarray, into: np.ndarray) -> None:
        """Copy."""
        into[:] = values

    fixed = np.ones(2)
    fixed.flags.writeable = False
    into = np.zeros(2)
    copy(fixed, into)
    assert into.tolist() == [1.0, 1.0]
    with pytest.raises(TypeError, match="No matching definition"):
        copy(np.ones(2, np.float32), into)
    with pytest.raises(TypeError, match="No matching definition"):
        copy(into, fixed)
