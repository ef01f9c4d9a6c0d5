"""
How long the server works on questions of a file: the ranking alone, and the whole page.

    . var/env && .venv/bin/python -m bench.search QUESTIONS.jsonl

Milliseconds are of this machine at this moment, over the catalogue in the database.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import django

EVERY = 12


def main() -> None:
    """Print median and 95th percentile of the ranking and of the page of results."""
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
    client.get("/thu-tuc/?q=a")
    tell("ranking", [measure(lambda text=text: rank(read_question(text))) for text in texts])
    paths = [f"/thu-tuc/?{urlencode({'q': text})}" for text in texts]
    tell("page", [measure(lambda path=path: client.get(path)) for path in paths])


def measure(work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def tell(name: str, taken: list[float]) -> None:
    p95 = statistics.quantiles(taken, n=20)[-1]
    line = f"{name:<10} median {statistics.median(taken):>7.1f} ms   p95 {p95:>7.1f} ms"
    print(line)  # noqa: T201


if __name__ == "__main__":
    main()
