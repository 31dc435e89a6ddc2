"""
People counted over fixed cells, for shapes that the asker chooses.

Two shapes one house apart would tell who lives in it. So people are put on a fixed grid of 100 m
cells once, a cell counts as a whole or not at all, by whether its middle lies in the shape, and the
count is rounded to tens and withheld where it is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.disclosure import SMALLEST_PUBLISHED, publish_singly
from geo.gaps import CELL_M

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Inhabited cells: their middles `xy` (n, 2) in metres, and `people` (n,) in each."""

    xy: Floats
    people: Floats

    @classmethod
    def of(cls, xy: Floats, people: Floats) -> Self:
        """Count points, shape (n, 2), with people, shape (n,), over the cells."""
        corner, cell = np.unique(np.floor(xy / CELL_M), axis=0, return_inverse=True)
        counted = np.bincount(cell, people, minlength=len(corner)).astype(float)
        return cls((corner + 0.5) * CELL_M, counted)

    def publish_inside(
        self, shapes: list[shapely.Geometry], *, smallest: float = SMALLEST_PUBLISHED
    ) -> Floats:
        """
        Count the people in each shape, in metres, as they may be published.

        Returns
        -------
        people
            Shape (k,): tens of people, 0 where there is nobody, NaN where fewer than `smallest`.
        """
        exact = np.zeros(len(shapes))
        for k, shape in enumerate(shapes):
            left, bottom, right, top = shape.bounds if not shape.is_empty else (0.0,) * 4
            x, y = self.xy.T
            near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
            shapely.prepare(shape)
            inside = near[shapely.intersects_xy(shape, self.xy[near])]
            exact[k] = self.people[inside].sum()
        return publish_singly(exact, smallest=smallest)
