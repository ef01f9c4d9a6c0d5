"""Sentences of the desk: who has a dossier until when, and what happened to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _, gettext_noop

from dossiers import steps
from dossiers.enums import Action, DecisionOutcome, DossierState, ExtensionCause
from dossiers.models import Dossier, DossierEvent, Step
from portal.core.dates import format_day, format_moment
from portal.core.money import format_vnd
from procedures.enums import ResultDelivery

# Said of a dossier that nobody at the office works on; the moment follows.
_WITHOUT_WORK: Final[Mapping[DossierState, str]] = {
    DossierState.SUPPLEMENT: gettext_noop("Công dân đang bổ sung giấy tờ, từ %s."),
    DossierState.PAYMENT: gettext_noop("Công dân đang nộp phí, lệ phí, từ %s."),
    DossierState.REFUSED: gettext_noop("Đã từ chối tiếp nhận %s."),
    DossierState.WITHDRAWN: gettext_noop("Công dân đã rút hồ sơ %s."),
    DossierState.STOPPED: gettext_noop("Đã dừng giải quyết %s."),
    DossierState.RETURNED: gettext_noop("Đã trả kết quả %s."),
}


def who_has_it(dossier: Dossier, step: Step | None) -> str:
    """Return the sentence at the head of a dossier: who has it and since when."""
    known = _WITHOUT_WORK.get(dossier.lifecycle_state)
    if dossier.state == DossierState.RETURNED and dossier.decided_at is None:
        known = gettext_noop("Đã dừng giải quyết và trả lại hồ sơ %s.")
    if known:
        return _(known) % format_moment(dossier.state_changed_at)
    if step is None:
        return ""
    if step.assignee is None or step.claimed_at is None:
        return _("%(unit)s có hồ sơ từ %(since)s, chưa ai nhận.") % {
            "unit": step.unit.name,
            "since": format_moment(step.opened_at),
        }
    return _("%(name)s, %(unit)s, đang giữ hồ sơ từ %(since)s.") % {
        "name": step.assignee.full_name,
        "unit": step.unit.name,
        "since": format_moment(step.claimed_at),
    }


def what_next(dossier: Dossier, step: Step | None) -> str:
    """Return what has to be done next, in the words of the step."""
    if dossier.is_waiting_for_citizen:
        return _("Thời hạn giải quyết đang tạm dừng; hồ sơ tự tiếp tục khi công dân hoàn tất.")
    if dossier.state == DossierState.STOPPED:
        return _("Việc tiếp theo: trả lại thông báo và bản chính cho công dân.")
    if step is None:
        return _("Không còn việc nào phải làm với hồ sơ này.")
    if step.key == steps.RECEPTION:
        return _("Việc tiếp theo: tiếp nhận, từ chối hoặc yêu cầu bổ sung một lần cho đủ.")
    if step.key == steps.RETURN:
        return _("Việc tiếp theo: trả kết quả cho công dân.")
    return _("Việc tiếp theo: %s.") % (step.name[:1].lower() + step.name[1:])


def event_title(event: DossierEvent) -> str:
    """Return what happened, with the outcome where there is one."""
    title = str(event.get_action_display())
    data: dict[str, Any] = event.data
    if event.action == Action.CLAIM and "reassigned_to" in data:
        return _("Giao lại người xử lý") if data["reassigned_to"] else _("Thu lại việc chưa xong")
    if event.action in {Action.PROPOSE, Action.APPROVE, Action.DECIDE} and "outcome" in data:
        return f"{title}: {DecisionOutcome(data['outcome']).label}"
    if event.action == Action.RETURN and "is_stopped" in data:
        return _("Trả lại hồ sơ đã dừng giải quyết")
    if event.action == Action.RETURN and "method" in data:
        return f"{title}: {ResultDelivery(data['method']).label}"
    return title


def who_did(event: DossierEvent, absent: str) -> str:
    """Return who did what happened, in whose place, and in which unit."""
    who = event.actor.full_name if event.actor else _("Hệ thống")
    if absent:
        who = _("%(who)s (thay mặt %(absent)s)") % {"who": who, "absent": absent}
    return f"{who}, {event.unit.name}" if event.unit else who


def event_detail(event: DossierEvent) -> str:
    """Return the figures of an event in words, "" when there are none."""
    data: dict[str, Any] = event.data
    if event.action == Action.ACCEPT and data.get("due_at"):
        return _("Hẹn trả %s.") % format_moment(datetime.fromisoformat(data["due_at"]))
    if event.action == Action.ASK_SUPPLEMENT:
        return _("Lần %(round)s, %(count)s mục.") % {
            "round": data.get("round"),
            "count": len(data.get("keys", ())),
        }
    if event.action in {Action.EXTEND, Action.PROPOSE_EXTENSION}:
        return _extension_detail(event.action, data)
    if data.get("amount_vnd") is not None:
        return format_vnd(int(data["amount_vnd"])) + "."
    if data.get("pause_minutes") and data.get("due_at"):
        hours, minutes = divmod(int(data["pause_minutes"]), 60)
        return _("Tạm dừng %(hours)s giờ %(minutes)s phút làm việc; hẹn trả dời đến %(due)s.") % {
            "hours": hours,
            "minutes": minutes,
            "due": format_moment(datetime.fromisoformat(data["due_at"])),
        }
    return ""


def _extension_detail(action: str, data: Mapping[str, Any]) -> str:
    cause = ExtensionCause(data["cause"]).label
    new = data["due_at"] if action == Action.EXTEND else data["proposed_due_at"]
    said = _("Hẹn lại %(due)s (%(cause)s).") % {
        "due": format_moment(datetime.fromisoformat(new)),
        "cause": cause,
    }
    return said + (" " + _("Gửi sau khi đã quá hạn.") if data.get("is_late") else "")


def round_line(requested_at: datetime, answered_at: datetime | None) -> str:
    """Return when a supplement was asked for and answered."""
    asked = _("Yêu cầu %s") % format_day(requested_at)
    answered = _("bổ sung %s") % format_day(answered_at) if answered_at else _("chưa bổ sung")
    return f"{asked}, {answered}"
