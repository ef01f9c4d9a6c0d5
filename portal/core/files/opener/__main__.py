"""
Answer one question about the file on stdin: `opener <task> …`.

`pdf`, `image`, `ole` and `package` answer a verdict in JSON; `member` the bytes of one file of an
archive; `table` the rows of a workbook; `preview` a PNG; `picture` a picture drawn anew; `sheet` a
JPEG, and `bind` a PDF of such.
Any other end (a signal, an exit code) means that the file was too much for the limits set here.
"""

import json
import resource
import sys
from typing import Final

from .verdicts import Refused

MEBIBYTE: Final = 1024 * 1024
# Of addresses, so that no file can make a child larger than this, whatever it holds.
MEMORY: Final = 300 * MEBIBYTE
CPU_SECONDS: Final = 10


def set_limits() -> None:
    """Give this process little memory, little time, and no way to write a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(task: str, arguments: list[str]) -> bytes:
    """Return what is to be written for one question."""
    if task == "bind":
        from .photos import bind_sheets

        return bind_sheets(sys.stdin.buffer)
    data = sys.stdin.buffer.read()
    if task == "member":
        from .archives import read_member

        return read_member(data, int(arguments[0]))
    if task == "preview":
        from .previews import write_preview

        kind, page, max_width = arguments
        return write_preview(data, kind, int(page), int(max_width))
    if task == "picture":
        from .previews import write_picture

        return write_picture(data, arguments[0], int(arguments[1]))
    if task == "sheet":
        from .photos import write_sheet

        return write_sheet(data, arguments[0])
    return answer_about(data, task, arguments)


def answer_about(data: bytes, task: str, arguments: list[str]) -> bytes:
    """Return, in JSON, what a file is or what stands in it."""
    if task == "table":
        from .tables import read_table

        return read_table(data)
    try:
        verdict = judge(data, task, arguments)
    except Refused as refused:
        verdict = {"refused": refused.reason}
    return json.dumps(verdict).encode()


def judge(data: bytes, task: str, arguments: list[str]) -> dict[str, object]:
    """
    Return the facts of a file.

    :raises Refused: when it is not to be kept.
    """
    if task == "pdf":
        from .pdfs import inspect_pdf

        return inspect_pdf(data, int(arguments[0]))
    if task == "image":
        from .pictures import inspect_picture

        return inspect_picture(data, arguments[0])
    if task == "ole":
        from .ole import inspect_ole

        return inspect_ole(data)
    from .packages import inspect_package

    return inspect_package(data)


def main() -> None:
    """Answer the one question asked on the command line."""
    task, *arguments = sys.argv[1:]
    set_limits()
    sys.stdout.buffer.write(answer(task, arguments))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
