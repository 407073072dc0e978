"""An error goes from process to process and stays what it was."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from mididraw.errors import BlankPictureError, PictureError, Sentence


def refuse() -> None:
    inner = BlankPictureError("picture-blank", "Nothing is drawn.")
    raise PictureError("picture-of-several", "Picture {place}: {why}", place=2, why=inner)


def test_an_error_says_its_sentence_and_keeps_what_varies() -> None:
    with pytest.raises(PictureError, match=r"^Picture 2: Nothing is drawn\.$") as raised:
        refuse()
    sentence = raised.value.sentence
    assert sentence.code == "picture-of-several"
    assert sentence.params == {
        "place": 2,
        "why": Sentence("picture-blank", "Nothing is drawn."),
    }


def test_what_a_person_wrote_is_no_template() -> None:
    assert str(Sentence.of("key-unknown", "“{text}” is no key.", text="{x}")) == "“{x}” is no key."


def test_an_error_is_the_same_in_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(refuse).exception()
    assert isinstance(error, PictureError)
    with pytest.raises(PictureError) as raised:
        refuse()
    assert error.sentence == raised.value.sentence
    assert pickle.loads(pickle.dumps(error)).sentence == error.sentence  # noqa: S301
