"""
The street network of one travel mode: snap points to it, and ask how far they are.

People leave their door straight to the nearest point of the nearest street (the access leg), travel
along streets as the access model allows (`geo.street_access`), and leave the street straight to the
other door. Both legs count, in seconds and in metres. What is minimised is seconds; `distance_m` is
the length of that path. Two points on the same street meet along it.

A `Network` never changes after it was built and may be used from many threads.
"""

from __future__ import annotations

import json
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.crs import check_metric
from geo.edge_cuts import GrownFinder
from geo.errors import CRSError, NetworkError
from geo.network_arrays import checksum, exit_places, network_arrays
from geo.network_change import NewStreet, change
from geo.network_results import Nearest, Pairs, Pieces, Snapped
from geo.reach.engine import from_arrays, prepare, prepare_changed
from geo.reach.seeds import Streets as Edges
from geo.search import Ends, nearest, node_seconds, pairs_within
from geo.second_nearest import second_nearest
from geo.slope_streets import Hills
from geo.snapping import EdgeFinder
from geo.street_access import Speeds
from geo.street_graph import build_edges
from geo.street_stretch import (
    Stretch,
    stretch_between,
    stretch_length_m,
    stretch_line,
    stretch_names,
)
from geo.ticks import MAX_PLACES, MAX_TRAVEL_S, NEVER, whole_ticks
from geo.within_reach import WithinReach, within_reach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    import shapely
    from numpy.typing import ArrayLike, NDArray

    from geo.elevation import Elevation
    from geo.osm import Streets
    from geo.reach.engine import Engine

    Floats = NDArray[np.float64]

__all__ = ["MAX_LEG_M", "MODES", "Nearest", "Network", "Pairs", "Pieces", "Snapped", "part_of"]

MODES = ("walk", "stepfree", "bike", "car")
MAX_LEG_M = 500.0  # a house farther from any street than this is not on the network
FORMAT = 3


