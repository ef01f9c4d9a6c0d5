"""The service level that an offer may claim, derived from the content and never typed in."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrOrPromise

from procedures.enums import FeeStatus, FilingChannel, PaperSource, ResultDelivery
from procedures.models import Case, FeeRule, Offer, Paper, Revision

LEVEL_WORDS: dict[int, StrOrPromise] = {
    1: pgettext_lazy("level", "Xem hướng dẫn, nộp tại quầy"),
    2: pgettext_lazy("level", "Tải biểu mẫu, nộp tại quầy hoặc qua bưu chính"),
    3: pgettext_lazy("level", "Nộp trực tuyến, nộp phí và nhận kết quả tại quầy"),
    4: pgettext_lazy("level", "Nộp hồ sơ, nộp phí và nhận kết quả trực tuyến"),
}

# What mends a gap that no content mends: a published workflow, the offer, the agency's account.
BY_WORKFLOW, BY_OFFER, BY_ACCOUNT = "quy-trinh", "dich-vu", "tai-khoan"


def by_hand_words(*, has_forms: bool, takes_post: bool) -> str:
    """Say how it is filed on paper."""
    if has_forms and takes_post:
        return str(LEVEL_WORDS[2])
    if has_forms:
        return gettext("Tải biểu mẫu, nộp tại quầy")
    if takes_post:
        return gettext("Xem hướng dẫn, nộp tại quầy hoặc qua bưu chính")
    return str(LEVEL_WORDS[1])


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, and where it is mended."""

    sentence: StrOrPromise
    # The part of the draft that mends it (procedures.selectors.editor_parts), or one of the
    # places above, which are no parts.
    part: str
    # The level holds all the same.
    only_warns: bool = False


