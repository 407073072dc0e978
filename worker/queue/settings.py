"""The settings that front-ends and workers share: how Redis is reached."""

from typing import ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr

from mididraw.settings import Settings


class QueueSettings(Settings):
    """The library's settings, and the way to Redis."""

    others: ClassVar[tuple[str, ...]] = (
        *("WORKER_", "WATCH_", "JOBS_", "PUBLIC_", "OWNERS", "METRICS_", "TELEGRAM_", "DISCORD_"),
        "WEB_",
    )
    plain: ClassVar[tuple[str, ...]] = ("redis_url", "redis_password")

    redis_url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"),
        description="Where Redis is; rediss:// with TLS, redis+sentinel:// with Sentinel; may hold "
        "a password.",
    )
    redis_password: SecretStr | None = Field(
        None, description="Redis' password, where REDIS_URL holds none."
    )

    @property
    def redis(self) -> str:
        """The address with the password in it; never to be printed."""
        url = urlsplit(self.redis_url.get_secret_value())
        if self.redis_password is None or url.password:
            return url.geturl()
        user, _, hosts = url.netloc.rpartition("@")
        password = quote(self.redis_password.get_secret_value(), safe="")
        return urlunsplit(url._replace(netloc=f"{user.rstrip(':')}:{password}@{hosts}"))
