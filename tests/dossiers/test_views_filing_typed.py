"""What is typed while filing: kept right or wrong, saved by itself, never silently overwritten."""

import pytest
from django.urls import reverse

from tests.dossiers.filing import mark, step_url, walk
from tests.factories.filing import place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_invalid_values_are_kept_shown_and_named(citizen):
    draft = walk(citizen, place(), upto="nguoi")

    response = citizen.post(
        step_url(draft, "nguoi"), mark(draft, relation="SELF", phone="12ab", address="")
    )
    again = citizen.get(step_url(draft, "nguoi")).content.decode()

    shown = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_phone"' in shown
    assert 'value="12ab"' in shown
    assert 'value="12ab"' in again
    assert "error-summary" not in again


def test_autosave_keeps_what_is_typed_right_or_wrong(citizen):
    draft = walk(citizen, place(), upto="to-khai")
    url = reverse("dossiers:autosave", args=[draft.pk, "to-khai"]) + "?muc=chung"

    response = citizen.post(url, mark(draft, **{"f-ly_do": "x" * 250}))

    assert response.json() == {"saved_at": "09:00"}
    draft.refresh_from_db()
    assert draft.answers["ly_do"] == ["x" * 250]
    assert "to-khai.chung" not in draft.done_steps
    assert "x" * 250 in citizen.get(step_url(draft, "to-khai", "?muc=chung")).content.decode()


def test_autosave_of_one_page_never_conflicts_with_itself(citizen):
    draft = walk(citizen, place(), upto="nguoi")
    url = reverse("dossiers:autosave", args=[draft.pk, "nguoi"])
    posted = mark(draft, relation="SELF", phone="0912345678", address="Thôn Đông")

    answers = [citizen.post(url, posted).status_code for _time in range(3)]
    submitted = citizen.post(step_url(draft, "nguoi"), posted)

    assert answers == [200, 200, 200]
    assert submitted.status_code == 302


def test_two_tabs_of_one_step_are_told_and_lose_nothing(citizen):
    draft = walk(citizen, place(), upto="nguoi")
    one = mark(draft, relation="SELF", phone="0912345678", address="Tab một")
    other = mark(draft, relation="SELF", phone="0912345678", address="Tab hai")
    autosave = reverse("dossiers:autosave", args=[draft.pk, "nguoi"])

    citizen.post(step_url(draft, "nguoi"), one)
    silent = citizen.post(autosave, other)
    told = citizen.post(step_url(draft, "nguoi"), other)

    shown = told.content.decode()
    assert (silent.status_code, told.status_code) == (409, 409)
    assert "Bước này vừa được lưu ở một trang khác" in shown
    assert "Tab hai" in shown
    draft.refresh_from_db()
    assert draft.applicant["address"] == "Tab một"
    # Sent from the page just shown, the person's own choice wins.
    citizen.post(step_url(draft, "nguoi"), mark(draft, **{**other, **mark(draft)}))
    draft.refresh_from_db()
    assert draft.applicant["address"] == "Tab hai"


def test_the_browsers_back_button_is_not_a_conflict(citizen):
    draft = walk(citizen, place(), upto="nguoi")
    first = mark(draft, relation="SELF", phone="0912345678", address="Thôn Đông")
    citizen.post(step_url(draft, "nguoi"), first)
    citizen.post(step_url(draft, "to-khai", "?muc=chung"), mark(draft, **{"f-ly_do": "Nhập học"}))

    response = citizen.post(step_url(draft, "nguoi"), {**first, "address": "Thôn Đoài"})

    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.applicant["address"] == "Thôn Đoài"


def test_a_part_of_the_form_that_is_gone_keeps_what_was_typed(citizen):
    draft = walk(citizen, place(), upto="to-khai")

    response = citizen.post(
        step_url(draft, "to-khai", "?muc=da_bo"), mark(draft, **{"f-cu": "Đã gõ"})
    )

    assert response.url == step_url(draft, "to-khai", "?muc=chung")
    draft.refresh_from_db()
    assert draft.unsealed()["answers"]["cu"] == ["Đã gõ"]


def test_the_identity_number_is_masked_and_sealed(citizen, owner):
    draft = walk(citizen, place(), upto="nguoi")
    number = owner.identity_number

    citizen.post(
        step_url(draft, "nguoi"),
        mark(draft, relation="MINOR_CHILD", child_identity="031320000017", phone="0912345678"),
    )

    shown = citizen.get(step_url(draft, "nguoi")).content.decode()
    assert number not in shown
    draft.refresh_from_db()
    assert "031320000017" not in str(draft.applicant)
    assert draft.unsealed()["applicant_identity"] == "031320000017"
