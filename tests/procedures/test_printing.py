"""Forms to print: made from the e-form's definition, every question of it on paper."""

from io import BytesIO

import pypdf

from procedures.eform.parsing import parse_definition
from procedures.printing import render_blank_form

DEFINITION = {
    "version": 1,
    "title": "Tờ khai đăng ký khai sinh",
    "sections": [
        {
            "key": "tre",
            "title": "Trẻ được khai sinh",
            "fields": [
                {"key": "ho_ten", "type": "text", "label": "Họ, chữ đệm, tên của trẻ"},
                {"key": "co_cha", "type": "yes_no", "label": "Có ghi tên cha không?"},
                {
                    "key": "gioi_tinh",
                    "type": "one_of",
                    "label": "Giới tính",
                    "options": [
                        {"value": "nam", "label": "Nam"},
                        {"value": "nu", "label": "Nữ"},
                    ],
                },
                {
                    "key": "kem_theo",
                    "type": "group",
                    "label": "Giấy tờ kèm theo",
                    "max_rows": 3,
                    "fields": [{"key": "ten", "type": "text", "label": "Tên giấy tờ"}],
                },
            ],
        }
    ],
}


def test_every_question_of_the_definition_is_on_the_paper():
    data = render_blank_form(
        title="Tờ khai đăng ký khai sinh", definition=parse_definition(DEFINITION)
    )

    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)
    for printed in (
        "TỜ KHAI ĐĂNG KÝ KHAI SINH",
        "Họ, chữ đệm, tên của trẻ:",
        "Có ghi tên cha không?",
        "Nam",
        "Nữ",
        "Giấy tờ kèm theo",
        "Tên giấy tờ",
        "NGƯỜI KHAI",
    ):
        assert printed in text
    assert "không?:" not in text


def test_a_long_form_stays_small_enough_to_download_by_phone():
    fields = [
        {"key": f"cau_{number}", "type": "long_text", "label": f"Câu hỏi số {number}"}
        for number in range(60)
    ]
    section = {"key": "dai", "title": "Phần dài", "fields": fields}

    data = render_blank_form(
        title="Tờ khai dài",
        definition=parse_definition({**DEFINITION, "sections": [section]}),
    )

    assert len(data) < 100_000
