"""
Attributes that are computed when they are first read, by one thread for all that wait for them.

As `functools.cached_property`, which up to Python 3.11 holds one lock for all objects of a class:
there two threads that answer different questions would wait for each other. Here a thread waits
for another one only where both read the same attribute of the same object.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


class cached_property(Generic[_T]):  # noqa: N801 (read as the decorator that it stands for)
    """
    An attribute that is computed once and kept in its object.

    Parameters
    ----------
    compute
        Gets the object and returns the value; what it raises is raised, and it is tried again.
    """

    def __init__(self, compute: Callable[[Any], _T]) -> None:
        self._compute = compute
        self._locks: dict[int, threading.RLock] = {}  # by id of the objects that are under way
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn under which name it is kept."""
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> _T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> Self | _T:
        """Return the value; Python asks only until the object keeps one."""
        if instance is None:
            return self
        kept = instance.__dict__
        lock = self._locks.setdefault(id(instance), threading.RLock())  # one step: all get the same
        try:
            with lock:
                if self._name not in kept:
                    kept[self._name] = self._compute(instance)
                value: _T = kept[self._name]
                return value
        finally:
            self._locks.pop(id(instance), None)
