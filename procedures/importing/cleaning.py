"""Texts and codes as they should have been written, with a note of what was mended."""

import html
import re
import unicodedata
from typing import Final

from procedures.importing.findings import Finding, Kind

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_BREAK: Final = re.compile(r"<(?:br|/p|/li|/tr|/div|/h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
_SCRIPT: Final = re.compile(
    r"<(script|style)\b[^<>]{0,500}>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")
# What a name keeps of the list that it was copied from: "1. ", ". ".
_MARK: Final = re.compile(r"(?:[.,;:–-]\s*|\d{1,2}[.)]\s+)+(?=[^\W\d])")
_CODE: Final = re.compile(r"(\d{1,2}\.\d{4,12})(.*)", re.DOTALL)
_USUAL_CODE: Final = re.compile(r"\d\.\d{6}")


def clean(text: object, *, where: str, found: list[Finding]) -> str:
    """
    Return composed text without markup or invisible signs; lines stay apart.

    Whatever was mended is added to `found`, once per place.
    """
    if text is None or not str(text).strip():
        return ""
    written = str(text)
    composed = unicodedata.normalize("NFC", written)
    if composed != written:
        found.append(Finding(Kind.NOT_COMPOSED, where, written))
    bare = _without_markup(composed)
    if "\n" not in bare and bare.isprintable():
        # By far the most texts; looking at each sign is what takes the time of an import.
        if bare != composed:
            found.append(Finding(Kind.HTML, where, composed[:500]))
        return " ".join(bare.split())
    if bare != composed:
        found.append(Finding(Kind.HTML, where, composed[:500]))
    visible = "".join(_visible(sign) for sign in bare)
    if any(_visible(sign) != sign for sign in bare):
        found.append(Finding(Kind.INVISIBLE_SIGNS, where))
    lines = (" ".join(line.split()) for line in visible.splitlines())
    # Taking out a joiner may bring a letter and its accent together.
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def clean_line(text: object, *, where: str, found: list[Finding]) -> str:
    """Return cleaned text on one line, as names are."""
    return " ".join(clean(text, where=where, found=found).split())


def clean_name(text: object, *, found: list[Finding]) -> str:
    """Return the cleaned name of a procedure without what stood before it in a list."""
    written = clean_line(text, where="name", found=found)
    mark = _MARK.match(written)
    if mark is None:
        return written
    found.append(Finding(Kind.NAME_MARKED, "name", written))
    return written[mark.end() :]


def clean_code(written: str, found: list[Finding]) -> tuple[str, str]:
    """Return the code that was meant, "" if none can be read, and the suffix that it carried."""
    visible = "".join(sign for sign in written if unicodedata.category(sign) not in {"Cc", "Cf"})
    match = _CODE.fullmatch(visible.strip())
    if match is None:
        return "", ""
    code, suffix = match.group(1), match.group(2).strip()
    if code != written:
        found.append(Finding(Kind.CODE_REPAIRED, "code", written))
    if not _USUAL_CODE.fullmatch(code) or suffix:
        found.append(Finding(Kind.CODE_ODD, "code", written))
    return code, suffix


def _without_markup(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", _SCRIPT.sub(" ", text)))
    if _ENTITY.search(text):
        text = html.unescape(text)
        # Markup that had been escaped once more.
        text = _TAG.sub(" ", _BREAK.sub("\n", _SCRIPT.sub(" ", text)))
    return text


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if sign in "\n\r\t":
        return sign
    # Bullets of symbol fonts lie in the private use area.
    if category == "Co":
        return "-"
    return "" if category in {"Cf", "Cs"} else " " if category == "Cc" else sign
