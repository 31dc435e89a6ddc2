"""
Temporary folders that a killed process left behind.

Whatever is written whole or not at all is written into a folder beside its place first. A process
that is killed cannot remove it: the next one that writes there does, once it is a day old, which is
longer than anything of ours takes.
"""

from __future__ import annotations

import logging
import shutil
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_OLD_S: Final = 24 * 3600.0


def sweep(folder: Path, prefix: str) -> int:
    """
    Remove folders of a name that begins so and that have not changed for a day.

    Returns
    -------
    swept
        How many were removed; one that cannot be removed stays.
    """
    before = time.time() - _OLD_S
    swept = 0
    for left in folder.glob(f"{prefix}*"):
        try:
            is_old = left.is_dir() and not left.is_symlink() and left.stat().st_mtime < before
        except OSError:
            continue
        if is_old:
            shutil.rmtree(left, ignore_errors=True)
            swept += 1
    if swept:
        _LOG.info("%d folders that something broken off had left were removed", swept)
    return swept
