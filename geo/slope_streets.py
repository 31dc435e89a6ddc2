"""
Heights onto streets: how much longer each piece of a street takes up and down.

Heights stand at the nodes and every 30 m between them; straight pieces of more than 100 m are
divided, so that a place on a street knows where on the hill it is. Bridges and tunnels do not
follow the ground: between the places where they meet it they rise or fall evenly, several ways in a
row as one. Ferries, lifts and corridors are level. Where no height is known a street is flat, and
its metres are counted.

Step-free travel is barred where a piece of street is steeper than 6 %, unless its tags say how
steep it is or that wheelchairs pass: who mapped it stood there, the raster did not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.slope import STEEPEST_STEPFREE, slope_factor
from geo.street_access import WHEELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.elevation import Elevation
    from geo.extract import Tags
    from geo.street_access import Speeds
    from geo.street_chains import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

GROUND, SPAN, LEVEL, SURVEYED = range(4)  # what a way's height follows; `SURVEYED` is never barred
SAMPLE_M: Final = 30.0
LONGEST_PIECE_M: Final = 100.0
_NO_TUNNEL: Final = {"building_passage", "culvert", "no"}
_INDOORS: Final = {"corridor", "elevator"}
_SLACK: Final = 1e-9  # of a gradient: what is exactly 6 % is not steeper


@dataclass(frozen=True)
class Hills:
    """
    What heights did to a network.

    `unknown_share` is the share of its streets' length without heights, taken as flat;
    `too_steep_m` the length that is barred to step-free travel, in `too_steep` pieces.
    """

    unknown_share: float
    too_steep: int
    too_steep_m: float

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def way_course(tags: Tags) -> int:
    """Say what the height of a way follows, by its tags."""
    if tags.get("route") == "ferry" or tags.get("highway") in _INDOORS or "indoor" in tags:
        return LEVEL
    if tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") not in _NO_TUNNEL:
        return SPAN
    if tags.get("level", "").startswith("-"):
        return LEVEL
    has_ramp = tags.get("highway") == "steps" and tags.get("ramp:wheelchair") == "yes"
    says_how_steep = any(c.isdigit() for c in tags.get("incline", ""))
    return SURVEYED if tags.get("wheelchair") in WHEELS or says_how_steep or has_ramp else GROUND


def add_slopes(
    segments: Segments, elevation: Elevation, *, mode: str, speeds: Speeds
) -> tuple[Segments, Hills]:
    """
    Return segments with the pace that slopes make, long ones divided, steep ones barred.

    Parameters
    ----------
    segments
        With their `course`.
    elevation
        Heights in the CRS of the segments.
    mode
        One of `geo.network.MODES`; cars do not notice slopes.
    speeds
        Of the bicycle.

    Returns
    -------
    segments, hills
        With `pace`, shape (s, 2): time ÷ time on the flat, along and against each segment.
    """
    segments = divide_long(segments, LONGEST_PIECE_M)
    gradient, pieces, known = _gradients(segments, elevation)
    length = segments.length_m
    is_open = (segments.forward_kmh > 0) | (segments.backward_kmh > 0)
    unknown = ~known & ((segments.course == GROUND) | (segments.course == SURVEYED))
    unknown |= ~known & (segments.course == SPAN)
    barred = np.zeros(len(length), bool)
    if mode == "stepfree":
        steepest = np.maximum.reduceat(np.abs(gradient), pieces[:-1])
        barred = (steepest > STEEPEST_STEPFREE + _SLACK) & is_open
        barred &= segments.course != SURVEYED
        segments.forward_kmh = np.where(barred, 0.0, segments.forward_kmh)
        segments.backward_kmh = np.where(barred, 0.0, segments.backward_kmh)
    count = np.diff(pieces)
    pace = np.ones((len(length), 2))
    for column, sign, kmh in ((0, 1, segments.forward_kmh), (1, -1, segments.backward_kmh)):
        factor = slope_factor(
            sign * gradient, np.repeat(kmh, count), mode=mode, push_kmh=speeds.push_kmh,
            bicycle=speeds.bicycle,
        )  # fmt: skip
        pace[:, column] = np.add.reduceat(1.0 / factor, pieces[:-1]) / count
    segments.pace = pace
    total = float(length[is_open].sum())
    return segments, Hills(
        unknown_share=float(length[unknown & is_open].sum()) / total if total > 0 else 0.0,
        too_steep=int(np.count_nonzero(barred)),
        too_steep_m=round(float(length[barred].sum()), 1),
    )


def divide_long(segments: Segments, longest_m: float) -> Segments:
    """Divide segments into equal pieces of at most so many metres; new nodes have the id 0."""
    parts = np.maximum(np.ceil(segments.length_m / longest_m - _SLACK), 1).astype(np.int64)
    if (parts == 1).all():
        return segments
    row = np.repeat(np.arange(len(parts)), parts)
    offset = np.cumsum(parts) - parts
    number = np.arange(len(row)) - offset[row]
    new = np.flatnonzero(number > 0)  # each begins at a node of its own
    share = (number[new] / parts[row[new]])[:, None]
    start, end = segments.xy[segments.u[row[new]]], segments.xy[segments.v[row[new]]]
    node = np.full(len(row), -1, np.int64)
    node[new] = len(segments.xy) + np.arange(len(new))
    divided = segments.take(row)
    divided.u = np.where(number > 0, node, segments.u[row])
    is_last = number == parts[row] - 1
    divided.v = np.where(is_last, segments.v[row], np.r_[node[1:], -1])
    divided.xy = np.concatenate([segments.xy, start + share * (end - start)])
    divided.node_id = np.concatenate([segments.node_id, np.zeros(len(new), np.int64)])
    return divided


def _gradients(segments: Segments, elevation: Elevation) -> tuple[Floats, Ints, Flags]:
    """
    Return gradients of the pieces of segments, where each segment's begin, and which are known.

    Shapes (p,), (s + 1,), (s,); 0 where no height is known.
    """
    ground = elevation.heights(segments.xy)
    height = _with_spans(segments, ground)
    length = segments.length_m
    follows = (segments.course == GROUND) | (segments.course == SURVEYED)
    count = np.where(follows, np.maximum(np.ceil(length / SAMPLE_M - _SLACK), 1), 1).astype(int)
    pieces = np.r_[0, np.cumsum(count)]
    row = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(row)) - pieces[row]
    u, v = segments.u[row], segments.v[row]
    inner = np.flatnonzero(number > 0)
    share = number / count[row]
    start = height[u].copy()  # of each piece
    if len(inner):
        part = share[inner]
        at, to = u[inner], v[inner]
        place = segments.xy[at] + part[:, None] * (segments.xy[to] - segments.xy[at])
        # beside a bridge a street begins at the bridge's height, not at that of the ground below
        start[inner] = (
            elevation.heights(place)
            + (1 - part) * (height[at] - ground[at])
            + part * (height[to] - ground[to])
        )
    end = np.where(number == count[row] - 1, height[v], np.r_[start[1:], np.nan])
    with np.errstate(invalid="ignore", divide="ignore"):
        gradient = (end - start) / (length / count)[row]
    level = segments.course == LEVEL
    gradient[level[row]] = 0.0
    is_known = np.isfinite(gradient)
    known = np.logical_and.reduceat(is_known, pieces[:-1])
    # a street that is only known in part is flat as a whole: half a hill would be no hill
    gradient[~(is_known & known[row])] = 0.0
    return gradient, pieces, known


def _with_spans(segments: Segments, ground: Floats) -> Floats:
    """Return the heights of nodes: on bridges and in tunnels even between their ends."""
    span = segments.course == SPAN
    if not span.any():
        return ground
    # loaded where it is needed: who only asks need not wait for it
    from scipy.sparse import csr_array, diags_array
    from scipy.sparse.csgraph import connected_components
    from scipy.sparse.linalg import spsolve

    nodes = len(ground)
    u, v = segments.u[span], segments.v[span]
    spans_at = np.bincount(np.concatenate([u, v]), minlength=nodes)
    others = np.concatenate([segments.u[~span], segments.v[~span]])
    meets_ground = np.bincount(others, minlength=nodes) > 0
    on_span = spans_at > 0
    weight = 1.0 / np.maximum(segments.length_m[span], 1e-3)
    graph = csr_array((weight, (u, v)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    # what leads down from the middle of a bridge does not pull it to the ground
    fixed = on_span & meets_ground & (spans_at == 1)
    has_end = np.zeros(nodes, bool)
    has_end[part[fixed]] = True
    fixed |= on_span & meets_ground & ~has_end[part]
    has_end[part[fixed]] = True
    free = np.flatnonzero(on_span & ~fixed & has_end[part])
    if len(free) == 0:
        return ground
    # what is in balance with its neighbours is a straight line between two ends
    both = graph + graph.T
    laplace = diags_array(np.asarray(both.sum(axis=1)).ravel()) - both
    laplace = csr_array(laplace)
    known = np.where(fixed, np.nan_to_num(ground), 0.0)
    right_side = -(laplace @ known)[free]
    solved = spsolve(csr_array(laplace[free][:, free]).tocsc(), right_side)
    height = ground.copy()
    height[free] = solved
    lost = np.zeros(nodes, bool)
    lost[part[fixed & np.isnan(ground)]] = True
    height[free[lost[part[free]]]] = np.nan
    return height
