"""What somebody may do to a dossier now: the buttons of the work page, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import StaffRole, User
from dossiers import deadlines, lifecycle, policies, steps
from dossiers.enums import Action, DossierState, SupplementStage
from dossiers.models import Decision, Dossier, Extension, Obligation, Step, SupplementRequest


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing to do: the URL name under dossiers:, the verb, how it stands out."""

    name: str
    verb: str | Promise
    tone: str = "secondary"
    # Pressed at once, without a page in between.
    is_immediate: bool = False
    # Why it cannot be done yet, in words; then it is shown without a button.
    blocked: str | Promise = ""


# What the leader may take back, by the table of the lifecycle.
_REVERSALS: Final = (
    (Action.REOPEN, "reopen", _("Mở lại hồ sơ")),
    (Action.UNDO_ACCEPTANCE, "undo_acceptance", _("Hủy tiếp nhận")),
    (Action.RESTART, "restart", _("Giải quyết tiếp")),
    (Action.RECALL, "recall", _("Thu hồi kết quả")),
)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides what may be done, read beforehand."""

    dossier: Dossier
    step: Step | None
    user: User
    roles: Sequence[StaffRole]
    decision: Decision | None
    due: Sequence[Obligation]
    requests: Sequence[SupplementRequest]
    payment_asked_at: datetime | None
    # The apology that waits for the leader's signature.
    proposed_extension: Extension | None
    at: datetime
    # Who accepted the dossier: they do not approve as well.
    acceptor_ids: Sequence[int] = ()

    @property
    def state(self) -> str:
        return self.dossier.state

    @property
    def is_running(self) -> bool:
        return self.state in {DossierState.ACCEPTED, DossierState.PROCESSING}

    @property
    def leads(self) -> bool:
        return policies.can_lead(self.dossier, self.roles)

    @property
    def may_work(self) -> bool:
        """Whether the open step is for the user, and free or already theirs."""
        return (
            self.step is not None
            and policies.can_work_on(self.step, self.roles)
            and (
                self.step.assignee_id in {None, self.user.pk}
                or policies.stands_in_for(self.step, self.roles)
            )
        )

    @property
    def is_citizen_late(self) -> bool:
        if self.state == DossierState.PAYMENT:
            asked_at = self.payment_asked_at
            return asked_at is not None and deadlines.payment_due(asked_at) < self.at
        return any(
            request.deadline_at < self.at
            for request in self.requests
            if request.answered_at is None and request.closed_at is None
        )

    def can_end(self, action: Action) -> bool:
        """Whether the table lets `action` end the dossier now, and the citizen's time is over."""
        allowed = lifecycle.allows(
            action, source=self.dossier.lifecycle_state, resume=self.dossier.lifecycle_resume
        )
        return allowed and (not self.dossier.is_waiting_for_citizen or self.is_citizen_late)


def list_offered(now: Situation) -> list[Offered]:
    """Return what may be done, the most likely first."""
    if now.step is None:
        return [*_after_the_end(now), *_taking_back(now)]
    return [*_by_step(now, now.step), *_beside_the_step(now, now.step), *_taking_back(now)]


def _after_the_end(now: Situation) -> Iterator[Offered]:
    if now.state == DossierState.STOPPED and policies.can_hand_back(now.dossier, now.roles):
        yield Offered("hand_back", _("Trả lại hồ sơ đã dừng"), tone="primary")


def _taking_back(now: Situation) -> Iterator[Offered]:
    for action, name, verb in _REVERSALS:
        if now.leads and lifecycle.allows(action, source=now.dossier.lifecycle_state, resume=None):
            yield Offered(name, verb, tone="danger")


def _by_step(now: Situation, step: Step) -> Iterator[Offered]:
    if not now.may_work:
        return
    if step.key == steps.RECEPTION:
        yield from _at_reception(now)
    elif step.key == steps.RETURN:
        yield from _at_return(now)
    elif now.is_running:
        yield from _at_workflow(now, step)
    if step.assignee_id is None:
        yield Offered("claim", _("Nhận việc này"), is_immediate=True)