def with_parts(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    """Load with revisions all that their levels are derived from."""
    return revisions.prefetch_related("cases__times", "cases__fees", "papers", "printable_forms")


def load_parts(revision: Revision) -> Revision:
    """Return a revision as it is stored, with all that its levels are derived from."""
    return with_parts(Revision.objects.all()).get(pk=revision.pk)


def content_levels(revision: Revision) -> tuple[int, int]:
    """
    Return how far the content alone carries, without and with an account for online payment.

    Kept on the procedure for lists and filters.

    :param revision: with its parts.
    """
    unpaid, paid = (content_gaps(revision, can_pay_online=one) for one in (False, True))
    return reached(unpaid), reached(paid)


def public_level(offer: Offer, *, content: int) -> int:
    """
    Return the level that a page may claim for an offer: never more than declared, nor derived.

    `content` is the procedure's `content_level`, or its `paid_level` at an agency that can be
    paid online.
    """
    return min(offer.declared_level, content, reached(offer_gaps(offer)))


def content_gaps(revision: Revision, *, can_pay_online: bool) -> dict[int, tuple[Gap, ...]]:
    """
    Return what the content lacks for each level.

    1 = the information items are complete; 2 = 1 + forms to download; 3 = 2 + can be filed
    online; 4 = 3 + every fee computable and payable online, or none to pay.

    :param revision: with its parts.
    :param can_pay_online: whether the collecting agency has an account for online payment.
    """
    cases, papers = list(revision.cases.all()), list(revision.papers.all())
    fees = [fee for case in cases for fee in case.fees.all()]
    channels = {time.channel for case in cases for time in case.times.all()}
    lacks_form = _needs_form(papers) and not revision.printable_forms.all()
    return {
        1: (*_missing_information(revision, cases), *_left_empty(papers, fees)),
        2: (Gap(_("Chưa có biểu mẫu để tải về."), "bieu-mau"),) if lacks_form else (),
        3: tuple(_missing_online_filing(revision, channels)),
        4: tuple(_missing_online_payment(fees, can_pay_online=can_pay_online)),
    }


def offer_gaps(offer: Offer) -> dict[int, tuple[Gap, ...]]:
    """Return what an offer itself lacks for each level."""
    gaps: dict[int, tuple[Gap, ...]] = {}
    if offer.workflow_version_id is None:
        gaps[3] = (Gap(_("Chưa có quy trình giải quyết để nhận hồ sơ trực tuyến."), BY_WORKFLOW),)
    if set(offer.returns) <= {ResultDelivery.COUNTER}:
        gaps[4] = (Gap(_("Kết quả chưa trả được trực tuyến hoặc qua bưu chính."), BY_OFFER),)
    return gaps


def reached(gaps: Mapping[int, tuple[Gap, ...]]) -> int:
    """Return the highest level below which nothing is missing."""
    level = 0
    while level < 4 and all(gap.only_warns for gap in gaps.get(level + 1, ())):
        level += 1
    return level


def _missing_information(revision: Revision, cases: list[Case]) -> list[Gap]:
    items: list[tuple[object, StrOrPromise, str]] = [
        (revision.name, _("Thiếu tên thủ tục."), "chung"),
        (revision.order_of_steps, _("Thiếu trình tự thực hiện."), "trinh-tu"),
        (revision.filing_places, _("Thiếu cách thức nộp."), "cach-nop"),
        (revision.subjects, _("Thiếu đối tượng thực hiện."), "chung"),
        (revision.agency_text, _("Thiếu cơ quan thực hiện."), "chung"),
        (revision.results, _("Thiếu kết quả."), "chung"),
        (revision.requirements, _("Thiếu yêu cầu, điều kiện."), "chung"),
        (revision.legal_grounds, _("Thiếu căn cứ pháp lý."), "can-cu"),
        (revision.decision_number, _("Thiếu quyết định công bố."), "can-cu"),
        (cases, _("Thiếu trường hợp, thời hạn và phí, lệ phí."), "truong-hop"),
    ]
    timeless = [case.name for case in cases if not case.times.all()]
    if timeless:
        said = format_lazy(_("Thiếu thời hạn của trường hợp: {}."), ", ".join(timeless))
        items.append((None, said, "truong-hop"))
    return [Gap(sentence, part) for value, sentence, part in items if not value]


def _left_empty(papers: list[Paper], fees: list[FeeRule]) -> list[Gap]:
    """Return what may well be none, and is as easily forgotten: no paper, no fee."""
    gaps = []
    if not papers:
        said = _("Chưa ghi giấy tờ nào: người dân sẽ đọc “Không bắt buộc giấy tờ”.")
        gaps.append(Gap(said, "giay-to", only_warns=True))
    if not fees:
        said = _(
            "Chưa ghi khoản thu nào: người dân sẽ đọc “Không quy định mức thu”. Thủ tục không thu "
            "thì thêm một khoản ghi “không thu”."
        )
        gaps.append(Gap(said, "phi", only_warns=True))
    return gaps


def _needs_form(papers: list[Paper]) -> bool:
    return any(paper.source == PaperSource.EFORM for paper in papers)


def _missing_online_filing(revision: Revision, channels: AbstractSet[str]) -> list[Gap]:
    gaps: list[Gap] = []
    if FilingChannel.ONLINE not in channels:
        gaps.append(Gap(_("Chưa có thời hạn cho cách nộp trực tuyến."), "truong-hop"))
    if revision.form_version_id is None:
        gaps.append(
            Gap(
                _("Chưa có tờ khai điện tử riêng: người nộp dùng tờ khai chung."),
                "to-khai",
                only_warns=True,
            )
        )
    return gaps


def _missing_online_payment(fees: list[FeeRule], *, can_pay_online: bool) -> list[Gap]:
    online = [fee for fee in fees if FilingChannel.ONLINE in fee.channels]
    gaps: list[Gap] = []
    if any(fee.status == FeeStatus.UNDETERMINED for fee in online):
        gaps.append(Gap(_("Có khoản thu chưa xác định được mức."), "phi"))
    if any(fee.status == FeeStatus.AMOUNT for fee in online) and not can_pay_online:
        gaps.append(Gap(_("Cơ quan chưa có tài khoản nhận thanh toán trực tuyến."), BY_ACCOUNT))
    return gaps
