"""What those who work on the catalogue are told: that something waits, came back, went out."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_holders
from portal.core.dates import format_moment, local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice
from procedures.models import Revision


@requires_transaction
def tell_waiting(revision: Revision, *, by: User, at: datetime) -> None:
    """Tell everybody who publishes that a revision waits, save whoever could not publish it."""
    reviewers = list_holders(Role.PUBLISHER, on=local_day(at))
    _tell(
        [one for one in reviewers if one.pk != by.pk],
        revision,
        kind="revision-waiting",
        subject=_("Chờ duyệt: %s") % revision.procedure.code,
        body=_(
            "%(editor)s đã gửi duyệt nội dung mới của thủ tục %(code)s, “%(name)s”. Ông/bà xem và "
            "quyết định tại:\n\n%(address)s"
        )
        % {"editor": by.full_name, **_words(revision, "procedures:editor_review")},
        at=at,
    )


@requires_transaction
def tell_returned(revision: Revision, *, by: User, at: datetime) -> None:
    """Tell the editors that a reviewer sent their revision back, and why."""
    _tell(
        _editors(revision, but=by),
        revision,
        kind="revision-returned",
        subject=_("Trả lại để sửa: %s") % revision.procedure.code,
        body=_(
            "%(reviewer)s đã trả lại nội dung của thủ tục %(code)s, “%(name)s”, với ý kiến:\n\n"
            "%(note)s\n\n"
            "Ông/bà sửa rồi gửi duyệt lại tại:\n\n%(address)s"
        )
        % {
            "reviewer": by.full_name,
            "note": revision.review_note,
            **_words(revision, "procedures:editor_draft"),
        },
        at=at,
    )


@requires_transaction
def tell_scheduled(revision: Revision, *, by: User, at: datetime) -> None:
    """Tell the editors when their revision goes out."""
    moment = format_moment(revision.publish_at) if revision.publish_at else ""
    _tell(
        _editors(revision, but=by),
        revision,
        kind="revision-scheduled",
        subject=_("Đã hẹn công bố: %s") % revision.procedure.code,
        body=_(
            "%(publisher)s đã duyệt nội dung mới của thủ tục %(code)s, “%(name)s”; nội dung tự "
            "công bố vào %(moment)s. Sửa thêm thì hẹn này hết hiệu lực.\n\n%(address)s"
        )
        % {
            "publisher": by.full_name,
            "moment": moment,
            **_words(revision, "procedures:editor_procedure"),
        },
        at=at,
    )


@requires_transaction
def tell_published(revision: Revision, *, by: User | None, at: datetime) -> None:
    """Tell the editors that the public sees their revision."""
    if by is None:
        return
    _tell(
        _editors(revision, but=by),
        revision,
        kind="revision-published",
        subject=_("Đã công bố: %s") % revision.procedure.code,
        body=_("Nội dung mới của thủ tục %(code)s, “%(name)s”, đã được công bố.\n\n%(address)s")
        % _words(revision, "procedures:editor_procedure"),
        at=at,
    )


@requires_transaction
def tell_lowered(revision: Revision, *, lowered: Iterable[str], at: datetime) -> None:
    """Tell who edited, reviewed and published that offers of units were lowered with it."""
    people = {
        one.pk: one
        for one in (revision.edited_by, revision.sent_by, revision.published_by)
        if one is not None
    }
    _tell(
        people.values(),
        revision,
        kind="offers-lowered",
        subject=_("Đã hạ mức độ dịch vụ: %s") % revision.procedure.code,
        body=_(
            "Nội dung mới của thủ tục %(code)s, “%(name)s”, không còn giữ được mức độ đã công bố, "
            "nên cùng lúc hệ thống đã hạ:\n\n%(lowered)s\n\n%(address)s"
        )
        % {
            "lowered": "\n".join(f"– {one}" for one in lowered),
            **_words(revision, "procedures:editor_offers_of"),
        },
        at=at,
    )


def _editors(revision: Revision, *, but: User) -> list[User]:
    people = {one.pk: one for one in (revision.edited_by, revision.sent_by) if one is not None}
    people.pop(but.pk, None)
    return list(people.values())


def _words(revision: Revision, page: str) -> dict[str, str]:
    code = revision.procedure.code
    return {
        "code": code,
        "name": revision.name,
        "address": f"{settings.BASE_URL}{reverse(page, args=[code])}",
    }


@requires_transaction
def _tell(
    people: Iterable[User], revision: Revision, *, kind: str, subject: str, body: str, at: datetime
) -> None:
    for person in people:
        for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, person.email)):
            queue_notice(
                kind=kind,
                medium=medium,
                to=to,
                recipient=person,
                subject_key=f"procedure:{revision.procedure.code}",
                subject=subject,
                body=body,
                # Each version is sent, returned or published once.
                dedupe_key=f"{kind}:{revision.pk}:{revision.version}:{person.pk}:{medium}",
                at=at,
            )
