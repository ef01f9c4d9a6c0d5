"""A draft beside what the catalogue asks of it: its steps, and what each of them still lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from dossiers.enums import Relation
from dossiers.models import Draft, DraftPaper
from dossiers.people import CheckedPeople, check_people
from dossiers.returns import CheckedReturn, check_return
from portal.core.places import national_places
from procedures.eform.answers import Checked, Typed, check, merge, visible_sections
from procedures.eform.definition import Definition, Section
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition
from procedures.enums import FilingChannel, PaperSource, ServiceMode
from procedures.models import (
    Case,
    LocalRule,
    Offer,
    Paper,
    Procedure,
    ProcessingTime,
    Revision,
)
from procedures.overrides import Terms, terms_at


class FilingStep(StrEnum):
    """The pages of a filing; the value stands in their addresses."""

    AGENCY = "co-quan"
    PEOPLE = "nguoi"
    FORM = "to-khai"
    PAPERS = "giay-to"
    RETURN = "nhan-ket-qua"
    REVIEW = "xem-lai"
    SUBMIT = "nop"


STEP_NAMES: Final[Mapping[FilingStep, StrOrPromise]] = {
    FilingStep.AGENCY: gettext_lazy("Cơ quan"),
    FilingStep.PEOPLE: gettext_lazy("Người nộp"),
    FilingStep.FORM: gettext_lazy("Tờ khai"),
    FilingStep.PAPERS: gettext_lazy("Giấy tờ"),
    FilingStep.RETURN: gettext_lazy("Nhận kết quả"),
    FilingStep.REVIEW: gettext_lazy("Xem lại"),
    FilingStep.SUBMIT: gettext_lazy("Nộp"),
}
# No paper of a procedure has this key: keys of the catalogue have no underscore in front.
MANDATE_PAPER: Final = "_giay-uy-quyen"
# An offer of a lower level is information to read, not a desk that takes dossiers online.
ONLINE_LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the filing; `section` only within the e-form."""

    step: FilingStep
    section: str = ""

    @property
    def mark(self) -> str:
        """How the draft notes this page among those done and saved."""
        return f"{self.step}.{self.section}" if self.section else self.step.value


@dataclass(frozen=True, slots=True)
class Filing:
    """A draft with the content of its revision, read once for a page or for the submission."""

    draft: Draft
    revision: Revision
    definition: Definition | None
    cases: tuple[Case, ...]
    all_papers: tuple[Paper, ...]
    offer: Offer | None
    files: Mapping[str, tuple[DraftPaper, ...]]
    typed: Typed
    today: date
    local_rules: tuple[LocalRule, ...] = ()

    @property
    def case(self) -> Case | None:
        return next((case for case in self.cases if case.key == self.draft.case_key), None)

    @property
    def terms(self) -> Terms:
        """What the chosen case costs and how long it takes at the chosen agency."""
        if self.case is None:
            return Terms((), ())
        return terms_at(self.case, self.local_rules, agency=self.draft.agency)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers that the chosen case asks for, and that on which the filing itself rests."""
        asked = tuple(one for one in self.all_papers if one.applies_to(self.draft.case_key))
        return (mandate_paper(), *asked) if needs_mandate_paper(self.draft) else asked

    @property
    def slots(self) -> tuple[Paper, ...]:
        """The papers to upload; without an own e-form its printed form is one of them."""
        return tuple(one for one in self.papers if self.is_slot(one))

    def is_slot(self, paper: Paper) -> bool:
        return paper.source == PaperSource.UPLOAD or (
            paper.source == PaperSource.EFORM and self.definition is None
        )

    @property
    def stray_files(self) -> tuple[DraftPaper, ...]:
        """Files of slots that the case, or the revision of today, does not ask for."""
        wanted = {paper.key for paper in self.slots}
        return tuple(
            link for key, links in self.files.items() if key not in wanted for link in links
        )

    @property
    def steps(self) -> tuple[FilingStep, ...]:
        has_form = self.definition is not None
        return tuple(step for step in FilingStep if has_form or step is not FilingStep.FORM)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the draft amounts to; `problems` lists sentences by the mark of a page."""

    people: CheckedPeople
    form: Checked
    sections: tuple[Section, ...]
    returning: CheckedReturn
    problems: Mapping[str, list[str]]


