"""What the home page, the demonstration, the list of merges and personal data show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, When
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import AccountMerge, Consent, SecondFactor, User
from accounts.selectors import Row
from accounts.services.second_factor import is_secret_of
from dossiers.models import Dossier
from portal.core import totp
from portal.core.dates import format_moment, local_day
from portal.core.identity import mask_identity_number, mask_phone
from portal.notices.outbox_files import NAME, OutboxMessage, list_messages, read_message
from portal.operations.demo_data import demo_secret, load_people, load_units
from portal.operations.enums import OPEN_REQUESTS, RequestKind, RequestState
from portal.operations.models import DataExport, DataRequest
from procedures.selectors.articles import Entry, get_pinned
from procedures.selectors.browse import Browse, get_browse
from procedures.selectors.life_events import Tile, list_tiles
from reports.selectors import MonthFigures, get_month_figures

SHOWN_MESSAGES: Final = 40
SHOWN_EVENTS: Final = 6


@dataclass(frozen=True, slots=True)
class Home:
    events: tuple[Tile, ...]
    has_more_events: bool
    browse: Browse
    figures: MonthFigures
    pinned: Entry | None


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One sign-in of the demonstration: what it is for, and what is typed."""

    name: str
    role: str
    place: str
    sign_in: str
    # Of staff: the code that the authenticator app shows now; "" where another app was set up.
    code: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    password: str
    citizens: tuple[DemoAccount, ...]
    staff: tuple[DemoAccount, ...]
    messages: tuple[OutboxMessage, ...]

    @property
    def newest_sms(self) -> OutboxMessage | None:
        """The text message that somebody is most likely waiting for."""
        return next((one for one in self.messages if one.medium == "sms"), None)


def get_home(*, at: datetime) -> Home:
    """Return what the home page shows (5 queries)."""
    events = list_tiles()
    return Home(
        events=tuple(events[:SHOWN_EVENTS]),
        has_more_events=len(events) > SHOWN_EVENTS,
        browse=get_browse(on=local_day(at)),
        figures=get_month_figures(at=at),
        pinned=get_pinned(at=at),
    )


def get_demo(*, at: datetime) -> Demo:
    """Return every sign-in of the demonstration and the newest messages sent (1 query)."""
    people = load_people()
    codes = demo_codes(at=at)
    places = {unit["key"]: unit["name"] for unit in load_units()}
    return Demo(
        password=people["password"],
        citizens=tuple(
            DemoAccount(
                name=row["full_name"],
                role="",
                place=row["address"],
                sign_in=row["identity_number"],
            )
            for row in people["citizens"]
        ),
        staff=tuple(
            DemoAccount(
                name=row["full_name"],
                role=", ".join(str(Role[held["role"].upper()].label) for held in row["roles"]),
                place=", ".join(dict.fromkeys(places[held["unit"]] for held in row["roles"])),
                sign_in=row["username"],
                code=codes.get(row["username"], ""),
                secret=demo_secret(row["username"]),
            )
            for row in people["staff"]
        ),
        messages=tuple(list_messages(_outbox(), limit=SHOWN_MESSAGES)),
    )


def demo_codes(*, at: datetime) -> dict[str, str]:
    """
    Return the code to type for each made-up member of staff, by sign-in name (1 query).

    One that was just used is followed by the next, which is taken as well.
    """
    factors = SecondFactor.objects.filter(user__username__in=_demo_names()).select_related("user")
    now = totp.step_of(at)
    codes = {}
    for factor in factors:
        secret = demo_secret(factor.user.username)
        if is_secret_of(factor, secret):
            codes[factor.user.username] = totp.code_of(secret, max(now, factor.last_step + 1))
    return codes


def _demo_names() -> list[str]:
    return [row["username"] for row in load_people()["staff"]]


def get_sent_message(name: str) -> OutboxMessage | None:
    """Return one sent message by the name of its file, None if there is none."""
    return read_message(_outbox() / name) if NAME.fullmatch(name) else None


def _outbox() -> Path:
    return Path(settings.OUTBOX_DIR) if settings.OUTBOX_DIR else Path("/nonexistent")


