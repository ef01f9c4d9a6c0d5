"""Records as the national record writes them, each sound until told otherwise."""

import json
from datetime import UTC, datetime

from procedures.importing.reading import read_line
from procedures.services.importing import import_records

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def fee(value=0, text="", *, currency="VND", kind=None):
    return {"type": kind, "value": value, "currency": currency, "text": text}


def method(channel="truc_tiep", amount=5, unit="WORKING_DAY", *, fees=(), note=""):
    return {
        "channel": channel, "time_value": amount, "time_unit": unit,
        "fees": list(fees), "note": note,
    }  # fmt: skip


def component(name, *, originals=1, copies=0, case="", files=()):
    return {
        "case": case, "name": name, "original_qty": originals, "copy_qty": copies,
        "form_files": list(files),
    }  # fmt: skip


def source(code="9.900001", **given):
    return {
        "code": code,
        "name": "Cấp giấy phép nuôi chim yến",
        "sectors": ["Chăn nuôi"],
        "promulgating_agency": "Bộ Thử nghiệm",
        "executing_agencies": ["Sở Thử nghiệm"],
        "levels": ["tinh", "xa", "bo"],
        "subject_types": ["Công dân Việt Nam"],
        "decision_no": "Quyết định số 12/QĐ-BTN",
        "steps": [{"name": "", "text": "Bước 1: Nộp hồ sơ.\nBước 2: Nhận kết quả."}],
        "methods": [method(fees=[fee(50_000)])],
        "components": [component("Đơn đề nghị")],
        "legal_basis": [{"code": "01/2026/NĐ-CP", "name": ""}],
        "results": [{"code": "KQ.1", "name": "Giấy phép"}],
        "requirements": "Có chuồng trại.",
        "keywords": "",
        "receiving_address": "",
        **given,
    }


def listed(code="9.900002", name="Xác nhận mùa vụ"):
    return source(code, name=name, steps=[], methods=[], components=[], decision_no="")


def read(*sources):
    return [
        read_line(number, json.dumps(one, ensure_ascii=False).encode())
        for number, one in enumerate(sources, start=1)
    ]


def record(**given):
    return read(source(**given))[0]


def kinds(one):
    return {finding.kind for finding in one.findings}


def take(*sources, at=AT, dry_run=False):
    return import_records(read(*sources), at=at, dry_run=dry_run)
