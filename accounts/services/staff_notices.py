"""Telling staff what happened to their account, and the letters with their links."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.enums import LinkPurpose
from accounts.models import StaffLink, User
from portal.core.dates import format_moment
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


@requires_transaction
def tell(user: User, *, kind: str, subject: str, body: str, at: datetime) -> None:
    """Queue one notice for each medium with the fact that it reports."""
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, user.email)):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=f"{kind}:{user.pk}:{at.timestamp()}:{medium}",
            at=at,
        )


@requires_transaction
def tell_of_new_password(user: User, *, at: datetime) -> None:
    """Tell a member of staff that the password of their account was changed."""
    tell(
        user,
        kind="password-changed",
        subject=_("Mật khẩu đã được đổi"),
        body=_(
            "Mật khẩu tài khoản cán bộ của ông/bà trên Cổng Dịch vụ công vừa được đổi. Nếu "
            "không phải ông/bà đổi, hãy báo ngay quản trị viên của đơn vị."
        ),
        at=at,
    )


@requires_transaction
@sensitive_variables("address", "words", "body")
def send_letter(link: StaffLink, *, address: str, at: datetime) -> None:
    """Queue the letter with the only copy of a link; its body is wiped once it is sent."""
    user = link.user
    words = {
        "name": user.full_name,
        "username": user.username,
        "address": address,
        "until": format_moment(link.expires_at),
    }
    if link.purpose == LinkPurpose.INVITATION:
        subject = _("Lời mời làm việc trên Cổng Dịch vụ công")
        body = _(
            "Kính gửi ông/bà %(name)s,\n\n"
            "Đơn vị đã mở cho ông/bà tài khoản cán bộ trên Cổng Dịch vụ công, tên đăng nhập "
            "%(username)s. Ông/bà mở đường dẫn sau để đặt mật khẩu và cài ứng dụng xác thực:\n\n"
            "%(address)s\n\n"
            "Đường dẫn dùng một lần, đến %(until)s. Nếu đã hết hạn, ông/bà nhờ quản trị viên của "
            "đơn vị gửi lại. Không chuyển thư này cho người khác."
        )
    else:
        subject = _("Đặt lại mật khẩu tài khoản cán bộ")
        body = _(
            "Kính gửi ông/bà %(name)s,\n\n"
            "Quản trị viên của đơn vị gửi ông/bà đường dẫn để đặt lại mật khẩu của tài khoản "
            "%(username)s:\n\n"
            "%(address)s\n\n"
            "Đường dẫn dùng một lần, đến %(until)s. Mật khẩu cũ vẫn dùng được cho đến khi ông/bà "
            "đặt mật khẩu mới. Nếu ông/bà không yêu cầu, hãy báo quản trị viên của đơn vị."
        )
    queue_notice(
        kind="staff-link",
        medium=Medium.EMAIL,
        to=user.email,
        recipient=user,
        subject_key="",
        subject=subject,
        body=body % words,
        dedupe_key=f"staff-link:{link.pk}",
        at=at,
        expires_at=link.expires_at,
        secret=True,
    )
