"""Where a dossier stands, for the person whom it concerns: who has it, until when, what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _, gettext_noop, ngettext

from dossiers import deadlines, lifecycle, steps
from dossiers.enums import DossierState as State
from dossiers.marks import MARKS
from dossiers.models import Dossier, Extension, Obligation, Step, SupplementRequest
from portal.core.dates import format_moment
from portal.core.money import format_vnd
from procedures.enums import ResultDelivery

# Said where nobody at the office works on it; the unit and the moment are put in.
_ENDED: Final[Mapping[State, str]] = {
    State.PAYMENT: gettext_noop("Hồ sơ đang chờ ông/bà nộp phí, lệ phí từ %(since)s."),
    State.REFUSED: gettext_noop("%(unit)s không tiếp nhận hồ sơ này, từ %(since)s."),
    State.WITHDRAWN: gettext_noop("Hồ sơ đã được rút lúc %(since)s."),
    State.STOPPED: gettext_noop("Cơ quan đã dừng giải quyết hồ sơ lúc %(since)s."),
    State.DECIDED: gettext_noop("Đã có kết quả từ %(since)s, đang ở %(unit)s."),
    State.RETURNED: gettext_noop("Đã trả kết quả lúc %(since)s."),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What the citizen must do; `url_name` and `verb` are "" when no page does it."""

    title: str
    text: str
    due: str
    url_name: str = ""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """One dossier in words."""

    sentence: str
    need: str
    label: str
    tone: str
    letter: str
    turn: Turn | None


def describe(
    dossier: Dossier,
    *,
    step: Step | None,
    request: SupplementRequest | None,
    owed: Iterable[Obligation],
    pays_online: bool = False,
    is_put_off: bool = False,
) -> Situation:
    """
    Describe a dossier with its open step, open request and what is due.

    `pays_online` says that the deciding agency takes money online, `is_put_off` that it has
    apologised and set another date than it promised.
    """
    state = dossier.lifecycle_state
    mark = MARKS[state]
    turn = turn_of(dossier, request=request, owed=list(owed), pays_online=pays_online)
    need = "" if turn else _nothing_to_do(dossier)
    return Situation(
        sentence=sentence_of(dossier, step, request, is_put_off=is_put_off),
        need=need,
        label=str(state.label),
        tone=mark.tone,
        letter=mark.letter,
        turn=turn,
    )


def sentence_of(
    dossier: Dossier,
    step: Step | None,
    request: SupplementRequest | None,
    *,
    is_put_off: bool = False,
) -> str:
    """Say who has the dossier, since when and until when."""
    state, since = dossier.lifecycle_state, format_moment(dossier.state_changed_at)
    if state == State.SUPPLEMENT and request is not None:
        return _("Hồ sơ đang chờ ông/bà bổ sung giấy tờ từ %(since)s, hạn đến %(until)s.") % {
            "since": since,
            "until": format_moment(request.deadline_at),
        }
    ended = _ended(dossier, since)
    if ended:
        return ended
    unit = step.unit.name if step else dossier.receiving_unit.name
    opened = format_moment(step.opened_at if step else dossier.state_changed_at)
    if state == State.SUBMITTED:
        return _("%(unit)s đã nhận được hồ sơ lúc %(since)s và trả lời trước %(until)s.") % {
            "unit": unit,
            "since": format_moment(dossier.submitted_at),
            "until": format_moment(dossier.answer_due_at),
        }
    if dossier.due_at is not None:
        words = (
            _("%(unit)s đang giữ hồ sơ từ %(since)s, đã xin lỗi và hẹn lại trả kết quả %(until)s.")
            if is_put_off
            else _("%(unit)s đang giữ hồ sơ từ %(since)s, hẹn trả kết quả %(until)s.")
        )
        return words % {"unit": unit, "since": opened, "until": format_moment(dossier.due_at)}
    return _("%(unit)s đang giữ hồ sơ từ %(since)s; thời gian giải quyết tùy từng trường hợp.") % {
        "unit": unit,
        "since": opened,
    }


def _ended(dossier: Dossier, since: str) -> str:
    words = _ENDED.get(dossier.lifecycle_state)
    if dossier.lifecycle_state == State.RETURNED and dossier.decided_at is None:
        words = gettext_noop("Hồ sơ đã dừng giải quyết và được trả lại lúc %(since)s.")
    return _(words) % {"unit": dossier.receiving_unit.name, "since": since} if words else ""


def turn_of(
    dossier: Dossier,
    *,
    request: SupplementRequest | None,
    owed: list[Obligation],
    pays_online: bool = False,
) -> Turn | None:
    """Return what the citizen must do now, None when it is not their turn."""
    state = dossier.lifecycle_state
    if state == State.SUPPLEMENT and request is not None:
        count = len(request.items.all())
        title = ngettext("Bổ sung %(count)d mục", "Bổ sung %(count)d mục", count)
        return Turn(
            title=title % {"count": count},
            text=_("Chỉ cần bổ sung đúng những mục cơ quan đã nêu; phần còn lại giữ nguyên."),
            due=_("Trước %(until)s") % {"until": format_moment(request.deadline_at)},
            url_name="dossiers:supplement",
            verb=_("Bổ sung hồ sơ"),
        )
    blocking = [one for one in owed if one.blocks_work and one.amount_vnd is not None]
    if state == State.PAYMENT and blocking:
        return _payment_turn(dossier, blocking, pays_online=pays_online)
    if state == State.DECIDED:
        return _collect_turn(dossier, owed, pays_online=pays_online)
    return None


