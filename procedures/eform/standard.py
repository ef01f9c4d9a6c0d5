"""What an editor may begin an e-form from, beside another procedure's."""

from typing import Any

from django.utils.translation import gettext as _


def blank_form(title: str) -> dict[str, Any]:
    """Return an e-form of one question: the shortest that there is."""
    return {
        "version": 1,
        "title": title[:200],
        "sections": [
            {
                "key": "noi_dung",
                "title": _("Nội dung đề nghị"),
                "fields": [
                    {
                        "key": "noi_dung_de_nghi",
                        "type": "long_text",
                        "label": _("Nội dung đề nghị"),
                        "required": True,
                    }
                ],
            }
        ],
    }


def standard_form(title: str) -> dict[str, Any]:
    """
    Return the standard form as an e-form of its own, for an editor to add to.

    People, papers and the way of return are asked by the filing itself; the printed form, filled
    in, stays a paper to upload for as long as the procedure has no e-form.
    """
    form = blank_form(title)
    form["help"] = _("Ghi đúng như trên giấy tờ. Những giấy tờ phải gửi kèm ở bước sau.")
    form["sections"] = [
        {
            "key": "nguoi_de_nghi",
            "title": _("Người đề nghị"),
            "fields": [
                {
                    "key": "ho_ten",
                    "type": "text",
                    "label": _("Họ, chữ đệm, tên"),
                    "required": True,
                    "prefill": "account.full_name",
                },
                {
                    "key": "ngay_sinh",
                    "type": "date",
                    "label": _("Ngày sinh"),
                    "personal": True,
                    "max": "today",
                    "prefill": "account.date_of_birth",
                },
                {
                    "key": "so_dinh_danh",
                    "type": "identity_number",
                    "label": _("Số định danh cá nhân"),
                    "required": True,
                    "help": _("12 chữ số trên thẻ căn cước."),
                    "prefill": "account.identity_number",
                },
                {
                    "key": "noi_cu_tru",
                    "type": "address",
                    "label": _("Nơi cư trú"),
                    "required": True,
                    "prefill": "account.address",
                },
                {
                    "key": "dien_thoai",
                    "type": "phone",
                    "label": _("Số điện thoại"),
                    "prefill": "account.phone",
                },
            ],
        },
        {
            "key": "noi_dung",
            "title": _("Nội dung đề nghị"),
            "fields": [
                {
                    "key": "noi_dung_de_nghi",
                    "type": "long_text",
                    "label": _("Đề nghị cơ quan giải quyết việc gì"),
                    "required": True,
                },
                {
                    "key": "ly_do",
                    "type": "long_text",
                    "label": _("Lý do và căn cứ, nếu có"),
                    "max_length": 2000,
                },
            ],
        },
    ]
    return form
