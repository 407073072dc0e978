"""The HTTP API: drawings in, how they stand, results out."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bot.jobs.interface import Jobs, Kept, Order
from bot.jobs.limits import RefusedError
from bot.reply import vary
from bot.reply.answer import file_stem
from bot.service.drawings import music_of
from bot.texts import Texts, texts_in
from bot.web.chat_targets import ChatTargets, StaleError
from bot.web.models import DrawRequest, DrawView, FileName, Problem, Shared, VersionRequest, view
from bot.web.streams import Streams
from mididraw.errors import MididrawError, OptionError, Sentence
from mididraw.options import MOST_TAKES
from worker.contract import Answer, Done, Ended, Event, ReplyTo, job_id
from worker.queue.connection import AwayError

FRONT = "web"
_PATTERN = r"^[0-9a-f]{32}$"
_TELEGRAM = "https://web.telegram.org"
_TYPES = {
    FileName.MP3: "audio/mpeg",
    FileName.MIDI: "audio/midi",
    FileName.PNG: "image/png",
    FileName.MP4: "video/mp4",
}
_NO = {
    403: {"model": Problem, "description": "It comes from another site."},
    404: {"model": Problem, "description": "Nothing of that name is kept."},
    410: {"model": Problem, "description": "The chat's link is too old: order without it."},
    422: {"model": Problem, "description": "It cannot be drawn so."},
    429: {"model": Problem, "description": "Too much at once."},
    503: {"model": Problem, "description": "The queue is away for a moment."},
}
DrawIdPath = Annotated[str, Path(pattern=_PATTERN, description="What the answer named.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key is never drawn twice. One of 16 characters or more, by chance, "
        "also tells who asked, to whoever keeps no cookies.",
    ),
]


_SECRET = 16
"""Characters of a key that nobody guesses."""
_GONE = Sentence("files-gone", "The files of this piece are no longer kept: draw it again.")


class MissingError(MididrawError):
    """There is no such drawing, or not any more."""


@dataclass(frozen=True, slots=True)
class WebContext:
    """What the API works with.

    Attributes:
        jobs: the queue.
        targets: chats that results go to.
        salt: makes clients' addresses unreadable.
        link_seconds: how long a piece is kept whose link is shared.
        address: that others know the page by; as the browser knows it if None.
        streams: how many follow drawings.
    """

    jobs: Jobs
    targets: ChatTargets
    salt: bytes
    link_seconds: int
    address: str | None = None
    streams: Streams = field(default_factory=Streams)

    def user(self, request: Request) -> str:
        """Whom limits count: the client's address, unreadable."""
        host = request.client.host if request.client else ""
        return hashlib.blake2b(host.encode(), key=self.salt, digest_size=16).hexdigest()


def context_of(request: Request) -> WebContext:
    """What the application was made with."""
    context: WebContext = request.app.state.context
    return context


