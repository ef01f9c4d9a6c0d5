"""Papers while filing: what is taken, in which order it stands, what is refused in words."""

import pytest
from django.urls import reverse

from tests.core.uploads import docx, heic, zipped
from tests.dossiers.filing import SCRIPT, mark, said, step_url, upload, walk
from tests.factories.filing import photo, place, ready_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_upload_shows_a_card_to_the_script_and_a_page_to_everybody(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    card = upload(citizen, draft, headers=SCRIPT)
    plain = upload(citizen, draft, "can-cuoc")

    html = card.content.decode()
    assert card.status_code == 200
    assert 'id="paper-giay-chung-sinh"' in html
    assert "đã nhận 1 trang" in html
    assert "<html" not in html
    assert plain.url == step_url(draft, "giay-to") + "#paper-can-cuoc"
    assert draft.papers.count() == 2


def test_hostile_uploads_are_refused_in_words_and_leave_nothing(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    upload(citizen, draft, "can-cuoc")
    hostile = {
        "rong.pdf": b"",
        "anh.jpg": b"<html><script>alert(1)</script></html>",
        "giay-to.pdf.exe": b"MZ\x90\x00 program",
        "hong.pdf": b"%PDF-1.4 cut short",
        "x.png": b"not a picture",
    }

    for name, data in hostile.items():
        refused = upload(citizen, draft, data=data, name=name)
        by_script = upload(citizen, draft, data=data, name=name, headers=SCRIPT)

        assert (refused.status_code, by_script.status_code) == (422, 422), name
        assert "cần chụp lại" in by_script.content.decode(), name
        assert [link.paper_key for link in draft.papers.all()] == ["can-cuoc"], name


def test_a_zip_becomes_its_papers_on_the_card(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    data = zipped(("mat-truoc.jpg", photo().read()), ("mat-sau.heic", heic()), ("don.docx", docx()))

    card = upload(citizen, draft, data=data, name="giay.zip", headers=SCRIPT).content.decode()

    assert "đã nhận 2 trang và 1 tệp Word" in card
    assert card.count("/trang/1/") == 4  # picture and link of the two photos, none of the Word file
    assert [name in card for name in ("mat-truoc.jpg", "mat-sau.heic", "don.docx")] == [True] * 3
    assert "tệp Word, – trang" in card
    assert ".zip" in card


def test_a_zip_with_a_bad_member_is_refused_with_its_name(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    data = zipped(("tot.jpg", photo().read()), ("xau.html", b"<html><script>1</script>"))

    refused = upload(citizen, draft, data=data, name="giay.zip")

    assert refused.status_code == 422
    assert "“xau.html”" in refused.content.decode()
    assert not draft.papers.exists()


def test_several_files_of_a_zip_are_counted_in_the_message(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    data = zipped(("1.jpg", photo().read()), ("2.jpg", photo().read()))

    assert said(upload(citizen, draft, data=data, name="giay.zip")) == ["Đã nhận 2 tệp."]


def test_the_review_names_papers_that_are_word_files_only(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    for key in ("giay-chung-sinh", "can-cuoc"):
        upload(citizen, draft, key, data=docx(), name="don.docx")
    citizen.post(step_url(draft, "giay-to"), mark(draft))
    citizen.post(step_url(draft, "nhan-ket-qua"), mark(draft, method="COUNTER"))

    assert "1 tệp Word" in citizen.get(step_url(draft, "xem-lai")).content.decode()


def test_the_preview_of_a_word_file_is_absent(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    upload(citizen, draft, data=docx(), name="don.docx")
    file = draft.papers.get().file

    preview = citizen.get(reverse("dossiers:draft_preview", args=[draft.pk, file.pk, 1]))
    original = citizen.get(reverse("dossiers:draft_file", args=[draft.pk, file.pk]))

    assert preview.status_code == 404
    assert original["Content-Disposition"] == 'attachment; filename="don.docx"'


def test_a_hostile_name_is_shown_harmless(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    shown = upload(
        citizen,
        draft,
        name='"><img src=x onerror=alert(1)>.jpg',
        headers=SCRIPT,
    ).content.decode()

    assert "<img src=x" not in shown
    assert draft.papers.count() == 1


def test_papers_are_ordered_and_removed(citizen):
    draft = walk(citizen, place(), upto="giay-to")
    for name in ("mot.jpg", "hai.jpg", "ba.jpg"):
        upload(citizen, draft, name=name)
    files = [link.file for link in draft.papers.order_by("position")]

    citizen.post(reverse("dossiers:paper_move", args=[draft.pk, files[2].pk]))
    citizen.post(reverse("dossiers:paper_remove", args=[draft.pk, files[0].pk]))

    left = draft.papers.order_by("position").values_list("file__name", flat=True)
    assert list(left) == ["ba.jpg", "hai.jpg"]


def test_missing_papers_are_named(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    response = citizen.post(step_url(draft, "giay-to"))

    assert response.status_code == 422
    assert "Thêm tệp cho “Giấy chứng sinh”." in response.content.decode()


def test_an_own_file_comes_back_sealed_off(citizen, owner):
    draft = ready_draft(place(), owner)
    file = draft.papers.first().file

    response = citizen.get(reverse("dossiers:draft_file", args=[draft.pk, file.pk]))

    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/pdf"
