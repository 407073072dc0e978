"""Writes .env.example from the settings' classes: each setting once, with its default."""

from pathlib import Path

from pydantic import SecretStr

from bot import settings as fronts
from mididraw.settings import Settings
from worker.settings import WorkerSettings
from worker.watch import WatchSettings

# The compose file leads every part to its own Redis with its own password.
_LED = ("redis_url", "redis_password")
_OWN = {
    "COMPOSE_PROFILES": (
        "cpu",
        "What is started beside Redis: cpu or cuda, discord, telegram, metrics; prepare.sh "
        "chooses by GPU and tokens.",
    ),
    "REDIS_MEMORY": ("512mb", "Memory that Redis may use; full means refused."),
    "MIDIDRAW_IMAGE": ("mididraw", "Where the images come from, such as ghcr.io/someone/mididraw."),
    "MIDIDRAW_TAG": ("latest", "Which of them."),
    "TORCH_INDEX": (
        "https://download.pytorch.org/whl/cpu",
        "Where the worker's image takes PyTorch without CUDA from, when it is built.",
    ),
}
_HEAD = """\
# Settings of midiDraw's compose file; prepare.sh copies this to .env. What is commented out has
# the value that it would have anyway. Secrets may lie in files instead: secrets/discord_token,
# secrets/telegram_token. Written by deploy/make_env.py.
"""


def classes() -> list[tuple[str, type[Settings]]]:
    """What there are settings for."""
    kinds: dict[str, type[Settings]] = {
        "Sound and model": Settings,
        "Workers": WorkerSettings,
        "All front-ends": fronts.BotSettings,
    }
    for kind in vars(fronts).values():
        if isinstance(kind, type) and issubclass(kind, fronts.BotSettings):
            kinds.setdefault(kind.__name__.removesuffix("Settings"), kind)
    kinds.pop("Bot", None)
    return [*kinds.items(), ("The watch", WatchSettings)]


def example() -> str:
    """The file's text."""
    lines = [_HEAD, "# --- Compose ---"]
    for name, (default, said) in _OWN.items():
        lines += [f"# {said}", f"{name}={default}", ""]
    told = set(_LED)
    for title, kind in classes():
        lines.append(f"# --- {title} ---")
        for name, field in kind.model_fields.items():
            if name in told:
                continue
            told.add(name)
            default = field.default
            secret = isinstance(default, SecretStr) or name in kind.secrets()
            # The number of processes is the host's, not a default to copy.
            shown = "" if default is None or secret or name == "worker_processes" else str(default)
            if name.endswith("_host"):
                shown = "0.0.0.0"  # noqa: S104 -- the container's own, which nobody else reaches
            if name == "web_proxies":
                shown = "gateway"
            lines += [f"# {field.description}", f"#{kind.variable(name)}={shown}", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / ".env.example").write_text(example())
