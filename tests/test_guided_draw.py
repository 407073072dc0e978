"""The whole way with the guided engine: prompts, progress, and a stop in the middle."""

import io
from dataclasses import replace

import pretty_midi
import pytest

from mididraw.draw import Stage, draw
from mididraw.errors import MidiError, OptionError
from mididraw.harmony import Key, Mode, Style
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.options import DrawOptions
from mididraw.render.midi import write_midi
from tests.conftest import EXAMPLES
from tests.corpora.tunes import tune

CAT = EXAMPLES / "cat.png"
FEW = DrawOptions.of(bars=2, candidates=2, seed=3)


def two_hours() -> bytes:
    tune = pretty_midi.PrettyMIDI()
    piano = pretty_midi.Instrument(0)
    piano.notes = [pretty_midi.Note(80, 60, start, start + 1) for start in (0, 7200)]
    tune.instruments.append(piano)
    out = io.BytesIO()
    tune.write(out)
    return out.getvalue()


def test_a_prompt_is_gone_on_from_in_its_key_and_tempo() -> None:
    prompt = replace(PROMPTS[Source.POP], tempo=84.0, key=Key(2, Mode.MAJOR))
    drawing = draw([CAT], FEW, prompt=write_midi(prompt))
    assert (drawing.score.bars, drawing.options.tempo) == (2, 84)
    assert drawing.options.key == "D major"
    assert drawing.score != draw([CAT], FEW).score


def test_a_prompt_picks_the_style_that_it_sounds_like_unless_one_is_asked_for() -> None:
    reel = write_midi(tune(8))
    like = draw([CAT], FEW, prompt=reel)
    assert like.options.style is Style.FOLK
    again = draw([CAT], FEW.model_copy(update={"style": Style.FOLK}), prompt=reel)
    assert again.midi == like.midi
    asked = draw([CAT], FEW.model_copy(update={"style": Style.BALLAD}), prompt=reel)
    assert asked.options.style is Style.BALLAD


@pytest.mark.parametrize(
    ("prompt", "why"),
    [(b"no music", "no MIDI file"), (b"MThd and so on", "damaged"), (two_hours(), "too long")],
)
def test_a_prompt_that_cannot_be_used_is_refused(prompt: bytes, why: str) -> None:
    with pytest.raises(MidiError, match=why):
        draw([CAT], FEW, prompt=prompt)


@pytest.mark.parametrize("strength", [-1, 101, "much"])
def test_a_strength_out_of_range_is_refused(strength: object) -> None:
    with pytest.raises(OptionError, match="strength"):
        DrawOptions.of(strength=strength)


def test_bars_are_told_one_after_the_other() -> None:
    told: list[int] = []

    def progress(stage: Stage, done: int, parts: int) -> None:
        if stage is Stage.ENGINE and parts == 2:
            told.append(done)

    draw([CAT], FEW, progress=progress)
    assert told == sorted(told)
    assert {0, 1, 2} <= set(told)


def test_a_drawing_that_is_stopped_leaves_room_for_the_next() -> None:
    def stop(stage: Stage, done: int, parts: int) -> None:
        if stage is Stage.ENGINE and parts == 2 and done == 1:
            raise KeyboardInterrupt

    before = draw([CAT], FEW).midi
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            draw([CAT], FEW, progress=stop)
    assert draw([CAT], FEW).midi == before


def test_several_drawings_are_one_piece_in_one_key() -> None:
    drawing = draw([CAT, EXAMPLES / "fish.png"], FEW)
    assert drawing.score.bars == 4
    key = Key.parse(drawing.options.key)
    assert all(note.pitch % 12 in key.scale for note in drawing.score.drawing.notes)


@pytest.mark.parametrize("style", ["folk", "classical", "game"])
def test_every_mood_has_music_of_its_own(style: str) -> None:
    other = draw([CAT], FEW.model_copy(update={"style": "upbeat"}))
    drawing = draw([CAT], DrawOptions.of(bars=2, candidates=2, seed=3, style=style))
    assert drawing.score.drawing.notes
    assert drawing.midi != other.midi
