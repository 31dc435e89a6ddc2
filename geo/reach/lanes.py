"""
Memory for lanes, kept between questions: to ask the system for it takes as long as a sweep.

A few buffers of the largest size that one sweep may take are kept for the whole process; whoever
finds none makes one of their own.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MOST_BYTES = 2**28  # of the lanes of one sweep
_KEPT = 2
_buffers: list[NDArray[np.uint8]] = []
_lock = threading.Lock()


@contextmanager
def lanes_of(nodes: int, lanes: int, value: int, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Lend lanes of all nodes, shape (nodes, lanes), that hold `value`; they are not to be kept."""
    size = nodes * lanes * dtype.itemsize
    with _lock:
        fitting = [i for i, buffer in enumerate(_buffers) if len(buffer) >= size]
        buffer = _buffers.pop(fitting[0]) if fitting else None
    if buffer is None:
        buffer = np.empty(size, np.uint8)
    field = buffer[:size].view(dtype).reshape(nodes, lanes)
    field.fill(value)
    try:
        yield field
    finally:
        if len(buffer) <= MOST_BYTES:
            with _lock:
                _buffers.append(buffer)
                _buffers.sort(key=len, reverse=True)
                del _buffers[_KEPT:]
