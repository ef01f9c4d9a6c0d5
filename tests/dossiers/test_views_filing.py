"""The pages of filing through the client: steps in order, everything typed kept, one dossier."""

from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.services import robots
from dossiers.models import Dossier, Draft
from portal.notices.models import Notice
from procedures.models import Offer
from procedures.services import repealing
from tests.core.uploads import docx, heic, zipped
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import photo, place, ready_draft
from tests.factories.procedures import FORM_DEFINITION, FormVersionFactory, RevisionFactory

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = {"x-requested-with": "XMLHttpRequest"}


@pytest.fixture(autouse=True)
def _on_monday():
    with time_machine.travel(MONDAY_9AM, tick=True):
        yield


@pytest.fixture
def owner():
    return CitizenFactory()


@pytest.fixture
def citizen(client, owner):
    client.force_login(owner)
    return client


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


def test_the_whole_way_ends_with_the_code(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
    )

    dossier = Dossier.objects.get()
    assert response.url == reverse("dossiers:done", args=[dossier.code])
    shown = citizen.get(response.url).content.decode()
    assert f'<strong class="dossier-code dossier-code--large">{dossier.code}</strong>' in shown
    assert "thứ Ba, 03/03/2026, 09:30" in shown


def solved(citizen):
    """Solve the robot check as the page's script does."""
    import altcha

    made = citizen.get(reverse("accounts:robot_challenge")).json()
    solution = altcha.solve_challenge(
        made["challenge"], made["salt"], made["algorithm"], made["maxnumber"], 0
    )
    payload = altcha.Payload(
        made["algorithm"], made["challenge"], solution.number, made["salt"], made["signature"]
    )
    return payload.to_base64()


def test_submitting_without_the_tick_is_refused_and_nothing_is_lost(citizen):
    draft = walk(citizen, place())

    response = citizen.post(
        step_url(draft, "nop"), {"key": draft.submission_key, "altcha": solved(citizen)}
    )

    assert response.status_code == 422
    assert "Đánh dấu vào ô cam đoan" in response.content.decode()
    assert not Dossier.objects.exists()


def test_without_script_a_code_to_the_phone_takes_the_place_of_the_robot_check(citizen, owner):
    draft = walk(citizen, place())
    url = step_url(draft, "nop")
    posted = {"key": draft.submission_key, "promise": "on"}

    asked = citizen.post(url, posted)
    notice = Notice.objects.get(kind="one-time-code", medium="sms")
    code = "".join(sign for sign in notice.body.split(":")[1] if sign.isdigit())[:6]
    wrong = citizen.post(url, {**posted, "code": "000000" if code != "000000" else "111111"})
    right = citizen.post(url, {**posted, "code": code})

    assert notice.to == owner.phone
    assert 'name="code"' in asked.content.decode()
    assert wrong.status_code == 422
    assert right.url == reverse("dossiers:done", args=[Dossier.objects.get().code])


def test_a_code_asked_for_again_too_soon_is_said_to_wait(citizen):
    draft = walk(citizen, place())
    posted = {"key": draft.submission_key, "promise": "on"}
    first = citizen.post(step_url(draft, "nop"), posted)

    again = citizen.post(step_url(draft, "nop"), {**posted, "code": "", "gui-lai": "1"})

    assert "gửi lại sau khoảng" not in first.content.decode()
    assert "gửi lại sau khoảng" in again.content.decode()
    assert Notice.objects.filter(kind="one-time-code", medium="sms").count() == 1


def test_a_used_robot_check_submits_nothing(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)
    assert robots.verify(payload=payload, at=timezone.now())

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
    )

    assert response.status_code == 422
    assert not Dossier.objects.exists()


def test_back_after_submitting_leads_to_the_same_dossier(citizen):
    draft = walk(citizen, place())
    form = {"key": draft.submission_key, "promise": "on", "altcha": solved(citizen)}
    done = citizen.post(step_url(draft, "nop"), form).url

    for step in ("co-quan", "xem-lai", "nop"):
        assert citizen.get(step_url(draft, step)).url == done
    assert citizen.post(step_url(draft, "nop"), form).url == done
    assert citizen.post(step_url(draft, "nguoi"), mark(draft, phone="0")).url == done
    assert Dossier.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "query"),
    [("nguoi", ""), ("to-khai", "?muc=chung"), ("giay-to", ""), ("xem-lai", ""), ("nop", "")],
)
def test_a_step_cannot_be_jumped(citizen, step, query):
    where = place()
    citizen.get(reverse("dossiers:start", args=[where.procedure.code]))
    draft = Draft.objects.get()

    response = citizen.get(step_url(draft, step, query))

    assert response.url == step_url(draft, "co-quan")
    assert any("Cơ quan" in sentence for sentence in said(response))
    handed_in = citizen.post(
        step_url(draft, "nop"), {"key": draft.submission_key, "promise": "on", "altcha": "x"}
    )
    assert handed_in.url == step_url(draft, "co-quan")
    assert not Dossier.objects.exists()


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


