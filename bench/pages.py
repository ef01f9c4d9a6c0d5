"""
How long the server works on each page of a running demonstration, beside the cheapest page.

    . var/env && .venv/bin/python -m bench.pages

Milliseconds are of this machine at this moment; what can be compared between machines and runs is
the ratio to `/healthz`, measured in turns with every page (A B A B …) in the same run.
"""

import os
import statistics
import sys
import time
from dataclasses import dataclass

import django

ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    user: str = ""


def main() -> None:
    """Print one line a page: median, 95th percentile, ratio to the baseline."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- needs the setup above
    from django.test import Client  # noqa: PLC0415

    settings.ALLOWED_HOSTS.append("testserver")
    print(f"{'page':<28}{'median ms':>10}{'p95 ms':>10}{'ratio':>8}")  # noqa: T201
    for page in pages():
        client, plain = Client(), Client()
        if page.user:
            client.force_login(person(page.user))
        client.get(page.path)
        here, baseline = [], []
        for _ in range(ROUNDS):
            baseline.append(measure(plain, "/healthz"))
            here.append(measure(client, page.path))
        ratio = statistics.median(here) / statistics.median(baseline)
        p95 = statistics.quantiles(here, n=20)[-1]
        line = f"{page.name:<28}{statistics.median(here):>10.1f}{p95:>10.1f}{ratio:>8.1f}"
        print(line)  # noqa: T201


def pages() -> list[Page]:
    """Return the pages that people open most, on objects of the demonstration."""
    from dossiers.models import Dossier  # noqa: PLC0415 -- needs the setup of main

    desk = "motcua.songtranh"
    dossier = Dossier.objects.filter(receiving_unit__key="songtranh-mot-cua").order_by("pk").first()
    if dossier is None or dossier.owner is None:
        sys.exit("No demonstration data in this database: run scripts/demo first.")
    owner = dossier.owner.username
    return [
        Page("home", "/"),
        Page("search", "/thu-tuc/?q=dang+ky+khai+sinh"),
        Page("procedure", "/thu-tuc/1.001193/"),
        Page("tracking, empty", "/tra-cuu/"),
        Page("my dossiers", "/ho-so/", owner),
        Page("dossier of a citizen", f"/ho-so/{dossier.code}/", owner),
        Page("queue", "/lam-viec/", desk),
        Page("dossier of a clerk", f"/lam-viec/{dossier.code}/", desk),
    ]


def person(username: str):
    from accounts.models import User  # noqa: PLC0415 -- needs the setup of main

    return User.objects.get(username=username)


def measure(client, path: str) -> float:
    """Return the milliseconds from request to the last byte."""
    started = time.perf_counter()
    response = client.get(path)
    if response.status_code != 200:
        sys.exit(f"{path} answered {response.status_code}")
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
