"""What a person gets, as data."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply import Action, actions_for, compose, tell, vary
from bot.reply.answer import file_stem, label, likeness, songs
from bot.reply.names import instrument_name, key_name
from bot.texts import LANGUAGES, Texts, texts_in
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Video
from tests.strategies.messages import answers, events, jobs
from worker.contract import (
    Answer,
    Done,
    Ended,
    Event,
    Failed,
    Job,
    Progress,
    Queued,
    ResultFiles,
    Take,
)

FILES = ResultFiles(b"MThd", b"ID3", b"\x89PNG")
each_language = pytest.mark.parametrize(
    "texts", [texts_in(tag) for tag in LANGUAGES], ids=LANGUAGES
)


@each_language
@given(event=events)
def test_every_event_has_a_line_but_the_end(texts: Texts, event: Event) -> None:
    line = tell(event, texts)
    assert bool(line) is not isinstance(event, Ended)
    if isinstance(event, Queued):
        assert str(event.position) in line.replace(",", "")


def test_progress_names_the_bar_that_is_written_and_never_one_too_many() -> None:
    english = texts_in("en")
    for done, shown in ((0, 1), (3, 4), (4, 4)):
        line = tell(Progress(job="0" * 32, bar=done, bars=4), english)
        assert line == english("progress", bar=shown, bars=4)


@each_language
@given(job=jobs, answer=answers)
def test_every_answer_has_a_text(texts: Texts, job: Job, answer: Answer) -> None:
    reply = compose(job, answer, FILES, texts)
    assert reply.text
    if isinstance(answer, Done):
        found = [reply.file(ending) for ending in (".png", ".mp3", ".mid")]
        assert [one[1] for one in found if one] == [FILES.png, FILES.mp3, FILES.midi]
        assert len(reply.files) == 3
        assert str(answer.options.seed) in reply.text
        assert reply.alt
        assert {button.job for button in reply.buttons} == {answer.job}
        gone = compose(job, answer, None, texts)
        assert gone.text
        assert not gone.files
    else:
        assert not reply.files
    if isinstance(answer, Failed):
        assert texts.sentence(answer.sentence) == reply.text


@each_language
@given(answer=answers)
def test_songs_that_bars_are_taken_from_are_named(texts: Texts, answer: Answer) -> None:
    if not isinstance(answer, Done):
        return

    def of(*names: str) -> Done:
        return answer.model_copy(update={"songs": names})

    assert not songs(of(), texts)
    assert "POP909 001, Nottingham jigs1" in songs(of("POP909 001", "Nottingham jigs1"), texts)
    many = songs(of(*(f"POP909 {n:03}" for n in range(12))), texts)
    assert "POP909 007" in many
    assert "POP909 008" not in many
    assert "4" in many.replace("POP909 004", "")


@given(st.sampled_from(Action), st.integers(0, 100), st.booleans())
def test_what_is_offered_changes_something(
    action: Action, strength: int, accompaniment: bool
) -> None:
    options = DrawOptions(strength=strength, accompaniment=accompaniment, seed=5, tempo=90, key="C")
    if action not in actions_for(options) or action is Action.CHANGE:
        return  # a form shows first what there is
    value = {Action.INSTRUMENT: "violin", Action.TEMPO: "faster", Action.KEY: "A minor"}
    assert vary(options, action, value.get(action)) != options


def test_closer_and_more_musical_end_at_the_ends() -> None:
    assert Action.CLOSER not in actions_for(DrawOptions(strength=100))
    assert Action.MUSICAL not in actions_for(DrawOptions(strength=0))
    assert vary(DrawOptions(strength=95), Action.CLOSER).strength == 100
    assert vary(DrawOptions(strength=5), Action.MUSICAL).strength == 0


def test_only_another_take_changes_the_seed() -> None:
    options = DrawOptions(seed=5, tempo=230)
    assert vary(options, Action.AGAIN).seed != 5
    assert vary(options, Action.CLOSER).seed == 5
    assert vary(options, Action.TEMPO, "faster").tempo == 240
    assert vary(options, Action.TEMPO, "100").tempo == 100
    assert vary(options, Action.KEY, "auto").key == "auto"


def test_a_value_that_is_none_is_refused() -> None:
    with pytest.raises(OptionError):
        vary(DrawOptions(), Action.INSTRUMENT, "vuvuzela of doom")
    with pytest.raises(OptionError):
        vary(DrawOptions(), Action.TEMPO, "presto")


@given(st.text())
def test_any_title_names_a_file(title: str) -> None:
    stem = file_stem(title)
    assert stem
    assert not set(stem) & set('/\\:*?"<>|\0\n')
    assert len(stem) <= 60


def test_keys_and_instruments_are_called_as_people_call_them() -> None:
    english, chinese = texts_in("en"), texts_in("zh")
    assert key_name("Bb minor", english) == "Bb minor"
    assert key_name("Bb minor", chinese) == "降B小调"
    assert key_name("F# major", chinese) == "升F大调"
    assert key_name("C major", chinese) == "C大调"
    assert key_name("auto", chinese) == "自动选择"
    assert instrument_name("Violin", english) == "Violin"
    assert instrument_name("Violin", chinese) == "小提琴"
    assert instrument_name("Gunshot", chinese) == "Gunshot"


def test_slower_and_faster_higher_and_lower_end_at_the_ends() -> None:
    options = DrawOptions(tempo=100, seed=5)
    assert vary(options, Action.SLOWER).tempo == 80
    assert vary(options, Action.FASTER).tempo == 125
    assert str(vary(options, Action.HIGHER).pitch_range) == "C3-B6"
    assert str(vary(options, Action.LOWER).pitch_range) == "C1-B4"
    moved = options
    while Action.LOWER in actions_for(moved):
        moved = vary(moved, Action.LOWER)
    assert moved.pitch_range.low == 21
    while Action.HIGHER in actions_for(moved):
        moved = vary(moved, Action.HIGHER)
    assert moved.pitch_range.high == 108
    assert len(moved.pitch_range) == len(options.pitch_range)
    for tempo, gone in ((40, Action.SLOWER), (240, Action.FASTER)):
        assert gone not in actions_for(DrawOptions(tempo=tempo))
    for tempo in (41, 239):
        assert {Action.SLOWER, Action.FASTER} <= {*actions_for(DrawOptions(tempo=tempo))}


@each_language
def test_every_button_has_a_label_of_its_own(texts: Texts) -> None:
    options = DrawOptions(tempo=100, strength=50, seed=5)
    labels = [label(action, options, texts) for action in actions_for(options)]
    assert len(set(labels)) == len(labels) == len(Action) - 1  # one of several takes


@given(job=jobs, answer=answers)
def test_a_video_comes_last_or_alone(job: Job, answer: Answer) -> None:
    filmed = replace(FILES, video=b"mp4")
    reply = compose(job, answer, filmed, texts_in("en"))
    if isinstance(answer, Done):
        assert [name[-3:] for name in reply.files] == ["png", "mp3", "mid", "mp4"]
        film = job.model_copy(update={"written": True, "prompt": "0" * 64})
        alone = compose(film, answer, filmed, texts_in("en"))
        assert list(alone.files.values()) == [b"mp4"]
        assert alone.cover == FILES.png
        # One that could not be made leaves the rest.
        assert len(compose(film, answer, FILES, texts_in("en")).files) == 3


@each_language
@given(job=jobs, answer=answers)
def test_each_of_several_takes_has_a_sound_and_a_button(
    texts: Texts, job: Job, answer: Answer
) -> None:
    if not isinstance(answer, Done):
        return
    options = answer.options.model_copy(update={"takes": 3, "video": Video.NONE})
    several = answer.model_copy(update={"options": options})
    files = replace(FILES, others=(Take(b"MThd2", b"ID32"), Take(b"MThd3", b"ID33")))
    reply = compose(job, several, files, texts)
    assert [*reply.files.values()] == [FILES.png, b"ID3", b"ID32", b"ID33"]
    _, *sounds = reply.files
    assert [name.rpartition("-")[2] for name in sounds] == ["1.mp3", "2.mp3", "3.mp3"]
    chosen = [button for button in reply.buttons if button.action is Action.TAKE]
    assert [button.value for button in chosen] == ["1", "2", "3"]
    assert all(number in button.label for number, button in zip("123", chosen, strict=True))
    others = [button for button in reply.buttons if button.action is not Action.TAKE]
    assert all(button.value is None or not button.value for button in others)
    assert "3" in reply.text


@pytest.mark.parametrize(
    ("f1", "words"),
    [
        (1.0, "looks just like it (100 %)"),
        (0.95, "looks just like it (95 %)"),
        (0.949, "a good likeness (95 %)"),
        (0.88, "a good likeness (88 %)"),
        (0.87, "a free likeness (87 %)"),
        (0.7, "a free likeness (70 %)"),
        (0.69, "inspired by it (69 %)"),
    ],
)
def test_how_like_the_drawing_it_is_is_said_in_words(f1: float, words: str) -> None:
    assert likeness(f1, texts_in("en")) == words
