"""What the pages of filing show of a draft: choices, slots with files, fees, the review."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from dossiers import attachments, filing
from dossiers.clients import client_of
from dossiers.enums import Relation
from dossiers.filing import Filing, FilingStep, Place, Verdict
from dossiers.models import DraftPaper
from dossiers.selectors.answers import Line, LineTable, answer_parts
from portal.core.dates import format_short_day
from portal.core.identity import format_phone, format_tax_code, mask_identity_number, name_number
from portal.core.money import format_vnd
from procedures import fees
from procedures.enums import FeeMoment, PaperSource, ResultDelivery
from procedures.models import Paper
from procedures.selectors import receiving_unit

FEE_MOMENT_WORDS: Final[Mapping[str, StrOrPromise]] = {
    FeeMoment.AT_FILING: gettext_lazy(
        "Nộp ngay sau khi gửi hồ sơ; nộp xong, cơ quan bắt đầu xem hồ sơ."
    ),
    FeeMoment.AFTER_ACCEPTANCE: gettext_lazy(
        "Nộp sau khi hồ sơ được tiếp nhận; đến lúc nộp, cổng nhắn ngay."
    ),
    FeeMoment.AT_RESULT: gettext_lazy("Nộp khi nhận kết quả."),
}
RETURN_NAMES: Final[Mapping[str, StrOrPromise]] = {
    ResultDelivery.ONLINE: gettext_lazy("Nhận bản điện tử trên cổng này"),
    ResultDelivery.COUNTER: gettext_lazy("Đến nhận tại quầy"),
    ResultDelivery.POST: gettext_lazy("Nhận qua bưu chính"),
}


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """One part of the review, with the page that changes it."""

    title: str
    place: Place
    lines: tuple[Line, ...] = ()
    tables: tuple[LineTable, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeText:
    name: str
    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class FeeTable:
    """What the filing costs, in words; `total` is "" while nothing is asked."""

    lines: tuple[FeeText, ...]
    total: str
    moment: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A paper to upload with the files in it."""

    paper: Paper
    files: tuple[DraftPaper, ...]
    contents: str
    hint: str

    @property
    def is_blocked(self) -> bool:
        """Whether a virus was found in one of the files."""
        return any(link.file.is_infected for link in self.files)


def list_agencies(page: Filing) -> list[Unit]:
    """Return the agencies that the procedure can be filed with online today."""
    offers = filing.online_offers(page.draft.procedure, on=page.today)
    return filing.list_agencies(offers, on=page.today)


def desk_of(page: Filing) -> Unit | None:
    """Return the desk that will receive the dossier, None until an agency is chosen."""
    if page.offer is None or page.draft.agency is None:
        return None
    return receiving_unit(page.offer, agency=page.draft.agency)


def account_sources(page: Filing) -> dict[str, object]:
    """Return what the account knows, by the names that e-forms prefill from."""
    client = client_of(page.draft)
    # Under a mandate the form is about the principal; of an organisation its person declares.
    owner = client.principal if client and client.principal else page.draft.owner
    people = filing.typed_people(page.draft)
    born = owner.date_of_birth
    return {
        "account.full_name": owner.full_name,
        "account.date_of_birth": born.isoformat() if born else "",
        "account.identity_number": owner.nationality + owner.identity_number,
        "account.phone": people["phone"] or owner.phone,
        "account.email": people["email"] or owner.email,
        "account.address": people["address"] or owner.address,
    }


def account_lines(page: Filing) -> list[Line]:
    """Return who files, as the account knows it; the identity number is masked."""
    owner = page.draft.owner
    number = owner.identity_number
    born = owner.date_of_birth
    return [
        Line(_("Họ và tên"), owner.full_name),
        Line(_("Ngày sinh"), format_short_day(born) if born else ""),
        Line(
            _("Số hộ chiếu") if owner.has_passport else _("Số định danh cá nhân"),
            mask_identity_number(number) if number else "",
        ),
    ]


def client_lines(page: Filing) -> list[Line]:
    """Return for whom somebody files, as that account knows it; empty for oneself."""
    client = client_of(page.draft)
    if client is None:
        return []
    if client.principal is None:
        return [
            Line(_("Tổ chức"), client.name),
            Line(_("Mã số thuế"), format_tax_code(client.tax_code)),
            Line(_("Trụ sở"), client.address),
        ]
    number, born = client.principal.identity_number, client.date_of_birth
    return [
        Line(_("Người ủy quyền"), client.name),
        Line(_("Ngày sinh"), format_short_day(born) if born else ""),
        Line(name_number(number), mask_identity_number(number) if number else ""),
    ]


def list_slots(page: Filing) -> list[Slot]:
    """Return the papers to upload, the mandatory ones first."""
    return [slot_of(page, paper) for paper in sorted(page.slots, key=lambda p: not p.is_mandatory)]


def slot_of(page: Filing, paper: Paper) -> Slot:
    files = page.files.get(paper.key, ())
    hint = " ".join(part for part in (_sentence(paper.condition), paper.hint) if part)
    contents = attachments.contents_text(link.file for link in files)
    return Slot(paper, files, contents, hint)


def list_prepared(page: Filing) -> list[Paper]:
    """Return the papers that the portal makes from the e-form."""
    has_form = page.definition is not None
    return [one for one in page.papers if has_form and one.source == PaperSource.EFORM]


