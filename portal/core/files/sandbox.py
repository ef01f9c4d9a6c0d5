"""Run the opening of a stranger's file in a child process that may fail without hurting anybody."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
# Isolated from the environment, from site packages of the user and from the project.
START: Final = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1));"
    "runpy.run_module('opener', run_name='__main__')"
)
WALL_SECONDS: Final = 20.0


class ChildFailed(Exception):
    """The child ran out of memory or time, or fell over; nothing it said is to be used."""


def run_child(task: str, *arguments: str, data: bytes, seconds: float = WALL_SECONDS) -> bytes:
    """
    Return what the child wrote about `data`.

    The child is a new program, not a fork: a worker with threads may not be forked safely. It sets
    its own limits of memory and processor time before it imports anything that parses.

    :raises ChildFailed: when it died, or was still at work after `seconds`.
    """
    command = [sys.executable, "-I", "-B", "-c", START, str(HERE), task, *arguments]
    environment = {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "OMP_NUM_THREADS": "1",
        # Each arena reserves addresses, which are what the child's limit counts.
        "MALLOC_ARENA_MAX": "1",
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=environment,
            cwd="/",
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed("timeout") from error
    if done.returncode != 0:
        raise ChildFailed(f"exit {done.returncode}")
    return done.stdout