def needs_mandate_paper(draft: Draft) -> bool:
    """Tell whether whoever files does so on a paper of the principal's."""
    return draft.relation == Relation.PRINCIPAL and not draft.acting_key


def mandate_paper() -> Paper:
    """Return the paper by which a principal lets another file: asked by us, not by a revision."""
    return Paper(
        key=MANDATE_PAPER,
        name=_("Giấy ủy quyền có công chứng hoặc chứng thực"),
        hint=_("Chụp đủ các trang, thấy rõ chữ ký và dấu. Cán bộ đối chiếu khi tiếp nhận."),
        is_mandatory=True,
        source=PaperSource.UPLOAD,
    )


def online_offers(procedure: Procedure, *, on: date) -> list[Offer]:
    """Return the offers under which a procedure can be filed online on a day."""
    if procedure.current_revision_id is None or procedure.state != "PUBLISHED":
        return []
    return list(
        Offer.objects.in_force(on=on)
        .filter(
            procedure=procedure,
            declared_level__gte=ONLINE_LEVEL,
            workflow_version__isnull=False,
        )
        .exclude(service_mode=ServiceMode.INFORMATION)
        .select_related("workflow_version", "receiving__agency", "deciding")
        .order_by("-valid_from", "pk")
    )


def offer_for(offers: list[Offer], agency: Unit | None, *, on: date) -> Offer | None:
    """Return the offer that an agency files under: its own before that of its tier."""
    if agency is None or not _exists(agency, on):
        return None
    own = [offer for offer in offers if offer.unit_id == agency.pk]
    of_tier = [offer for offer in offers if offer.tier and offer.tier == agency.tier]
    return next(iter(own + of_tier), None)


def list_agencies(offers: list[Offer], *, on: date) -> list[Unit]:
    """Return the agencies that take a procedure online, in the order of their codes."""
    units = {offer.unit_id for offer in offers if offer.unit_id}
    tiers = {offer.tier for offer in offers if offer.tier}
    agencies = Unit.objects.agencies().in_force(on=on).filter(parent__isnull=False)
    chosen = agencies.filter(pk__in=units) | agencies.filter(tier__in=tiers)
    return list(chosen.distinct().order_by("code"))


def load(draft: Draft, *, today: date) -> Filing:
    """Read what the revision of a draft asks; draft with revision, form version and agency."""
    revision = draft.revision
    links: dict[str, list[DraftPaper]] = {}
    for link in draft.papers.select_related("file").order_by("paper_key", "position", "pk"):
        links.setdefault(link.paper_key, []).append(link)
    # Kept on the revision: what is printed of the dossier reads its papers again.
    prefetch_related_objects([revision], "papers", "cases__times", "cases__fees")
    version = revision.form_version
    return Filing(
        draft=draft,
        revision=revision,
        definition=parse_definition(version.definition) if version else None,
        cases=tuple(revision.cases.all()),
        all_papers=tuple(revision.papers.all()),
        offer=offer_for(online_offers(draft.procedure, on=today), draft.agency, on=today),
        files={key: tuple(found) for key, found in links.items()},
        typed=typed_of(draft),
        today=today,
        local_rules=tuple(
            LocalRule.objects.in_force(on=today).filter(procedure=draft.procedure_id)
        ),
    )


def typed_of(draft: Draft) -> Typed:
    """Return all that was typed into the e-form so far, by path, sealed parts included."""
    return {**draft.answers, **draft.unsealed().get("answers", {})}


