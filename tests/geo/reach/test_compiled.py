"""Kernels take the types that they name, and machine code is kept wherever it can be."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from geo.reach.compiled import Kernel, kernel
from tests.geo.reach.test_engine import network_of, points

ROOT = Path(__file__).parents[3]
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
    return fresh(folder).total


def fresh(folder: Path) -> ModuleType:
    """Import the module as a new process would."""
    path = folder / "summing_of_a_test.py"
    spec = importlib.util.spec_from_file_location("summing_of_a_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def test_only_the_types_that_come_are_compiled() -> None:
    @kernel("i4[] i4[]=", "i8[] i8[]=")
    def double(values: np.ndarray, into: np.ndarray) -> None:
        """Double."""
        into[:] = values * 2

    into = np.zeros(2, np.int64)
    double(np.array([1, 2]), into)
    assert into.tolist() == [2, 4]
    assert [str(sig[0].dtype) for sig in double._dispatcher.overloads] == ["int64"]
    with pytest.raises(TypeError, match="No matching definition"):
        double(np.ones(2, np.int32), into)
    assert len(double.compiled.overloads) == 2


def test_a_kernel_that_calls_another_is_read_without_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    (tmp_path / "summing_of_a_test.py").write_text(
        SOURCE + "\n@kernel('i4[]')\ndef twice(values):\n    return 2 * total(values)\n"
    )
    three = np.array([1, 2], np.int32)
    load(tmp_path, 2)
    for expected in (["i4[]"], []):
        module = fresh(tmp_path)
        assert module.twice(three) == 12
        assert [s for s in module.total.signatures if s not in module.total._missing] == expected


def answers() -> list:
    """Ask a small network for all that kernels compute."""
    network = network_of([0, 1, 2, 3], [1, 2, 3, 0], [60, 70, 80, 90], [60, 30, np.inf, 90],
                         nodes=4)  # fmt: skip
    homes = points(network, [0, 2, 3, 0], [0.1, 0.5, 0.9, 0.6], [3, 0, 9, 400])
    at = [points(network, [0, 1], [0.2, 0.8], [0, 4]), points(network, [3], [0.5], [70])]
    nearest = network.to_nearest(homes, at, with_distance=True)
    counted = network.within_reach(
        homes, at, limits_s=[60, 200], weight=[1, 2, 4, 8], group=[0, 1, 0, 1], groups=2,
        by_supply=True,
    )  # fmt: skip
    second = network.to_second_nearest(homes, at[0], nearest.supply[0])
    pairs = network.within(homes, at[0], 300)
    return [
        nearest.travel_s.tolist(), nearest.supply.tolist(), nearest.distance_m.tolist(),
        counted.within.tolist(), counted.never.tolist(), [c.tolist() for c in counted.by_supply],
        second.travel_s.tolist(), second.supply.tolist(),
        pairs.travel_s.tolist(), pairs.distance_m.tolist(),
    ]  # fmt: skip


def test_without_a_compiler_the_plain_functions_answer_the_same() -> None:
    text = (
        "import json, warnings; warnings.simplefilter('error')\n"
        "from tests.geo.reach.test_compiled import answers\n"
        "from geo.reach.sweep import rise\n"
        "print(json.dumps([type(rise.compiled).__name__, answers()]))"
    )
    done = subprocess.run(  # noqa: S603 (this Python, this text)
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    kind, plain = json.loads(done.stdout)
    assert kind == "function"
    assert plain == answers()
    assert plain[0][0][0] == pytest.approx(3 * 3.6 / 4.8 + 6, abs=0.01)


def test_what_was_compiled_is_read_without_loading_the_compiler(tmp_path) -> None:
    (tmp_path / "summing_of_a_test.py").write_text(SOURCE.replace("FACTOR\n", "2\n").replace(
        "from constants_of_a_test import 2\n", ""))  # fmt: skip
    text = (
        "import json, sys, numpy\nfrom summing_of_a_test import total\n"
        "three = numpy.array([1, 2], numpy.int32)\n"
        "print(json.dumps([total(three), 'numba.typed.dictimpl' in sys.modules]))"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept"),
                   "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}  # fmt: skip
    told = [
        json.loads(
            subprocess.run(  # noqa: S603 (this Python, this text)
                [sys.executable, "-c", text], capture_output=True, text=True, check=True,
                env=environment,
            ).stdout
        )
        for _ in range(2)
    ]  # fmt: skip
    assert told == [[6, True], [6, False]]
