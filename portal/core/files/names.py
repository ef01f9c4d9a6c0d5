"""File names: what a citizen's machine sent, made harmless to show, to save and to send."""

import re
import unicodedata
from typing import Final

from portal.core.files.kinds import FAMILY
from portal.core.files.refusals import refusal

MAX_NAME: Final = 150
MAX_SHOWN: Final = 60
# Overrides and isolates that turn the written order round, and NUL: only ever a disguise.
DISGUISE: Final = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
# Characters that Windows refuses in a name, or that a header or a shell could trip over.
AWKWARD: Final = re.compile(r'[<>:"|?*`$;\\/]+')
WINDOWS_DEVICES: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
PROGRAM_EXTENSIONS: Final = frozenset((
    "app", "bat", "chm", "cmd", "cpl", "dll", "docm", "exe", "hta", "htm", "html", "jar", "js",
    "jse", "lnk", "mht", "mhtml", "msc", "msi", "php", "phtml", "ps1", "pptm", "py", "reg",
    "scr", "sh", "shtml", "svg", "vb", "vbe", "vbs", "wsf", "xhtml", "xlsm", "xml",
))  # fmt: skip


def split_name(name: str) -> tuple[str, str]:
    """
    Return the cleaned stem and the lower-case extension without its dot ("" when there is none).

    :raises UnsafeFile: when the name hides what the file is.
    """
    text = unicodedata.normalize("NFC", name)
    if DISGUISE.search(text):
        raise refusal("name_hidden")
    text = re.split(r"[/\\]", text.rstrip("/\\ "))[-1]
    # Line breaks, tabs, byte-order marks, zero-width joiners, lone surrogates, private use.
    text = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    text = AWKWARD.sub(" ", text)
    text = " ".join(text.split()).strip(" .").lstrip("-")
    stem, dot, extension = text.rpartition(".")
    if name.lstrip().startswith(".") and not dot:
        # ".pdf" is an extension without a name; ".htaccess" is a name that hides itself.
        stem, extension = ("", text) if text.lower() in FAMILY else (text, "")
    elif not dot or len(extension) > 10 or " " in extension:
        stem, extension = text, ""
    inner = {part.strip().lower() for part in stem.split(".")[1:]}
    if inner & PROGRAM_EXTENSIONS:
        raise refusal("name_double")
    return stem.strip(" ."), extension.lower()


def clean_name(stem: str, extension: str) -> str:
    """Return a name of at most 150 characters that is safe on every system."""
    safe = stem or "tep"
    if WINDOWS_DEVICES.match(safe):
        safe = f"tep-{safe}"
    room = MAX_NAME - len(extension) - 1
    if len(safe) > room:
        safe = safe[:room].rstrip(" .")
    return f"{safe}.{extension}"


def shown_name(name: str) -> str:
    """Return the last part of a name inside an archive, fit to be put into a sentence."""
    text = re.split(r"[/\\]", unicodedata.normalize("NFC", name).rstrip("/\\ "))[-1]
    text = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
