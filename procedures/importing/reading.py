"""Lines of JSON turned into records; a line that is none says why."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from accounts.enums import Tier
from portal.core.text import fold
from procedures.enums import FilingChannel
from procedures.importing.cleaning import clean, clean_code, clean_line, clean_name
from procedures.importing.duration import read_times
from procedures.importing.findings import Finding, Kind, distinct
from procedures.importing.money import read_fees
from procedures.importing.papers import read_papers
from procedures.importing.records import Content, Record, Row, Unreadable

# Raised when a record of the same text is to be understood differently from before.
READING: Final = 1

MOST_LINE: Final = 5_000_000
NAME_LENGTH: Final = 1_500
LONG_NAME: Final = 500
_CHANNELS: Final = {
    "truc_tuyen": FilingChannel.ONLINE,
    "truc_tiep": FilingChannel.COUNTER,
    "buu_chinh": FilingChannel.POST,
}
_TIERS: Final = {"tinh": Tier.PROVINCE, "xa": Tier.COMMUNE}
_NO_FIELD: Final = "Chưa phân lĩnh vực"
_ABOLISHED: Final = re.compile(r"cấp\s+huyện", re.IGNORECASE)
_STEP: Final = re.compile(r"(?im)^[\s\-+*]*(bước\s+\d+)\s*[:.\-]?\s*")
_DECISION: Final = re.compile(r"^(?:quyết định)?\s*(?:số)?\s*:?\s*", re.IGNORECASE)


def read_file(path: Path) -> Iterator[Record | Unreadable]:
    """Yield a record, or why it is none, for each line that holds anything."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield read_line(number, line)


def read_line(number: int, line: bytes) -> Record | Unreadable:
    if len(line) > MOST_LINE:
        return Unreadable(number, "dòng quá dài")
    try:
        source = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Unreadable(number, "không phải JSON viết bằng UTF-8")
    if not isinstance(source, dict):
        return Unreadable(number, "không phải một bản ghi")
    try:
        return _read(number, source)
    except (AttributeError, TypeError, ValueError, OverflowError) as wrong:
        return Unreadable(number, f"sai kiểu dữ liệu: {wrong}")


def _read(number: int, source: dict[str, Any]) -> Record | Unreadable:
    found: list[Finding] = []
    code, suffix = clean_code(str(source.get("code") or ""), found)
    if not code:
        return Unreadable(number, "thiếu mã thủ tục, hoặc mã không đọc được")
    name = clean_name(source.get("name"), found=found)
    if not name:
        return Unreadable(number, f"{code}: thiếu tên thủ tục")
    if len(name) > NAME_LENGTH:
        return Unreadable(number, f"{code}: tên dài {len(name)} ký tự, quá {NAME_LENGTH}")
    if len(name) > LONG_NAME:
        found.append(Finding(Kind.LONG_NAME, "name", f"{len(name)} ký tự"))
    sectors = _lines(source, "sectors", found)
    if not sectors:
        found.append(Finding(Kind.NO_FIELD, "sectors"))
    content = _content(name, source, sectors, found) if has_detail(source) else None
    if _ABOLISHED.search(json.dumps(source, ensure_ascii=False)):
        found.append(Finding(Kind.ABOLISHED_TIER, "text"))
    return Record(
        line=number,
        code=code,
        suffix=suffix,
        name=name,
        field_name=(sectors or [_NO_FIELD])[0][:200],
        tiers=tuple(_TIERS[one] for one in source.get("levels") or [] if one in _TIERS),
        content=content,
        findings=distinct(found),
        source=source,
        content_hash=hash_of(source),
    )


def has_detail(source: Mapping[str, Any]) -> bool:
    return any(source.get(part) for part in ("steps", "methods", "components"))


