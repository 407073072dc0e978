"""Cells of any size on one grid, so that drawings of different lengths can be compared."""

import numpy as np

from mididraw.arrays import Bools

ROWS, COLUMNS = 48, 96


def to_grid(cells: Bools) -> Bools:
    """Stretch cells, ``bool[any, any]``, to ``bool[48, 96]``; nothing gets lost.

    A cell of the grid is set where its centre lies in a set cell, or the centre of a set cell lies
    in it: enlarging leaves no holes and reducing no gaps.
    """
    rows, columns = cells.shape
    y = ((np.arange(ROWS) + 0.5) * rows / ROWS).astype(int)
    x = ((np.arange(COLUMNS) + 0.5) * columns / COLUMNS).astype(int)
    grid = cells[np.ix_(y, x)]
    inked_y, inked_x = np.nonzero(cells)
    grid[
        ((inked_y + 0.5) * ROWS / rows).astype(int),
        ((inked_x + 0.5) * COLUMNS / columns).astype(int),
    ] = True
    return grid


def boxed(cells: Bools) -> Bools:
    """Crop cells to those that are set; ``bool[1, 1]``, not set, where none is."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1), np.bool_)
    return cells[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
