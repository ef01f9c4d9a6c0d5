"""What happens to accounts and doors: the closed list of kinds of security events. Pure data."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SecurityEventKind(StrEnum):
    """What happened. Kept as text without a choice list: a new kind needs no migration."""

    SIGNED_IN = "signed-in"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 -- what happened
    ROLE_GRANTED = "role-granted"
    ROLE_ENDED = "role-ended"


LABELS: Final[dict[SecurityEventKind, Promise]] = {
    SecurityEventKind.SIGNED_IN: _("Đăng nhập"),
    SecurityEventKind.PASSWORD_CHANGED: _("Đổi mật khẩu"),
    SecurityEventKind.ROLE_GRANTED: _("Giao vai trò"),
    SecurityEventKind.ROLE_ENDED: _("Thôi vai trò"),
}
