"""Filing through the client as a citizen does it, page by page; for tests of those pages."""

from io import BytesIO
from uuid import uuid4

import altcha
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dossiers.models import Draft
from tests.factories.filing import photo

SCRIPT = {"x-requested-with": "XMLHttpRequest"}


def step_url(draft, step, query=""):
    return reverse("dossiers:step", args=[draft.pk, step]) + query


def mark(draft, **fields):
    """Return what a page posts about itself, with its answers."""
    draft.refresh_from_db()
    return {"phien": str(draft.version), "trang": str(uuid4()), **fields}


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def walk(citizen, where, *, upto="nop"):
    """File page by page; return the draft on the page `upto`."""
    citizen.get(reverse("dossiers:start", args=[where.procedure.code]))
    draft = Draft.objects.get()
    people = {"relation": "SELF", "phone": "0912345678", "email": "", "address": "Thôn Đông"}
    pages = [
        ("co-quan", "", {}),
        ("nguoi", "", people),
        ("to-khai", "?muc=chung", {"f-ly_do": "Nhập học"}),
        ("giay-to", "", {}),
        ("nhan-ket-qua", "", {"method": "COUNTER"}),
        ("xem-lai", "", {}),
    ]
    for step, query, fields in pages:
        if step == upto:
            break
        if step == "giay-to":
            for key in ("giay-chung-sinh", "can-cuoc"):
                upload(citizen, draft, key)
        response = citizen.post(step_url(draft, step, query), mark(draft, **fields))
        assert response.status_code == 302, response.content.decode()
    return draft


def upload(citizen, draft, key="giay-chung-sinh", data=None, name="anh.jpg", **headers):
    data = photo() if data is None else data
    file = SimpleUploadedFile(name, data.read() if isinstance(data, BytesIO) else data)
    url = reverse("dossiers:paper_upload", args=[draft.pk, key])
    return citizen.post(url, {"file": file}, **headers)


def solved(citizen):
    """Solve the robot check as the page's script does."""
    made = citizen.get(reverse("accounts:robot_challenge")).json()
    solution = altcha.solve_challenge(
        made["challenge"], made["salt"], made["algorithm"], made["maxnumber"], 0
    )
    payload = altcha.Payload(
        made["algorithm"], made["challenge"], solution.number, made["salt"], made["signature"]
    )
    return payload.to_base64()
