"""A person's last pieces, and those of them that are kept for longer."""

import asyncio
import base64
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from bot.jobs.interface import Kept, ListedPiece
from bot.reply.answer import summary
from bot.service.drawings import DrawingService
from bot.texts import Texts
from mididraw.errors import OptionError
from mididraw.options import Theme

_SHOWN, _COLUMNS = 9, 3
_SIDE = 1280
"""Width of the picture in pixels."""
STAR = "★"


@dataclass(frozen=True, slots=True)
class History:
    """A person's last pieces, the newest first.

    Attributes:
        pieces: what there is.
        text: a line for each, by number.
        picture: a PNG of them, small and numbered.
    """

    pieces: list[ListedPiece]
    text: str
    picture: bytes


async def history_of(service: DrawingService, user: str, texts: Texts) -> History | None:
    """What is kept of a person's pieces, favourites among them; None if there is nothing."""
    pieces = await service.jobs.pieces(user, _SHOWN)
    if not pieces:
        return None
    kept = await _favourites(service, user)
    lines = [
        f"{number}. {f'{STAR} ' if piece.job.id in kept else ''}{piece.job.title} · "
        + summary(piece.answer, texts)
        for number, piece in enumerate(pieces, 1)
    ]
    seen = [await _seen(service, piece) for piece in pieces]
    picture = await asyncio.to_thread(_picture, seen)
    return History(pieces, "\n".join([texts("history"), *lines]), picture)


async def change_favourite(service: DrawingService, user: str, kept: Kept) -> float | None:
    """Make a piece a favourite, or none any more.

    Returns:
        until when it is kept, in seconds since 1970; None where it is a favourite no longer.

    Raises:
        OptionError: it is somebody else's, its files are gone, or there are too many.
    """
    refuse_others(kept, user)
    host, job = service.favourites, kept.job.id
    there = await _favourites(service, user)
    if job in there:
        await _change_favourites(service, user, lambda found: [one for one in found if one != job])
        await service.jobs.loosen(kept.job)
        return None
    if len(there) >= host.most:
        raise OptionError(
            "favourites-full",
            "You have {count} favourites already: let go of one first, by its button.",
            count=len(there),
        )
    until = await service.jobs.keep(kept.job, host.seconds)
    if until is None:
        raise OptionError(
            "favourite-gone", "The files of this piece are gone: ask for it again first."
        )
    await _change_favourites(
        service, user, lambda found: [job, *(one for one in found if one != job)]
    )
    return until


def refuse_others(kept: Kept, user: str) -> None:
    """Let nobody decide about a piece but who asked for it.

    Raises:
        OptionError: it is somebody else's.
    """
    if kept.job.user != user:
        raise OptionError(
            "piece-not-yours", "Only who asked for this piece can do that: draw one yourself."
        )


def day(moment: float) -> str:
    """A day, as every language reads it."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"


async def _favourites(service: DrawingService, user: str) -> list[str]:
    """Read which jobs a person made favourites of and are kept still."""
    found = await service.memory.read_note(f"favourites:{user}") or []
    return [job for job in found if await service.piece(job) is not None]


async def _change_favourites(service: DrawingService, user: str, change: Any) -> None:
    name, seconds = f"favourites:{user}", service.favourites.seconds
    await service.memory.change_note(name, lambda found: change(found or []), seconds)


async def _seen(service: DrawingService, piece: ListedPiece) -> bytes:
    """A PNG of the roll, or of the drawing where the roll is gone; empty where there is none."""
    files = await service.jobs.files(piece.answer)
    return base64.b64decode(piece.answer.sketch) if files is None else files.png


def _picture(seen: list[bytes]) -> bytes:
    # What paints is imported when the first list is asked for.
    from mididraw.render.contact_sheet import contact_sheet
    from mididraw.render.palette import PALETTES

    rolls = [
        Image.open(io.BytesIO(png)).convert("RGB") if png else Image.new("RGB", (16, 9))
        for png in seen
    ]
    whole = contact_sheet(rolls, PALETTES[Theme.DARK], columns=_COLUMNS, titled=True)
    whole.thumbnail((_SIDE, _SIDE * _SHOWN))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()
