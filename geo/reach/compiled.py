"""
Compiles the engine's inner loops, when one is first called.

A kernel is a plain Python function over arrays and numbers. numba compiles it to machine code and
keeps that in the `__pycache__` beside it, or in NUMBA_CACHE_DIR; `python -m geo.reach.warm` fills
that once, so that nobody waits for a compiler. Nothing is compiled, read or written at import.
"""

from __future__ import annotations

import importlib
import logging
import threading
from functools import update_wrapper
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

import numpy as np

from geo.once import cached_property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
_lock = threading.RLock()


class Kernel(Generic[P, R]):
    """
    A function that is compiled at its first call; it may call other kernels of its module.

    Each signature is compiled, or read from where it is kept, when arrays of its types first come.
    Where NUMBA_DISABLE_JIT is set the plain function runs.

    Attributes
    ----------
    function
        The plain function.
    signatures
        The types that it takes; see `kernel`.
    """

    def __init__(self, function: Callable[P, R], signatures: tuple[str, ...]) -> None:
        self.function = function
        self.signatures = signatures
        self._missing = list(signatures)
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the machine code; types that no signature takes are a TypeError."""
        if self._missing:
            self._load([s for s in self._missing if kwargs or _takes(s, args)])
        result: R = self._dispatcher(*args, **kwargs)
        return result

    @property
    def compiled(self) -> Any:
        """Return numba's dispatcher, with machine code for all signatures."""
        self._load(self._missing)
        return self._dispatcher

    @property
    def is_kept(self) -> bool:
        """Whether machine code is kept for every signature; nothing is compiled to tell."""
        with _lock:
            index = getattr(getattr(self._dispatcher, "_cache", None), "_cache_file", None)
            return index is not None and len(index._load_index()) >= len(self.signatures)

    @cached_property
    def _dispatcher(self) -> Any:
        return _dispatcher(self.function)

    def _load(self, signatures: list[str]) -> None:
        """Compile for some signatures, or read what was compiled; the others wait for their use."""
        with _lock:
            made = self._dispatcher
            if isinstance(made, FunctionType):
                self._missing = []
                return
            made.disable_compile(val=False)
            for signature in signatures:
                made.compile(tuple(_type(word) for word in signature.split()))
            made.disable_compile()
            self._missing = [s for s in self._missing if s not in signatures]


def kernel(*signatures: str) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """
    Mark a function as a kernel; it holds no lock of Python's while it runs.

    Parameters
    ----------
    signatures
        The types of the parameters, one word each: `int`, `float`, `bool`, or an array in C order
        by item and dimensions, such as `i4[]` or `f8[,]`. Arrays that are written end with `=`; all
        others may lie in a file that is mapped read-only.
    """
    return lambda function: Kernel(function, signatures)


def _takes(signature: str, args: Sequence[object]) -> bool:
    """Tell whether arrays hold the items that a signature names."""
    words = signature.split()
    return len(words) == len(args) and all(
        arg.dtype == word.split("[")[0]
        for word, arg in zip(words, args, strict=True)
        if isinstance(arg, np.ndarray)
    )


def _dispatcher(function: Any) -> Any:
    """Return numba's dispatcher without machine code; the plain function where it is turned off."""
    import numba  # a third of a second, which only who asks a question spends

    # where a kernel calls another, the compiler must find what it can compile
    kernels = {
        name: value
        for name, value in function.__globals__.items()
        if isinstance(value, Kernel) and name in function.__code__.co_names
    }
    names = {
        name: value._dispatcher if name in kernels else value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names or name.startswith("__")
    }
    plain = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # for a debugger, or a line counter
        return plain
    made: Any = numba.njit(nogil=True)(plain)
    made._cache = _cache(plain, repr(_built_in(function)), list(kernels.values()))
    return made


def _type(word: str) -> Any:
    """Return numba's type for a word of a signature."""
    from numba import from_dtype, types

    scalars = {"int": types.int64, "float": types.float64, "bool": types.boolean}
    if word in scalars:
        return scalars[word]
    item, dimensions = word.rstrip("=").rstrip("]").split("[")
    is_written = word.endswith("=")
    return types.Array(
        from_dtype(np.dtype(item)), dimensions.count(",") + 1, "C", readonly=not is_written
    )


def _built_in(function: Any) -> list[tuple[str, Any]]:
    """List what else ends up in a function's machine code: constants, and other kernels."""
    used: list[tuple[str, Any]] = []
    for name in sorted(set(function.__code__.co_names) & set(function.__globals__)):
        value = function.__globals__[name]
        if isinstance(value, Kernel):
            code = value.function.__code__
            used.append((name, (code.co_code, code.co_consts, _built_in(value.function))))
        elif isinstance(value, np.ndarray):
            used.append((name, value.tolist()))
        elif isinstance(value, int | float | tuple):
            used.append((name, value))
    return used


def _cache(function: FunctionType, built_in: str, kernels: Sequence[Kernel[..., object]]) -> Any:
    """
    Return where the machine code of a function is kept, which calls other kernels.

    numba itself passes over a folder that it may not write to, so that a read-only installation
    would compile in every process what was compiled when it was installed; and it would take up
    code that was made with another value of a constant.
    """
    caching: Any = importlib.import_module("numba.core.caching")
    runtime: Any = importlib.import_module("numba.core.runtime")

    class Filled:
        """A folder that holds code, whether or not more may be written there."""

        def ensure_cache_path(self) -> None:
            path = self.get_cache_path()  # type: ignore[attr-defined]
            if not any(Path(path).glob("*.nbi")):
                raise FileNotFoundError(path)

    class Given(Filled, caching.UserProvidedCacheLocator):  # type: ignore[misc]
        """What NUMBA_CACHE_DIR names."""

    class Beside(Filled, caching.InTreeCacheLocator):  # type: ignore[misc]
        """The `__pycache__` beside the source."""

    class Impl(caching.CompileResultCacheImpl):  # type: ignore[misc]
        _locator_classes = (
            caching.UserProvidedCacheLocator,
            Given,
            caching.InTreeCacheLocator,
            Beside,
            caching.UserWideCacheLocator,
        )

    class Cache(caching.FunctionCache):  # type: ignore[misc]
        _impl_class = Impl

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            # what is found needs nothing that only a compiler knows: no catalogue of all functions
            # that numba can compile, which takes longer to load than all else, and no other kernel
            runtime.rtsys.initialize(target_context)
            with self._guard_against_spurious_io_errors():
                found = self._load_overload(sig, target_context)
            if found is None:
                _compile(kernels)
            return found

        def save_overload(self, sig: Any, data: Any) -> None:
            try:
                super().save_overload(sig, data)
            except OSError as exc:
                _log.info("compiled %s is not kept: %s", function.__name__, exc)

    try:
        cache = Cache(function)
    except RuntimeError as exc:  # there is no folder at all
        _log.info("compiled %s is not kept: %s", function.__name__, exc)
        _compile(kernels)
        return caching.NullCache()
    cache._cache_file._source_stamp = (cache._cache_file._source_stamp, built_in)
    return cache


def _compile(kernels: Sequence[Kernel[..., object]]) -> None:
    for each in kernels:
        _ = each.compiled