def _payment_turn(dossier: Dossier, owed: list[Obligation], *, pays_online: bool) -> Turn:
    text = (
        _(
            "Nộp trực tuyến ngay tại đây, hoặc nộp tiền mặt tại quầy của %(desk)s. Nộp xong, hồ sơ "
            "tự tiếp tục."
        )
        if pays_online
        else _(
            "Nộp tại quầy của %(desk)s, đọc mã hồ sơ này cho cán bộ. Nộp xong, hồ sơ tự tiếp tục."
        )
    )
    return Turn(
        title=_("Nộp %(sum)s") % {"sum": format_vnd(rest_of(owed))},
        text=text % {"desk": dossier.receiving_unit.name},
        due=_("Trước %(until)s")
        % {"until": format_moment(deadlines.payment_due(dossier.state_changed_at))},
        url_name="payments:pay" if pays_online else "",
        verb=_("Nộp trực tuyến") if pays_online else "",
    )


def _collect_turn(dossier: Dossier, owed: list[Obligation], *, pays_online: bool) -> Turn | None:
    known = bool(owed) and all(one.amount_vnd is not None for one in owed)
    if known and pays_online:
        return Turn(
            title=_("Nộp %(sum)s để nhận kết quả") % {"sum": format_vnd(rest_of(owed))},
            text=_("Nộp trực tuyến ngay tại đây, hoặc nộp tiền mặt khi đến nhận tại %(desk)s.")
            % {"desk": dossier.receiving_unit.name},
            due="",
            url_name="payments:pay",
            verb=_("Nộp trực tuyến"),
        )
    if dossier.return_method == ResultDelivery.COUNTER or owed:
        text = _("Mang theo căn cước đến %(desk)s.") % {"desk": dossier.receiving_unit.name}
        if known:
            text = _("Khi đến nhận, nộp %(sum)s.") % {"sum": format_vnd(rest_of(owed))} + f" {text}"
        return Turn(title=_("Đến nhận kết quả"), text=text, due="")
    return None


def rest_of(owed: Iterable[Obligation]) -> int:
    """Return what is still to be paid."""
    return sum((one.amount_vnd or 0) - one.settled_vnd for one in owed)


def _nothing_to_do(dossier: Dossier) -> str:
    if dossier.lifecycle_state in lifecycle.OPEN:
        return _("Ông/bà chưa cần làm gì; có tin mới, cổng sẽ nhắn ngay.")
    if dossier.lifecycle_state == State.REFUSED:
        return _("Lý do ghi trong phiếu từ chối ở bên dưới. Có thể nộp hồ sơ mới.")
    if dossier.lifecycle_state == State.STOPPED:
        return _("Bản chính đã nộp, nếu có, nhận lại tại %(desk)s.") % {
            "desk": dossier.receiving_unit.name
        }
    if dossier.lifecycle_state == State.DECIDED:
        return _("Kết quả sắp được gửi theo cách ông/bà đã chọn.")
    return ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One entry of the timeline, as components/timeline.html takes it."""

    title: str
    state: str
    unit: str
    when: str
    note: str = ""


def timeline(
    dossier: Dossier, done: Iterable[Step], *, apologies: Iterable[Extension] = ()
) -> list[TimelineItem]:
    """Return what was done, what is being done and what comes next, in order."""
    items = [
        TimelineItem(_("Nộp hồ sơ"), "done", _("Trực tuyến"), format_moment(dossier.submitted_at))
    ]
    seen: list[Step] = list(done)
    is_open = dossier.lifecycle_state in {*lifecycle.OPEN, State.DECIDED}
    told = list(apologies)
    items += [
        _step_item(step, is_waiting=dossier.is_waiting_for_citizen, apologies=told) for step in seen
    ]
    if not is_open:
        if dossier.lifecycle_state != State.RETURNED:
            items.append(
                TimelineItem(
                    str(dossier.lifecycle_state.label),
                    "stopped",
                    dossier.receiving_unit.name,
                    format_moment(dossier.state_changed_at),
                )
            )
        return items
    items += [TimelineItem(name, "next", "", "") for name in upcoming(dossier, seen)]
    return items


def upcoming(dossier: Dossier, seen: list[Step]) -> list[str]:
    """Return the names of the steps that are still to come."""
    described = steps.workflow_steps(dossier)
    current = seen[-1].key if seen else steps.RECEPTION
    if current == steps.RETURN:
        return []
    index = steps.index_of(dossier, current)
    names = [one["name"] for one in described[index + 1 :]]
    return [*names, _("Trả kết quả")]


def _step_item(
    step: Step, *, is_waiting: bool, apologies: Iterable[Extension] = ()
) -> TimelineItem:
    note = " ".join(
        _("Đã xin lỗi và hẹn lại %(due)s.") % {"due": format_moment(one.new_due_at)}
        for one in apologies
        if one.approved_at is not None
        and step.opened_at <= one.approved_at
        and (step.closed_at is None or one.approved_at < step.closed_at)
    )
    if step.closed_at is not None:
        return TimelineItem(step.name, "done", step.unit.name, format_moment(step.closed_at), note)
    when = (
        _("đang chờ ông/bà, thời hạn tạm dừng")
        if is_waiting
        else _since_until(step.opened_at, step.due_at)
    )
    return TimelineItem(step.name, "now", step.unit.name, when, note)


def _since_until(opened: datetime, due: datetime | None) -> str:
    if due is None:
        return _("từ %(since)s") % {"since": format_moment(opened)}
    return _("từ %(since)s, dự kiến xong %(until)s") % {
        "since": format_moment(opened),
        "until": format_moment(due),
    }
