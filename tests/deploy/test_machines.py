"""Manifests, alerts and the dashboard: what they name is there."""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from prometheus_client import CollectorRegistry
from redis import Redis

from bot.jobs.redis_server import RedisServer
from bot.metrics import FrontMetrics
from bot.settings import DiscordSettings, TelegramSettings, WebSettings
from mididraw.settings import Settings
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import ROOT
from worker.metrics import WorkerMetrics
from worker.queue.connection import AwayError, connect, redis_errors
from worker.settings import WorkerSettings
from worker.watch import WatchSettings, registry_of

__all__ = ["redis_server", "redis_url"]

DEPLOY = ROOT / "deploy"
KINDS: dict[str, type[Settings]] = {
    "discord": DiscordSettings,
    "telegram": TelegramSettings,
    "watch": WatchSettings,
    "web": WebSettings,
    "worker": WorkerSettings,
}
ON_A_BATCH = {"mididraw_batch_sequences", "mididraw_batch_slots", "mididraw_tokens_total"}
ON_A_GPU = {"mididraw_gpu_memory_bytes", "mididraw_gpu_memory_free_bytes"}


def documents() -> list[dict[str, Any]]:
    return [
        document
        for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    ]


def told(registry: CollectorRegistry) -> set[str]:
    """Names of all samples, also of those that have no labels yet."""
    names = set()
    for family in registry.collect():
        names |= {sample.name for sample in family.samples} | {family.name}
        if family.type == "counter":
            names.add(f"{family.name}_total")
        if family.type == "histogram":
            names |= {f"{family.name}_{part}" for part in ("bucket", "sum", "count")}
    return names


def test_every_metric_of_the_dashboard_and_the_alerts_is_told(redis_url: str) -> None:
    with Redis.from_url(redis_url) as connection:
        known = told(registry_of(connection)) | ON_A_BATCH | ON_A_GPU
    known |= told(FrontMetrics().registry) | told(WorkerMetrics().registry)
    text = (DEPLOY / "monitoring" / "dashboard.json").read_text()
    text += (DEPLOY / "monitoring" / "alerts.yml").read_text()
    text += (DEPLOY / "kubernetes" / "autoscale.yaml").read_text()
    load = (ROOT / "worker" / "load.py").read_text()
    assert all(name.removesuffix("_total") in load for name in ON_A_BATCH | ON_A_GPU)
    named = set(re.findall(r"mididraw_\w+", text))
    assert len(named) > 15
    assert named - known == set()


def test_every_alert_is_explained_in_the_runbook() -> None:
    alerts = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yml").read_text())
    names = [rule["alert"] for group in alerts["groups"] for rule in group["rules"]]
    runbook = (ROOT / "docs" / "hosting" / "runbook.md").read_text()
    assert [name for name in names if f"### {name}" not in runbook] == []


def test_the_dashboard_is_one() -> None:
    board = json.loads((DEPLOY / "monitoring" / "dashboard.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) > 10
    assert all(panel["targets"] for panel in board["panels"])


@pytest.mark.parametrize("part", KINDS)
def test_a_deployment_gives_its_part_settings_that_it_takes(part: str, tmp_path: Path) -> None:
    (one,) = (
        each
        for each in documents()
        if each["kind"] == "Deployment" and each["metadata"]["name"] == part
    )
    (container,) = one["spec"]["template"]["spec"]["containers"]
    secret = tmp_path / "secret"
    secret.write_text("of no worth")
    (settings,) = (each["data"] for each in documents() if each["kind"] == "ConfigMap")
    given = {}
    for variable in container["env"]:
        value = variable.get("value")
        if value is None:
            value = settings[variable["valueFrom"]["configMapKeyRef"]["key"]]
        given[variable["name"]] = str(secret) if variable["name"].endswith("_FILE") else value
    found = KINDS[part].from_environment(given)
    assert "of no worth" not in repr(found)
    assert container["args"][0] == part
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert one["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True


def test_all_resources_are_named_and_there() -> None:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    there = {file.name for file in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert {*kustomization["resources"], "kustomization.yaml"} == there


def test_parts_on_other_machines_reach_redis_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    paths = {name: tmp_path / f"{name}.pem" for name in ("ca", "redis", "key")}
    authority.cert_pem.write_to_path(paths["ca"])
    own = authority.issue_cert("127.0.0.1")
    own.private_key_pem.write_to_path(paths["key"])
    own.cert_chain_pems[0].write_to_path(paths["redis"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = RedisServer(
        tmp_path,
        *("--tls-port", str(port), "--tls-cert-file", str(paths["redis"])),
        *("--tls-key-file", str(paths["key"]), "--tls-ca-cert-file", str(paths["ca"])),
        *("--tls-auth-clients", "no"),
    )
    server.start()
    try:
        url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={paths['ca']}"
        with connect(url) as connection:
            assert connection.ping()
        stranger = connect(f"rediss://127.0.0.1:{port}/0", tries=0)
        with stranger, pytest.raises(AwayError), redis_errors():
            stranger.ping()
    finally:
        server.stop()


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck here")
def test_shell_scripts_are_clean() -> None:
    scripts = [file for top in (DEPLOY, ROOT / "tests") for file in top.rglob("*.sh")]
    subprocess.run(["shellcheck", *map(str, scripts)], check=True)
