"""The pages of filing: one draft, its steps in order, and what becomes of it when rules change."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from dossiers.models import Dossier, Draft
from procedures.services import repealing
from tests.dossiers.filing import mark, said, step_url, walk
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import place, ready_draft
from tests.factories.procedures import FORM_DEFINITION, FormVersionFactory, RevisionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_start_makes_one_draft_and_comes_back_to_it(citizen, owner):
    where = place()
    url = reverse("dossiers:start", args=[where.procedure.code])

    first, second = citizen.get(url), citizen.get(url)

    [draft] = Draft.objects.all()
    assert first.url == second.url == step_url(draft, "co-quan")
    assert draft.owner == owner
    assert draft.agency == where.office.agency


def test_start_refuses_what_is_not_taken_online(citizen):
    where = place(declared_level=2)

    response = citizen.get(reverse("dossiers:start", args=[where.procedure.code]))
    unknown = citizen.get(reverse("dossiers:start", args=["1.999999"]))

    assert (response.status_code, unknown.status_code) == (404, 404)
    assert "không nhận hồ sơ trực tuyến" in response.content.decode()
    assert not Draft.objects.exists()


def test_several_agencies_are_asked_and_invalid_ones_refused(citizen):
    where = place()
    place_two = ready_draft(place("binh-lam"), CitizenFactory())
    citizen.get(reverse("dossiers:start", args=[where.procedure.code]))
    draft = Draft.objects.exclude(pk=place_two.pk).get()

    shown = citizen.get(step_url(draft, "co-quan")).content.decode()
    refused = citizen.post(step_url(draft, "co-quan"), mark(draft, agency="999999"))
    taken = citizen.post(
        step_url(draft, "co-quan"), mark(draft, agency=str(where.office.agency.pk))
    )

    assert "Ủy ban nhân dân xã binh-lam" in shown
    assert refused.status_code == 422
    assert "Chọn cơ quan nhận hồ sơ" in refused.content.decode()
    assert taken.url == step_url(draft, "nguoi")


def test_no_step_can_be_jumped(citizen):
    where = place()
    citizen.get(reverse("dossiers:start", args=[where.procedure.code]))
    draft = Draft.objects.get()
    first = step_url(draft, "co-quan")

    for step in ("nguoi", "to-khai", "giay-to", "xem-lai", "nop"):
        query = "?muc=chung" if step == "to-khai" else ""
        response = citizen.get(step_url(draft, step, query))

        assert response.url == first, step
        assert any("Cơ quan" in sentence for sentence in said(response)), step
    handed_in = citizen.post(
        step_url(draft, "nop"), {"key": draft.submission_key, "promise": "on", "altcha": "x"}
    )
    assert handed_in.url == first
    assert not Dossier.objects.exists()


def test_a_change_from_the_review_comes_back_to_the_review(citizen):
    draft = walk(citizen, place())
    shown = citizen.get(step_url(draft, "xem-lai")).content.decode()
    assert step_url(draft, "nguoi", "?ve=xem-lai") in shown

    response = citizen.post(
        step_url(draft, "nguoi", "?ve=xem-lai"),
        mark(draft, relation="SELF", phone="0912345678", address="Thôn Bắc"),
    )

    assert response.url == step_url(draft, "xem-lai")
    assert "Thôn Bắc" in citizen.get(response.url).content.decode()
    # The review must be read again before handing in.
    assert citizen.get(step_url(draft, "nop")).url == step_url(draft, "xem-lai")


def test_at_most_ten_drafts(citizen, owner):
    for number in range(10):
        citizen.get(reverse("dossiers:start", args=[place(f"xa-{number}").procedure.code]))

    response = citizen.get(reverse("dossiers:start", args=[place("xa-10").procedure.code]))

    assert response.url == reverse("dossiers:mine")
    assert any("10 hồ sơ đang làm dở" in sentence for sentence in said(response))
    assert Draft.objects.count() == 10


def test_deleting_a_draft_asks_first(citizen):
    draft = walk(citizen, place(), upto="nguoi")
    url = reverse("dossiers:draft_delete", args=[draft.pk])

    asked = citizen.post(url)
    assert Draft.objects.exists()
    citizen.post(url, {"chac-chan": "1"})

    assert "Xóa hồ sơ làm dở này?" in asked.content.decode()
    assert not Draft.objects.exists()


def test_who_has_begun_reads_that_the_procedure_was_repealed_and_nothing_is_filed(citizen):
    where = place()
    draft = walk(citizen, where)
    repealing.repeal_procedure(
        code=where.procedure.code,
        decision="125/QĐ-UBND",
        decision_date=MONDAY_9AM.date(),
        replaced_by=RevisionFactory(procedure__name="Thủ tục thay thế").procedure.code,
        publisher=StaffFactory(role=Role.PUBLISHER),
        at=MONDAY_9AM,
    )

    page = citizen.get(step_url(draft, "nop"), follow=True)
    citizen.post(step_url(draft, "nop"), {"key": draft.submission_key, "promise": "on"})

    assert "Thủ tục này đã bãi bỏ, không nộp được nữa" in page.text
    assert "quyết định 125/QĐ-UBND" in page.text
    assert "Thủ tục thay thế" in page.text
    assert not Dossier.objects.exists()
    draft.refresh_from_db()
    assert draft.answers


def test_a_new_revision_moves_the_draft_and_keeps_every_value(citizen):
    where = place()
    draft = walk(citizen, where)
    old = where.procedure.current_revision
    type(old).objects.filter(pk=old.pk).update(state="SUPERSEDED")
    definition = {
        "version": 1,
        "title": "Tờ khai mới",
        "sections": [
            FORM_DEFINITION["sections"][0],
            {
                "key": "them",
                "title": "Phần mới",
                "fields": [{"key": "moi", "type": "text", "label": "Điều mới", "required": True}],
            },
        ],
    }
    RevisionFactory(
        procedure=where.procedure,
        number=2,
        form_version=FormVersionFactory(procedure=where.procedure, number=2, definition=definition),
    )

    response = citizen.get(step_url(draft, "nop"), follow=True)

    draft.refresh_from_db()
    assert draft.revision.number == 2
    assert draft.answers == {"ly_do": ["Nhập học"]}
    assert draft.papers.count() == 2
    shown = response.content.decode()
    assert response.redirect_chain[-1][0] == step_url(draft, "to-khai", "?muc=them")
    assert "vừa được cơ quan cập nhật" in shown
    assert "Điều mới" in shown