def texts_for(request: Request) -> Texts:
    """In the language that the page shows, or else the browser's."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return texts_in(request.query_params.get("lang") or first)


api = APIRouter(responses=_NO)  # type: ignore[arg-type]


@api.post("/draws", status_code=202)
async def order(request: Request, body: DrawRequest, key: Key = None) -> DrawView:
    """Ask for music that looks like drawings."""
    context, texts = context_of(request), texts_for(request)
    client: str = request.scope["mididraw.client"]
    reply, user = ReplyTo(front=FRONT, address=client), context.user(request)
    if body.to:
        reply, user = await context.targets.find(body.to)
    wanted = Order(
        request=_named(client, key),
        pictures=tuple(body.pictures),
        options=body.options,
        reply=reply,
        user=user,
        language=texts.language,
        title=texts("title"),
        prompt=body.prompt,
    )
    return await _placed(request, wanted)


@api.post("/draws/{draw}/versions", status_code=202)
async def another(
    request: Request, draw: DrawIdPath, body: VersionRequest, key: Key = None
) -> DrawView:
    """Ask for another version of a piece: another take, closer, more musical and so on."""
    context = context_of(request)
    kept = await _kept(context, draw)
    if not isinstance(kept.answer, Done):
        raise MissingError("piece-missing", "This piece is not there yet, or no more.")
    if not kept.pictures:
        raise MissingError(_GONE)
    client: str = request.scope["mididraw.client"]
    options = vary(kept.options, body.action, body.value)
    wanted = kept.again(
        _named(client, key),
        ReplyTo(front=FRONT, address=client),
        context.user(request),
        options,
        await music_of(context.jobs, kept, options),
    )
    return await _placed(request, wanted.spoken(texts_for(request).language, None))


@api.get("/draws/{draw}")
async def show_draw(request: Request, draw: DrawIdPath) -> DrawView:
    """How a drawing stands."""
    event = await context_of(request).jobs.latest_event(draw)
    if event is None:
        raise MissingError("drawing-gone", "This drawing is not kept any more: draw it again.")
    return await _seen(context_of(request).jobs, event, texts_for(request))


@api.post("/draws/{draw}/link")
async def share(request: Request, draw: DrawIdPath, key: Key = None) -> Shared:
    """A link to a piece, which is kept longer where it is shared by whoever asked for it."""
    context = context_of(request)
    kept = await _kept(context, draw)
    if _asked(request, kept, key):
        until = await context.jobs.keep(kept.job, context.link_seconds)
    else:
        until = await _until(context.jobs, kept.answer)
    if until is None:
        raise MissingError(_GONE)
    return Shared(link=f"{address_of(request)}/m/{draw}", until=until)


@api.delete("/draws/{draw}")
async def cancel(request: Request, draw: DrawIdPath, key: Key = None) -> DrawView:
    """Stop a drawing of one's own: of the same cookie, or of the key that it was ordered with."""
    context = context_of(request)
    kept = await _kept(context, draw)
    if _asked(request, kept, key):
        await context.jobs.cancel(draw)
    return await show_draw(request, draw)


async def _may_follow(request: Request, draw: DrawIdPath) -> None:
    """Refuse who follows too many drawings, or none that is kept, before a stream begins."""
    context = context_of(request)
    context.streams.check(context.user(request))
    await show_draw(request, draw)


@api.get(
    "/draws/{draw}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "DrawView by DrawView."}},
    dependencies=[Depends(_may_follow)],
)
async def events(request: Request, draw: DrawIdPath) -> AsyncIterator[ServerSentEvent]:
    """Follow a drawing to its end by server-sent events; a new connection goes on from now."""
    context, texts, last = context_of(request), texts_for(request), None
    try:
        with context.streams.opened(context.user(request)):
            async for event in context.jobs.follow(draw):
                seen = await _seen(context.jobs, event, texts)
                if seen != last:
                    yield ServerSentEvent(data=seen)
                last = seen
                if isinstance(event, Ended):
                    return
    except MididrawError:
        # The browser connects again by itself.
        yield ServerSentEvent(retry=2000)


@api.head("/draws/{draw}/files/{name}", include_in_schema=False)
@api.get(
    "/draws/{draw}/files/{name}",
    response_class=Response,
    responses={
        200: {
            "content": {kind: {} for kind in _TYPES.values()},
            "description": "The file; parts of it by Range.",
        },
        206: {"description": "A part of it."},
        416: {"description": "There is no such part."},
    },
)
async def file(
    request: Request,
    draw: DrawIdPath,
    name: FileName,
    range_: Annotated[str, Header(alias="Range")] = "",
    take: Annotated[int, Query(ge=1, le=MOST_TAKES)] = 1,
    *,
    download: bool = False,
) -> Response:
    """A result's MP3, MIDI, PNG or MP4; ``download`` has it kept rather than shown.

    Of several takes, ``take`` tells which one's MP3 or MIDI is wanted; the PNG shows them all.
    """
    context = context_of(request)
    event = await context.jobs.latest_event(draw)
    done = event.answer if isinstance(event, Ended) else None
    files = await context.jobs.files(done) if isinstance(done, Done) else None
    if files is None:
        raise MissingError(_GONE)
    if take > len(files.takes):
        raise MissingError("take-missing", "There is no such take of this piece.")
    heard = files.takes[take - 1]
    made = (heard.mp3, heard.midi, files.png, files.video)
    data = dict(zip(_TYPES, made, strict=True))[name]
    if data is None:
        raise MissingError("video-missing", "There is no video of this piece: ask for one.")
    stem, how = file_stem(texts_for(request)("title")), "attachment" if download else "inline"
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(stem, safe='')}.{name}",
        # Telegram's web client fetches what a Mini App has it download.
        "Access-Control-Allow-Origin": _TELEGRAM,
    }
    return _ranged(data, _TYPES[name], headers, range_)


