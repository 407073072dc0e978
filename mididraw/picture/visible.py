"""What a person sees drawn on a picture as it was posted, before anything is left out or thinned.

The match with these lines is the honest one: it is found by edges alone, not by the steps that
turn a picture into ink, so what those lose is missed here.
"""

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.picture.clutter import without_bars, without_edge_lines
from mididraw.picture.colour import floats, gradient, quantile
from mididraw.picture.rulings import find_rulings, without_holes, without_rulings

_SIDE = 512
_FAINTEST = 3.0  # CIELAB units a pixel that an edge has which is still seen
_RULED = 0.05  # of the picture's edge that printed lines run over
_SHARE = 0.18  # of the strongest edge that one still seen has beside it


def visible_lines(lab: Floats, rulings: Bools | None, reach: Bools) -> Floats:
    """Find the edges that are seen on a picture.

    What is outside of the sheet, rulings, holes and an app's bars are none of the drawing.

    Args:
        lab: the picture as it was posted, ``float32[height, width, 3]`` in CIELAB.
        rulings: ``bool[height, width]``, what is printed on its paper; None where it has none.
        reach: ``bool[height, width]``, where its paper lies.

    Returns:
        how strongly each is seen, from 0 to 1, ``float32[height, width]`` over the whole picture,
        its longer side at most 512.
    """
    scale = max(max(lab.shape[:2]) / _SIDE, 1.0)
    size = (max(round(lab.shape[1] / scale), 1), max(round(lab.shape[0] / scale), 1))
    small = lab if scale == 1 else floats(cv2.resize(lab, size, interpolation=cv2.INTER_AREA))
    steep = gradient(small, 0.8)
    within = cv2.resize(reach.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    steep[~within] = 0
    strongest = quantile(steep, 0.998)
    seen = steep > max(_FAINTEST, _SHARE * strongest)
    if rulings is not None and rulings.any():
        printed = cv2.resize(rulings.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        seen &= cv2.dilate(printed.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    elif rulings is not None and _at_edges(seen) > _RULED:
        # Too faint to be ink, and still printed.
        seen = without_rulings(seen, find_rulings(seen, steep, small))
    seen = without_holes(without_edge_lines(without_bars(seen, small)))
    steep[~seen] = 0
    return floats(np.minimum(steep / max(strongest, _FAINTEST), 1))


def _at_edges(seen: Bools) -> float:
    """The share of the picture's outermost pixels, two broad, at which anything is seen."""
    inner = np.zeros_like(seen)
    inner[2:-2, 2:-2] = True
    return float(seen[~inner].mean())