def test_upload_shows_a_card_to_the_script_and_a_page_to_everybody(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    card = upload(citizen, draft, headers={"x-requested-with": "XMLHttpRequest"})
    plain = upload(citizen, draft, "can-cuoc")

    html = card.content.decode()
    assert card.status_code == 200
    assert html.lstrip().startswith("<section") or 'id="paper-giay-chung-sinh"' in html
    assert "đã nhận 1 trang" in html
    assert "<html" not in html
    assert plain.url == step_url(draft, "giay-to") + "#paper-can-cuoc"
    assert draft.papers.count() == 2


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "rong.pdf"),
        (b"<html><script>alert(1)</script></html>", "anh.jpg"),
        (b"MZ\x90\x00 program", "giay-to.pdf.exe"),
        (b"%PDF-1.4 cut short", "hong.pdf"),
        (b"not a picture", "x.png"),
    ],
)
def test_hostile_uploads_are_refused_in_words_and_leave_nothing(citizen, data, name):
    draft = walk(citizen, place(), upto="giay-to")
    upload(citizen, draft, "can-cuoc")

    refused = upload(citizen, draft, data=data, name=name)
    by_script = upload(
        citizen, draft, data=data, name=name, headers={"x-requested-with": "XMLHttpRequest"}
    )

    assert (refused.status_code, by_script.status_code) == (422, 422)
    assert "cần chụp lại" in by_script.content.decode()
    assert [link.paper_key for link in draft.papers.all()] == ["can-cuoc"]


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
        headers={"x-requested-with": "XMLHttpRequest"},
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


def test_an_ended_offer_is_said_in_a_sentence_and_the_draft_stays(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)
    Offer.objects.update(valid_until="2026-03-01")

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
        follow=True,
    )

    draft.refresh_from_db()
    assert draft.submitted_at is None
    assert "chưa có cơ quan nào nhận thủ tục này trực tuyến" in response.content.decode()


def test_deleting_a_draft_asks_first(citizen):
    draft = walk(citizen, place(), upto="nguoi")
    url = reverse("dossiers:draft_delete", args=[draft.pk])

    asked = citizen.post(url)
    assert Draft.objects.exists()
    citizen.post(url, {"chac-chan": "1"})

    assert "Xóa hồ sơ làm dở này?" in asked.content.decode()
    assert not Draft.objects.exists()


def test_at_most_ten_drafts(citizen, owner):
    for number in range(10):
        citizen.get(reverse("dossiers:start", args=[place(f"xa-{number}").procedure.code]))

    response = citizen.get(reverse("dossiers:start", args=[place("xa-10").procedure.code]))

    assert response.url == reverse("dossiers:mine")
    assert any("10 hồ sơ đang làm dở" in sentence for sentence in said(response))
    assert Draft.objects.count() == 10


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


def test_anothers_draft_answers_like_an_absent_one_everywhere(citizen):
    theirs = ready_draft(place(), CitizenFactory())
    file_id = theirs.papers.first().file_id
    before = Draft.objects.get(pk=theirs.pk).version
    ready_draft(place("khac"), page_owner(citizen))

    for method, real, absent in pairs(theirs.pk, file_id):
        answers = [getattr(citizen, method)(url) for url in (real, absent)]
        assert [answer.status_code for answer in answers] == [404, 404], real
        first, second = (without_ids(answer, real, absent) for answer in answers)
        assert first == second, real

    assert Draft.objects.get(pk=theirs.pk).version == before


def page_owner(citizen):
    from accounts.models import User

    return User.objects.get(pk=citizen.session["_auth_user_id"])


def pairs(draft_id, file_id):
    real_get, real_post = every_url(draft_id, file_id)
    absent_get, absent_post = every_url(uuid4(), uuid4())
    yield from (("get", real, absent) for real, absent in zip(real_get, absent_get, strict=True))
    yield from (("post", real, absent) for real, absent in zip(real_post, absent_post, strict=True))


def without_ids(answer, real, absent):
    import re

    text = answer.content.decode().replace(real, "URL").replace(absent, "URL")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_strangers_sign_in_first_and_staff_do_not_file(client):
    where = place()
    draft = ready_draft(where)
    file_id = draft.papers.first().file_id
    get, post = every_url(draft.pk, file_id)
    get = [*get, reverse("dossiers:start", args=[where.procedure.code])]

    for method, urls in (("get", get), ("post", post)):
        for url in urls:
            assert getattr(client, method)(url).url.startswith("/dang-nhap/?next="), url
    client.force_login(StaffFactory())
    for method, urls in (("get", get), ("post", post)):
        for url in urls:
            assert getattr(client, method)(url).status_code == 403, url


def test_an_own_file_comes_back_sealed_off(citizen, owner):
    draft = ready_draft(place(), owner)
    file = draft.papers.first().file

    response = citizen.get(reverse("dossiers:draft_file", args=[draft.pk, file.pk]))

    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/pdf"


def test_handing_in_takes_the_same_queries_however_many_files(
    citizen, owner, django_assert_num_queries
):
    where = place()
    for files in (1, 4):
        draft = ready_draft(where, owner, files=files)
        payload = solved(citizen)

        with django_assert_num_queries(39):
            response = citizen.post(
                step_url(draft, "nop"),
                {"key": draft.submission_key, "promise": "on", "altcha": payload},
            )
        assert response.status_code == 302


def test_a_part_of_the_form_that_is_gone_keeps_what_was_typed(citizen):
    draft = walk(citizen, place(), upto="to-khai")

    response = citizen.post(
        step_url(draft, "to-khai", "?muc=da_bo"), mark(draft, **{"f-cu": "Đã gõ"})
    )

    assert response.url == step_url(draft, "to-khai", "?muc=chung")
    draft.refresh_from_db()
    assert draft.unsealed()["answers"]["cu"] == ["Đã gõ"]


def test_no_code_is_sent_for_an_incomplete_draft(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    response = citizen.post(step_url(draft, "nop"), {"key": draft.submission_key, "promise": "on"})

    assert response.url == step_url(draft, "giay-to")
    assert not Notice.objects.filter(kind="one-time-code").exists()


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