def typed_people(draft: Draft) -> dict[str, str]:
    """Return what was typed about the people, by field."""
    kept: dict[str, Any] = draft.applicant
    return {
        "relation": draft.relation,
        "phone": kept.get("phone", ""),
        "email": kept.get("email", ""),
        "address": kept.get("address", ""),
        "child_name": kept.get("name", ""),
        "child_born": kept.get("date_of_birth", ""),
        "child_identity": draft.unsealed().get("applicant_identity", ""),
        "principal_name": kept.get("principal_name", ""),
        "principal_born": kept.get("principal_born", ""),
        "principal_identity": draft.unsealed().get("principal_identity", ""),
    }


def judge(filing: Filing) -> Verdict:
    """Check every step again from what is stored."""
    draft = filing.draft
    people = check_people(typed_people(draft), today=filing.today, by_email=not draft.owner.phone)
    form = Checked()
    sections: tuple[Section, ...] = ()
    if filing.definition is not None:
        form = check(filing.definition, filing.typed, today=filing.today, places=national_places())
        sections = visible_sections(filing.definition, merge(form.answers, form.sealed))
    returning = check_return(
        method=draft.return_method,
        address=draft.return_address,
        quantities=draft.fee_quantities,
        exemptions=draft.fee_exemptions,
        offered=filing.offer.returns if filing.offer else (),
        rules=filing.terms.fees,
        today=filing.today,
    )
    problems: dict[str, list[str]] = {
        FilingStep.AGENCY.value: _agency_problems(filing),
        FilingStep.PEOPLE.value: list(people.errors.values()),
        FilingStep.PAPERS.value: missing_papers(filing),
        FilingStep.RETURN.value: list(returning.errors.values()),
    }
    for section in sections:
        mine = {field.key for field in section.fields}
        problems[Place(FilingStep.FORM, section.key).mark] = [
            sentence for path, sentence in form.errors.items() if head_of(path) in mine
        ]
    return Verdict(people, form, sections, returning, {k: v for k, v in problems.items() if v})


def places(filing: Filing, verdict: Verdict) -> list[Place]:
    """List the pages of the filing in order, each visible section of the e-form by itself."""
    found: list[Place] = []
    for step in filing.steps:
        if step is FilingStep.FORM:
            found += [Place(step, section.key) for section in verdict.sections]
        else:
            found.append(Place(step))
    return found


def first_incomplete(filing: Filing, verdict: Verdict) -> Place:
    """Return the first page that is not done; the last page when all before it are."""
    listed = places(filing, verdict)
    for place in listed:
        if place.mark in verdict.problems or place.mark not in filing.draft.done_steps:
            return place
    return listed[-1]


def missing_papers(filing: Filing) -> list[str]:
    """Return a sentence for each paper without a file it must have, or with one to take out."""
    return [sentence for _paper, sentence in paper_problems(filing)]


def paper_problems(filing: Filing) -> list[tuple[Paper, str]]:
    """Return what each paper lacks, beside that paper."""
    found = []
    for paper in filing.slots:
        links = filing.files.get(paper.key, ())
        if any(link.file.is_infected for link in links):
            sentence = _("“%(paper)s” có tệp nhiễm mã độc. Bỏ tệp đó, rồi gửi tệp khác.")
            found.append((paper, sentence % {"paper": paper}))
        elif paper.is_mandatory and not links:
            found.append((paper, _("Thêm tệp cho “%(paper)s”.") % {"paper": paper}))
    return found


def _agency_problems(filing: Filing) -> list[str]:
    found = []
    if filing.offer is None:
        found.append(_("Chọn cơ quan nhận hồ sơ trực tuyến."))
    if filing.case is None:
        found.append(_("Chọn trường hợp của hồ sơ."))
    return found


def online_time(filing: Filing) -> ProcessingTime | None:
    """Return the processing time of the case filed online, None when none is given."""
    times = {time.channel: time for time in filing.terms.times}
    return times.get(FilingChannel.ONLINE)


def _exists(agency: Unit, on: date) -> bool:
    has_begun = agency.valid_from is None or agency.valid_from <= on
    return has_begun and (agency.valid_until is None or on <= agency.valid_until)
