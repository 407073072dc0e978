"""What front-ends and workers say to each other."""

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.options import DrawOptions
from tests.strategies import messages
from worker.contract import (
    Answer,
    ContractError,
    Event,
    Failed,
    Job,
    ReplyTo,
    job_id,
    parse_answer,
    parse_event,
    parse_job,
)

PARSERS = (parse_job, parse_answer, parse_event)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(messages.jobs)
def test_a_job_is_read_as_it_was_written(job: Job) -> None:
    assert parse_job(job.write()) == job


@given(messages.answers)
def test_an_answer_is_read_as_it_was_written(answer: Answer) -> None:
    assert parse_answer(answer.write()) == answer


@given(messages.events)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert parse_event(event.write()) == event


@given(st.binary() | st.text() | anything.map(json.dumps))
def test_whatever_else_is_read_is_refused_with_a_sentence(text: str | bytes) -> None:
    for parse in PARSERS:
        with pytest.raises(ContractError, match=r"\.$"):
            parse(text)


@given(messages.jobs, st.sampled_from(["version", "options", "pictures", "reply", "id"]), anything)
def test_a_job_with_a_part_of_another_kind_is_never_a_crash(
    job: Job, name: str, value: object
) -> None:
    raw = json.loads(job.write())
    raw[name] = value
    with suppress(ContractError):
        parse_job(json.dumps(raw))


@given(messages.jobs)
def test_unknown_fields_and_versions_are_refused_by_name(job: Job) -> None:
    raw: dict[str, Any] = json.loads(job.write())
    with pytest.raises(ContractError, match="surprise"):
        parse_job(json.dumps(raw | {"surprise": 1}))
    with pytest.raises(ContractError, match=r"version 3 .* reads 2"):
        parse_job(json.dumps(raw | {"version": 3}))


def test_a_job_has_a_seed_and_an_end_after_its_beginning() -> None:
    fields: dict[str, Any] = {
        "id": job_id("web", "1"),
        "pictures": ["0" * 64],
        "options": DrawOptions(seed=1),
        "reply": ReplyTo(front="web", address=""),
        "user": "u",
        "requested": 10.0,
        "expires": 20.0,
    }
    Job(**fields)
    for wrong in ({"options": DrawOptions()}, {"expires": 5.0}):
        with pytest.raises(ValueError, match="a job"):
            Job(**(fields | wrong))


@given(messages.jobs, messages.jobs)
def test_music_is_the_same_for_the_same_pictures_options_and_seed_alone(one: Job, two: Job) -> None:
    again = two.model_copy(
        update={name: getattr(one, name) for name in ("pictures", "prompt", "options", "title")}
    )
    assert again.music == one.music
    other = one.options.model_copy(update={"seed": (one.options.seed or 0) ^ 1})
    assert one.model_copy(update={"options": other}).music != one.music


def test_a_dead_address_is_told_from_a_living_one() -> None:
    address = ReplyTo(front="discord", address="token", until=900.0, fallback="channel 5")
    assert address.lives(899)
    assert not address.lives(900)
    assert ReplyTo(front="telegram", address="chat").lives(1e10)


def test_the_contract_brings_neither_torch_nor_pictures_nor_redis() -> None:
    program = (
        "import worker.contract, sys; print({'torch', 'cv2', 'PIL', 'redis'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_an_answer_of_an_older_worker_is_read_with_its_english_sentence() -> None:
    old = {
        "kind": "failed",
        "version": 2,
        "job": "0" * 32,
        "reason": "refused",
        "sentence": "Nothing is drawn on the picture.",
    }
    answer = parse_answer(json.dumps(old))
    assert isinstance(answer, Failed)
    assert str(answer.sentence) == "Nothing is drawn on the picture."
