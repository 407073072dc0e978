"""Jobs, answers and events of all kinds."""

from hypothesis import strategies as st

from mididraw.errors import Sentence
from mididraw.options import DrawOptions, Engine, PitchRange, Shape, Theme, Video
from worker.contract import (
    Cancelled,
    Done,
    Ended,
    Failed,
    Filming,
    Job,
    Likeness,
    Progress,
    Queued,
    Reason,
    Rendering,
    ReplyTo,
    Started,
)

ids = st.text("0123456789abcdef", min_size=32, max_size=32)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
words = st.text(max_size=50)
params = st.dictionaries(words, st.text(max_size=20) | st.integers(-(2**40), 2**40), max_size=2)
said = st.text(min_size=1, max_size=50)
plain = st.builds(Sentence, words, said, params)
sentences = st.builds(Sentence, words, said, st.dictionaries(words, plain, max_size=2)) | plain
moments = st.floats(0, 1e10)
shares = st.floats(0, 1)

options = st.builds(
    DrawOptions,
    engine=st.sampled_from([Engine.CHORDS, Engine.GUIDED]),
    bars=st.none() | st.integers(1, 32),
    tempo=st.none() | st.integers(40, 240),
    key=st.sampled_from(["auto", "F# minor", "Bb major"]),
    pitch_range=st.integers(21, 97).map(lambda low: PitchRange(low=low, high=low + 11)),
    strength=st.integers(0, 100),
    temperature=st.floats(0.1, 2),
    shape=st.sampled_from(Shape),
    theme=st.sampled_from(Theme),
    video=st.sampled_from(Video),
    seed=st.integers(0, 2**31 - 1),
)
resolved = st.builds(
    lambda options, tempo, key: options.model_copy(update={"tempo": tempo, "key": key}),
    options,
    st.integers(40, 240),
    st.sampled_from(["C major", "F# minor", "Bb major"]),
)
replies = st.builds(
    ReplyTo,
    front=st.sampled_from(["discord", "telegram", "web"]),
    address=words,
    until=st.none() | moments,
    fallback=words,
)
jobs = st.builds(
    Job,
    id=ids,
    pictures=st.lists(digests, min_size=1, max_size=10).map(tuple),
    prompt=st.none() | digests,
    options=options,
    title=words,
    reply=replies,
    user=st.text(min_size=1, max_size=50),
    chat=words,
    requested=moments,
    expires=st.floats(1e10, 1e11),
)
answers = st.one_of(
    st.builds(
        Done,
        job=ids,
        music=digests,
        options=resolved,
        bars=st.integers(1, 320),
        chords=st.lists(words, max_size=4).map(tuple),
        match=st.builds(Likeness, coverage=shares, precision=shares, f1=shares),
        seconds=st.dictionaries(words, st.floats(0, 1e6), max_size=3),
    ),
    st.builds(Failed, job=ids, reason=st.sampled_from(Reason), sentence=sentences),
    st.builds(Cancelled, job=ids),
)
events = st.one_of(
    st.builds(Queued, job=ids, position=st.integers(1, 999), wait=st.none() | st.floats(0, 1e6)),
    st.builds(Started, job=ids, attempt=st.integers(1, 9)),
    st.builds(Progress, job=ids, bar=st.integers(0, 32), bars=st.integers(1, 32)),
    st.builds(Rendering, job=ids),
    st.builds(Filming, job=ids, second=st.integers(0, 999), seconds=st.integers(1, 999)),
    st.builds(Ended, job=ids, answer=answers),
)
