"""Orders become jobs."""

import secrets

from bot.jobs.interface import Order
from bot.jobs.limits import Limits
from mididraw.errors import OptionError
from mididraw.options import MAX_BARS, UNUSED
from worker.contract import Job, digest, job_id

MAX_PICTURES = 10


def work_of(order: Order) -> int:
    """Bars times candidates of all pictures; as many bars as there may be where none are given."""
    options = order.options
    if order.written or "candidates" in UNUSED[options.engine]:
        candidates = 1
    else:
        candidates = max(options.candidates, options.takes)
    return (options.bars or MAX_BARS) * len(order.pictures) * candidates


def job_of(order: Order, now: float, limits: Limits) -> Job:
    """Write an order as a job; the seed is settled here, so that a second run gives the same.

    Raises:
        OptionError: there are no pictures or too many, or they are too much work.
    """
    if not 1 <= len(order.pictures) <= MAX_PICTURES:
        raise OptionError(
            "picture-count",
            "Give 1 to {most} pictures, not {count}.",
            most=MAX_PICTURES,
            count=len(order.pictures),
        )
    if work_of(order) > limits.work:
        raise OptionError(
            "order-too-much-work",
            "That is too much for one drawing: ask for fewer bars, candidates or pictures.",
        )
    options = order.options
    if options.seed is None:
        options = options.model_copy(update={"seed": secrets.randbelow(2**31)})
    return Job(
        id=job_id(order.reply.front, order.request),
        pictures=tuple(digest(picture) for picture in order.pictures),
        prompt=None if order.prompt is None else digest(order.prompt),
        written=order.written,
        options=options,
        title=order.title,
        reply=order.reply,
        user=order.user,
        chat=order.chat,
        language=order.language,
        requested=now,
        expires=now + order.expires_in,
    )
