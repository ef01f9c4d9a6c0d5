"""Requests about personal data: received, answered, put off once, carried out or refused."""

from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from accounts.security import SecurityEventKind
from accounts.selectors import get_work_calendar
from accounts.services import consents, security
from portal.core.calendars import add_working_days
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from portal.core.holidays import national_calendar
from portal.core.work_calendar import WorkCalendar
from portal.operations import policies
from portal.operations.enums import RequestKind, RequestState
from portal.operations.models import DataRequest
from portal.operations.services import data_notices

_HOURS: Final = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))


class AlreadyAsked(Exception):
    """The same kind of request of this person is still open."""


class RequestAbsent(Exception):
    """There is no such request."""


class RequestMoved(Exception):
    """The request is not, or no longer, at the point that the act needs."""


class NeedsSecondPerson(Exception):
    """An erasure is proposed by one person and approved by another."""


class TooLong(Exception):
    """The new date is not later, or more than the longest extension later."""


@transaction.atomic(durable=True)
def ask(*, user: User, kind: RequestKind, details: str, at: datetime) -> DataRequest:
    """
    Store what a person asks, with the dates by which they must be answered.

    :raises AlreadyAsked: if the same is open already.
    """
    terms = policies.terms_on(local_day(at))
    calendar = work_calendar()
    request = DataRequest(
        user=user,
        kind=kind,
        details=details,
        received_at=at,
        answer_due_at=add_working_days(at, terms.answer_working_days, calendar).at,
        due_at=at + timedelta(days=terms.days[kind]),
    )
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise AlreadyAsked from error
    security.record(
        SecurityEventKind.DATA_REQUESTED, at=at, user=user, data={"request": request.pk}
    )
    data_notices.tell_of_state(request, at=at)
    data_notices.tell_handlers(request, late=False, at=at)
    return request


@transaction.atomic(durable=True)
def take_on(*, request_id: int, by: User, answer: str, at: datetime) -> DataRequest:
    """
    Accept a request: it will be carried out by its date. Of an erasure this is the proposal.

    :raises RequestAbsent: if there is none.
    :raises RequestMoved: if it was answered already.
    """
    request = lock(request_id, states=(RequestState.RECEIVED,))
    request.state = RequestState.IN_PROGRESS
    _note_answer(request, by=by, answer=answer, at=at)
    request.save()
    _finish(request, SecurityEventKind.DATA_REQUEST_ANSWERED, by=by, at=at)
    return request


@transaction.atomic(durable=True)
def extend(*, request_id: int, by: User, to: datetime, reason: str, at: datetime) -> DataRequest:
    """
    Put the date off, once, with a reason.

    :raises RequestAbsent: if there is none.
    :raises RequestMoved: if it is not under way, or was put off before.
    :raises TooLong: if the new date is not later, or too much later.
    """
    request = lock(request_id, states=(RequestState.IN_PROGRESS,))
    if request.due_before is not None:
        raise RequestMoved
    longest = policies.terms_on(local_day(request.received_at)).longest_extension
    if not request.due_at < to <= request.due_at + timedelta(days=longest):
        raise TooLong
    request.due_before, request.due_at, request.extension_reason = request.due_at, to, reason
    request.save(update_fields=["due_before", "due_at", "extension_reason"])
    _finish(request, SecurityEventKind.DATA_REQUEST_EXTENDED, by=by, at=at)
    return request


@transaction.atomic(durable=True)
def refuse(*, request_id: int, by: User, answer: str, ground: str, at: datetime) -> DataRequest:
    """
    Refuse a request, with the reason and its legal ground.

    :raises RequestAbsent: if there is none.
    :raises RequestMoved: if it is closed.
    """
    request = lock(request_id, states=(RequestState.RECEIVED, RequestState.IN_PROGRESS))
    request.state, request.ground = RequestState.REFUSED, ground
    _note_answer(request, by=request.answered_by or by, answer=answer, at=at)
    request.closed_by, request.closed_at = by, at
    request.save()
    _finish(request, SecurityEventKind.DATA_REQUEST_REFUSED, by=by, at=at)
    return request


@transaction.atomic(durable=True)
def complete(*, request_id: int, by: User, answer: str, at: datetime) -> DataRequest:
    """
    Note that a request was carried out, what was done in words. Erasures have their own use case.

    :raises RequestAbsent: if there is none.
    :raises RequestMoved: if it is not under way, or asks for an erasure.
    """
    request = lock(request_id, states=(RequestState.IN_PROGRESS,))
    if request.kind == RequestKind.ERASE:
        raise RequestMoved
    close(request, by=by, answer=answer, at=at)
    if request.kind == RequestKind.WITHDRAW:
        consents.withdraw(request.user, at=at)
    data_notices.tell_of_state(request, at=at)
    return request


@transaction.atomic(durable=True)
def report_late(*, at: datetime) -> int:
    """Tell whoever answers for personal data of every late request, once a day; return how many."""
    late = list(DataRequest.objects.overdue(at=at).order_by("due_at")[:200])
    for request in late:
        data_notices.tell_handlers(request, late=True, at=at)
    return len(late)


@requires_transaction
def lock(request_id: int, *, states: tuple[RequestState, ...]) -> DataRequest:
    """
    Lock one request that is in one of these states.

    :raises RequestAbsent: if there is none.
    :raises RequestMoved: if it is in another state.
    """
    request = DataRequest.objects.locked().select_related("user").filter(pk=request_id).first()
    if request is None:
        raise RequestAbsent
    if request.state not in states:
        raise RequestMoved
    return request


@requires_transaction
def close(request: DataRequest, *, by: User, answer: str, at: datetime) -> None:
    """Note on a locked request that it was carried out."""
    request.state, request.answer = RequestState.DONE, answer
    request.closed_by, request.closed_at = by, at
    request.save()
    security.record(
        SecurityEventKind.DATA_REQUEST_DONE,
        at=at,
        user=request.user,
        actor=by,
        data={"request": request.pk},
    )


def work_calendar() -> WorkCalendar:
    """Return the calendar that counts the working days: the named agency's, else the nation's."""
    unit = Unit.objects.filter(key=settings.PRIVACY_UNIT).first() if settings.PRIVACY_UNIT else None
    if unit is not None and unit.office_hours:
        return get_work_calendar(unit)
    nation = national_calendar()
    return WorkCalendar(
        office_hours=_HOURS,
        days_off={one.on: one.name for one in nation.days_off},
        make_up={one.on: one.name for one in nation.make_up},
    )


def _note_answer(request: DataRequest, *, by: User, answer: str, at: datetime) -> None:
    request.answered_by, request.answer = by, answer
    request.answered_at = request.answered_at or at


def _finish(request: DataRequest, kind: SecurityEventKind, *, by: User, at: datetime) -> None:
    security.record(kind, at=at, user=request.user, actor=by, data={"request": request.pk})
    data_notices.tell_of_state(request, at=at)