@dataclass(frozen=True, slots=True)
class MergeSide:
    name: str
    born: str
    number: str
    contact: str
    level: str
    dossiers: int


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A proposal to merge two accounts, as whoever decides compares them with each other."""

    id: int
    paper: str
    by: str
    at: datetime
    # First the one that would go, then the one that would stay.
    accounts: tuple[MergeSide, MergeSide]


def list_merges(agency_ids: set[int]) -> list[MergeRow]:
    """Return what clerks of these agencies propose to merge, the oldest first (two queries)."""
    merges = list(
        AccountMerge.objects.waiting()
        .filter(agency__in=agency_ids)
        .select_related("duplicate", "survivor", "proposed_by")
        .order_by("proposed_at", "pk")
    )
    owners = {one.duplicate_id for one in merges} | {one.survivor_id for one in merges}
    counted = Dossier.objects.filter(owner__in=owners).values("owner").annotate(number=Count("pk"))
    counts = {row["owner"]: row["number"] for row in counted}
    return [
        MergeRow(
            id=one.pk,
            paper=one.get_paper_display(),
            by=one.proposed_by.full_name,
            at=one.proposed_at,
            accounts=(_side(one.duplicate, counts), _side(one.survivor, counts)),
        )
        for one in merges
    ]


def _side(user: User, counts: Mapping[int, int]) -> MergeSide:
    return MergeSide(
        name=user.full_name,
        born=f"{user.date_of_birth:%d/%m/%Y}" if user.date_of_birth else "",
        number=mask_identity_number(user.identity_number),
        contact=mask_phone(user.phone) if user.phone else user.email,
        level=user.get_identity_level_display(),
        dossiers=counts.get(user.pk, 0),
    )


TONES: Final = {
    RequestState.RECEIVED: ("info", "C"),
    RequestState.IN_PROGRESS: ("info", "L"),
    RequestState.DONE: ("success", "X"),
    RequestState.REFUSED: ("danger", "K"),
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request with its state in words and shape."""

    request: DataRequest
    tone: str
    mark: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class CopyRow:
    export: DataExport
    # waiting | ready | gone
    stage: str


@dataclass(frozen=True, slots=True)
class OwnData:
    requests: list[RequestRow]
    copies: list[CopyRow]
    consents: list[Consent]


def get_own_data(user: User, *, at: datetime) -> OwnData:
    """Return requests, copies and consents of one person, newest first (3 queries)."""
    copies = DataExport.objects.filter(user=user).order_by("-requested_at")[:10]
    requests = DataRequest.objects.filter(user=user).order_by("-received_at", "-pk")
    return OwnData(
        consents=list(user.consents.select_related("text").order_by("-agreed_at", "-pk")),
        requests=[_request_row(one, at=at) for one in requests],
        copies=[
            CopyRow(
                one,
                "ready" if one.is_live(at=at) else "waiting" if one.ready_at is None else "gone",
            )
            for one in copies
        ],
    )


@dataclass(frozen=True, slots=True)
class RequestQueue:
    rows: list[RequestRow]
    page: "Page[Any]"


def list_data_requests(*, closed: bool, page: str, at: datetime) -> RequestQueue:
    """Return the requests that wait, the nearest date first, or those that are closed."""
    requests = DataRequest.objects.select_related("user")
    if closed:
        requests = requests.exclude(state__in=OPEN_REQUESTS).order_by("-closed_at", "-pk")
    else:
        requests = requests.open().order_by(
            Case(When(state=RequestState.RECEIVED, then="answer_due_at"), default="due_at"), "pk"
        )
    shown = Paginator(requests, 30).get_page(page)
    return RequestQueue([_request_row(one, at=at) for one in shown.object_list], shown)


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """One request as whoever answers it sees it: enough to know the person, no whole number."""

    row: RequestRow
    rows: tuple[Row, ...]
    acts: tuple[str, ...]


def get_data_request(request_id: int, *, at: datetime) -> FoundRequest | None:
    """Return one request, None if there is none (1 query)."""
    request = (
        DataRequest.objects.select_related("user", "answered_by", "closed_by")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        return None
    user = request.user
    facts = [
        (_("Họ và tên"), user.full_name),
        (_("Số giấy tờ"), mask_identity_number(user.identity_number)),
        (_("Mức xác nhận"), user.get_identity_level_display()),
        (_("Số điện thoại"), mask_phone(user.phone) if user.phone else ""),
        (_("Nội dung"), request.details),
        (_("Nhận lúc"), format_moment(request.received_at)),
        (_("Trả lời trước"), format_moment(request.answer_due_at)),
        (_("Thực hiện trước"), format_moment(request.due_at)),
    ]
    if request.due_before is not None:
        facts.append((_("Hạn trước khi gia hạn"), format_moment(request.due_before)))
        facts.append((_("Lý do gia hạn"), request.extension_reason))
    if request.answered_by is not None and request.answered_at is not None:
        when = format_moment(request.answered_at)
        facts.append((_("Người trả lời"), f"{request.answered_by.full_name}, {when}"))
        facts.append((_("Trả lời"), request.answer))
    if request.ground:
        facts.append((_("Căn cứ"), request.ground))
    if request.closed_by is not None and request.closed_at is not None:
        when = format_moment(request.closed_at)
        facts.append((_("Người thực hiện"), f"{request.closed_by.full_name}, {when}"))
    rows = tuple(Row(str(label), str(value)) for label, value in facts)
    return FoundRequest(_request_row(request, at=at), rows, _acts(request))


def _acts(request: DataRequest) -> tuple[str, ...]:
    if request.state == RequestState.RECEIVED:
        return ("take_on", "refuse")
    if request.state != RequestState.IN_PROGRESS:
        return ()
    work = "erase" if request.kind == RequestKind.ERASE else "complete"
    return (work, *(("extend",) if request.due_before is None else ()), "refuse")


def _request_row(request: DataRequest, *, at: datetime) -> RequestRow:
    tone, mark = TONES[RequestState(request.state)]
    is_late = request.state in OPEN_REQUESTS and request.next_due_at < at
    return RequestRow(request, tone, mark, is_late)
