"""
The nearest straight piece of a street to each of many points, over a grid of square cells.

Each cell lists the pieces that cross it. Around a point cells are looked at ring by ring; once the
best piece is nearer than the rim of what was looked at, no other can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Pieces = NDArray[np.int32]

_ROUNDING_M = 1e-6  # a piece on the border of two cells is listed in both


@kernel("f8[] f8[,] i8[] float int int i8[]= i4[]=")
def list_pieces(
    low: Floats, xy: Floats, tail: Ints, cell_m: float, columns: int, rows: int, start: Ints,
    piece: Pieces,
) -> int:  # fmt: skip
    """
    List the pieces that cross each cell, or count them.

    Parameters
    ----------
    low
        x, y of the south-west corner of the first cell.
    xy, tail
        Shapes (v, 2), (p,): vertices, and the first one of each piece; the next is its other end.
    cell_m, columns, rows
        Width of a cell, and how many there are.
    start
        Shape (cells + 1,), row by row from the south-west. Without room in `piece`, the number of
        pieces of cell c is added at c + 1; else it is where the next piece of c is written, and is
        raised.
    piece
        Written: the pieces of the cells, one cell after the other, in ascending order.

    Returns
    -------
    entries
        How many there are in all.
    """
    entries = 0
    for p in range(len(tail)):
        a, b = tail[p], tail[p] + 1
        x, y = xy[a, 0] - low[0], xy[a, 1] - low[1]
        to_x, to_y = xy[b, 0] - low[0], xy[b, 1] - low[1]
        if to_y < y:
            x, y, to_x, to_y = to_x, to_y, x, y
        first = max(int((y - _ROUNDING_M) // cell_m), 0)
        last = min(int((to_y + _ROUNDING_M) // cell_m), rows - 1)
        for row in range(first, last + 1):
            # the part of the piece between the borders of the row
            from_part, to_part = 0.0, 1.0
            if to_y > y:
                from_part = max((row * cell_m - y) / (to_y - y), 0.0)
                to_part = min(((row + 1) * cell_m - y) / (to_y - y), 1.0)
            one, other = x + from_part * (to_x - x), x + to_part * (to_x - x)
            left = max(int((min(one, other) - _ROUNDING_M) // cell_m), 0)
            right = min(int((max(one, other) + _ROUNDING_M) // cell_m), columns - 1)
            for column in range(left, right + 1):
                cell = row * columns + column
                if len(piece):
                    piece[start[cell]] = p
                    start[cell] += 1
                else:
                    start[cell + 1] += 1
                entries += 1
    return entries


@kernel("float float float float float float")
def distance(x: float, y: float, a_x: float, a_y: float, b_x: float, b_y: float) -> float:
    """Return the distance of a point from the straight piece between a and b."""
    step_x, step_y = b_x - a_x, b_y - a_y
    square = step_x * step_x + step_y * step_y
    along = (x - a_x) * step_x + (y - a_y) * step_y
    if square == 0.0 or along / square <= 0.0:
        return float(np.sqrt((x - a_x) * (x - a_x) + (y - a_y) * (y - a_y)))
    if along / square >= 1.0:
        return float(np.sqrt((x - b_x) * (x - b_x) + (y - b_y) * (y - b_y)))
    return float(abs(((a_y - y) * step_x - (a_x - x) * step_y) / square) * np.sqrt(square))


@kernel("f8[,] i8[] f8[] f8[,] i8[] float int int i8[] i4[] float i4[]= f8[]=")
def find_pieces(
    points: Floats, order: Ints, low: Floats, xy: Floats, tail: Ints, cell_m: float, columns: int,
    rows: int, start: Ints, piece: Pieces, most_m: float, found: Pieces, found_m: Floats,
) -> None:  # fmt: skip
    """
    Find the nearest piece of each point; of equally near ones the first.

    Parameters
    ----------
    points, order
        Shapes (n, 2), (m,): points, and those to look for, neighbours one after the other.
    low, xy, tail, cell_m, columns, rows
        As in `list_pieces`.
    start, piece
        Shapes (cells + 1,), (entries,): the pieces of each cell.
    most_m
        What is farther is not found.
    found, found_m
        Shapes (n,), written at `order`: the piece and the distance; −1 and inf where there is none.
    """
    for i in order:
        x, y = points[i, 0] - low[0], points[i, 1] - low[1]
        column, row = int(np.floor(x / cell_m)), int(np.floor(y / cell_m))
        best, best_m = -1, np.inf
        # rings begin where the grid does
        ring = max(0, -column, column - columns + 1, -row, row - rows + 1)
        while True:
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                is_rim = r == row - ring or r == row + ring
                step = 1 if is_rim or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for k in range(start[cell], start[cell + 1]):
                        p = piece[k]
                        a = tail[p]
                        this_m = distance(
                            points[i, 0], points[i, 1], xy[a, 0], xy[a, 1], xy[a + 1, 0],
                            xy[a + 1, 1],
                        )  # fmt: skip
                        if this_m < best_m or (this_m == best_m and p < best):
                            best, best_m = p, this_m
            # how far the rim of what was looked at is
            rim_m = ring * cell_m + min(
                x - column * cell_m, (column + 1) * cell_m - x,
                y - row * cell_m, (row + 1) * cell_m - y,
            )  # fmt: skip
            if best_m < rim_m or rim_m > most_m:
                break
            if (
                row - ring < 0
                and row + ring >= rows
                and column - ring < 0
                and (column + ring >= columns)
            ):
                break
            ring += 1
        if best >= 0 and best_m <= most_m:
            found[i], found_m[i] = best, best_m
        else:
            found[i], found_m[i] = -1, np.inf
