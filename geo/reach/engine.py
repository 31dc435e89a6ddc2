"""Which search answers for a network: a sweep over a hierarchy, or a heap where that has no use."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeAlias

from geo.reach.dijkstra import Plain
from geo.reach.hierarchy import Hierarchy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.reach.seeds import Streets

_log = logging.getLogger(__name__)

Engine: TypeAlias = Hierarchy | Plain


def prepare(streets: Streets) -> Engine:
    """
    Prepare a network for questions.

    Dense grids of streets would need too many shortcuts; they are searched with a heap.
    """
    return Hierarchy.of(streets) or _without(streets)


def prepare_changed(before: Engine, streets: Streets) -> Engine:
    """Prepare a network whose first nodes are those of another one, in the order of that one."""
    if isinstance(before, Plain):
        return Plain(streets)
    return before.changed(streets) or _without(streets)


def _without(streets: Streets) -> Engine:
    _log.warning(
        "%d streets between %d nodes have no small separators; questions take a search with a heap",
        len(streets.a), len(streets.xy),
    )  # fmt: skip
    return Plain(streets)


def from_arrays(streets: Streets, arrays: Mapping[str, NDArray[Any]], search: str) -> Engine:
    """Take what was prepared out of a network's arrays; `search` is the name of how it is asked."""
    if search == Plain.search:
        return Plain(streets)
    return Hierarchy.from_arrays(streets, arrays)
