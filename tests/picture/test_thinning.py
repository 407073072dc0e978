"""Thinning leaves what OpenCV's does."""

import cv2
import numpy as np
import pytest

from mididraw.picture.thinning import thin
from tests.picture.drawn import sketch


def _by_opencv(area: np.ndarray) -> np.ndarray:
    return cv2.ximgproc.thinning(np.pad(area.astype(np.uint8) * 255, 1))[1:-1, 1:-1] > 0


@pytest.mark.parametrize("pen", [1, 5, 40])
def test_a_drawing_is_thinned_as_opencv_does_it(pen: int) -> None:
    area = np.asarray(sketch(pen=pen)) < 128
    assert np.array_equal(thin(area), _by_opencv(area))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_every_neighbourhood_is_thinned_as_opencv_does_it(share: float) -> None:
    grain = np.random.default_rng(0)
    for _ in range(20):
        area = grain.random(grain.integers(1, 50, 2)) < share
        assert np.array_equal(thin(area), _by_opencv(area))


def test_nothing_stays_nothing() -> None:
    assert not thin(np.zeros((5, 7), np.bool_)).any()
