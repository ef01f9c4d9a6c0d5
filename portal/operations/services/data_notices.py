"""What people are told about their requests: the person asking, and whoever has to answer."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.enums import Role, Tier
from accounts.models import StaffRole, User
from portal.core.dates import format_moment, local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice
from portal.operations.enums import RequestKind, RequestState
from portal.operations.models import DataExport, DataRequest


@requires_transaction
def tell_of_state(request: DataRequest, *, at: datetime) -> None:
    """Tell the person how their request stands; the text message names no content."""
    words = {
        "number": request.pk,
        "kind": request.get_kind_display(),
        "answer_due": format_moment(request.answer_due_at),
        "due": format_moment(request.due_at),
        "answer": request.answer,
        "ground": request.ground,
        "reason": request.extension_reason,
    }
    if request.state == RequestState.RECEIVED:
        subject = _("Đã nhận yêu cầu về dữ liệu cá nhân")
        body = _(
            "Cổng đã nhận yêu cầu số %(number)s của ông/bà: %(kind)s.\n\n"
            "Trả lời trước %(answer_due)s. Nếu được chấp nhận, thực hiện xong trước %(due)s."
        )
    elif request.state == RequestState.REFUSED:
        subject = _("Không thực hiện được yêu cầu về dữ liệu cá nhân")
        body = _(
            "Yêu cầu số %(number)s của ông/bà (%(kind)s) không thực hiện được.\n\n"
            "Lý do: %(answer)s\nCăn cứ: %(ground)s\n\n"
            "Ông/bà có quyền khiếu nại với cơ quan quản lý cổng."
        )
    elif request.state == RequestState.DONE:
        subject = _("Đã thực hiện yêu cầu về dữ liệu cá nhân")
        body = _("Yêu cầu số %(number)s của ông/bà (%(kind)s) đã được thực hiện.\n\n%(answer)s")
    elif request.due_before is not None:
        subject = _("Gia hạn yêu cầu về dữ liệu cá nhân")
        body = _(
            "Yêu cầu số %(number)s của ông/bà (%(kind)s) cần thêm thời gian, đến %(due)s.\n\n"
            "Lý do: %(reason)s"
        )
    else:
        subject = _("Trả lời yêu cầu về dữ liệu cá nhân")
        body = _(
            "Yêu cầu số %(number)s của ông/bà (%(kind)s) đã được chấp nhận, thực hiện xong trước "
            "%(due)s.\n\n%(answer)s"
        )
        if request.kind == RequestKind.ERASE:
            body += "\n\n" + _(
                "Khi xóa xong, tài khoản không đăng nhập được nữa và cổng không còn địa chỉ nào "
                "để báo. Nếu đổi ý, ông/bà gọi đường dây hỗ trợ trước hạn trên."
            )
    key = f"data-request:{request.pk}:{request.state}:{request.due_at.timestamp()}"
    short = _("DVC: Yêu cầu về dữ liệu cá nhân số %(number)s có tin mới. Đăng nhập cổng để xem.")
    _tell(request.user, kind="data-request", subject=subject, body=body % words, key=key, at=at)
    if request.state != RequestState.RECEIVED:
        _text(request.user, kind="data-request", body=short % words, key=key, at=at)


@requires_transaction
def tell_of_copy(export: DataExport, *, at: datetime) -> None:
    """Tell the person that the copy of their data can be fetched."""
    _tell(
        export.user,
        kind="data-copy",
        subject=_("Bản sao dữ liệu cá nhân đã sẵn sàng"),
        body=_(
            "Bản sao dữ liệu ông/bà yêu cầu đã sẵn sàng. Đăng nhập, vào Tài khoản, Dữ liệu cá nhân "
            "để tải; cổng sẽ hỏi lại mật khẩu. Tệp tự xóa lúc %(until)s.\n\n"
            "Nếu ông/bà không yêu cầu, hãy đổi mật khẩu ngay."
        )
        % {"until": format_moment(export.expires_at or at)},
        key=f"data-copy:{export.pk}",
        at=at,
    )


@requires_transaction
def tell_handlers(request: DataRequest, *, late: bool, at: datetime) -> int:
    """Tell whoever answers for personal data of a new or a late request; once a day each."""
    subject = _("Yêu cầu về dữ liệu cá nhân quá hạn") if late else _("Yêu cầu về dữ liệu cá nhân")
    body = _("Yêu cầu số %(number)s: %(kind)s. Hạn: %(due)s.") % {
        "number": request.pk,
        "kind": request.get_kind_display(),
        "due": format_moment(request.next_due_at),
    }
    people = handlers(at=at)
    for person in people:
        key = f"data-request-staff:{request.pk}:{late}:{local_day(at)}:{person.pk}"
        queue_notice(
            kind="data-request-staff",
            medium=Medium.IN_APP,
            to="",
            recipient=person,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=key,
            at=at,
        )
    return len(people)


def handlers(*, at: datetime) -> list[User]:
    """Return who answers for personal data today (one query)."""
    held = (
        StaffRole.objects.in_force(on=local_day(at))
        .filter(user__is_active=True, role__in=(Role.SYSTEM_ADMIN, Role.UNIT_ADMIN))
        .select_related("user", "unit")
        .order_by("user")
    )
    people = {
        one.user_id: one.user
        for one in held
        if one.role == Role.SYSTEM_ADMIN or one.unit.tier == Tier.PROVINCE
    }
    return list(people.values())


def _tell(user: User, *, kind: str, subject: str, body: str, key: str, at: datetime) -> None:
    email = user.email if user.email_verified_at else ""
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, email)):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=f"{key}:{medium}",
            at=at,
        )


def _text(user: User, *, kind: str, body: str, key: str, at: datetime) -> None:
    queue_notice(
        kind=kind,
        medium=Medium.SMS,
        to=user.phone if user.phone_verified_at else "",
        recipient=user,
        subject_key="",
        subject="",
        body=body,
        dedupe_key=f"{key}:sms",
        at=at,
    )