def hash_of(source: Mapping[str, Any]) -> str:
    """Return the hash of what a record says, whatever the order of its keys."""
    text = json.dumps(source, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{READING}\n{text}".encode()).hexdigest()


def _content(name: str, source: Row, sectors: list[str], found: list[Finding]) -> Content:
    methods = [
        (_CHANNELS[str(method.get("channel"))], method)
        for method in source.get("methods") or []
        if str(method.get("channel")) in _CHANNELS
    ]
    papers, notes = read_papers(source.get("components") or [], found)
    decision = clean_line(source.get("decision_no"), where="decision_no", found=found)
    decision = _DECISION.sub("", decision)[:80]
    if not decision:
        found.append(Finding(Kind.NO_DECISION, "decision_no"))
    agencies = _lines(source, "executing_agencies", found)
    revision = {
        "name": name,
        "keywords": _keywords(source, sectors, found),
        "subjects": [one[:200] for one in _lines(source, "subject_types", found)],
        "order_of_steps": _steps(source, found),
        "filing_places": _places(source, methods, found),
        "agency_text": "; ".join(agencies),
        "results": [one[:2000] for one in _named(source, "results", found)],
        "requirements": clean(source.get("requirements"), where="requirements", found=found),
        "legal_grounds": _grounds(source, found),
        "decision_number": decision,
        "decision_agency": clean_line(
            source.get("promulgating_agency"), where="promulgating_agency", found=found
        )[:200],
        "paper_notes": notes,
    }
    return Content(
        revision=revision,
        times=read_times(methods, found),
        fees=read_fees(methods, found),
        papers=papers,
    )


def _lines(source: Row, name: str, found: list[Finding]) -> list[str]:
    given = source.get(name) or []
    cleaned = [clean_line(one, where=name, found=found) for one in given]
    return list(dict.fromkeys(one for one in cleaned if one))


def _named(source: Row, name: str, found: list[Finding]) -> list[str]:
    given = [one.get("name") if isinstance(one, dict) else one for one in source.get(name) or []]
    cleaned = [clean_line(one, where=name, found=found) for one in given]
    return list(dict.fromkeys(one for one in cleaned if one))


def _keywords(source: Row, sectors: list[str], found: list[Finding]) -> list[str]:
    written = source.get("keywords") or ""
    text = "; ".join(map(str, written)) if isinstance(written, list) else str(written)
    words = [clean_line(one, where="keywords", found=found) for one in re.split("[;\n]", text)]
    # A second field is one more word under which people look.
    told = [one for one in [*words, *sectors[1:]] if fold(one) not in {"", "khong", "khong co"}]
    return list(dict.fromkeys(one[:120] for one in told))


def _steps(source: Row, found: list[Finding]) -> list[dict[str, str]]:
    steps: list[dict[str, str]] = []
    for step in source.get("steps") or []:
        title = clean_line(step.get("name"), where="steps", found=found)
        text = clean(step.get("text"), where="steps", found=found)
        parts = _STEP.split(text)
        if len(parts) < 3:
            steps += [{"title": title, "text": text}] if title or text else []
            continue
        if parts[0].strip() or title:
            steps.append({"title": title, "text": parts[0].strip()})
        for heading, body in zip(parts[1::2], parts[2::2], strict=True):
            steps.append({"title": heading.capitalize(), "text": body.strip()})
    return steps


def _places(source: Row, methods: Iterable[tuple[str, Row]], found: list[Finding]) -> str:
    lines = []
    for channel, method in methods:
        note = clean(method.get("note"), where="methods.note", found=found)
        label = str(FilingChannel(channel).label)
        label = label[:1].upper() + label[1:]
        lines.append(f"{label}: {note}" if note else f"{label}.")
    address = clean(source.get("receiving_address"), where="receiving_address", found=found)
    return "\n".join(dict.fromkeys([*lines, *([address] if address else [])]))


def _grounds(source: Row, found: list[Finding]) -> list[dict[str, str]]:
    grounds = [
        {
            "number": clean_line(one.get("code"), where="legal_basis", found=found),
            "title": clean_line(one.get("name"), where="legal_basis", found=found),
        }
        for one in source.get("legal_basis") or []
    ]
    return [one for one in grounds if one["number"] or one["title"]]
