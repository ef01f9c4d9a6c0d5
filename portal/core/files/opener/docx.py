"""Word files of today: every part is read; programs, foreign files and far links are refused."""

import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from .archives import read_entry
from .verdicts import Refused

DOCUMENT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CONTENT_TYPES: Final = "[Content_Types].xml"
MACRO_TYPE: Final = re.compile(r"macroEnabled|vbaProject|vbaData", re.IGNORECASE)
MACRO_NAME: Final = re.compile(r"(?:\A|/)vba(?:Project|Data)[^/]*\Z", re.IGNORECASE)
ACTIVE_NAME: Final = re.compile(r"(?:\A|/)(?:activeX|webextensions|customUI)/", re.IGNORECASE)
EMBEDDED_NAME: Final = re.compile(r"(?:\A|/)embeddings/", re.IGNORECASE)
# Text, pictures and fonts; whatever else a package carries is another file inside this one.
PARTS: Final = frozenset((
    "", "xml", "rels", "png", "jpg", "jpeg", "jpe", "gif", "bmp", "tif", "tiff", "emf", "wmf",
    "wdp", "svg", "ico", "odttf", "ttf", "vml", "sigs",
))  # fmt: skip
FOREIGN: Final = (
    b"MZ",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"%PDF-",
    b"{\\rtf",
)
# Word fetches these by itself, or runs them, from wherever the relation points.
EMBEDDING_RELATIONS: Final = frozenset(("oleObject", "package", "aFChunk", "subDocument"))
ACTIVE_RELATIONS: Final = frozenset(("control", "webextensiontaskpanes", "webextension"))
MACRO_RELATIONS: Final = frozenset(("vbaProject", "wordVbaData", "keyMapCustomizations"))
# A field that starts another program, or that spells its own words in numbers to hide them.
COMMAND_FIELD: Final = re.compile(
    r"\A\s*\"?\s*(?:DDE(?:AUTO)?\b|QUOTE(?:\s+\d{2,3}){3})", re.IGNORECASE
)


def inspect_docx(archive: zipfile.ZipFile) -> None:
    """
    Read a Word file to its end.

    :raises Refused: when it is not to be kept.
    """
    for entry in archive.infolist():
        check_name(entry.filename)
    check_types(read_entry(archive, archive.getinfo(CONTENT_TYPES)))
    for entry in archive.infolist():
        data = read_entry(archive, entry)
        if data.startswith(FOREIGN):
            raise Refused("embedded")
        if entry.filename.endswith(".rels"):
            check_relations(data)
        elif entry.filename.startswith("word/") and entry.filename.endswith(".xml"):
            check_fields(data)


def check_name(name: str) -> None:
    """Refuse a part by its name."""
    if MACRO_NAME.search(name):
        raise Refused("macros")
    if ACTIVE_NAME.search(name):
        raise Refused("word_active")
    extension = name.rpartition("/")[2].rpartition(".")[2] if "." in name else ""
    if EMBEDDED_NAME.search(name) or extension.lower() not in PARTS:
        raise Refused("embedded")


def elements(data: bytes) -> Iterator[tuple[str, dict[str, str], str]]:
    """
    Yield the local name, the attributes and the text of each element, as they end.

    :raises Refused: `damaged_word` for what is no XML; a document type, where entities that
        multiply are declared, has no place in a Word file.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    found: list[tuple[str, dict[str, str], str]] = []
    open_elements: list[tuple[str, dict[str, str], list[str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        open_elements.append((name.rpartition(" ")[2], plain, []))

    def text(words: str) -> None:
        if open_elements:
            open_elements[-1][2].append(words)

    def end(_: str) -> None:
        name, attributes, words = open_elements.pop()
        found.append((name, attributes, "".join(words)))

    def refuse(*_: object) -> None:
        raise Refused("damaged_word")

    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    view = memoryview(data)
    try:
        for at in range(0, len(data), 65536):
            parser.Parse(bytes(view[at : at + 65536]))
            yield from found
            found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("damaged_word") from error
    yield from found


def check_types(data: bytes) -> None:
    """Refuse a package that is no plain document, whatever it is called."""
    types = [attributes.get("ContentType", "") for _, attributes, _ in elements(data)]
    if any(MACRO_TYPE.search(each) for each in types):
        raise Refused("macros")
    if DOCUMENT not in types:
        raise Refused("damaged_word")


def check_relations(data: bytes) -> None:
    """Refuse relations to programs, to embedded files, and to anything far but plain links."""
    for name, attributes, _ in elements(data):
        if name != "Relationship":
            continue
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind in MACRO_RELATIONS:
            raise Refused("macros")
        if kind in ACTIVE_RELATIONS:
            raise Refused("word_active")
        if attributes.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise Refused("external")
        if kind in EMBEDDING_RELATIONS:
            raise Refused("embedded")


def check_fields(data: bytes) -> None:
    """Refuse fields that start another program; their words may be cut into many pieces."""
    words: list[str] = []
    for name, attributes, text in elements(data):
        if name == "fldSimple" and COMMAND_FIELD.match(attributes.get("instr", "")):
            raise Refused("word_active")
        if name == "instrText":
            words.append(text)
        elif name == "fldChar":
            if COMMAND_FIELD.match("".join(words)):
                raise Refused("word_active")
            words.clear()
    if COMMAND_FIELD.match("".join(words)):
        raise Refused("word_active")
