"""The service level that an offer may claim, derived from the content and never typed in."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrOrPromise

from procedures.enums import FeeStatus, FilingChannel, PaperSource, ResultDelivery
from procedures.models import Case, FeeRule, Offer, Paper, PrintableForm, Revision

LEVEL_WORDS: dict[int, StrOrPromise] = {
    1: pgettext_lazy("level", "Xem hướng dẫn, nộp tại quầy"),
    2: pgettext_lazy("level", "Tải biểu mẫu, nộp tại quầy hoặc qua bưu chính"),
    3: pgettext_lazy("level", "Nộp trực tuyến, nộp phí và nhận kết quả tại quầy"),
    4: pgettext_lazy("level", "Nộp hồ sơ, nộp phí và nhận kết quả trực tuyến"),
}


@dataclass(frozen=True, slots=True)
class LevelReport:
    """The highest level that holds, and what is missing for each level above it."""

    level: int
    missing: dict[int, tuple[StrOrPromise, ...]]


def derive_level(
    revision: Revision,
    *,
    cases: list[Case],
    fees: list[FeeRule],
    papers: list[Paper],
    forms: list[PrintableForm],
    offer: Offer,
    can_pay_online: bool = False,
) -> LevelReport:
    """
    Return the level of a revision under an offer.

    1 = the information items are complete; 2 = 1 + forms to download; 3 = 2 + can be filed
    online; 4 = 3 + every fee computable and payable online, or none to pay.
    `can_pay_online` says that the collecting agency has an account for online payment.
    """
    content = _missing_content(
        revision,
        cases=cases,
        fees=fees,
        papers=papers,
        forms=forms,
        can_pay_online=can_pay_online,
    )
    given = _missing_of_offer(offer)
    missing = {n: (*content.get(n, ()), *given.get(n, ())) for n in LEVEL_WORDS}
    return LevelReport(
        level=_reached(missing), missing={n: what for n, what in missing.items() if what}
    )


def content_level(
    revision: Revision,
    *,
    cases: list[Case],
    fees: list[FeeRule],
    papers: list[Paper],
    forms: list[PrintableForm],
    can_pay_online: bool,
) -> int:
    """Return how far the content alone carries; kept on the procedure for lists and filters."""
    return _reached(
        _missing_content(
            revision,
            cases=cases,
            fees=fees,
            papers=papers,
            forms=forms,
            can_pay_online=can_pay_online,
        )
    )


def public_level(offer: Offer, *, content: int) -> int:
    """
    Return the level that a page may claim for an offer: never more than declared, nor derived.

    `content` is the procedure's `content_level`, or its `paid_level` at an agency that can be
    paid online.
    """
    return min(offer.declared_level, content, _reached(_missing_of_offer(offer)))


def _reached(missing: Mapping[int, tuple[StrOrPromise, ...]]) -> int:
    level = 0
    while level < 4 and not missing.get(level + 1):
        level += 1
    return level


def _missing_content(
    revision: Revision,
    *,
    cases: list[Case],
    fees: list[FeeRule],
    papers: list[Paper],
    forms: list[PrintableForm],
    can_pay_online: bool,
) -> dict[int, tuple[StrOrPromise, ...]]:
    channels = {time.channel for case in cases for time in case.times.all()}
    files_online = FilingChannel.ONLINE in channels
    return {
        1: tuple(_missing_information(revision, cases)),
        2: () if forms or not _needs_form(papers) else (_("Chưa có biểu mẫu để tải về."),),
        3: () if files_online else (_("Chưa có thời hạn cho cách nộp trực tuyến."),),
        4: tuple(_missing_online_payment(fees, can_pay_online=can_pay_online)),
    }


def _missing_of_offer(offer: Offer) -> dict[int, tuple[StrOrPromise, ...]]:
    missing: dict[int, tuple[StrOrPromise, ...]] = {}
    if offer.workflow_version_id is None:
        missing[3] = (_("Chưa có quy trình giải quyết để nhận hồ sơ trực tuyến."),)
    if set(offer.returns) <= {ResultDelivery.COUNTER}:
        missing[4] = (_("Kết quả chưa trả được trực tuyến hoặc qua bưu chính."),)
    return missing


def _missing_information(revision: Revision, cases: list[Case]) -> list[StrOrPromise]:
    items: list[tuple[object, StrOrPromise]] = [
        (revision.name, _("Thiếu tên thủ tục.")),
        (revision.order_of_steps, _("Thiếu trình tự thực hiện.")),
        (revision.filing_places, _("Thiếu cách thức nộp.")),
        (revision.subjects, _("Thiếu đối tượng thực hiện.")),
        (revision.agency_text, _("Thiếu cơ quan thực hiện.")),
        (revision.results, _("Thiếu kết quả.")),
        (revision.requirements, _("Thiếu yêu cầu, điều kiện.")),
        (revision.legal_grounds, _("Thiếu căn cứ pháp lý.")),
        (revision.decision_number, _("Thiếu quyết định công bố.")),
        (cases, _("Thiếu trường hợp, thời hạn và phí, lệ phí.")),
    ]
    return [sentence for value, sentence in items if not value]


def _needs_form(papers: list[Paper]) -> bool:
    return any(paper.source == PaperSource.EFORM for paper in papers)


def _missing_online_payment(fees: list[FeeRule], *, can_pay_online: bool) -> list[StrOrPromise]:
    online = [fee for fee in fees if FilingChannel.ONLINE in fee.channels]
    what: list[StrOrPromise] = []
    if any(fee.status == FeeStatus.UNDETERMINED for fee in online):
        what.append(_("Có khoản thu chưa xác định được mức."))
    if any(fee.status == FeeStatus.AMOUNT for fee in online) and not can_pay_online:
        what.append(_("Cơ quan chưa có tài khoản nhận thanh toán trực tuyến."))
    return what
