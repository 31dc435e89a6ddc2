"""
In which order the nodes of a network are eliminated: parts first, what separates them last.

Nested dissection (George 1973): a few nodes that cut the network in two come last, the two parts
before them, each ordered in the same way. METIS finds small separators (Karypis, Kumar 1998); where
it is not installed, straight lines do (`geo.reach.bisection`), with half as many arcs more.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from typing import TYPE_CHECKING

import numpy as np

from geo.reach.bisection import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Nodes = NDArray[np.int32]

_log = logging.getLogger(__name__)
_FEW = 64  # nodes that need no separator


def neighbours(a: Nodes, b: Nodes, *, nodes: int) -> tuple[Nodes, Nodes]:
    """
    List the neighbours of each node, in compressed rows; loops and parallel edges are left out.

    `a`, `b` (e,) are the ends of the edges. Node i has `neighbour[start[i]:start[i + 1]]`, sorted.
    """
    # loaded where it is needed: who only asks need not wait for it
    from scipy.sparse import csr_array

    edge = np.flatnonzero(a != b)
    ends = np.concatenate([a[edge], b[edge]]), np.concatenate([b[edge], a[edge]])
    graph = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(nodes, nodes))
    graph.sum_duplicates()
    return graph.indptr.astype(np.int32), graph.indices.astype(np.int32)


def elimination_order(
    start: Nodes, neighbour: Nodes, xy: Floats, *, metis: bool | None = None
) -> Nodes:
    """
    Return the nodes in the order in which they are eliminated, shape (n,).

    Parameters
    ----------
    start, neighbour
        As `neighbours` makes them.
    xy
        Shape (n, 2), in metres.
    metis
        Whether to use METIS; by default where it is installed.
    """
    nodes = len(xy)
    if nodes <= _FEW or not len(neighbour):
        return np.arange(nodes, dtype=np.int32)
    if metis is None:
        metis = importlib.util.find_spec("pymetis") is not None
    if not metis:
        _log.info("ordering %d nodes by straight cuts", nodes)
        return bisect(start, neighbour, np.ascontiguousarray(xy))
    pymetis = importlib.import_module("pymetis")
    order, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(start, neighbour))
    return np.array(order, np.int32)
