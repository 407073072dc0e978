"""The application: API, page and what keeps them safe."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from bot.web.api import Studio, api, problem, said_to
from bot.web.choices import Choices, choices
from bot.web.guard import Guard
from bot.web.models import MOST_BYTES
from mididraw import __version__
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)
_PAGE = Path(str(resources.files("bot.web") / "page"))


def make_app(studio: Studio, *, framed: bool = False) -> FastAPI:
    """The application over a queue; ``framed`` where Telegram's web client may show it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_acknowledge(studio))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await studio.jobs.close()

    app = FastAPI(
        title="midiDraw",
        version=__version__,
        description="Drawings become music whose piano roll looks like them.",
        lifespan=lifespan,
        # Their pages come from other hosts.
        docs_url=None,
        redoc_url=None,
    )
    app.state.studio = studio
    app.include_router(api)
    app.add_middleware(Guard, most=MOST_BYTES, framed=framed)
    app.exception_handler(MididrawError)(_ours)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_other)

    @app.get("/choices", response_model=Choices)
    async def offered(request: Request) -> Choices:
        """What can be chosen from, and the page's texts, in the language asked for."""
        return choices(said_to(request))

    @app.get("/", include_in_schema=False)
    @app.get("/m/{draw}", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(_PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/page", StaticFiles(directory=_PAGE), name="page")
    return app


async def _acknowledge(studio: Studio) -> None:
    """Nobody posts the page's answers: they lie where they are asked for."""
    async for delivery in studio.jobs.deliveries():
        with contextlib.suppress(MididrawError):
            await studio.jobs.posting(delivery)
            await studio.jobs.posted(delivery)


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
    said = said_to(request)("web-invalid", field=name, why=str(first["msg"]))
    return JSONResponse({"message": said}, 422)


async def _other(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    text = said_to(request)("web-missing") if error.status_code == 404 else str(error.detail)
    return JSONResponse({"message": text}, error.status_code, error.headers)
