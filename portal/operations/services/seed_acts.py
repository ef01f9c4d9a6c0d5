"""What staff and citizens of the demonstration do to a dossier, one use case per act."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid5

from django.db import transaction

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import get_work_calendar
from dossiers import attachments, steps
from dossiers.enums import Action, DecisionOutcome, ExtensionCause
from dossiers.models import Dossier, StoredFile
from dossiers.services import (
    extension,
    fees,
    processing,
    reception,
    results,
    supplement_files,
    supplements,
    withdrawal,
)
from dossiers.services.reception import Reason
from dossiers.services.supplements import Item
from payments.gateways import client
from payments.services import cash
from portal.core import calendars
from portal.core.dates import format_short_day
from portal.operations.services import seed_money, seed_papers
from portal.operations.services.seed_answers import People, declared
from portal.operations.services.seed_stories import (
    BIRTH,
    BUSINESS,
    CONFIRMING,
    FISHING,
    LABOUR,
    LEGAL_AID,
    STATUS,
    VEHICLE,
    WEDDING,
    Act,
    Story,
)
from procedures.enums import ResultDelivery

# By which entries of the event log the next run knows that an act was done.
TRACES: Final[Mapping[Act, frozenset[str]]] = {
    Act.CLAIM: frozenset({Action.CLAIM, Action.START}),
    Act.ACCEPT: frozenset({Action.ACCEPT}),
    Act.REFUSE: frozenset({Action.REFUSE}),
    Act.ASK: frozenset({Action.ASK_SUPPLEMENT}),
    Act.ANSWER: frozenset({Action.ANSWER_SUPPLEMENT}),
    Act.PAY: frozenset({Action.RECORD_PAYMENT}),
    Act.PROPOSE: frozenset({Action.PROPOSE}),
    Act.APPROVE: frozenset({Action.APPROVE}),
    Act.SEND_BACK: frozenset({Action.SEND_BACK}),
    Act.ISSUE: frozenset({Action.DECIDE}),
    Act.RETURN: frozenset({Action.RETURN}),
    Act.STOP: frozenset({Action.STOP}),
    Act.WITHDRAW: frozenset({Action.WITHDRAW}),
    Act.EXTEND: frozenset({Action.EXTEND}),
}

_OFFICE_DAY: Final = 450
_CIVIL_STATUS: Final = "Luật Hộ tịch số 60/2014/QH13, Điều 16"
_BUSINESS_LAW: Final = "Nghị định số 168/2025/NĐ-CP về đăng ký doanh nghiệp"
_RESULTS: Final = {
    BIRTH: ("Giấy khai sinh", "KS"),
    STATUS: ("Giấy xác nhận tình trạng hôn nhân", "GXN-UBND"),
    WEDDING: ("Giấy chứng nhận kết hôn", "KH"),
    BUSINESS: ("Giấy chứng nhận đăng ký hộ kinh doanh", "HKD"),
    CONFIRMING: ("Văn bản xác nhận thông tin hộ tịch", "XN-HT"),
    LABOUR: ("Thông báo nội quy lao động đã đăng ký", "TB-SNV"),
    LEGAL_AID: ("Quyết định cử người thực hiện trợ giúp pháp lý", "QĐ-TGPL"),
    VEHICLE: ("Phù hiệu xe", "PH-SXD"),
    FISHING: ("Giấy chứng nhận đăng ký tàu cá", "TC-CCTS"),
}
_PROPOSALS: Final = {
    BIRTH: "Thông tin cha, mẹ khớp Cơ sở dữ liệu quốc gia về dân cư; Giấy chứng sinh hợp lệ. "
    "Trình ký Giấy khai sinh.",
    STATUS: "Đã tra cứu Cơ sở dữ liệu hộ tịch điện tử, kết quả phù hợp tờ khai. Trình ký giấy "
    "xác nhận.",
    WEDDING: "Hai bên đủ điều kiện kết hôn, tự nguyện. Trình ký Giấy chứng nhận kết hôn.",
    BUSINESS: "Tên không trùng, ngành nghề không thuộc diện cấm, lệ phí đã nộp. Trình ký Giấy "
    "chứng nhận.",
}
_PROPOSAL: Final = "Hồ sơ đủ thành phần, nội dung phù hợp quy định. Trình ký."
_DENIAL: Final = Reason(
    "noi-dung",
    "Nội dung đề nghị",
    "Qua thẩm tra, thông tin khai không khớp cơ sở dữ liệu và giấy tờ gốc do người nộp xuất trình.",
    "Luật Hộ tịch số 60/2014/QH13, Điều 16",
)


class Cast:
    """Who works where, and who filed: read once for the whole seed."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.citizens: dict[str, User] = {one.username: one for one in User.objects.citizens()}
        self._holders: dict[tuple[str, str], list[User]] = {}
        for held in StaffRole.objects.select_related("user", "unit").order_by("pk"):
            self._holders.setdefault((held.unit.key, held.role), []).append(held.user)

    def holder(self, unit_key: str, role: str, *, second: bool = False) -> User:
        holders = self._holders[(unit_key, role)]
        return holders[-1 if second else 0]


