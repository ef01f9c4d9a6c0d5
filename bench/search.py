"""
How long the server works: a search, a page of the whole catalogue, suggestions while typing.

    . var/env && .venv/bin/python -m bench.search QUESTIONS.jsonl

Milliseconds are of this machine at this moment, over the catalogue in the database: by the clock
(with the database, and whatever else the machine does), and of this process's own work. The
ratio is to /healthz of the same run, which tells a slow machine from a slow page.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

import django

EVERY = 12
# How often the same address is asked for where there is only one, or a few.
TIMES = 40
BROWSED = ("", "?trang=7", "?cap=xa", "?muc_do=2", "?doi_tuong=ca-nhan")


@dataclass(frozen=True)
class Taken:
    clock: list[float]
    own: list[float]

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.clock, n=20)[-1]


def main() -> None:
    """Print median and 95th percentile of each kind of request."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- needs the setup above
    from django.test import Client  # noqa: PLC0415

    from procedures.ranking import rank  # noqa: PLC0415
    from procedures.search import read_question  # noqa: PLC0415

    settings.ALLOWED_HOSTS.append("testserver")
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines[::EVERY]]
    client = Client()

    def pages(paths: Iterable[str]) -> Taken:
        return measure(lambda path=path: client.get(path) for path in paths)

    # A process that has just begun still compiles its templates and reads its words.
    others = [json.loads(line)["text"] for line in lines[1::EVERY]][:10]
    asked = [f"/thu-tuc/?{urlencode({'q': text})}" for text in others]
    for path in ("/healthz", "/thu-tuc/", "/thu-tuc/goi-y/?q=a", *asked):
        client.get(path)
    idle = pages(["/healthz"] * TIMES)
    tell("/healthz", idle, idle)
    tell("ranking", measure(lambda text=text: rank(read_question(text)) for text in texts), idle)
    tell("search", pages(f"/thu-tuc/?{urlencode({'q': text})}" for text in texts), idle)
    tell("browse", pages([f"/thu-tuc/{query}" for query in BROWSED] * (TIMES // 4)), idle)
    typed = chain.from_iterable(beginnings(text) for text in texts)
    tell("suggest", pages(f"/thu-tuc/goi-y/?{urlencode({'q': text})}" for text in typed), idle)


def beginnings(text: str) -> list[str]:
    """Return what stands in the box while somebody types a question."""
    return [text[:length] for length in (3, 7, 12, 20, 31) if length <= len(text) + 5]


def measure(works: Iterable[Callable[[], object]]) -> Taken:
    clock, own = [], []
    for work in works:
        started, used = time.perf_counter(), time.process_time()
        work()
        own.append((time.process_time() - used) * 1000)
        clock.append((time.perf_counter() - started) * 1000)
    return Taken(clock, own)


def tell(name: str, taken: Taken, idle: Taken) -> None:
    own95 = statistics.quantiles(taken.own, n=20)[-1]
    line = (
        f"{name:<10} p50 {statistics.median(taken.clock):>6.1f}  p95 {taken.p95:>6.1f} ms"
        f"   own work p50 {statistics.median(taken.own):>6.1f}  p95 {own95:>6.1f} ms"
        f"   p95 is {taken.p95 / idle.p95:>5.1f} x /healthz   ({len(taken.clock)} times)"
    )
    print(line)  # noqa: T201


if __name__ == "__main__":
    main()