def _beside_the_step(now: Situation, step: Step) -> Iterator[Offered]:
    if _can_ask_supplement(now, step):
        yield Offered("ask_supplement", _("Yêu cầu bổ sung"))
    if now.is_running and now.dossier.due_at is not None:
        yield from _about_the_date(now)
    if now.leads:
        yield Offered("reassign", _("Giao lại người xử lý"))
        if now.can_end(Action.STOP):
            yield Offered("stop", _("Dừng giải quyết"), tone="danger")
    is_undetermined = any(one.amount_vnd is None for one in now.due)
    if is_undetermined and policies.can_fix_fees(now.dossier, now.roles):
        yield Offered("fix_fee", _("Xác định mức phí, lệ phí"))


def _about_the_date(now: Situation) -> Iterator[Offered]:
    proposed = now.proposed_extension
    if now.leads and proposed is not None:
        is_own = proposed.proposed_by_id == now.user.pk
        blocked = _("Người trình gia hạn không được tự duyệt. Cần một lãnh đạo khác.")
        verb = _("Duyệt đề nghị gia hạn")
        yield Offered("answer_extension", verb, tone="primary", blocked=blocked if is_own else "")
    if now.leads:
        yield Offered("extend", _("Xin lỗi và hẹn lại"))
    elif now.may_work:
        waits = _("Đã trình gia hạn, đang chờ lãnh đạo.") if proposed else ""
        yield Offered("propose_extension", _("Trình gia hạn"), blocked=waits)


def _at_reception(now: Situation) -> Iterator[Offered]:
    if now.state == DossierState.SUBMITTED:
        yield Offered("accept", _("Tiếp nhận hồ sơ"), tone="primary")
    if now.can_end(Action.REFUSE):
        yield Offered("refuse", _("Từ chối tiếp nhận"), tone="danger")


def _at_return(now: Situation) -> Iterator[Offered]:
    if now.state != DossierState.DECIDED:
        return
    blocked = _("Chưa trả được: còn phí, lệ phí chưa nộp.") if now.due else ""
    yield Offered("hand_over", _("Trả kết quả"), tone="primary", blocked=blocked)


def _at_workflow(now: Situation, step: Step) -> Iterator[Offered]:
    following = steps.following_role(now.dossier, step)
    decision = now.decision
    if step.role == Role.OFFICER and following == Role.LEADER:
        yield Offered("propose", _("Trình kết quả giải quyết"), tone="primary")
    elif step.role == Role.LEADER and decision is not None and decision.approved_at is None:
        blocked = _approval_blocked(now, step, decision)
        yield Offered("approve", _("Phê duyệt"), tone="primary", blocked=blocked)
    elif step.role == Role.REGISTRAR and decision is not None and decision.approved_at:
        yield Offered("issue", _("Vào sổ, phát hành kết quả"), tone="primary")
    elif following is not None and Role.LEADER not in {following, step.role}:
        yield Offered("forward", _("Chuyển bước tiếp theo"), tone="primary")
    if steps.index_of(now.dossier, step.key) > 0:
        yield Offered("send_back", _("Trả lại bước trước"))


def _approval_blocked(now: Situation, step: Step, decision: Decision) -> str | Promise:
    role = policies.held_role(now.roles, step.role, step.unit_id, assignee_id=step.assignee_id)
    absent_id = role.on_behalf_of_id if role else None
    if decision.proposed_by_id in {now.user.pk, absent_id}:
        return _("Người trình không được tự phê duyệt. Cần một lãnh đạo khác.")
    accepted = now.user.pk in now.acceptor_ids and not now.dossier.deciding_unit.small_office
    if accepted or now.dossier.assisted_by_id == now.user.pk:
        return _("Người đã tiếp nhận hồ sơ không phê duyệt kết quả. Cần một lãnh đạo khác.")
    return ""


def _can_ask_supplement(now: Situation, step: Step) -> bool:
    allowed = lifecycle.allows(
        Action.ASK_SUPPLEMENT,
        source=now.dossier.lifecycle_state,
        resume=now.dossier.lifecycle_resume,
    )
    if not allowed:
        return False
    if now.leads:
        return True
    stage = (
        SupplementStage.INTAKE if now.state == DossierState.SUBMITTED else SupplementStage.APPRAISAL
    )
    had_its_round = any(request.stage == stage for request in now.requests)
    return now.may_work and step.role != Role.REGISTRAR and not had_its_round
