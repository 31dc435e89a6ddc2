"""
What a broken archive makes the standard library say, as one error of the reader's own.

A zip whose index points before the file, names a method that does not exist, or is damaged inside
ends in a dozen different exceptions, depending on the byte. Whoever sent the file is told that it
cannot be unpacked, and why.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geo.errors import UmkreisError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# NotImplementedError (a method, a version) is a RuntimeError, UnicodeDecodeError a ValueError
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, OSError,
    ValueError,
)  # fmt: skip


@contextmanager
def unpacking(refuse: Callable[[str], UmkreisError]) -> Iterator[None]:
    """
    Turn what goes wrong while an archive is opened or read into an error of the caller's.

    Parameters
    ----------
    refuse
        Makes the error of the reason. Errors that were meant for the user go through as they are.
    """
    try:
        yield
    except UmkreisError:
        raise
    except _BROKEN as exc:
        raise refuse(str(exc) or type(exc).__name__) from exc
