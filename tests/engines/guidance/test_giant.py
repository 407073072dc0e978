"""A giant plays the picture, though its time is counted in ticks."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mididraw.engines import Commission
from mididraw.engines.guidance.giant import GiantGuide
from mididraw.engines.guidance.particles import Drawn, Flock, run
from mididraw.engines.guided import Band, begin
from mididraw.errors import OptionError
from mididraw.harmony import Key, Mode
from mididraw.measure import match
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.giant import Giant
from mididraw.models.giant.tokens import ticks_per_step
from mididraw.models.interface import Opening
from mididraw.models.pocket.tokens import BACKING
from mididraw.models.pocket.vocabulary import Source
from mididraw.models.prompts import PROMPTS
from mididraw.models.transformer import Transformer
from mididraw.options import DrawOptions
from mididraw.score import DRAWING, Score
from tests.models.giant.test_giant import TINY
from tests.strategies.canvases import canvas_of

BARS = 2
KEY = Key(9, Mode.MINOR)


@pytest.fixture(scope="module")
def untrained() -> Giant:
    """It has heard nothing, and puts notes anywhere."""
    torch.manual_seed(0)
    return Giant(Transformer(replace(TINY, context=2048)).eval())


def picture() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    ink = np.zeros((48, BARS * 16), np.bool_)
    ink[20, 2:14] = ink[30, 8:30] = True
    return ink


def draw(
    model: Giant, opening: Opening, *, strength: float = 2.0, count: int = 4, seed: int = 1
) -> tuple[Drawn, Score]:
    with torch.inference_mode():
        decoder = Decoder.of(model.transformer, slots=count)
        guide = GiantGuide(count, torch.device("cpu"))
        places = guide.join(canvas_of(picture()), opening, KEY, strength, count)
        drawn = run(Flock(decoder, guide, places, opening.tokens, BARS, Sampling(seed=seed)))
    return drawn, model.read(opening, drawn.tokens, opening.bars + BARS).last(BARS)


def silence(tempo: float) -> Score:
    prompt = PROMPTS[Source.POP]
    tracks = tuple(replace(track, notes=()) for track in prompt.tracks)
    return replace(prompt, tracks=tracks, bars=1, tempo=tempo)


@pytest.mark.parametrize("tempo", [40, 97, 240])
def test_the_picture_is_played_at_any_tempo(untrained: Giant, tempo: int) -> None:
    opening = untrained.opening(silence(tempo), Source.POP)
    _, free = draw(untrained, opening, strength=0)
    _, score = draw(untrained, opening, strength=4)
    named = [replace(one, tracks=(replace(one.tracks[0], name=DRAWING),)) for one in (free, score)]
    found = [match(canvas_of(picture()), one) for one in named]
    assert found[1].f1 > max(found[0].f1, 0.8)
    assert {note.pitch % 12 for note in score.tracks[0].notes} <= set(KEY.scale)


def test_a_prompt_is_gone_on_from(untrained: Giant) -> None:
    prompt = PROMPTS[Source.POP]
    _, score = draw(untrained, untrained.opening(prompt, Source.POP), strength=4)
    named = replace(score, tracks=(replace(score.tracks[0], name=DRAWING),))
    assert match(canvas_of(picture()), named).f1 > 0.7


def test_what_is_drawn_is_the_targets_own_score(untrained: Giant) -> None:
    """The probabilities that were added up are those of the network, token by token."""
    opening = untrained.opening(silence(100), Source.POP)
    drawn, _ = draw(untrained, opening, strength=0, count=1)
    with torch.inference_mode():
        logits = untrained.transformer(torch.tensor([[*opening.tokens, *drawn.tokens]]))[0]
        guide = GiantGuide(1, torch.device("cpu"))
        places = guide.join(canvas_of(picture()), opening, KEY, 0.0, 1)
        for place, token in enumerate(drawn.tokens, len(opening.tokens) - 1):
            guide(logits[place][None], places)
            guide.take(places, torch.tensor([token]))
    assert drawn.scores[0] == pytest.approx(float(guide.score(places)), rel=1e-4)


@settings(max_examples=20, deadline=20_000)
@given(st.integers(40, 240), st.integers(0, 2**16))
def test_time_only_goes_on_until_the_piece_ends(tempo: int, seed: int) -> None:
    """Uniform logits under the rules: a free fuzzer of them."""
    opening = Opening((v.INTRO.first, v.DRUMS.first, v.FIRST_PATCH.first), 0, tempo)
    guide = GiantGuide(1, torch.device("cpu"))
    places = guide.join(canvas_of(picture()), opening, KEY, 1.0, 1, accompany=bool(seed % 2))
    generator = torch.Generator().manual_seed(seed)
    ticks, end = 0, BARS * 16 * ticks_per_step(tempo)
    for _ in range(3000):
        weighed = guide(torch.zeros(1, v.SIZE), places)[0]
        assert not weighed.isnan().any()
        token = int(torch.multinomial(weighed.softmax(0), 1, generator=generator))
        guide.take(places, torch.tensor([token]))
        ticks += token if token in v.DELAY else 0
        if guide.bars_begun(places)[0] == BARS + 1:
            break
    assert ticks >= end - ticks_per_step(tempo)
    assert int(guide(torch.zeros(1, v.SIZE), places)[0].argmax()) == v.END.first


def test_the_guided_engine_plays_with_a_giant(untrained: Giant) -> None:
    options = DrawOptions.of(candidates=2, accompaniment=True)
    with torch.inference_mode():
        band = Band(untrained, Decoder.of(untrained.transformer, slots=2))
        sitting = begin(Commission(canvas_of(picture()), options, 1), band)
        run(sitting.flock)
        score = sitting.score()
    assert [track.name for track in score.tracks] == [DRAWING, BACKING]
    assert match(canvas_of(picture()), score).coverage > 0.5


def test_the_pointer_engine_does_not(untrained: Giant) -> None:
    band = Band(untrained, Decoder.of(untrained.transformer, slots=2))
    options = DrawOptions.of(engine="pointer", candidates=2)
    with pytest.raises(OptionError, match="pocket model"):
        begin(Commission(canvas_of(picture()), options, 1), band)
