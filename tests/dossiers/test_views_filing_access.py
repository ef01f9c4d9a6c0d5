"""Drafts of others are absent on every page and step of filing; tests/guardrails tries the rest."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from dossiers.models import Draft
from tests.factories.accounts import CitizenFactory
from tests.factories.filing import place, ready_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def every_url(draft, file_id):
    steps = ["co-quan", "nguoi", "to-khai", "giay-to", "nhan-ket-qua", "xem-lai", "nop"]
    get = [reverse("dossiers:step", args=[draft, step]) for step in steps]
    get += [
        reverse("dossiers:draft_file", args=[draft, file_id]),
        reverse("dossiers:draft_preview", args=[draft, file_id, 1]),
    ]
    post = [reverse("dossiers:autosave", args=[draft, step]) for step in steps]
    post += get[:7]
    post += [
        reverse("dossiers:paper_upload", args=[draft, "can-cuoc"]),
        reverse("dossiers:paper_remove", args=[draft, file_id]),
        reverse("dossiers:paper_move", args=[draft, file_id]),
        reverse("dossiers:draft_delete", args=[draft]),
    ]
    return get, post


def pairs(draft_id, file_id):
    real_get, real_post = every_url(draft_id, file_id)
    absent_get, absent_post = every_url(uuid4(), uuid4())
    yield from (("get", real, absent) for real, absent in zip(real_get, absent_get, strict=True))
    yield from (("post", real, absent) for real, absent in zip(real_post, absent_post, strict=True))


def without_ids(answer, real, absent):
    text = answer.content.decode().replace(real, "URL").replace(absent, "URL")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_anothers_draft_answers_like_an_absent_one_everywhere(citizen, owner):
    theirs = ready_draft(place(), CitizenFactory())
    file_id = theirs.papers.first().file_id
    before = Draft.objects.get(pk=theirs.pk).version
    ready_draft(place("khac"), owner)

    for method, real, absent in pairs(theirs.pk, file_id):
        answers = [getattr(citizen, method)(url) for url in (real, absent)]
        assert [answer.status_code for answer in answers] == [404, 404], real
        first, second = (without_ids(answer, real, absent) for answer in answers)
        assert first == second, real

    assert Draft.objects.get(pk=theirs.pk).version == before