class Network:
    """
    The street graph of one mode, as arrays.

    Attributes
    ----------
    mode, crs
        One of `MODES`; the projected CRS of all coordinates.
    xy
        Nodes, shape (n, 2), in metres.
    a, b
        Shape (e,): the nodes where each edge starts and ends.
    length_m, forward_s, backward_s
        Shape (e,): length of each edge, and the seconds along and against it, inf where closed.
    leg_kmh
        Speed on the access legs.
    left_out
        Counts by name of what the network does not hold.
    dropped_share
        Length of open ways outside the kept part, as a share of all open ways.
    hills
        What heights did to it (`geo.slope_streets.Hills`), None where it is flat.
    network_id
        Checksum of the network; the same for the same input.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> None:
        self._arrays = arrays
        self._about = about
        self.mode: str = about["mode"]
        self.crs: str = about["crs"]
        self.leg_kmh: float = about["leg_kmh"]
        self.dropped_share: float = about["dropped_share"]
        self.left_out: dict[str, int] = dict(about["left_out"])
        self.hills: Hills | None = Hills(**about["hills"]) if about.get("hills") else None
        self.network_id: str = about["network_id"]
        self.xy: Floats = arrays["xy"]
        self.a: NDArray[np.int32] = arrays["a"]
        self.b: NDArray[np.int32] = arrays["b"]
        self.length_m: Floats = arrays["length_m"]
        self.forward_s: Floats = arrays["forward_s"]
        self.backward_s: Floats = arrays["backward_s"]
        self._names: list[str] = about["names"]
        self._finder: EdgeFinder | GrownFinder = EdgeFinder(arrays)
        self._before: Network | None = None
        self._preparing = threading.Lock()
        self._prepared: Engine | None = None
        self._last_demand: tuple[weakref.ref[Snapped], Ends] | None = None

    @property
    def _engine(self) -> Engine:
        """What answers; prepared when it is first asked, unless that was saved."""
        if self._prepared is None:
            with self._preparing:
                if self._prepared is None:
                    edges = Edges.of(self._arrays)
                    if self._before is not None:
                        made = prepare_changed(self._before._engine, edges)
                    else:
                        made = prepare(edges)
                    self._prepared = made
        return self._prepared

    @property
    def search(self) -> str:
        """How questions are answered: `sweep`, or `heap` where streets form too dense a grid."""
        return self._engine.search

    def __repr__(self) -> str:
        return f"<Network {self.mode}, {len(self.xy)} nodes, {len(self.a)} edges, {self.crs}>"

    @classmethod
    def build(
        cls,
        streets: Streets,
        *,
        mode: str,
        crs: str,
        speeds: Speeds | None = None,
        extent: shapely.Polygon | shapely.MultiPolygon | None = None,
        elevation: Elevation | None = None,
    ) -> Self:
        """
        Build the network of one mode.

        Parameters
        ----------
        streets
            Ways and barriers of the extract.
        mode
            One of `MODES`.
        crs
            Projected CRS in metres.
        speeds
            By default those of `Speeds()`.
        extent
            Where the data is complete, in `crs`; where streets cross its edge they leave the data.
        elevation
            Heights in `crs`; everything is flat without them.

        Raises
        ------
        NetworkError
            If the mode is unknown or no way is open to it.
        CRSError
            If `crs` is not projected in metres, or the heights are in another.
        """
        if mode not in MODES:
            raise NetworkError(f"`mode` is {mode!r}; use one of {', '.join(MODES)}")
        speeds = speeds or Speeds()
        if elevation is not None and elevation.crs != crs:
            raise CRSError(f"`elevation` is in {elevation.crs}, the network in {crs}; use one CRS")
        built = build_edges(
            streets, mode=mode, crs=check_metric(crs), speeds=speeds, elevation=elevation
        )
        arrays = network_arrays(built)
        arrays["exit_edge"], arrays["exit_fraction"] = exit_places(
            arrays, built.edges.vertex_id, streets.cut_node_id, extent
        )
        about = {
            "format": FORMAT,
            "mode": mode,
            "crs": crs,
            "leg_kmh": speeds.leg_kmh(mode),
            "dropped_share": built.dropped_share,
            "left_out": built.left_out,
            "names": streets.names,
        }
        if built.hills:
            about["hills"] = built.hills.as_dict()
        about["network_id"] = checksum(arrays, about)
        return cls(arrays, about)

    def snap(self, xy: ArrayLike, *, max_leg_m: float = MAX_LEG_M) -> Snapped:
        """
        Place points on the nearest point of the nearest edge.

        Motorways and ferries take nobody up between their ends. Between edges at the same distance
        the first in the network's order is taken.

        Parameters
        ----------
        xy
            Shape (n, 2) in metres of `crs`.
        max_leg_m
            A point farther than this from every edge is marked, not moved.

        Returns
        -------
        snapped
            Shapes (n,), in the order of `xy`.
        """
        points = np.asarray(xy, float).reshape(-1, 2)
        edge, fraction, leg_m = self._finder.place(points, max_leg_m=max_leg_m)
        return Snapped(edge, fraction, leg_m, self.network_id)

    def to_nearest(
        self, demand: Snapped, supplies: Sequence[Snapped], *, with_distance: bool = False
    ) -> Nearest:
        """
        Find the nearest supply of each set for each point of demand.

        Travel goes from demand to supply; seconds are minimised. Ties go to the lower supply index.

        Parameters
        ----------
        demand
            Shape (n,).
        supplies
            k sets of any size, also empty.
        with_distance
            Also measure the path.

        Returns
        -------
        nearest
            Shapes (k, n).

        Raises
        ------
        NetworkError
            If points were snapped to another network.

        Notes
        -----
        One sweep up and down the arcs of a hierarchy for many sets together, O(k arcs): see
        docs/methods/reach.md. Who travels for 12 days or more arrives nowhere.
        """
        found = nearest(
            self._engine,
            self._leaving(demand),
            self._arriving(supplies),
            with_length=with_distance,
        )
        return Nearest(found.seconds, found.number, found.length_m)

    def to_second_nearest(
        self,
        demand: Snapped,
        supply: Snapped,
        first: NDArray[np.int32],
        *,
        with_distance: bool = False,
    ) -> Nearest:
        """
        Find the second nearest supply for each point of demand.

        Parameters
        ----------
        demand, supply
            Shapes (n,) and (m,).
        first
            Shape (n,): the nearest supply of each point, as `to_nearest` finds it.
        with_distance
            Also measure the path.

        Returns
        -------
        nearest
            Shapes (1, n). Ties go to the lower supply index.

        Raises
        ------
        NetworkError
            If points were snapped to another network.
        """
        found = second_nearest(
            self._engine,
            self._leaving(demand),
            self._ends(supply, "supply", leaving=False),
            first,
            with_length=with_distance,
        )
        return Nearest(found.seconds, found.number, found.length_m)

    def within(
        self, sources: Snapped, targets: Snapped, limit_s: float, *, with_distance: bool = True
    ) -> Pairs:
        """
        Find all pairs whose travel from source to target takes at most `limit_s`.

        Without `with_distance` the paths are not measured, and `distance_m` is NaN.

        Raises
        ------
        NetworkError
            If points were snapped to another network, or the limit is not a number above 0.
        """
        if not limit_s > 0:
            raise NetworkError(f"`limit_s` is {limit_s}; use seconds above 0, or inf")
        found = pairs_within(
            self._engine,
            self._ends(sources, "sources", leaving=True),
            self._ends(targets, "targets", leaving=False),
            limit_s,
            with_length=with_distance,
        )
        return Pairs(found.source, found.target, found.seconds, found.length_m)

    def within_reach(
        self,
        demand: Snapped,
        supplies: Sequence[Snapped],
        *,
        limits_s: ArrayLike,
        weight: ArrayLike,
        group: ArrayLike,
        groups: int,
        by_supply: bool = False,
    ) -> WithinReach:
        """
        Count people by group whose nearest supply of each set is within a limit.

        Parameters
        ----------
        demand
            Shape (n,).
        supplies
            k sets of any size, also empty.
        limits_s
            Shape (k,), seconds.
        weight, group
            Shape (n,): people, and the group that each point belongs to, 0 … `groups` − 1.
        by_supply
            Also count people by their nearest supply.

        Returns
        -------
        counted
            Shapes (k, groups), as `to_nearest` and a sum by group give them but for the rounding
            of sums, which are taken in the order of edges.

        Raises
        ------
        NetworkError
            If points were snapped to another network, or a limit is not a number of seconds below
            12 days.
        """
        limits = np.asarray(limits_s, float)
        if not ((limits >= 0) & (limits < MAX_TRAVEL_S)).all():
            raise NetworkError(
                f"`limits_s` holds {limits.min():g} to {limits.max():g}; use seconds from 0 to "
                f"{MAX_TRAVEL_S:.0f}"
            )
        return within_reach(
            self._engine,
            self._leaving(demand),
            self._arriving(supplies),
            limits,
            np.ascontiguousarray(weight, np.float64),
            np.ascontiguousarray(group, np.int32),
            groups,
            by_supply=by_supply,
        )

    def node_seconds(self, points: Snapped, *, leaving: bool, limit_s: float = np.inf) -> Floats:
        """
        Measure how far each node is from the nearest of the points, or how far to it.

        Parameters
        ----------
        points
            Any number, also none.
        leaving
            True for travel from the points, False for travel to them.
        limit_s
            Seconds; the search ends there.

        Returns
        -------
        travel_s
            Shape (nodes,), the legs of the points included; `inf` beyond the limit.

        Raises
        ------
        NetworkError
            If the points were snapped to another network.
        """
        ends = self._ends(points, "points", leaving=leaving)
        return node_seconds(self._engine, ends, leaving=leaving, limit_s=limit_s)

    def pieces_within(self, bounds: tuple[float, float, float, float]) -> Pieces:
        """
        Return the straight pieces of streets in a box that points snap to.

        `bounds` are left, bottom, right, top in metres of `crs`.
        """
        return Pieces(*self._finder.pieces_within(bounds))

    def stretch(self, here: Snapped, there: Snapped | None = None, *, longest_m: float) -> Stretch:
        """
        Return the street at a place between its crossings, or the stretch between two places.

        Between two places it is the shortest way along streets in metres, whatever their direction.

        Parameters
        ----------
        here, there
            One point each, on the network.
        longest_m
            Metres that the stretch between two places may have.

        Raises
        ------
        NetworkError
            If no way of at most `longest_m` leads from one place to the other.
        """
        if there is None:
            return Stretch.of_edge(int(here.edge[0]))
        places = [(int(at.edge[0]), float(at.fraction[0])) for at in (here, there)]
        found = stretch_between(self._arrays, places[0], places[1], longest_m=longest_m)
        if found is None:
            raise NetworkError(
                f"no street for {self.mode} of at most {longest_m:.0f} m leads from one place to "
                "the other"
            )
        return found

    def length_of(self, stretch: Stretch) -> float:
        """Return the metres of a stretch."""
        return stretch_length_m(self._arrays, stretch)

    def names_of(self, stretch: Stretch) -> list[str]:
        """Return the names of a stretch's streets, the one of most metres first."""
        return stretch_names(self._arrays, self._names, stretch)

    def line_of(self, stretch: Stretch) -> shapely.MultiLineString:
        """Return the line of a stretch in metres of `crs`."""
        return stretch_line(self._arrays, stretch)

    def changed(self, *, closed: Sequence[Stretch] = (), opened: Sequence[NewStreet] = ()) -> Self:
        """
        Return the network with stretches closed in both directions, and new streets.

        Whoever stands on what is closed gets nowhere. Points snapped to this network are put on the
        other one by its `carry`; where only whole edges close, they hold for both (`network_id`
        stays).
        """
        made = change(self._arrays, self._names, closed, opened)
        about = {**self._about, "names": made.names}
        if made.digest:
            about["network_id"] = f"{self.network_id}-{made.digest}"
        network = type(self)(made.arrays, about)
        network._before = self
        if made.digest:
            network._finder = GrownFinder(self._finder, made.cuts, made.arrays, made.first_new)
        else:
            network._finder = self._finder  # the same geometry; it may be built already
        return network

    def carry(self, points: Snapped, xy: ArrayLike) -> Snapped:
        """
        Put points of the network before a change on this one, as `snap` would.

        Parameters
        ----------
        points
            Snapped to the network that `changed` was called on, or to this one.
        xy
            Shape (n, 2): where they are, in metres of `crs`.

        Raises
        ------
        NetworkError
            If they were snapped to another network.
        """
        if points.network_id == self.network_id:
            return points
        before = self._before.network_id if self._before else ""
        if points.network_id != before or not isinstance(self._finder, GrownFinder):
            raise NetworkError(
                f"`points` were snapped to another network ({points.network_id}) than the one "
                f"before the change ({before}); snap them to that one"
            )
        at = np.asarray(xy, float).reshape(-1, 2)
        placed = self._finder.carry(at, points.edge, points.fraction, points.leg_m, MAX_LEG_M)
        return Snapped(*placed, self.network_id)

    def exits(self) -> Snapped:
        """Return where streets leave the data: at the edge of the extent, and at clipped ways."""
        edge, fraction = self._arrays["exit_edge"], self._arrays["exit_fraction"]
        return Snapped(edge, fraction, np.zeros(len(edge)), self.network_id)

    def save(self, folder: Path) -> None:
        """
        Write one `.npy` an array and `network.json`; the same network gives the same bytes.

        What answers questions is prepared and saved as well.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in (self._arrays | self._engine.arrays()).items():
            np.save(folder / f"{name}.npy", array)
        text = json.dumps(self._about | {"search": self.search}, indent=1, sort_keys=True)
        (folder / "network.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """
        Open a saved network by memory map.

        Raises
        ------
        NetworkError
            If the folder holds no network, or one of another format.
        """
        about_path = folder / "network.json"
        if not about_path.is_file():
            raise NetworkError(f"`folder` {folder} holds no network.json; build the network first")
        about = json.loads(about_path.read_text(encoding="utf-8"))
        if about.get("format") != FORMAT:
            raise NetworkError(
                f"`folder` {folder} has network format {about.get('format')}, this version reads "
                f"{FORMAT}; build the network again"
            )
        arrays = {p.stem: np.load(p, mmap_mode="r") for p in sorted(folder.glob("*.npy"))}
        network = cls(arrays, about)
        network._prepared = from_arrays(Edges.of(arrays), arrays, about["search"])
        return network

    def _leaving(self, demand: Snapped) -> Ends:
        """Return the ends of the demand; question after question is asked for the same people."""
        last = self._last_demand
        if last is not None and last[0]() is demand:
            return last[1]
        ends = self._ends(demand, "demand", leaving=True)
        self._last_demand = (weakref.ref(demand), ends)  # one assignment: safe between threads
        return ends

    def _arriving(self, sets: Sequence[Snapped]) -> list[Ends]:
        """Return the ends of each set of supplies, all computed together."""
        for points in sets:
            self._check(points, "supplies")
        if not sets:
            return []
        together = Snapped(
            np.concatenate([s.edge for s in sets]),
            np.concatenate([s.fraction for s in sets]),
            np.concatenate([s.leg_m for s in sets]),
            self.network_id,
        )
        ends = self._ends(together, "supplies", leaving=False)
        last = np.cumsum([len(s) for s in sets]).tolist()
        return [ends.rows(i - len(s), i) for i, s in zip(last, sets, strict=True)]

    def _check(self, points: Snapped, name: str) -> None:
        if points.network_id != self.network_id:
            raise NetworkError(
                f"`{name}` were snapped to another network ({points.network_id}) than this "
                f"{self.mode} network ({self.network_id}); snap them to this one"
            )
        if len(points) > MAX_PLACES:
            raise NetworkError(f"`{name}` holds {len(points)} points, at most {MAX_PLACES}")

    def _ends(self, points: Snapped, name: str, *, leaving: bool) -> Ends:
        """Say what it takes from the points to the nodes of their edge, or back."""
        self._check(points, name)
        place, streets = self._engine.place, self._engine.streets
        # a point that was not placed is infinitely far from the ends of edge 0
        edge = np.maximum(points.edge, 0)
        before, after = points.fraction, 1.0 - points.fraction
        to_a, to_b = streets.backward_s[edge], streets.forward_s[edge]
        if not leaving:
            to_a, to_b = to_b, to_a
        leg = whole_ticks(points.leg_m * (3.6 / self.leg_kmh))
        return Ends(
            points.edge, points.fraction, place[streets.a[edge]], place[streets.b[edge]],
            np.minimum(whole_ticks(part_of(before, to_a)) + leg, NEVER),
            np.minimum(whole_ticks(part_of(after, to_b)) + leg, NEVER),
            leg, points.leg_m,
        )  # fmt: skip


def part_of(share: Floats, whole: Floats) -> Floats:
    """Multiply; at a node (a share of 0) even a closed direction costs nothing."""
    part: Floats = np.multiply(share, whole, where=share > 0, out=np.zeros(len(share)))
    return part
