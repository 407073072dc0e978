"""An answer on its way to the chat."""

from dataclasses import dataclass, field

from worker.contract import Answer, Job


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer that waits to be posted.

    Attributes:
        job: what it answers.
        answer: the answer.
        doubtful: whether a posting was begun before and not said to be done: look, where the chat
            allows it, whether it is there already.
        entry: its place in the outbox.
    """

    job: Job
    answer: Answer
    doubtful: bool
    entry: str = field(repr=False)
