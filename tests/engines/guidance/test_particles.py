"""Sequences side by side: drawn from what they say they are drawn from, the best one wins."""

import numpy as np
import pytest
import torch

from mididraw.engines.guidance.easel import Easel
from mididraw.engines.guidance.particles import Drawn, Flock, run, step
from mididraw.engines.guidance.pocket import PocketGuide, in_scale
from mididraw.harmony import Key
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.transformer import Shape, Transformer
from mididraw.options import HIGHEST_KEY
from tests.strategies.canvases import canvas_of

KEY = Key(0)
OPENING = Opening(
    (v.START, v.source_token(v.Source.POP), v.key_token(KEY), v.tempo_token(100)), 0, 100
)
BARS = 2


@pytest.fixture(scope="module")
def untrained() -> Pocket:
    torch.manual_seed(0)
    return Pocket(Transformer(Shape(v.SIZE, 512, 32, 1, 2, 1, 48)))


def picture() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    ink = np.zeros((48, BARS * 16), np.bool_)
    ink[20, 2:14] = ink[30, 8:30] = True
    return ink


def draw(
    model: Pocket, *, strength: float = 2.0, count: int = 4, seed: int = 1, resample: bool = True
) -> tuple[Drawn, PocketGuide]:
    with torch.inference_mode():
        decoder = Decoder.of(model.transformer, slots=count)
        guide = PocketGuide(count, torch.device("cpu"))
        places = guide.join(canvas_of(picture()), OPENING, KEY, strength, count)
        flock = Flock(
            decoder, guide, places, OPENING.tokens, BARS, Sampling(seed=seed), resample=resample
        )
        drawn = run(flock)
        assert decoder.free == count
    return drawn, guide


@pytest.mark.parametrize("resample", [True, False])
def test_the_score_is_the_models_probability_and_the_match(
    untrained: Pocket, resample: bool
) -> None:
    strength = 2.0
    drawn, guide = draw(untrained, strength=strength, resample=resample)
    best = max(range(4), key=lambda place: drawn.scores[place])
    with torch.inference_mode():
        logits = untrained.transformer(torch.tensor([[*OPENING.tokens, *drawn.tokens]]))[0]
    grammar = Grammar.begin(torch.tensor([BARS])).take_all(torch.tensor([OPENING.tokens]))
    allowed, total = in_scale(Key(0)), 0.0
    for place, token in enumerate(drawn.tokens, len(OPENING.tokens) - 1):
        row = logits[place].masked_fill(~(grammar.mask()[0] & allowed), -torch.inf)
        total += row.log_softmax(-1)[token].item()
        grammar = grammar.take(torch.tensor([token]))
    assert bool(grammar.ended)
    assert guide.log_model[best].item() == pytest.approx(total, abs=0.01)
    easel = Easel(1, torch.device("cpu"))
    easel.lay(torch.tensor([0]), canvas_of(picture()))
    for track in untrained.read(OPENING, drawn.tokens, BARS).tracks:
        for note in track.notes:
            numbers = (0, HIGHEST_KEY - note.pitch, note.onset, note.duration)
            easel.play(*(torch.tensor([number]) for number in numbers))
    expected = total + strength * easel.match().item()
    assert drawn.scores[best] == pytest.approx(expected, abs=0.05)


def test_one_seed_gives_one_piece(untrained: Pocket) -> None:
    assert draw(untrained)[0] == draw(untrained)[0]
    assert draw(untrained)[0].tokens != draw(untrained, seed=2)[0].tokens


def test_the_worse_give_their_place_to_the_better(untrained: Pocket) -> None:
    drawn, _ = draw(untrained, count=8, strength=4.0)
    assert drawn.resampled > 0
    assert len(drawn.scores) == 8
    assert draw(untrained, count=8, strength=4.0, resample=False)[0].resampled == 0


def test_what_progress_raises_ends_the_run_and_frees_the_decoder(untrained: Pocket) -> None:
    decoder = Decoder.of(untrained.transformer, slots=2)
    guide = PocketGuide(2, torch.device("cpu"))
    places = guide.join(canvas_of(picture()), OPENING, KEY, 1.0, 2)

    told: list[int] = []

    def cancel(bar: int) -> None:
        told.append(bar)
        if bar == 1:
            raise KeyboardInterrupt(bar)

    with torch.inference_mode(), pytest.raises(KeyboardInterrupt, match="1"):
        run(Flock(decoder, guide, places, OPENING.tokens, BARS, Sampling()), cancel)
    assert decoder.free == 2
    assert set(told) == {0, 1}
    assert len(told) > 2, "it is told between any two steps"


def test_flocks_do_not_change_each_other(untrained: Pocket) -> None:
    other = np.zeros((48, 5 * 16), np.bool_)
    other[8, 3:70] = True
    canvases = [canvas_of(picture()), canvas_of(other), canvas_of(picture())]
    opening, device = OPENING.tokens, torch.device("cpu")

    def play(together: bool) -> list[list[int]]:
        decoder, guide = Decoder.of(untrained.transformer, slots=6), PocketGuide(6, device)
        drawn, flocks = [], []
        for seed, canvas in enumerate(canvases):
            places = guide.join(canvas, OPENING, KEY, 2.0, 2)
            flock = Flock(decoder, guide, places, opening, canvas.bars, Sampling(seed=seed))
            flocks.append(flock)
            if not together:
                drawn.append(run(flock).tokens)
        while any(not flock.done for flock in flocks):
            step(decoder, [flock for flock in flocks if not flock.done])
        return drawn or [flock.best().tokens for flock in flocks]

    with torch.inference_mode():
        assert play(together=True) == play(together=False)


def test_places_are_given_back(untrained: Pocket) -> None:
    guide = PocketGuide(2, torch.device("cpu"))
    places = guide.join(canvas_of(picture()), OPENING, KEY, 1.0, 2)
    with pytest.raises(ValueError, match="places"):
        guide.join(canvas_of(picture()), OPENING, KEY, 1.0, 1)
    with pytest.raises(ValueError, match="slots"):
        Flock(
            Decoder.of(untrained.transformer, slots=1), guide, places, OPENING.tokens, 2, Sampling()
        )
    assert len(guide.join(canvas_of(picture()), OPENING, KEY, 1.0, 2)) == 2
