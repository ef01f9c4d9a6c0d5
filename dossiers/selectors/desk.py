"""The list of the desk: one page of a queue or of a search, with who holds what until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import StaffRole, User
from accounts.selectors import get_work_calendars
from dossiers import codes, deadlines, policies, steps
from dossiers.enums import DossierState
from dossiers.marks import MARKS, Mark
from dossiers.models import Dossier, DossierParty, Step
from dossiers.selectors import desk_queues
from dossiers.selectors.desk_queues import Queue, QueueLink
from portal.core import calendars, crypto
from portal.core.calendars import WorkCalendar
from portal.core.dates import format_short_day, local_day, to_local
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
    mask_name,
)
from portal.core.passports import InvalidPassport, clean_passport, passport_hashes
from portal.core.text import fold

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Due:
    """A date of the list: words relative to now, the exact moment, late | soon | ok | none."""

    words: str
    exact: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier of the list."""

    code: str
    state: str
    mark: Mark
    applicant: str
    procedure: str
    submitted: str
    step: str
    holder: str
    unit: str
    can_claim: bool
    due: Due


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What the page of queues shows; `current` is None while searching."""

    queues: list[QueueLink]
    current: Queue | None
    title: str
    rows: list[Row]
    page: "Page[Dossier]"
    empty: str

    @property
    def can_claim_any(self) -> bool:
        return any(row.can_claim for row in self.rows)


class _CountedPaginator(Paginator["Dossier"]):
    """A paginator that was told the count, which the list of queues has made already."""

    def __init__(self, dossiers: QuerySet[Dossier], *, known: int | None) -> None:
        super().__init__(dossiers, PAGE_SIZE)
        if known is not None:
            self.__dict__["count"] = known


def get_queue_page(
    user: User,
    roles: Sequence[StaffRole],
    *,
    queue: Queue,
    asked: str = "",
    page: str = "1",
    at: datetime,
) -> QueuePage:
    """Return one page of a queue, or of a search through all that `user` may open."""
    links, counts = desk_queues.count_queues(user, roles, at=at)
    visible = desk_queues.with_apologies(
        desk_queues.with_due(Dossier.objects.visible_to(user, at=at))
    )
    order: list[Any] = [F("next_due").asc(nulls_last=True), "submitted_at", "pk"]
    if asked.strip():
        chosen, known = visible.filter(_asked(asked)), None
        title, empty = _("Kết quả tìm"), _("Không có hồ sơ nào khớp. Kiểm tra lại mã, tên hoặc số.")
        order = [F("submitted_at").desc(), "-pk"]
    else:
        chosen = visible.filter(desk_queues.conditions(user, roles, at=at)[queue])
        known = counts[queue]
        title = str(desk_queues.label_of(queue, roles))
        empty = str(desk_queues.empty_text(queue))
        if queue == Queue.DONE:
            order = [F("closed_at").desc(), "-pk"]
    found = _CountedPaginator(_shown(chosen.order_by(*order)), known=known).get_page(page)
    return QueuePage(
        queues=links,
        current=None if asked.strip() else queue,
        title=title,
        rows=_rows(list(found.object_list), user, roles, at=at),
        page=found,
        empty=empty,
    )


def _shown(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    open_steps = Step.objects.open().select_related("unit", "assignee")
    return (
        dossiers.select_related("deciding_unit")
        .defer("answers", "sealed_answers", "offer_snapshot", "due_notes")
        .annotate(procedure_name=F("procedure__name"), everyday_name=F("revision__everyday_name"))
        .prefetch_related(Prefetch("steps", queryset=open_steps, to_attr="open_steps"))
    )


def _asked(text: str) -> Q:
    """Understand a code (or its end), an identity or passport number, a phone, part of a name."""
    code = codes.clean_code(text)
    if code:
        return Q(code=code)
    digits = text.strip()
    if any(sign.isdigit() for sign in digits):
        return _asked_number(digits)
    words = fold(text).split()
    found = Q()
    for word in words:
        found &= Q(applicant_folded__contains=word)
    return found


def _asked_number(text: str) -> Q:
    party = DossierParty.objects.filter(dossier=OuterRef("pk"))
    try:
        number = clean_identity_number(text)
    except InvalidIdentityNumber:
        pass
    else:
        return Q(Exists(party.filter(identity_hash=crypto.keyed_hash(number))))
    try:
        phone = clean_phone(text)
    except InvalidPhone:
        return _asked_passport(text) | Q(code__endswith="".join(text.split()).upper())
    return Q(Exists(party.filter(phone=phone)))


def _is_passport(text: str) -> bool:
    try:
        clean_passport(text)
    except InvalidPassport:
        return False
    return True


def _asked_passport(text: str) -> Q:
    try:
        hashes = passport_hashes(clean_passport(text))
    except InvalidPassport:
        return Q()
    party = DossierParty.objects.filter(dossier=OuterRef("pk"))
    return Q(Exists(party.filter(identity_hash__in=hashes)))


def is_private(text: str) -> bool:
    """Tell whether what was asked is somebody's number, which must not stand in an address."""
    if codes.clean_code(text):
        return False
    if "-" in text.strip("- "):
        return False
    digits = [sign for sign in text if sign.isdigit()]
    return len(digits) >= 9 or (len(digits) >= 6 and _is_passport(text))


