"""What a citizen reads when an electronic identity leads nowhere: what happened, what to do."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.eid.provider import Refusal
from accounts.services.eid import Conflict

_REFUSED: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.CANCELLED: _(
        "Đã dừng ở trang định danh điện tử nên chưa xác nhận được. Thử lại, hoặc dùng mật khẩu."
    ),
    Refusal.UNAVAILABLE: _(
        "Hệ thống định danh điện tử hiện không trả lời. Không có gì bị mất. Ông/bà đăng nhập "
        "bằng mật khẩu, hoặc thử lại sau ít phút."
    ),
    Refusal.STATE: _(
        "Lần đăng nhập bằng định danh điện tử này đã dùng hoặc đã quá 10 phút. Bấm lại nút định "
        "danh điện tử, hoặc dùng mật khẩu."
    ),
    Refusal.REJECTED: _(
        "Hệ thống định danh điện tử không nhận lần đăng nhập này. Thử lại, hoặc dùng mật khẩu."
    ),
    Refusal.TOKEN: _(
        "Chưa xác nhận được vì trả lời của hệ thống định danh điện tử không kiểm tra được. Thử "
        "lại, hoặc dùng mật khẩu. Nếu lặp lại, báo Trung tâm Phục vụ hành chính công."
    ),
    Refusal.SUBJECT: _(
        "Chưa xác nhận được vì trả lời của hệ thống định danh điện tử không thống nhất. Thử lại, "
        "hoặc dùng mật khẩu."
    ),
    Refusal.LEVEL: _(
        "Tài khoản định danh điện tử này chưa đủ mức độ. Nâng lên mức độ 2 tại cơ quan công an, "
        "hoặc đăng nhập bằng mật khẩu."
    ),
    Refusal.ORGANISATION: _(
        "Đây là tài khoản định danh của doanh nghiệp hoặc tổ chức. Cổng hiện nhận tài khoản định "
        "danh của cá nhân: đăng nhập bằng tài khoản của người đại diện, hoặc dùng mật khẩu."
    ),
    Refusal.CLAIMS: _(
        "Hệ thống định danh điện tử không gửi đủ số định danh và họ tên nên chưa đăng nhập được. "
        "Dùng mật khẩu, hoặc mở tài khoản bằng số điện thoại."
    ),
}
_CONFLICTS: Final[Mapping[Conflict, StrOrPromise]] = {
    Conflict.CLOSED: _(
        "Tài khoản ứng với định danh điện tử này đã khóa. Mang thẻ căn cước đến Trung tâm Phục vụ "
        "hành chính công để được giúp."
    ),
    Conflict.OTHER_NUMBER: _(
        "Số định danh trên định danh điện tử khác với số của tài khoản này. Không có gì thay đổi. "
        "Mang thẻ căn cước đến Trung tâm Phục vụ hành chính công để kiểm tra."
    ),
    Conflict.OTHER_EID: _(
        "Tài khoản này đã liên kết với một tài khoản định danh điện tử khác. Đăng nhập bằng mật "
        "khẩu, bỏ liên kết cũ ở trang Tài khoản rồi liên kết lại."
    ),
    Conflict.OTHER_ACCOUNT: _(
        "Định danh điện tử này là của một tài khoản khác trên cổng. Không có gì thay đổi. Đăng "
        "xuất rồi đăng nhập bằng định danh điện tử để vào tài khoản đó."
    ),
    Conflict.LAST_WAY_IN: _(
        "Tài khoản này chỉ đăng nhập được bằng định danh điện tử nên chưa bỏ liên kết được."
    ),
}


def refusal_sentence(refusal: Refusal) -> str:
    return str(_REFUSED[refusal])


def conflict_sentence(conflict: Conflict) -> str:
    return str(_CONFLICTS[conflict])
