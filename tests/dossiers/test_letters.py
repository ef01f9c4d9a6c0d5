"""The words of letters and text messages: length, facts, and what never stands there."""

import re

import pytest

from dossiers.notices import letters
from portal.core.text import sms_parts, sms_text
from procedures.enums import ResultDelivery

EVENTS = (
    "submitted",
    "accepted",
    "refused",
    "supplement_asked",
    "supplement_answered",
    "payment_asked",
    "payment_recorded",
    "result_ready",
    "returned",
    "stopped",
    "withdrawn",
)
STAFF_EVENTS = ("supplement_answered", "payment_recorded", "late")
LONGEST = {
    "code": "000.02.16.H99-20261123-0000007",
    "name": "Công Tằng Tôn Nữ Nguyễn Thị Ngọc Hường Diễm",
    "applicant": "Nguyễn Phúc Bảo Long Vĩnh Thụy Hoàng Gia An",
    "sms_whose": " của N.P.B.L.V.T.H.G.A",
    "sms_agency": "Ban Quản lý Khu kinh tế và các khu công nghiệp tỉnh Đông Hải",
    "agency": "Ban Quản lý Khu kinh tế và các khu công nghiệp tỉnh Đông Hải",
    "procedure": "Cấp giấy phép xây dựng mới đối với công trình cấp đặc biệt " * 20,
    "desk": "Trung tâm Phục vụ hành chính công tỉnh Đông Hải",
    "desk_address": "Số 3, đường Hòa Bình, phường Sông Tranh, tỉnh Đông Hải",
    "hotline": "0299 3 800 200",
    "track_url": "https://dichvucong.example/tra-cuu/?ma=000.02.16.H99-20261123-0000007",
    "site_name": "Cổng Dịch vụ công tỉnh Đông Hải",
    "attached": "",
    "submitted": "thứ Hai, 23/11/2026, 15:00",
    "accepted": "thứ Hai, 23/11/2026, 15:00",
    "answer_by": "thứ Hai, 23/11/2026, 15:00",
    "answer_by_short": "15h00 23/11/2026",
    "due": "thứ Hai, 23/11/2026, 15:00",
    "due_short": "15h00 23/11/2026",
    "processing_time": "20 ngày làm việc",
    "result_delivery": "Trung tâm Phục vụ hành chính công",
    "count": "12",
    "message": "Ông/bà bổ sung đủ một lần.",
    "deadline": "thứ Hai, 23/11/2026, 15:00",
    "deadline_short": "15h00 23/11/2026",
    "amount": "1.250.000.000 đồng",
    "owed": "1.250.000.000 đồng",
    "method": "COUNTER",
    "return_address": "Số 5",
    "how": "trao tại quầy",
    "when": "thứ Hai, 23/11/2026, 15:00",
    "when_short": "15h00 23/11/2026",
    "reason": "Hết căn cứ.",
    "step": "Thẩm định hồ sơ",
    "unit": "Phòng Văn hóa - Xã hội",
}
IDENTITY = re.compile(r"\d{12}")


@pytest.mark.parametrize("event", EVENTS)
def test_text_message_is_one_part_with_code_and_agency_and_no_name(event):
    for method in ResultDelivery.values:
        text = sms_text(letters.short_text(event, {**LONGEST, "method": method}))

        assert len(text) <= 160
        assert sms_parts(text) == 1
        assert LONGEST["code"] in text
        assert text.startswith("Ban Quan ly")
        for name in ("name", "applicant"):
            assert sms_text(LONGEST[name]) not in text
        assert "N.P.B.L.V.T.H.G.A" in text
        assert not re.search(r"https?:|www|\.vn|\.example", text)
        assert sms_text(LONGEST["procedure"])[:40] not in text


@pytest.mark.parametrize("event", EVENTS)
def test_text_message_names_a_usual_agency_in_full(event):
    usual = {
        **LONGEST,
        "code": "H99.12.05-261123-0007",
        "sms_agency": "UBND phường Đông Hải Thượng",
        "sms_whose": " của N.V.A",
        "amount": "125.000 đồng",
        "owed": "",
    }

    text = sms_text(letters.short_text(event, usual))

    assert text.startswith("UBND phuong Dong Hai Thuong: ")
    assert sms_parts(text) == 1


@pytest.mark.parametrize("attached", ["", "yes"])
@pytest.mark.parametrize("event", EVENTS)
def test_letter_says_what_happened_what_comes_next_and_whom_to_ask(event, attached):
    subject, body = letters.letter(event, {**LONGEST, "attached": attached})

    assert LONGEST["code"] in subject
    assert "\n" not in subject
    assert body.startswith(f"Kính gửi ông/bà {LONGEST['name']},")
    for fact in ("code", "applicant", "agency", "track_url", "hotline", "site_name"):
        assert LONGEST[fact] in body
    assert "\n\n\n" not in body
    assert not IDENTITY.search(body)


@pytest.mark.parametrize("event", STAFF_EVENTS)
def test_staff_letter_names_the_dossier(event):
    subject, body = letters.letter(f"{event}_staff", LONGEST)

    assert LONGEST["code"] in subject
    assert LONGEST["code"] in body


def test_what_people_typed_stands_in_letters_as_they_typed_it():
    _, body = letters.letter("stopped", {**LONGEST, "reason": "Cha & mẹ <b>không</b> đồng ý"})

    assert "Cha & mẹ <b>không</b> đồng ý" in body