def _rows(
    dossiers: Sequence[Any], user: User, roles: Sequence[StaffRole], *, at: datetime
) -> list[Row]:
    agencies = {dossier.deciding_unit_id: dossier.deciding_unit for dossier in dossiers}
    known = get_work_calendars(agencies.values()) if agencies else {}
    return [
        _row(dossier, roles, calendar=known[dossier.deciding_unit_id], at=at)
        for dossier in dossiers
    ]


def _row(dossier: Any, roles: Sequence[StaffRole], *, calendar: WorkCalendar, at: datetime) -> Row:
    step: Step | None = dossier.open_steps[0] if dossier.open_steps else None
    for_me = {(held.unit_id, held.role) for held in roles}
    return Row(
        code=dossier.code,
        state=dossier.get_state_display(),
        mark=MARKS[dossier.lifecycle_state],
        applicant=dossier.applicant_name
        if policies.reads_names(dossier, roles)
        else mask_name(dossier.applicant_name),
        procedure=dossier.everyday_name or dossier.procedure_name,
        submitted=format_short_day(dossier.submitted_at),
        step=step.name if step else "",
        holder=_holder(dossier, step),
        unit=step.unit.name if step else "",
        can_claim=step is not None
        and step.assignee_id is None
        and (step.unit_id, step.role) in for_me,
        due=due_of(dossier, step, calendar=calendar, at=at),
    )


def _holder(dossier: Dossier, step: Step | None) -> str:
    if dossier.is_waiting_for_citizen:
        return _("Công dân")
    if step is None:
        return ""
    return step.assignee.full_name if step.assignee else _("Chưa ai nhận")


def due_of(dossier: Any, step: Step | None, *, calendar: WorkCalendar, at: datetime) -> Due:
    """Return the date that counts now, for a dossier that went through both of `desk_queues`."""
    moment: datetime | None = dossier.next_due
    note = ""
    if dossier.state == DossierState.PAYMENT and dossier.payment_asked_at:
        moment, note = deadlines.payment_due(dossier.payment_asked_at), _("hạn nộp tiền")
    elif dossier.state == DossierState.SUPPLEMENT:
        note = _("hạn bổ sung")
    elif dossier.state == DossierState.SUBMITTED:
        note = _("hạn trả lời")
    elif step is not None and step.key != steps.RETURN:
        note = _promise(dossier, moment, at=at)
    if dossier.closed_at is not None:
        ended = _("dừng") if dossier.state == DossierState.STOPPED else _("xong")
        return Due("", _short(dossier.closed_at), ended, "none")
    if moment is None:
        return Due("", "", _("theo từng trường hợp"), "none")
    days = calendars.working_days_left(at, moment, calendar)
    tone = "late" if moment < at else "soon" if days <= 1 else "ok"
    return Due(_how_far(days, moment, at=at), _short(moment), note, tone)


def _is_broken(dossier: Any, *, at: datetime) -> bool:
    return dossier.due_at is not None and dossier.due_at < at


def _promise(dossier: Any, moment: datetime | None, *, at: datetime) -> str:
    """Say whose date `moment` is, and whether the citizen was told of a promise that is broken."""
    told = _("hẹn trả")
    if dossier.apologies:
        told = str(_("hẹn lại lần %d") % dossier.apologies)
    elif _is_broken(dossier, at=at):
        told = _("chưa xin lỗi công dân")
    if moment == dossier.due_at:
        return told
    return f"{_('hạn của bước')} ({told})" if _is_broken(dossier, at=at) else _("hạn của bước")


def _how_far(days: int, moment: datetime, *, at: datetime) -> str:
    """Return how many working days are left, in as few words as the list has room for."""
    if moment < at:
        return _("quá hạn %d ngày") % -days if days else _("vừa quá hạn")
    if local_day(moment) == local_day(at):
        return _("hôm nay")
    return _("còn %d ngày") % max(days, 1)


def _short(moment: datetime) -> str:
    local = to_local(moment)
    return f"{local:%d/%m}, {local:%H:%M}"
