"""What the forms of the desk offer: papers and answers to give a reason for, people, dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.selectors import get_work_calendar, list_staff
from dossiers import attachments, deadlines
from dossiers.models import Dossier, ObligationLine, Step
from dossiers.selectors.desk_work import PaperGroup, WorkPage
from portal.core import calendars
from portal.core.calendars import WorkCalendar
from portal.core.dates import format_moment, local_day
from portal.core.identity import mask_identity_number
from portal.core.money import format_vnd
from procedures.eform import display
from procedures.eform.definition import FieldType
from procedures.enums import FeeMoment, PaperSource

WHOLE = "ho-so"


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """A paper, an answer or the dossier as a whole, which a reason may be about."""

    kind: str
    key: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting now would promise: the date, why, and what the citizen has to pay."""

    due: str
    why: list[str]
    fee: str


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """When the agency works, and whether the promise was put off before."""

    calendar: WorkCalendar
    is_again: bool


def get_extension_facts(page: WorkPage) -> ExtensionFacts:
    """Return what the form of a new date must know."""
    return ExtensionFacts(
        calendar=get_work_calendar(page.dossier.deciding_unit),
        is_again=any(one.approved_at is not None for one in page.extensions),
    )


def list_targets(page: WorkPage, *, whole: bool) -> list[TargetFacts]:
    """
    Return the papers of the procedure's case, then the answers, in the order of the pages.

    What the e-form makes is mended answer by answer, and what is only shown at the desk is no file.
    """
    dossier = page.dossier
    handed_in = {group.key: group for group in page.papers}
    found = [
        TargetFacts("paper", paper.key, str(paper), _note(handed_in.pop(paper.key, None)))
        for paper in dossier.revision.papers.all()
        if paper.applies_to(dossier.case_key) and paper.source == PaperSource.UPLOAD
    ]
    found += [
        TargetFacts("paper", group.key, group.name, _note(group)) for group in handed_in.values()
    ]
    if whole:
        label = _("Hồ sơ nói chung (không đúng thẩm quyền, không đúng đối tượng)")
        found.append(TargetFacts("whole", WHOLE, label, ""))
    return [*found, *_answers(page.sections)]


def _note(group: PaperGroup | None) -> str:
    if group is None or not group.files:
        return _("chưa nộp")
    if any(one.file.is_infected for one in group.files):
        return _("có tệp nhiễm mã độc, không mở được")
    contents = attachments.contents_text(one.file for one in group.files)
    return _("đã nộp %(contents)s") % {"contents": contents}


def _answers(sections: Iterable[display.SectionRows]) -> list[TargetFacts]:
    return [
        TargetFacts("field", row.path, f"{section.title}: {row.label}", _answer(row))
        for section in sections
        for row in section.rows
        if isinstance(row, display.Table) or row.kind != "heading"
    ]


def _answer(row: display.Row | display.Table) -> str:
    if isinstance(row, display.Table):
        return _("%d dòng") % len(row.rows)
    if not row.is_answered:
        return _("chưa khai")
    is_number = row.kind == FieldType.IDENTITY_NUMBER
    return _("đã khai: %s") % (mask_identity_number(row.text) if is_number else row.text)


def list_grounds(dossier: Dossier) -> list[str]:
    """Return the legal grounds of the procedure, to choose from while typing."""
    return [
        " ".join(filter(None, [one.get("number", ""), one.get("title", "")]))
        for one in dossier.revision.legal_grounds
    ]


def list_candidates(step: Step, *, at: datetime) -> list[tuple[int, str]]:
    """Return who may hold a step today: ids and names."""
    staff = list_staff(unit_id=step.unit_id, role=Role(step.role), on=local_day(at))
    return [(user.pk, user.full_name) for user in staff]


def list_undetermined(page: WorkPage) -> list[ObligationLine]:
    """Return the lines without an amount of the first obligation that has any."""
    for obligation in page.obligations:
        if obligation.is_due and obligation.amount_vnd is None:
            return [line for line in obligation.lines.all() if line.amount_vnd is None]
    return []


def preview_acceptance(dossier: Dossier, *, at: datetime) -> Acceptance:
    """Return what accepting at this moment would promise, without promising it."""
    computed = deadlines.promised(dossier, at=at)
    if computed is None:
        return Acceptance(_("theo từng trường hợp"), [], _fee(dossier))
    why = calendars.explain(computed.notes)
    return Acceptance(format_moment(computed.at), why, _fee(dossier))


def _fee(dossier: Dossier) -> str:
    amounts = [line["amount_vnd"] for line in dossier.offer_snapshot.get("fees", [])]
    if not any(amount != 0 for amount in amounts):
        return _("Không thu phí, lệ phí.")
    moment = FeeMoment(dossier.offer_snapshot["fee_moment"])
    if None in amounts:
        return _("Phí, lệ phí chưa xác định: cần xác định mức thu và căn cứ sau khi tiếp nhận.")
    said = {"sum": format_vnd(sum(amounts)), "moment": moment.label}
    if moment == FeeMoment.AFTER_ACCEPTANCE:
        return _("%(sum)s, nộp ngay %(moment)s; thời hạn tạm dừng đến khi nộp đủ.") % said
    return _("%(sum)s, nộp %(moment)s.") % said
