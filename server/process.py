"""
How a worker's process shares itself among what it answers at once, and gives memory back.

Answers are computed in threads that take turns in one interpreter. Whoever waits for data or sends
them gives the turn away and stands in line again behind each that computes: with Python's turns of
5 ms, some dozen times an answer, reading would take seconds while a dozen others compute. So turns
are shorter, and fewer compute at once.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

from anyio import to_thread

THREADS: Final = 16  # that answer at once; others wait in line, in the order in which they came
TURN_S: Final = 0.001
_ARENAS: Final = 2
# parameters of glibc's mallopt: mallopt(3)
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_MAPPED_BYTES: Final = 1 << 20


def settle() -> None:
    """
    Set what holds for the whole process; before it begins to answer.

    With glibc each thread takes memory from an arena of its own, which it hardly ever gives back;
    two are enough for threads that take turns. Large arrays are mapped, and given back at once.
    """
    sys.setswitchinterval(TURN_S)
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
            mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)


def settle_loop() -> None:
    """Set what holds for the event loop that runs."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
