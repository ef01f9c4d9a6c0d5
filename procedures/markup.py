"""
The small markup of guides, answers and announcements: plain text in, blocks out.

Never HTML: what a writer types is text to the last sign, and templates escape it. Every pattern is
bounded, so that reading takes time in proportion to the text whatever it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from portal.core.text import fold

MAX_BODY: Final = 20_000
MAX_LINES: Final = 600

_INLINE: Final = re.compile(
    r"\*\*(?P<bold>[^*\n]{1,300})\*\*"
    r"|\[(?P<label>[^\[\]\n]{1,200})\]\((?P<address>[^()\s]{1,300})\)"
)
_PICTURE: Final = re.compile(r"!\[(?P<caption>[^\[\]]{0,300})\]\((?P<key>[a-z0-9-]{1,64})\)")
_NUMBERED: Final = re.compile(r"\d{1,3}[.)] {1,4}(?=\S)")
# Pages of ours, or another site by its full and safe address; nothing that runs.
_ADDRESS: Final = re.compile(
    r"(?:/(?![/\\])[^\\<>\"]*|#[a-z0-9-]+|https://[a-z0-9][^\\<>\"@]*|mailto:[^\\<>\"/?]+"
    r"|tel:\+?[0-9]{3,15})\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words inside a line; `address` only where it is a link."""

    text: str
    bold: bool = False
    address: str = ""

    @property
    def leaves(self) -> bool:
        """Whether the link leads to another site."""
        return self.address[:8].lower() == "https://"


Line = tuple[Piece, ...]
Kind = Literal["heading", "subheading", "paragraph", "list", "steps", "media"]


_MARKS: Final[tuple[tuple[str, Kind], ...]] = (
    ("### ", "subheading"),
    ("## ", "heading"),
    ("- ", "list"),
    ("* ", "list"),
)
_SEVERAL: Final = frozenset(("list", "steps", "paragraph"))


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text: `lines` of a list are its items, other kinds have one line."""

    kind: Kind
    lines: tuple[Line, ...] = ()
    # Of headings, to jump to; of pictures and clips, the key under which they were uploaded.
    key: str = ""
    caption: str = ""

    @property
    def line(self) -> Line:
        return self.lines[0] if self.lines else ()


def parse(body: str) -> list[Block]:
    """Return the blocks of a text, those of unknown shape as paragraphs."""
    blocks: list[Block] = []
    taken: set[str] = set()
    for kind, typed in _grouped(body):
        if kind in {"heading", "subheading"}:
            line = parse_line(typed[0])
            blocks.append(Block(kind, (line,), key=_anchor(line, taken)))
        elif kind == "media":
            caption, key = _PICTURE.fullmatch(typed[0]).groups()  # type: ignore[union-attr]
            blocks.append(Block(kind, key=key, caption=caption.strip()))
        elif kind == "paragraph":
            blocks.append(Block(kind, (parse_line(" ".join(typed)),)))
        else:
            blocks.append(Block(kind, tuple(parse_line(text) for text in typed)))
    return blocks


def _grouped(body: str) -> Iterator[tuple[Kind, list[str]]]:
    """Yield what each run of lines is; lists and paragraphs go on until something else comes."""
    kind: Kind | None = None
    gathered: list[str] = []
    for raw in body.splitlines():
        found, text = _classify(raw.strip())
        if found == kind and found in _SEVERAL:
            gathered.append(text)
            continue
        if kind is not None:
            yield kind, gathered
        kind, gathered = found, [text]
    if kind is not None:
        yield kind, gathered


def parse_line(text: str) -> Line:
    """Return the runs of one line; a link to where none may lead stays as it was typed."""
    pieces: list[Piece] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match["bold"] is not None:
            piece = Piece(match["bold"], bold=True)
        elif _ADDRESS.match(match["address"]):
            piece = Piece(match["label"], address=match["address"])
        else:
            continue
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        pieces.append(piece)
        at = match.end()
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def media_keys(body: str) -> list[str]:
    """Return the keys of the pictures and clips that a text places, in its order, once each."""
    return list(dict.fromkeys(block.key for block in parse(body) if block.kind == "media"))


def bad_links(body: str) -> list[str]:
    """Return the addresses that were typed as links but lead nowhere that is allowed."""
    return [
        match["address"]
        for kind, typed in _grouped(body)
        if kind != "media"
        for match in _INLINE.finditer("\n".join(typed))
        if match["address"] is not None and not _ADDRESS.match(match["address"])
    ]


def plain(body: str) -> str:
    """Return the words of a text without its marks, for search and for descriptions."""
    return " ".join(_words(body))


def _words(body: str) -> Iterator[str]:
    for block in parse(body):
        if block.caption:
            yield block.caption
        for line in block.lines:
            yield "".join(piece.text for piece in line)


def _classify(text: str) -> tuple[Kind | None, str]:
    """Return what a line is, with its text: of media all of it, of others without the mark."""
    if not text:
        return None, ""
    for mark, kind in _MARKS:
        rest = text[len(mark) :].strip()
        if rest and text.startswith(mark):
            return kind, rest
    numbered = _NUMBERED.match(text)
    if numbered:
        return "steps", text[numbered.end() :]
    return ("media" if _PICTURE.fullmatch(text) else "paragraph"), text


def _anchor(line: Line, taken: set[str]) -> str:
    """Return a name for a heading that no other heading of the text has."""
    words = slug_of("".join(piece.text for piece in line)) or "muc"
    name, number = words, len(taken)
    while name in taken:
        # From their count on, so that a thousand equal headings do not each try all numbers.
        number += 1
        name = f"{words}-{number}"
    taken.add(name)
    return name


def slug_of(text: str, *, longest: int = 60) -> str:
    """Return a title as a part of an address: "Đăng ký" gives "dang-ky"; "" if nothing is left."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > longest:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "".join(words)[:longest]
