"""The parts of a drawing: what hangs together."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools, Floats

Numbers = NDArray[np.int32]


class Parts(NamedTuple):
    """The parts of some cells, by number from 1; number 0 is all that is no cell.

    Attributes:
        labels: ``int32[height, width]``, the number of each cell's part.
        boxes: ``int32[parts, 4]``, left, top, width and height in pixels.
        sizes: ``int32[parts]``, how many pixels a part has.
        centres: ``float64[parts, 2]``, x and y of its middle.
    """

    labels: Numbers
    boxes: Numbers
    sizes: Numbers
    centres: NDArray[np.float64]

    @property
    def spans(self) -> Numbers:
        """The longer side of each part's box."""
        longer: Numbers = self.boxes[:, 2:].max(axis=1)
        return longer

    def cells(self, chosen: Bools) -> Bools:
        """The pixels of the parts that are chosen, ``bool[parts]``: ``bool[height, width]``."""
        if not chosen.any():
            return np.zeros(self.labels.shape, np.bool_)
        cells: Bools = chosen.take(self.labels)  # in half of an index's time
        return cells

    def touched(self, cells: Bools) -> Bools:
        """Which parts, and number 0, have any of some cells: ``bool[parts]``."""
        touched = np.zeros(len(self.sizes), np.bool_)
        touched[self.labels.ravel()[np.flatnonzero(cells)]] = True
        return touched

    def highest(self, values: Floats) -> Floats:
        """The highest of values, ``float32[height, width]`` and 0 or more, in each part."""
        cells = np.flatnonzero(self.labels)
        highest = np.zeros(len(self.sizes), np.float32)
        np.maximum.at(highest, self.labels.ravel()[cells], values.ravel()[cells])
        return highest


def parts_of(cells: Bools, connectivity: int = 8) -> Parts:
    """Number the parts of cells, ``bool[height, width]``, that touch at sides, or corners too."""
    # Of OpenCV's methods, which all number alike, this one takes two thirds of the usual's time.
    _, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
        cells.view(np.uint8), connectivity, cv2.CV_32S, cv2.CCL_BBDT
    )
    return Parts(
        np.asarray(labels, np.int32),
        np.asarray(stats[:, :4], np.int32),
        np.asarray(stats[:, cv2.CC_STAT_AREA], np.int32),
        np.asarray(centres, np.float64),
    )