def _ranged(data: bytes, kind: str, headers: dict[str, str], wanted: str) -> Response:
    """A whole file, or the one part that players ask for when they seek."""
    unit, _, span = wanted.partition("=")
    first, dash, last = span.partition("-")
    digits = all(one.isascii() and one.isdigit() for one in (first, last) if one)
    if unit != "bytes" or not dash or not (first or last) or not digits:
        return Response(data, media_type=kind, headers=headers)
    start = int(first) if first else max(len(data) - int(last), 0)
    stop = min(int(last) + 1, len(data)) if first and last else len(data)
    if start >= stop:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return Response(data[start:stop], 206, headers=headers, media_type=kind)


def _named(client: str, key: str | None) -> str:
    """What tells an order from all others: its key alone, if nobody else can have the same."""
    if key is not None and len(key) >= _SECRET:
        return f"key {key}"
    return f"{client} {key or secrets.token_hex(16)}"


def _asked(request: Request, kept: Kept, key: str | None) -> bool:
    """Whether a request is of whoever ordered a piece, also one that went to a chat."""
    client: str = request.scope["mididraw.client"]
    if kept.job.reply.address == client:
        return True
    return key is not None and job_id(kept.job.reply.front, _named(client, key)) == kept.job.id


async def _placed(request: Request, wanted: Order) -> DrawView:
    jobs = context_of(request).jobs
    receipt = await jobs.submit(wanted)
    event = await jobs.latest_event(receipt.job)
    if event is None:
        raise MissingError("drawing-gone", "This drawing is not kept any more: draw it again.")
    return view(event, texts_for(request))


async def _seen(jobs: Jobs, event: Event, texts: Texts) -> DrawView:
    """An event as the API tells it; a piece whose files are gone is none any more."""
    answer = event.answer if isinstance(event, Ended) else None
    if not isinstance(answer, Done):
        return view(event, texts)
    until = await jobs.kept_until(answer)
    if until is None:
        return DrawView(id=event.job, state="failed", text=texts.sentence(_GONE))
    return view(event, texts).model_copy(update={"until": until})


async def _until(jobs: Jobs, answer: Answer | None) -> float | None:
    return await jobs.kept_until(answer) if isinstance(answer, Done) else None


def address_of(request: Request) -> str:
    """Where others find the page."""
    return (context_of(request).address or str(request.base_url)).rstrip("/")


async def _kept(context: WebContext, draw: str) -> Kept:
    kept = await context.jobs.recall(draw)
    if kept is None:
        raise MissingError("drawing-gone", "This drawing is not kept any more: draw it again.")
    return kept


def status_of(error: MididrawError) -> int:
    """HTTP's number for an error of ours."""
    kinds: list[tuple[type[MididrawError], int]] = [
        (MissingError, 404),
        (StaleError, 410),
        (RefusedError, 429),
        (AwayError, 503),
        (OptionError, 422),
    ]
    return next((status for kind, status in kinds if isinstance(error, kind)), 422)


def problem(request: Request, error: MididrawError) -> JSONResponse:
    """An error as the API tells it."""
    headers: dict[str, Any] = {"Retry-After": "60"} if isinstance(error, RefusedError) else {}
    return JSONResponse({"message": texts_for(request).sentence(error)}, status_of(error), headers)
