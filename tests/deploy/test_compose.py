"""The compose file, .env.example, and what they say of the settings."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import DiscordSettings, TelegramSettings, WebSettings
from deploy.make_env import classes, example
from mididraw.settings import Settings
from tests.conftest import ROOT
from tests.deploy.composed import COMPOSE, DEPLOY, OURS, SERVICES, environment
from worker.settings import WorkerSettings
from worker.watch import WatchSettings

SETTINGS: dict[str, type[Settings]] = {
    "discord": DiscordSettings,
    "telegram": TelegramSettings,
    "web": WebSettings,
    "worker": WorkerSettings,
    "worker-cuda": WorkerSettings,
    "watch": WatchSettings,
}


def test_the_example_holds_every_setting_once_with_its_default() -> None:
    text = (DEPLOY / ".env.example").read_text()
    assert text == example(), "run: PYTHONPATH=. python deploy/make_env.py"
    names = re.findall(r"^#?([A-Z0-9_]+)=", text, re.MULTILINE)
    assert len(names) == len(set(names))
    for _, kind in classes():
        known = {kind.variable(name) for name in kind.model_fields}
        assert known - {*names} <= {"REDIS_URL", "REDIS_PASSWORD"}


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    named = set(
        re.findall(r"^#?([A-Z0-9_]+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE)
    )
    assert used - named == set()


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_gets_all_its_settings_and_nobody_elses(service: str) -> None:
    kind = SETTINGS[service]
    wanted = {kind.variable(name) for name in kind.model_fields}
    given = {name.removesuffix("_FILE") for name in SERVICES[service]["environment"]}
    library = {kind.variable(name) for name in Settings.model_fields}
    fronts = {*SETTINGS} - {"worker", "worker-cuda"}
    assert given == (wanted - library if service in fronts else wanted)


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_starts_with_the_example_alone(service: str, tmp_path: Path) -> None:
    kind, secret = SETTINGS[service], tmp_path / "secret"
    secret.write_text("of no worth\n")
    given = environment(service, {})
    files = {name: str(secret) for name in given if name.endswith("_FILE")}
    settings = kind.from_environment(given | files)
    assert "of no worth" not in repr(settings)
    url = settings.redis  # type: ignore[attr-defined]
    assert re.fullmatch(r"redis://(front|worker|watch):of%20no%20worth@redis:6379/0", url)


@pytest.mark.parametrize("service", OURS)
def test_a_container_can_do_as_little_as_possible(service: str) -> None:
    one = OURS[service]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["init"] is True
    assert "inside" in one["networks"]
    tokens = {name for name in one["secrets"] if name.endswith("_token")}
    # The page knows by the bot's token who opened it as a Mini App.
    whose = {"discord": "discord", "telegram": "telegram", "web": "telegram"}
    assert tokens == ({f"{whose[service]}_token"} if service in whose else set())
    assert "ports" not in one or service == "web"
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_page_trusts_what_its_host_sends_and_nobody_else() -> None:
    assert environment("web", {})["MIDIDRAW_WEB_PROXIES"] == "gateway"
    named = environment("web", {"MIDIDRAW_WEB_PROXIES": "10.0.0.0/8"})
    assert named["MIDIDRAW_WEB_PROXIES"] == "10.0.0.0/8"


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_written_to_is_open_to_all_in_the_image_too(service: str) -> None:
    """Older runc gives a restarted container's tmpfs the mode of the folder beneath it."""
    assert SERVICES[service]["tmpfs"] == ["/tmp"]  # noqa: S108


def test_every_command_is_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mididraw", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    asked = {
        one["command"][0]
        for one in OURS.values()
        if one.get("entrypoint") is None and "command" in one
    }
    asked |= set(re.findall(r'^CMD \["(\w+)"', dockerfile, re.MULTILINE))
    unknown = {name for name in asked if not re.search(rf"\s{name}\s", done.stdout)}
    assert unknown == set()


def test_no_secret_can_get_into_an_image() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not [
        line for line in ignored if line.startswith("!") and ("secret" in line or "env" in line)
    ]
    assert not re.search(
        r"ARG .*(TOKEN|PASSWORD)|ENV .*(TOKEN|PASSWORD)", (DEPLOY / "Dockerfile").read_text()
    )


def test_prepare_makes_secrets_once_and_chooses_by_tokens(tmp_path: Path) -> None:
    place = tmp_path / "deploy"
    place.mkdir()
    for name in ("prepare.sh", ".env.example"):
        (place / name).write_text((DEPLOY / name).read_text())

    def prepare() -> str:
        subprocess.run(["sh", str(place / "prepare.sh")], check=True, stdout=subprocess.DEVNULL)
        return (place / ".env").read_text()

    first = prepare()
    password = (place / "secrets" / "redis_worker").read_text()
    assert len(password) == 48
    assert "COMPOSE_PROFILES=cpu\n" in first
    (place / "secrets" / "telegram_token").write_text("1:x")
    edited = first.replace("#DISCORD_TOKEN=", "DISCORD_TOKEN=").replace("=cpu\n", "=cpu,metrics\n")
    (place / ".env").write_text(edited + "#mine\n")
    second = prepare()
    assert "COMPOSE_PROFILES=cpu,telegram,metrics\n" in second
    assert second.endswith("#mine\n")
    assert (place / "secrets" / "redis_worker").read_text() == password
    assert (place / "secrets").stat().st_mode & 0o077 == 0