@dataclass(frozen=True, slots=True)
class Scene:
    """One act about to happen."""

    story: Story
    dossier: Dossier
    cast: Cast
    at: datetime

    @property
    def owner(self) -> User:
        return self.cast.citizens[self.story.owner]

    @property
    def worker(self) -> User:
        """Whoever works on the open step."""
        step = steps.get_open_step(self.dossier)
        if step.assignee is not None:
            return step.assignee
        is_second = self.story.second_clerk and step.role == Role.CLERK
        return self.cast.holder(step.unit.key, step.role, second=is_second)

    @property
    def leader(self) -> User:
        return self.cast.holder(self.dossier.deciding_unit.key, Role.LEADER)


def perform(act: Act, *, story: Story, dossier_id: int, cast: Cast, at: datetime) -> None:
    """Let one act happen at `at`."""
    dossier = Dossier.objects.select_related("receiving_unit", "deciding_unit", "procedure").get(
        pk=dossier_id
    )
    _ACTS[act](Scene(story, dossier, cast, at))


def _claim(scene: Scene) -> None:
    processing.claim_step(dossier_id=scene.dossier.pk, by=scene.worker, at=scene.at, version=None)


def _accept(scene: Scene) -> None:
    reception.accept_dossier(
        dossier_id=scene.dossier.pk, by=scene.worker, at=scene.at, version=None
    )


def _refuse(scene: Scene) -> None:
    if scene.story.procedure in _OTHER:
        reason = Reason(
            "thong-tin",
            "Thông tin khai",
            "Thông tin khai chưa đủ để xác định việc cần giải quyết và không thuộc trường hợp bổ "
            "sung; đề nghị nộp hồ sơ mới.",
            "Nghị định số 118/2025/NĐ-CP",
        )
    elif scene.story.procedure == BUSINESS:
        reason = Reason(
            "nganh_nghe",
            "Ngành, nghề kinh doanh",
            "Kinh doanh dịch vụ karaoke phải có giấy phép đủ điều kiện trước; đề nghị làm thủ tục "
            "cấp phép tại cơ quan văn hóa rồi đăng ký lại.",
            _BUSINESS_LAW,
        )
    else:
        reason = Reason(
            "giay-chung-sinh",
            "Giấy chứng sinh",
            "Trẻ đã có hồ sơ đăng ký khai sinh do cha hoặc mẹ nộp trước; mỗi trẻ chỉ đăng ký một "
            "lần.",
            _CIVIL_STATUS,
        )
    reception.refuse_dossier(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        reasons=[reason],
    )


_OTHER: Final = frozenset({STATUS, CONFIRMING, LABOUR, LEGAL_AID, VEHICLE, FISHING})
_ASKED: Final = {
    BIRTH: (
        Item(
            "giay-chung-sinh",
            "",
            "Giấy chứng sinh",
            "Ảnh bị nhòe, không đọc được họ tên mẹ và ngày sinh của trẻ. Chụp lại ở nơi đủ sáng, "
            "rõ cả bốn góc.",
        ),
        _CIVIL_STATUS,
    ),
    STATUS: (
        Item(
            "",
            "noi_cu_tru",
            "Nơi cư trú",
            "Chưa khớp Cơ sở dữ liệu quốc gia về dân cư. Ghi nơi thường trú theo đơn vị hành chính "
            "hiện nay.",
        ),
        _CIVIL_STATUS,
    ),
    BUSINESS: (
        Item(
            "",
            "ten_ho",
            "Tên hộ kinh doanh",
            "Tên trùng với một hộ đã đăng ký trên địa bàn. Chọn tên riêng khác.",
        ),
        _BUSINESS_LAW,
    ),
}


def _ask(scene: Scene) -> None:
    item, ground = _ASKED[scene.story.procedure]
    supplements.ask_supplement(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        items=[item],
        ground=ground,
        deadline_at=supplements.default_deadline(scene.at),
    )


def _answer(scene: Scene) -> None:
    sealed = {}
    request = scene.dossier.supplements.get(answered_at=None, closed_at=None)
    for item in request.items.all():
        if item.field_key:
            sealed[item.field_key] = scene.owner.address
        elif not item.uploads.exists():
            told = declared(
                scene.story, scene.cast.people, filed_on=scene.dossier.submitted_at.date()
            )
            photo = seed_papers.clear_photo(scene.story, told, scene.cast.people[scene.story.owner])
            supplement_files.add_upload(
                item_id=item.pk,
                owner=scene.owner,
                upload=io.BytesIO(photo),
                name="giay-chung-sinh-chup-lai.jpg",
                at=scene.at,
            )
    supplements.answer_supplement(
        dossier_id=scene.dossier.pk, by=scene.owner, at=scene.at, answers={}, sealed=sealed
    )