def list_shown(page: Filing) -> list[Paper]:
    """Return the papers that are only shown at the counter."""
    return [one for one in page.papers if one.source == PaperSource.SHOW]


def fee_table(page: Filing, verdict: Verdict) -> FeeTable:
    """Return the lines of what is to be paid, as far as the numbers are valid."""
    lines = verdict.returning.lines
    total = fees.total(lines)
    payable = any(line.amount_vnd != 0 for line in lines)
    return FeeTable(
        lines=tuple(
            FeeText(line.name, amount_text(line.amount_vnd), _fee_note(line)) for line in lines
        ),
        total="" if not lines else _("chưa xác định") if total is None else amount_text(total),
        moment=str(FEE_MOMENT_WORDS[page.revision.fee_moment]) if payable else "",
    )


def amount_text(amount: int | None) -> str:
    """Write a sum; zero is said in words, and what nobody has fixed is never free."""
    if amount is None:
        return _("chưa xác định, cơ quan sẽ báo sau khi xem hồ sơ")
    return format_vnd(amount) if amount else _("không thu")


def review(page: Filing, verdict: Verdict) -> list[ReviewPart]:
    """Return everything that was filled in, part by part, in the order of the steps."""
    parts = [_agency_part(page), _people_part(page, verdict), *_form_parts(page, verdict)]
    parts += [_papers_part(page), _return_part(page, verdict)]
    return parts


def _agency_part(page: Filing) -> ReviewPart:
    agency = page.draft.agency
    lines = [Line(_("Cơ quan giải quyết"), agency.name if agency else "")]
    desk = desk_of(page)
    if desk is not None:
        lines.append(Line(_("Nơi tiếp nhận"), desk.name))
    if page.case is not None:
        lines.append(Line(_("Trường hợp"), page.case.name))
    return ReviewPart(_("Cơ quan"), Place(FilingStep.AGENCY), tuple(lines))


def _people_part(page: Filing, verdict: Verdict) -> ReviewPart:
    clients = client_lines(page)
    lines = [*account_lines(page), *clients]
    people = verdict.people.people
    if people is not None:
        lines += [
            Line(_("Số điện thoại"), format_phone(people.phone)),
            Line(_("Thư điện tử"), people.email),
            Line(_("Nơi cư trú"), people.address),
        ]
        if people.relation == Relation.MINOR_CHILD and people.child_born:
            number = people.child_identity
            lines += [
                Line(_("Hồ sơ làm cho con"), people.child_name),
                Line(_("Ngày sinh của con"), format_short_day(people.child_born)),
                Line(
                    _("Số định danh cá nhân của con"),
                    mask_identity_number(number) if number else _("chưa có"),
                ),
            ]
        elif people.relation == Relation.PRINCIPAL and people.child_born:
            lines += [
                Line(_("Hồ sơ làm cho người ủy quyền"), people.child_name),
                Line(_("Ngày sinh của người ủy quyền"), format_short_day(people.child_born)),
                Line(
                    _("Số định danh cá nhân của người ủy quyền"),
                    mask_identity_number(people.child_identity),
                ),
            ]
        elif not clients:
            lines.append(Line(_("Hồ sơ làm cho"), _("chính người nộp")))
    return ReviewPart(_("Người nộp"), Place(FilingStep.PEOPLE), tuple(lines))


def _form_parts(page: Filing, verdict: Verdict) -> Iterable[ReviewPart]:
    if page.definition is None:
        return
    for part in answer_parts(page.definition, verdict.form.answers, sealed=verdict.form.sealed):
        place = Place(FilingStep.FORM, part.key)
        yield ReviewPart(part.title, place, part.lines, part.tables)


def _papers_part(page: Filing) -> ReviewPart:
    lines = []
    for paper in page.papers:
        if page.is_slot(paper):
            value = slot_of(page, paper).contents
            if not value and not paper.is_mandatory:
                continue
        elif paper.source == PaperSource.EFORM:
            value = _("hệ thống tự lập từ tờ khai")
        else:
            value = _("mang theo để xuất trình khi đến quầy")
        lines.append(Line(str(paper), value))
    return ReviewPart(_("Giấy tờ"), Place(FilingStep.PAPERS), tuple(lines))


def _return_part(page: Filing, verdict: Verdict) -> ReviewPart:
    returning = verdict.returning
    words = str(RETURN_NAMES[returning.method]) if returning.method else ""
    lines = [Line(_("Cách nhận kết quả"), words)]
    if returning.address:
        lines.append(Line(_("Địa chỉ nhận"), returning.address))
    table = fee_table(page, verdict)
    lines += [Line(line.name, line.amount) for line in table.lines]
    if table.moment:
        lines.append(Line(_("Tổng cộng"), f"{table.total}. {table.moment}"))
    return ReviewPart(_("Nhận kết quả, phí và lệ phí"), Place(FilingStep.RETURN), tuple(lines))


def _fee_note(line: fees.FeeLine) -> str:
    if line.exemption_key:
        return _("Thuộc diện được miễn; cơ quan đối chiếu giấy tờ chứng minh.")
    if line.quantity > 1 and line.unit_amount_vnd:
        return _("%(count)d × %(each)s") % {
            "count": line.quantity,
            "each": format_vnd(line.unit_amount_vnd),
        }
    return ""


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}." if text else ""
