"""A request is a value: it compares by what it holds, and means the same in another process."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from mididraw.draw import prepare_request, write_score
from mididraw.engines import ScoreRequest
from mididraw.options import DrawOptions, Engine
from tests.conftest import EXAMPLES

CAT, FISH = EXAMPLES / "cat.png", EXAMPLES / "fish.png"


def requested(engine: Engine = Engine.CHORDS, **options: object) -> ScoreRequest:
    few = {"bars": 2, "candidates": 2, "seed": 3, **options}
    return prepare_request([CAT], DrawOptions.of(engine=engine, **few))


@pytest.mark.parametrize("engine", Engine)
def test_a_request_from_another_process_gives_the_same_score(engine: Engine) -> None:
    request = requested(engine)
    arrived = pickle.loads(pickle.dumps(request))  # noqa: S301 -- our own
    assert arrived == request
    assert write_score(arrived) == write_score(request)


def test_requests_are_equal_where_all_is_that_decides_the_music() -> None:
    request = requested()
    assert request == requested()
    assert request != requested(seed=4)
    assert request != requested(tempo=99)
    assert request != replace(request, prompt=write_score(request))
    assert request != replace(request, model="giant-medium")
    assert request != prepare_request([FISH], request.options)


def test_canvases_are_equal_where_all_their_ink_is() -> None:
    canvas = requested().canvas
    (placement,) = canvas.placements
    assert canvas == requested().canvas
    ink = canvas.ink.copy()
    ink[0, 0] ^= True
    for other in (
        replace(canvas, ink=ink),
        replace(canvas, weight=np.zeros_like(canvas.weight)),
        replace(canvas, bars=3),
        replace(canvas, parts=canvas.parts[1:]),
        replace(canvas, parts=tuple(part + 1 for part in canvas.parts)),
        replace(canvas, placements=(replace(placement, area=placement.area[::-1]),)),
        replace(canvas, placements=(replace(placement, visible=None),)),
        replace(canvas, layers=(canvas.ink, canvas.ink)),
    ):
        assert canvas != other
    assert placement != canvas
    assert canvas != np.True_


def test_a_request_knows_its_seed() -> None:
    canvas = requested().canvas
    settled = prepare_request([CAT], DrawOptions()).options
    assert ScoreRequest(canvas, settled).seed == settled.seed
    with pytest.raises(ValueError, match="seed"):
        ScoreRequest(canvas, DrawOptions())
