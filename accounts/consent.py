"""The words about personal data that a citizen agrees to; a change of words is a new version."""

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

# The words that ship with the portal; `manage.py publish_consent` stores newer ones as rows.
VERSION: Final = "2026-11"
VALID_FROM: Final = date(2026, 1, 1)

POINTS: Final = (
    _(
        "Cổng lưu họ tên, ngày sinh, số định danh cá nhân, số điện thoại và thư điện tử để nhận "
        "hồ sơ và báo kết quả cho ông/bà."
    ),
    _(
        "Chỉ cơ quan tiếp nhận, giải quyết hồ sơ của ông/bà được xem. Không dùng vào việc quảng "
        "cáo, không bán, không cho bên khác."
    ),
    _("Số định danh được mã hóa khi lưu. Ông/bà xem được ai đã mở hồ sơ của mình."),
    _("Ông/bà có thể yêu cầu sửa, xóa dữ liệu hoặc rút lại sự đồng ý này bất cứ lúc nào."),
)
