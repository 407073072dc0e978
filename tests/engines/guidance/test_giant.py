"""A giant plays the picture, though its time is counted in ticks."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mididraw.arrays import Floats
from mididraw.engines import ScoreRequest
from mididraw.engines.by_model import begin
from mididraw.engines.generation import Generator
from mididraw.engines.guidance.consonance import NEVER
from mididraw.engines.guidance.coverage import BEYOND, STRAY
from mididraw.engines.guidance.giant import GiantGuidance, allowed_tokens
from mididraw.engines.guidance.particles import Drawn, run
from mididraw.errors import OptionError
from mididraw.harmony import Key, Mode
from mididraw.harmony.plan import Plan
from mididraw.match import match
from mididraw.models.decoder import Decoder
from mididraw.models.decoder.sampling import softmax
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.giant import Giant
from mididraw.models.giant.tokens import ticks_per_step
from mididraw.models.interface import Opening
from mididraw.models.pocket.tokens import BACKING
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.models.transformer import Transformer, as_module
from mididraw.options import DrawOptions
from mididraw.score import DRAWING, Score
from tests.engines.guidance.untrained import BARS, particles_of, picture
from tests.models.giant.test_giant import TINY
from tests.strategies.canvases import canvas_of

KEY = Key(9, Mode.MINOR)
ONLY = np.array([0])


@pytest.fixture(scope="module")
def untrained() -> Giant:
    """It has heard nothing, and puts notes anywhere."""
    torch.manual_seed(0)
    return Giant(Transformer(replace(TINY, context=2048)).eval())


def apply(guidance: GiantGuidance, logits: Floats) -> Floats:
    for processor in guidance.processors:
        logits = processor.apply(logits, ONLY)
    row: Floats = logits[0]
    return row


def observe(guidance: GiantGuidance, *tokens: int) -> None:
    for token in tokens:
        for processor in guidance.processors:
            processor.observe(ONLY, np.array([token]))


def draw(
    model: Giant, opening: Opening, *, strength: float = 2.0, count: int = 4, seed: int = 1
) -> tuple[Drawn, Score]:
    decoder, guidance = Decoder.of(model.transformer, slots=count), GiantGuidance(count)
    canvas, plan = canvas_of(picture()), Plan(KEY)
    drawn = run(
        particles_of(
            decoder, guidance, canvas, opening, plan, strength=strength, count=count, seed=seed
        )
    )
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
        tokens = torch.tensor([[*opening.tokens, *drawn.tokens]])
        logits = as_module(untrained.transformer)(tokens)[0].numpy()
    guidance = GiantGuidance(1)
    guidance.begin(ONLY, canvas_of(picture()), opening, Plan(KEY), 0.0)
    for place, token in enumerate(drawn.tokens, len(opening.tokens) - 1):
        apply(guidance, logits[place][None].copy())
        observe(guidance, token)
    assert drawn.scores[0] == pytest.approx(guidance.weights.log_target(ONLY).item(), rel=1e-4)


@settings(max_examples=20, deadline=20_000)
@given(st.integers(40, 240), st.integers(0, 2**16))
def test_time_only_goes_on_until_the_piece_ends(tempo: int, seed: int) -> None:
    """Uniform logits under the rules: a free fuzzer of them."""
    opening = Opening((v.INTRO.first, v.DRUMS.first, v.FIRST_PATCH.first), 0, tempo)
    guidance = GiantGuidance(1)
    guidance.begin(ONLY, canvas_of(picture()), opening, Plan(KEY), 1.0, accompany=bool(seed % 2))
    random = np.random.default_rng(seed)
    ticks, end = 0, BARS * 16 * ticks_per_step(tempo)
    for _ in range(3000):
        weighed = apply(guidance, np.zeros((1, v.SIZE), np.float32))
        assert not np.isnan(weighed).any()
        shares = softmax(weighed[None])[0].astype(np.float64)
        token = int(random.choice(v.SIZE, p=shares / shares.sum()))
        observe(guidance, token)
        ticks += token if token in v.DELAY else 0
        if guidance.bars_begun(ONLY)[0] == BARS + 1:
            break
    assert ticks >= end - ticks_per_step(tempo)
    assert int(apply(guidance, np.zeros((1, v.SIZE), np.float32)).argmax()) == v.END.first


INTRO = (v.INTRO.first, v.DRUMS.first, v.FIRST_PATCH.first)


def guided_by(*tokens: int, accompany: bool = False) -> tuple[GiantGuidance, int]:
    """A sequence that has drawn some tokens at a strength of 2, and the ticks of a step."""
    guidance, opening = GiantGuidance(1), Opening(INTRO, 0, 100)
    guidance.begin(ONLY, canvas_of(picture()), opening, Plan(KEY), 2.0, accompany=accompany)
    observe(guidance, *tokens)
    return guidance, round(ticks_per_step(100))


def sound(steps: int, ticks: int) -> int:
    return v.SOUND.first + steps * ticks * v.LOUDNESSES + 4


def pitch(number: int, patch: int = 0) -> int:
    return v.NOTE.first + patch * v.PITCHES + number


def test_delays_are_lowered_by_what_is_missed_and_where_there_is_no_ink() -> None:
    for accompany in (False, True):
        guidance, ticks = guided_by(accompany=accompany)
        guidance.grammar.start(ONLY, pitch(60))  # after a note
        found = guidance.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
        at = [found[step * ticks].item() for step in range(7)]
        # The ink begins at step 2, so that a note at step 1 reaches it and one at 4 misses a cell.
        bare = -2.0 * STRAY * (not accompany)
        assert at == pytest.approx([bare, 0, 0, 0, -2, -4, -6])


def test_delays_are_counted_from_where_the_sequence_is() -> None:
    guidance, ticks = guided_by(2 * round(ticks_per_step(100)), sound(1, 1), pitch(90))
    found = guidance.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    at = [found[step * ticks].item() for step in range(5)]
    assert at == pytest.approx([0, 0, -2, -4, -6])


def test_a_sequence_goes_on_from_the_last_token_of_its_opening() -> None:
    guidance = GiantGuidance(1)
    opening = Opening((*INTRO, 0, sound(4, round(ticks_per_step(100))), pitch(57)), 0, 100)
    guidance.begin(ONLY, canvas_of(picture()), opening, Plan(KEY), 2.0)
    allowed = np.isfinite(guidance.grammar.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0])
    assert allowed[v.DELAY.first : v.DELAY.stop].any()
    assert not allowed[v.NOTE.first : v.NOTE.stop].any()


def test_sounds_are_raised_by_their_best_key_in_scale_and_consonance() -> None:
    guidance, ticks = guided_by(2 * round(ticks_per_step(100)))
    found = guidance.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    # Row 20 is pitch 56, which is not in A minor: its neighbours play it at the cost of slips.
    assert found[sound(4, ticks)].item() == pytest.approx(2 * (0.15 * 5 - 0.12 * 4), abs=1e-4)
    beside, _ = guided_by(0, sound(8, ticks), pitch(56), 2 * ticks)
    clashing = beside.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    assert clashing[sound(4, ticks)] < -2 * 3 * STRAY, "both keys beside it clash"


def test_notes_are_raised_by_their_own_cells_and_lowered_where_they_clash() -> None:
    ticks = round(ticks_per_step(100))
    guidance, _ = guided_by(2 * ticks, sound(4, ticks))
    raised = guidance.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    assert raised[pitch(56)].item() == pytest.approx(2 * 0.15 * 5)
    assert raised[pitch(40)].item() == pytest.approx(2 * -4 * BEYOND)
    assert not guidance.consonance.apply(np.zeros((1, v.SIZE), np.float32), ONLY).any()
    guidance, _ = guided_by(0, sound(8, ticks), pitch(57), 2 * ticks, sound(4, ticks))
    lowered = guidance.consonance.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    for patch in (0, 32):
        for number, cost in ((56, NEVER), (58, NEVER), (57, 4), (55, 4), (60, 0)):
            assert lowered[pitch(number, patch)].item() == -cost


def test_where_too_many_notes_sound_the_next_one_waits() -> None:
    ticks = round(ticks_per_step(100))
    chord = [token for one in range(6) for token in (0, sound(4, ticks), pitch(40 + 5 * one))]
    guidance, _ = guided_by(*chord)
    lowered = guidance.consonance.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    assert [lowered[step * ticks].item() for step in (0, 3, 4, 5)] == [-NEVER, -NEVER, 0, 0]
    five, _ = guided_by(*chord[:-3])
    assert not five.consonance.apply(np.zeros((1, v.SIZE), np.float32), ONLY).any()


def test_tokens_keep_to_the_scale_the_patches_and_the_longest_note() -> None:
    scale = np.array([(108 - row) % 12 in KEY.scale for row in range(88)])
    alone, both = (allowed_tokens(scale, 100, accompany=one) for one in (False, True))
    assert alone[pitch(57)]
    assert not alone[pitch(56)]
    assert not alone[pitch(57, 32)]
    assert both[pitch(57, 32)]
    assert not both[pitch(56, 32)]
    assert not both[pitch(57, 1)]
    assert not alone[pitch(20)]
    slow = allowed_tokens(scale, 240, accompany=False)
    longest = [
        max(ticks for ticks in range(256) if one[v.SOUND.first + ticks * v.LOUDNESSES])
        for one in (slow, alone)
    ]
    assert longest[0] == pytest.approx(32.5 * ticks_per_step(240), abs=1)
    assert longest[1] == 255
    assert alone[v.END.first]


def test_the_guided_engine_plays_with_a_giant(untrained: Giant) -> None:
    options = DrawOptions.of(candidates=2, accompaniment=True, arrangement="solo", seed=1)
    generator = Generator(untrained, Decoder.of(untrained.transformer, slots=2))
    generation = begin(ScoreRequest(canvas_of(picture()), options), generator)
    run(generation.particles)
    score = generation.score()
    assert [track.name for track in score.tracks[:2]] == [DRAWING, BACKING]
    assert match(canvas_of(picture()), score).coverage > 0.5


def test_the_pointer_engine_does_not(untrained: Giant) -> None:
    generator = Generator(untrained, Decoder.of(untrained.transformer, slots=2))
    options = DrawOptions.of(engine="pointer", candidates=2, seed=1)
    with pytest.raises(OptionError, match="pocket model"):
        begin(ScoreRequest(canvas_of(picture()), options), generator)
    assert generator.decoder.free == 2
