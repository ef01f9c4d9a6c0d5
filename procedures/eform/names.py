"""What editors call the types of questions and the sources of prefilled answers."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from procedures.eform.definition import FieldType

TYPE_NAMES: Final = {
    FieldType.TEXT: _("Chữ, một dòng"),
    FieldType.LONG_TEXT: _("Chữ, nhiều dòng"),
    FieldType.INTEGER: _("Số nguyên"),
    FieldType.DECIMAL: _("Số có phần thập phân"),
    FieldType.MONEY: _("Số tiền (đồng)"),
    FieldType.DATE: _("Ngày"),
    FieldType.YES_NO: _("Có hoặc không"),
    FieldType.ONE_OF: _("Chọn một"),
    FieldType.MANY_OF: _("Chọn nhiều"),
    FieldType.IDENTITY_NUMBER: _("Số định danh cá nhân, hộ chiếu"),
    FieldType.PHONE: _("Số điện thoại"),
    FieldType.EMAIL: _("Thư điện tử"),
    FieldType.TAX_CODE: _("Mã số thuế"),
    FieldType.ADDRESS: _("Địa chỉ (đơn vị hành chính 2025)"),
    FieldType.GROUP: _("Nhóm lặp lại (nhiều dòng)"),
    FieldType.HEADING: _("Tiêu đề giữa các câu hỏi"),
    FieldType.EXPLANATION: _("Đoạn giải thích"),
}
NOT_IN_GROUP: Final = frozenset({FieldType.GROUP, FieldType.HEADING, FieldType.EXPLANATION})
PREFILLS: Final = (
    ("", _("Không điền sẵn")),
    ("account.full_name", _("Tài khoản: họ tên")),
    ("account.date_of_birth", _("Tài khoản: ngày sinh")),
    ("account.identity_number", _("Tài khoản: số định danh")),
    ("account.phone", _("Tài khoản: số điện thoại")),
    ("account.email", _("Tài khoản: thư điện tử")),
    ("account.address", _("Tài khoản: địa chỉ")),
)
