"""The application: API, page and what keeps them safe."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from functools import cache

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.tasks import end
from bot.texts import texts_in
from bot.web.api import WebContext, address_of, api, context_of, problem, texts_for
from bot.web.choices import Choices, choices
from bot.web.files import PageFile, page_files
from bot.web.guard import Guard
from bot.web.hosts import Hosts
from bot.web.models import MOST_BYTES
from bot.web.preview import preview
from mididraw import __version__
from mididraw.errors import MididrawError
from worker.contract import Done, Ended
from worker.queue.connection import AwayError

_log = logging.getLogger(__name__)


def make_app(context: WebContext, *, framed: bool = False, hosts: Hosts | None = None) -> FastAPI:
    """The application over a queue; ``framed`` where Telegram's web client may show it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_acknowledge(context))
        try:
            yield
        finally:
            await end([task])
            await context.jobs.close()

    app = FastAPI(
        title="midiDraw",
        version=__version__,
        description="Drawings become music whose piano roll looks like them.",
        lifespan=lifespan,
        # Their pages come from other hosts.
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    app.include_router(api)
    app.add_middleware(Guard, most=MOST_BYTES, framed=framed, hosts=hosts)
    app.exception_handler(MididrawError)(_ours)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_other)

    @app.get("/choices", response_model=Choices)
    async def offered(request: Request) -> Response:
        """What can be chosen from, and the page's texts, in the language asked for."""
        return _offered(texts_for(request).language, context_of(request).link_seconds).answer(
            request
        )

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        return page_files()["index.html"].answer(request)

    @app.api_route("/m/{draw}", methods=["GET", "HEAD"], include_in_schema=False)
    async def piece(request: Request, draw: str) -> Response:
        """The page, with what others show of a link; its status says whether the piece is there."""
        head, status = await _head(request, draw)
        page = page_files()["index.html"]
        html = page.plain.replace(b"</head>", f"{head}\n</head>".encode(), 1)
        return PageFile.of(html, page.kind).answer(request, status)

    @app.api_route("/worker.js", methods=["GET", "HEAD"], include_in_schema=False)
    async def offline() -> Response:
        """What keeps the page for when there is no network, all of it."""
        return Response(
            offline_worker(), media_type="text/javascript", headers={"Cache-Control": "no-cache"}
        )

    @app.api_route("/page/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def part(request: Request, name: str) -> Response:
        if name not in page_files():
            raise HTTPException(404)
        return page_files()[name].answer(request)

    return app


@cache
def _offered(language: str, seconds: int) -> PageFile:
    found = choices(texts_in(language), seconds / 86_400)
    return PageFile.of(found.model_dump_json().encode(), "application/json")


@cache
def offline_worker() -> str:
    """The page's service worker, with the names and the version of the files that it keeps."""
    digest, names = hashlib.sha256(), ["/"]
    for name, file in sorted(page_files().items()):
        digest.update(name.encode() + file.plain)
        if name not in ("index.html", "worker.js"):
            names.append(f"/page/{name}")
    written = f"const VERSION = {digest.hexdigest()[:16]!r}, FILES = {names!r};"
    script = page_files()["worker.js"].plain.decode()
    return script.replace('const VERSION = "0", FILES = ["/"];', written)


async def _head(request: Request, draw: str) -> tuple[str, int]:
    """Tags of a piece, and the status: 200 where it is or will be, 404 where it is gone."""
    jobs, texts = context_of(request).jobs, texts_for(request)
    try:
        event = await jobs.latest_event(draw)
        answer = event.answer if isinstance(event, Ended) else None
        if not isinstance(answer, Done):
            return "", 404 if event is None else 200
        if await jobs.kept_until(answer) is None:
            return "", 404
    except AwayError:
        return "", 503
    return preview(answer, address_of(request), texts), 200


async def _acknowledge(context: WebContext) -> None:
    """Nobody posts the page's answers: they lie where they are asked for."""
    async for delivery in context.jobs.deliveries():
        with contextlib.suppress(MididrawError):
            await context.jobs.posting(delivery)
            await context.jobs.posted(delivery)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MididrawError)  # noqa: S101 -- as it was registered
    return problem(request, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    cause = (first.get("ctx") or {}).get("error")
    if isinstance(cause, MididrawError):
        return problem(request, cause)
    name = str(first["loc"][-1])
    texts = texts_for(request)("web-invalid", field=name, why=str(first["msg"]))
    return JSONResponse({"message": texts}, 422)


async def _other(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    text = texts_for(request)("web-missing") if error.status_code == 404 else str(error.detail)
    return JSONResponse({"message": text}, error.status_code, error.headers)
