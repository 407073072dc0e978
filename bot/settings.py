"""What the host of the front-ends decides; a front-end holds no other's token."""

import hashlib
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from bot.jobs.limits import Favourites, Limits
from worker.queue.settings import QueueSettings

_Port = Annotated[int, Field(ge=1, le=65535)]


class BotSettings(QueueSettings):
    """The library's settings, and where jobs go and how many are taken."""

    others: ClassVar[tuple[str, ...]] = ("WORKER_", "WATCH_", "TELEGRAM_", "DISCORD_", "WEB_")

    public_url: str | None = Field(
        None, description="Address of the drawing page that chats can open; https."
    )
    jobs_user: int = Field(4, ge=1, description="Drawings that a person may have in hand.")
    jobs_chat: int = Field(12, ge=1, description="Drawings that a chat may have in hand.")
    jobs_rate: int = Field(30, ge=1, description="Drawings that a person may ask for in an hour.")
    jobs_total: int = Field(500, ge=1, description="Drawings that may wait and run in all.")
    jobs_work: int = Field(
        2560,
        ge=1,
        description="Bars times candidates of all pictures that a drawing may have.",
    )
    favourites: int = Field(20, ge=0, description="Favourites that a person may have.")
    favourite_days: Annotated[float, Field(gt=0, le=365)] = Field(
        90, description="Days for which a favourite is kept."
    )
    owners: str = Field("", description="Ids of those who may run owners' commands, by commas.")
    metrics_port: _Port | None = Field(
        None, description="Port that answers Prometheus; none if not given."
    )
    metrics_host: str = Field("127.0.0.1", description="Address that it answers at.")

    @property
    def limits(self) -> Limits:
        """How many jobs are accepted."""
        return Limits(
            user=self.jobs_user,
            chat=self.jobs_chat,
            rate=self.jobs_rate,
            total=self.jobs_total,
            work=self.jobs_work,
        )

    @property
    def kept(self) -> Favourites:
        """How many favourites there may be, and how long they are kept."""
        return Favourites(self.favourites, round(self.favourite_days * 86_400))

    def owns(self, user: str) -> bool:
        """Whether somebody may run the owners' commands."""
        return user in {one.strip() for one in self.owners.split(",") if one.strip()}


class TelegramSettings(BotSettings):
    """Settings of the Telegram bot."""

    others: ClassVar[tuple[str, ...]] = ("WORKER_", "WATCH_", "DISCORD_", "WEB_")
    plain: ClassVar[tuple[str, ...]] = (
        *(*BotSettings.plain, "telegram_token", "telegram_api_url", "telegram_api_folder"),
    )

    telegram_token: SecretStr | None = Field(None, description="From @BotFather.")
    telegram_api_url: str | None = Field(
        None, description="A Bot API server of one's own, which takes files over 20 MB."
    )
    telegram_api_folder: Path | None = Field(
        None, description="Where that server's files lie here, if it runs with --local."
    )
    telegram_webhook_url: str | None = Field(
        None, description="Address at which Telegram finds us; long polling if not given."
    )
    telegram_webhook_port: _Port = Field(8081, description="Port that the webhook listens on.")
    telegram_webhook_host: str = Field(
        "127.0.0.1", description="Address that the webhook listens on."
    )

    @property
    def webhook_secret(self) -> str:
        """Known to Telegram and us alone; the token's digest, so that restarts keep it."""
        token = self.telegram_token.get_secret_value() if self.telegram_token else ""
        return hashlib.sha256(f"webhook {token}".encode()).hexdigest()


class DiscordSettings(BotSettings):
    """Settings of the Discord bot."""

    others: ClassVar[tuple[str, ...]] = ("WORKER_", "WATCH_", "TELEGRAM_", "WEB_")
    plain: ClassVar[tuple[str, ...]] = (*BotSettings.plain, "discord_token")

    discord_token: SecretStr | None = Field(
        None, description="From discord.com/developers/applications."
    )
    discord_api_url: str | None = Field(
        None, description="Address of Discord's API, where it is not Discord's own."
    )

    discord_proxy: str | None = Field(
        None, description="Proxy to reach Discord through, such as http://proxy:3128."
    )
    discord_owner_guild: int | None = Field(
        None, description="Id of the one server in which /owner is there; nowhere if not given."
    )

    @property
    def own_host(self) -> str | None:
        """Where attachments lie, if not at Discord's own hosts."""
        return urlsplit(self.discord_api_url).hostname if self.discord_api_url else None


class WebSettings(BotSettings):
    """Settings of the web page."""

    others: ClassVar[tuple[str, ...]] = ("WORKER_", "WATCH_", "DISCORD_", "TELEGRAM_")
    plain: ClassVar[tuple[str, ...]] = (*BotSettings.plain, "telegram_token")

    telegram_token: SecretStr | None = Field(
        None, description="From @BotFather; tells whether a Mini App was opened by Telegram."
    )
    web_proxies: str = Field(
        "127.0.0.1",
        description="Reverse proxies whose word on a client's address is taken: addresses or "
        "networks by commas, gateway for a container's own host, or * for everybody.",
    )
    web_link_days: Annotated[float, Field(gt=0, le=365)] = Field(
        7, description="Days for which a piece is kept whose link is shared."
    )
    web_slots: int = Field(
        1, ge=1, le=64, description="Without Redis: drawings that are made at a time."
    )
    web_job_seconds: Annotated[float, Field(gt=0, le=86400)] = Field(
        300, description="Without Redis: seconds that a drawing may take."
    )

    @property
    def queued(self) -> bool:
        """Whether workers draw; else this process does."""
        return "redis_url" in self.model_fields_set
