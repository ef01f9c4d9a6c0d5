"""Running the same thing in several threads that start together."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

WORKERS = 8


def at_once(tasks, *, workers=WORKERS):
    """Run tasks over threads that start together; return what each gave or raised."""
    gate = Barrier(min(workers, len(tasks)), timeout=30)
    waiting = [True] * gate.parties

    def run(task):
        if waiting:
            waiting.pop()
            gate.wait()
        try:
            return task()
        except Exception as error:  # noqa: BLE001 -- what was raised is the answer
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=gate.parties) as pool:
        return list(pool.map(run, tasks))
