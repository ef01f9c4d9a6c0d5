"""Words of a package that would be markup, a template or a formula are words on every page."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from procedures.enums import RevisionState
from procedures.exchange.lists import LISTS
from procedures.models import Revision
from procedures.services import publishing
from procedures.views.editor_part_pages import PAGES
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.procedures.test_exchange import AT, exported, packed, take

pytestmark = pytest.mark.django_db
CODE = "9.900001"
# A tag, an attribute's end, a template, a formula, and signs that turn or hide what follows.
WORDS = '=1+1 <b id="k">"\'onx=1 {{ 7|add:7 }} %s \u202e\u200b'
TEXTS = {
    "name", "everyday_name", "summary", "title", "text", "filing_places", "agency_text",
    "requirements", "hint", "help", "label", "condition", "ground", "note", "plain_name",
    "example", "row_title", "pattern_hint", "decision_number", "decision_agency",
}  # fmt: skip
LISTS_OF_TEXTS = {"subjects", "results", "keywords"}


def hostile(value, name=""):
    if isinstance(value, dict):
        return {key: hostile(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, "text" if name in LISTS_OF_TEXTS else name) for one in value]
    return WORDS if isinstance(value, str) and name in TEXTS else value


@pytest.fixture
def code(catalogue):
    [document] = exported("1.001193")
    document |= {
        "code": CODE,
        "name": WORDS,
        "field": {"slug": "x", "name": WORDS},
        "revision": hostile(document["revision"]),
        "workflows": [],
    }
    document["revision"] |= {"name": WORDS, "everyday_name": WORDS, "printable_forms": []}
    document["revision"]["keywords"] = [WORDS]
    for offer in document["offers"]:
        offer["workflow"] = None
    take(packed(document), StaffFactory(role=Role.EDITOR))
    return CODE


def test_words_are_words_to_editors_and_to_the_public(code, client):
    editor = sign_in_proved(client, StaffFactory(role=Role.PUBLISHER))
    draft = Revision.objects.get(procedure__code=code)
    parts = [
        "procedures:editor_procedure", "procedures:editor_draft",
        "procedures:editor_preview", "procedures:editor_form", "procedures:editor_form_try",
        "procedures:editor_review", "procedures:editor_differences",
    ]  # fmt: skip
    pages = {name: editor.get(reverse(name, args=[code])) for name in parts}
    for part in PAGES:
        pages[part] = editor.get(reverse("procedures:editor_part", args=[code, part]))
    pages["home"] = editor.get(reverse("procedures:editor_home"), {"q": code})
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=AT
    )
    publishing.publish_revision(
        revision_id=draft.pk,
        publisher=StaffFactory(role=Role.PUBLISHER),
        at=AT,
        lowered={one.pk: 1 for one in draft.procedure.offers.all()},
    )
    public = Client()
    for name in ("detail", "finder", "cover"):
        pages[name] = public.get(reverse(f"procedures:{name}", args=[code]))
    for name in ("search", "suggest"):
        pages[name] = public.get(reverse(f"procedures:{name}"), {"q": "b id k add 7"})

    wrong = {
        name: page.status_code
        for name, page in pages.items()
        if page.status_code not in {200, 302}
        or ("html" in page.get("Content-Type", "") and '<b id="k"' in page.content.decode())
    }
    assert not wrong
    assert "&lt;b id=" in pages["detail"].text
    assert "{{ 7|add:7 }}" in pages["detail"].text


def test_words_are_no_formula_in_any_list(code, client):
    sign_in_proved(client, StaffFactory(role=Role.EDITOR))

    for one in LISTS:
        answer = client.get(reverse("procedures:editor_export_list"), {"danh_sach": one.slug})
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        assert not [
            cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ]
