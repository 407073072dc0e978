"""The page's process, from its settings to SIGTERM."""

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import socket
import time
from collections.abc import Callable, Iterator

import uvicorn

from bot.heartbeat import HeartbeatSender
from bot.jobs.counted import CountedJobs
from bot.jobs.interface import Jobs
from bot.jobs.local import LocalJobs
from bot.jobs.remote import RedisJobs
from bot.memory import Memory, RedisStore
from bot.metrics import FrontMetrics
from bot.settings import WebSettings
from bot.tasks import end
from bot.web.api import FRONT, WebContext
from bot.web.app import make_app
from bot.web.chat_targets import ChatTargets
from bot.web.hosts import Hosts
from bot.web.protocol import TimedProtocol
from bot.web.proxies import trusted
from mididraw.errors import OptionError

_log = logging.getLogger(__name__)
_STOPS_WITHIN = 5


class _Server(uvicorn.Server):
    """Leaves signals to the command line, and tells when it is there."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process, instead of capturing them."""
        yield


def listen(host: str, port: int, *, public: bool) -> socket.socket:
    """Bind the address that the page is served at; port 0 takes a free one.

    Raises:
        OptionError: it is not this machine's own and ``public`` is not set, or cannot be bound.
    """
    if not public and not _own(host):
        raise OptionError(
            "web-not-public",
            "{host} can be reached from other machines: say --public if that is what you "
            "want, with a reverse proxy in front that speaks HTTPS.",
            host=host,
        )
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError as error:
        raise OptionError(
            "web-port-refused",
            "{host}, port {port}, cannot be listened on: {why}.",
            host=host,
            port=port,
            why=error.strerror or error,
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def run(
    settings: WebSettings,
    bound: socket.socket,
    metrics: FrontMetrics | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until cancelled; ``ready`` is called once."""
    jobs = CountedJobs(_jobs(settings), FRONT, metrics or FrontMetrics())
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else None
    discord = Memory(RedisStore(settings.redis), "discord") if settings.queued else None
    context = WebContext(
        jobs,
        ChatTargets(token, discord),
        secrets.token_bytes(16),
        link_seconds=round(settings.web_link_days * 86_400),
        address=settings.public_url,
    )
    config = uvicorn.Config(
        make_app(
            context,
            framed=token is not None,
            hosts=Hosts(settings.public_url, local=_own(bound.getsockname()[0])),
        ),
        http=TimedProtocol,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted(settings.web_proxies),
        server_header=False,
        timeout_graceful_shutdown=_STOPS_WITHIN,
    )
    server = _Server(config, ready)
    serving = asyncio.create_task(server.serve([bound]))
    beating = asyncio.create_task(_beat(settings, server)) if settings.queued else None
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    finally:
        if beating is not None:
            await end([beating])
        if discord is not None:
            await discord.close()


async def _beat(settings: WebSettings, server: uvicorn.Server) -> None:
    await HeartbeatSender(
        settings.redis, FRONT, lambda: server.started and not server.should_exit
    ).run()


def _jobs(settings: WebSettings) -> Jobs:
    if settings.queued:
        return RedisJobs(settings.redis, FRONT, limits=settings.limits)
    from bot.jobs.here import draws_here

    return LocalJobs(
        draws_here(settings),
        FRONT,
        room=settings.web_slots,
        job_seconds=settings.web_job_seconds,
        limits=settings.limits,
        clock=time.time,
    )