def _pay(scene: Scene) -> None:
    if scene.story.pays_online and client.is_configured():
        seed_money.pay_online(scene.dossier, owner=scene.owner, key=scene.story.key, at=scene.at)
        # Whatever did not settle it that way is counted at the desk.
    cashier = scene.cast.holder(scene.dossier.receiving_unit.key, Role.CASHIER)
    for due in fees.list_due(scene.dossier):
        cash.receive_cash(
            obligation_id=due.pk,
            key=uuid5(scene.story.key, f"cash-{due.number}"),
            amount_vnd=due.amount_vnd or 0,
            receipt_number=f"{scene.story.number:07d}",
            by=cashier,
            at=scene.at,
        )


def _propose(scene: Scene) -> None:
    is_denied = scene.story.path == "denied"
    processing.propose_decision(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        outcome=DecisionOutcome.REFUSED if is_denied else DecisionOutcome.GRANTED,
        proposal=_PROPOSALS.get(scene.story.procedure, _PROPOSAL),
        reasons=[_DENIAL] if is_denied else [],
    )


def _approve(scene: Scene) -> None:
    processing.approve_decision(
        dossier_id=scene.dossier.pk, by=scene.worker, at=scene.at, version=None
    )


def _send_back(scene: Scene) -> None:
    processing.send_back(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        note="Ghi thêm căn cứ xác minh vào tờ trình.",
    )


def _issue(scene: Scene) -> None:
    title, ending = _RESULTS[scene.story.procedure]
    if scene.story.path == "denied":
        title, ending = "Văn bản từ chối giải quyết hồ sơ", "TB"
    number = f"{scene.story.number:02d}/{scene.at:%Y}/{ending}"
    pdf = seed_papers.result_pdf(
        issuer=scene.dossier.deciding_unit.name.upper(),
        title=title,
        number=number,
        lines=(
            f"Cấp cho: {scene.dossier.applicant_name}",
            f"Theo hồ sơ số: {scene.dossier.code}",
            f"Ngày cấp: {format_short_day(scene.at)}",
        ),
        signed=scene.leader.full_name,
    )
    processing.issue_result(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        number=number,
        title=title,
        signed_by_name=scene.leader.full_name,
        file=_stored(pdf, by=scene.worker, at=scene.at),
    )


@transaction.atomic(durable=True)
def _stored(pdf: bytes, *, by: User, at: datetime) -> StoredFile:
    facts = seed_papers.facts_of(pdf, "ket-qua.pdf")
    return attachments.record(facts, attachments.keep(pdf), by=by, at=at)


def _return(scene: Scene) -> None:
    method = ResultDelivery(scene.dossier.return_method)
    at_counter = method == ResultDelivery.COUNTER
    results.return_result(
        dossier_id=scene.dossier.pk,
        by=scene.worker,
        at=scene.at,
        version=None,
        method=method,
        recipient_name=scene.owner.full_name if at_counter else "",
    )


def _stop(scene: Scene) -> None:
    processing.stop_dossier(
        dossier_id=scene.dossier.pk,
        by=scene.leader,
        at=scene.at,
        version=None,
        reason="Người nộp đề nghị dừng để bổ sung giấy tờ ở nơi cư trú trước đây.",
    )


def _withdraw(scene: Scene) -> None:
    if scene.story.path == "withdrawn-paying" and client.is_configured():
        seed_money.pay_too_late(scene.dossier, owner=scene.owner, key=scene.story.key, at=scene.at)
        return
    withdrawal.withdraw_dossier(
        dossier_id=scene.dossier.pk, by=scene.owner, at=scene.at, version=None
    )


def _extend(scene: Scene) -> None:
    calendar = get_work_calendar(scene.dossier.deciding_unit)
    # Counted from the act, so that it lies ahead also where the apology came late.
    promised = calendars.shift(scene.at, 5 * _OFFICE_DAY, calendar).at
    extension.extend_due_date(
        dossier_id=scene.dossier.pk,
        by=scene.leader,
        at=scene.at,
        version=None,
        new=extension.NewDate(
            due_at=promised,
            cause=ExtensionCause.VERIFICATION,
            reason="Cần thêm thời gian xác minh địa điểm kinh doanh do trùng tuyến đường đang đổi "
            "tên.",
        ),
    )


_ACTS: Final[Mapping[Act, Callable[[Scene], None]]] = {
    Act.CLAIM: _claim,
    Act.ACCEPT: _accept,
    Act.REFUSE: _refuse,
    Act.ASK: _ask,
    Act.ANSWER: _answer,
    Act.PAY: _pay,
    Act.PROPOSE: _propose,
    Act.APPROVE: _approve,
    Act.SEND_BACK: _send_back,
    Act.ISSUE: _issue,
    Act.RETURN: _return,
    Act.STOP: _stop,
    Act.WITHDRAW: _withdraw,
    Act.EXTEND: _extend,
}
