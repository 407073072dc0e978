"""Orders become jobs."""

import secrets

from bot.jobs.interface import Order
from mididraw.errors import OptionError
from worker.contract import Job, digest, job_id

MAX_PICTURES = 10


def job_of(order: Order, now: float) -> Job:
    """Write an order as a job; the seed is settled here, so that a second run gives the same.

    Raises:
        OptionError: there are no pictures or too many.
    """
    if not 1 <= len(order.pictures) <= MAX_PICTURES:
        raise OptionError(
            "picture-count",
            "Give 1 to {most} pictures, not {count}.",
            most=MAX_PICTURES,
            count=len(order.pictures),
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
