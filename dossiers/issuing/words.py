"""What the slips say of a dossier, each fact in the words of the printed forms."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _, ngettext

from accounts.models import Unit
from accounts.selectors import collects_online
from dossiers import slips
from dossiers.enums import PartyRole
from dossiers.models import Dossier, DossierPaper, DossierParty, Extension, SupplementRequest
from portal.core.calendars import explain, notes_from_json
from portal.core.dates import day_in_words, local_day
from portal.core.identity import format_phone
from portal.core.money import format_vnd
from procedures.eform.definition import FieldType
from procedures.eform.display import Row, SectionRows, Table
from procedures.enums import FeeMoment, FilingChannel, ResultDelivery, TimeUnit
from procedures.models import Paper


def banner() -> str:
    """Return what a demonstration prints on top of every slip."""
    return _("BẢN TRÌNH DIỄN – dữ liệu giả") if settings.DEMO else ""


def track_url(code: str) -> str:
    """Return the address that a slip's QR code opens."""
    return f"{settings.BASE_URL}/tra-cuu/?ma={quote(code)}"


def pay_url(dossier: Dossier, *, at: datetime) -> str:
    """Return the address at which the dossier is paid for online, "" where that is not possible."""
    if not collects_online(dossier.deciding_unit, on=local_day(at)):
        return ""
    return f"{settings.BASE_URL}/nop-phi/{quote(dossier.code)}/"


def desk_agency(dossier: Dossier) -> Unit:
    """Return the agency to which the desk belongs: it numbers and heads the slips."""
    return dossier.receiving_unit.agency or dossier.receiving_unit


def head(dossier: Dossier, *, number: str, at: datetime) -> slips.SlipHead:
    desk, agency = dossier.receiving_unit, desk_agency(dossier)
    superior = desk.superior_name or (agency.name if agency != desk else agency.superior_name)
    # "Ủy ban nhân dân phường Sông Tranh" above: the desk below need not name the ward again.
    place = superior.removeprefix("Ủy ban nhân dân")
    return slips.SlipHead(
        superior=superior,
        desk=desk.name.removesuffix(place).rstrip() if place else desk.name,
        number=number,
        place=desk.place_name or agency.place_name,
        day=day_in_words(at),
        code=dossier.code,
        track_url=track_url(dossier.code),
        banner=banner(),
    )


def party(dossier: Dossier, role: PartyRole) -> DossierParty | None:
    """Return the first person in a role; people are read once per dossier object."""
    prefetch_related_objects([dossier], "parties")
    return next((one for one in dossier.parties.all() if one.role == role), None)


def submitter(dossier: Dossier) -> DossierParty:
    """Return who handed the dossier in, with the gaps filled from the account."""
    found = party(dossier, PartyRole.SUBMITTER) or party(dossier, PartyRole.APPLICANT)
    owner = dossier.owner
    return DossierParty(
        name=(found.name if found else "") or dossier.applicant_name,
        phone=(found.phone if found else "") or (owner.phone if owner else ""),
        email=(found.email if found else "") or (owner.email if owner else ""),
        address=(found.address if found else "") or (owner.address if owner else ""),
    )


def person(dossier: Dossier, *, names_applicant: bool = True) -> slips.Person:
    """Return the submitter as slips address them, and for whom they filed."""
    who = submitter(dossier)
    if dossier.organisation_id is not None:
        who = _organisation(dossier, who)
    is_for_another = names_applicant and dossier.applicant_name != who.name
    return slips.Person(
        name=who.name,
        address=who.address,
        phone=format_phone(who.phone),
        email=who.email,
        on_behalf_of=dossier.applicant_name if is_for_another else "",
    )


def _organisation(dossier: Dossier, who: DossierParty) -> DossierParty:
    """Return the organisation as slips address it, at the phone of whoever filed for it."""
    found = party(dossier, PartyRole.APPLICANT)
    return DossierParty(
        name=dossier.applicant_name,
        phone=who.phone,
        email=(found.email if found else "") or who.email,
        address=found.address if found else "",
    )


def contact(dossier: Dossier) -> slips.Contact:
    desk = dossier.receiving_unit
    return slips.Contact(
        name=desk.name, phone=desk.phone or desk_agency(dossier).phone or settings.SITE_HOTLINE
    )


def agencies(dossier: Dossier) -> str:
    """Name the desk, and who decides when that is not the desk's own agency."""
    desk = dossier.receiving_unit
    if dossier.deciding_unit_id in {desk.pk, desk_agency(dossier).pk}:
        named = [desk.name, desk_agency(dossier).name]
        return ", ".join(dict.fromkeys(named))
    return _("%(desk)s (cơ quan giải quyết: %(agency)s)") % {
        "desk": desk.name,
        "agency": dossier.deciding_unit.name,
    }


def case_by_case() -> str:
    return _("theo từng trường hợp")


def processing_time(dossier: Dossier) -> str:
    """Return the time that was promised at submission: "05 ngày làm việc"."""
    given: dict[str, Any] = dossier.offer_snapshot["time"]
    count = int(given.get("amount") or 0)
    match TimeUnit(given["unit"]):
        case TimeUnit.WORKING_DAYS:
            return ngettext("%(n)02d ngày làm việc", "%(n)02d ngày làm việc", count) % {"n": count}
        case TimeUnit.CALENDAR_DAYS:
            return ngettext("%(n)02d ngày", "%(n)02d ngày", count) % {"n": count}
        case TimeUnit.HOURS:
            return ngettext("%(n)02d giờ làm việc", "%(n)02d giờ làm việc", count) % {"n": count}
        case TimeUnit.SAME_DAY if given.get("cut_off"):
            return _("trong ngày; nhận sau %(time)s thì trả vào ngày làm việc tiếp theo") % {
                "time": given["cut_off"]
            }
        case TimeUnit.SAME_DAY:
            return _("trong ngày làm việc")
        case TimeUnit.NONE_GIVEN:
            return case_by_case()


def result_delivery(dossier: Dossier) -> str:
    match ResultDelivery(dossier.return_method):
        case ResultDelivery.POST:
            return _("Qua dịch vụ bưu chính, đến: %(address)s") % {
                "address": dossier.return_address
            }
        case ResultDelivery.ONLINE:
            return _("Bản điện tử trên Cổng Dịch vụ công, trong hồ sơ của người nộp")
        case ResultDelivery.COUNTER:
            desk = dossier.receiving_unit
            return ", ".join(part for part in (desk.name, desk.address) if part)


def notes(dossier: Dossier) -> tuple[str, ...]:
    """Return the notes below slip 01: what is to be paid, and why the result is due that day."""
    why = " ".join(explain(notes_from_json(dossier.due_notes)))
    return (*_fees(dossier), *([why] if why else []))


def _fees(dossier: Dossier) -> tuple[str, ...]:
    """Say what is to be paid and when, if the procedure asks for anything."""
    lines: list[dict[str, Any]] = dossier.offer_snapshot.get("fees", [])
    amounts = [line["amount_vnd"] for line in lines]
    if all(amount == 0 for amount in amounts):
        return ()
    if None in amounts:
        return (_("Phí, lệ phí: cơ quan xác định mức thu khi xem hồ sơ và báo lại."),)
    when = FeeMoment(dossier.offer_snapshot["fee_moment"]).label
    return (
        _("Phí, lệ phí phải nộp: %(amount)s, %(when)s.")
        % {"amount": format_vnd(sum(amounts)), "when": when},
    )


def extension_reason(extension: Extension) -> str:
    """Say why a date is not kept: the cause, the reason, and the rule where it is another time."""
    cause = str(extension.get_cause_display())
    said = f"{cause[:1].upper()}{cause[1:]}: {extension.reason}"
    if not extension.ground:
        return said
    return _("%(said)s Căn cứ hẹn lại: %(ground)s.") % {
        "said": said if said.endswith((".", "!", "…")) else f"{said}.",
        "ground": extension.ground.rstrip("."),
    }


def handed_in(dossier: Dossier) -> tuple[slips.PaperLine, ...]:
    """
    List what was really handed in, in the order of the catalogue.

    Originals are counted only where they were handed over at a counter; what came online is one
    electronic copy of each paper, however many files it has.
    """
    asked = {paper.key: paper for paper in dossier.revision.papers.all()}
    lines = []
    if dossier.form_version is not None and dossier.channel == FilingChannel.ONLINE:
        lines.append(slips.PaperLine(dossier.form_version.name, originals=1, note=_("điện tử")))
    return (
        *lines,
        *(
            _paper_line(asked.get(key), files, channel=dossier.channel)
            for key, files in _by_paper(dossier, order=list(asked))
        ),
    )


def _paper_line(paper: Paper | None, files: list[DossierPaper], *, channel: str) -> slips.PaperLine:
    note = ngettext("%(n)d tệp điện tử", "%(n)d tệp điện tử", len(files)) % {"n": len(files)}
    if channel == FilingChannel.ONLINE or paper is None:
        return slips.PaperLine(files[0].paper_name, photocopies=1, note=note)
    return slips.PaperLine(
        files[0].paper_name, originals=paper.originals, certified=paper.copies, note=note
    )


def asked_for(request: SupplementRequest) -> tuple[slips.PaperLine, ...]:
    """List what a supplement asks for, with the counts of the catalogue and each reason."""
    asked = {paper.key: paper for paper in request.dossier.revision.papers.all()}
    lines = []
    for item in request.items.all():
        paper = asked.get(item.paper_key)
        name = item.label if item.paper_key else _("Tờ khai: %(field)s") % {"field": item.label}
        lines.append(
            slips.PaperLine(
                name,
                originals=paper.originals if paper else 0,
                certified=paper.copies if paper else 0,
                note=_("Lý do: %(reason)s") % {"reason": item.reason},
            )
        )
    return tuple(lines)


def stored(dossier: Dossier) -> tuple[slips.StoredPaper, ...]:
    """List every stored file of a dossier under its paper."""
    order = [paper.key for paper in dossier.revision.papers.all()]
    return tuple(
        slips.StoredPaper(
            files[0].paper_name,
            tuple(
                slips.StoredLine(
                    link.file.name, link.file.pages or 0, link.file.size, link.file.sha256
                )
                for link in files
            ),
        )
        for _key, files in _by_paper(dossier, order=order)
    )


def _by_paper(dossier: Dossier, *, order: list[str]) -> list[tuple[str, list[DossierPaper]]]:
    groups: dict[str, list[DossierPaper]] = {}
    current = dossier.papers.filter(superseded_at=None).select_related("file")
    for link in current:
        groups.setdefault(link.paper_key, []).append(link)
    places = {key: place for place, key in enumerate(order)}
    return sorted(groups.items(), key=lambda group: places.get(group[0], len(places)))


def declared(section: SectionRows) -> Iterator[slips.Section]:
    """Divide a section of answers at its headings; repeating groups stand below the answers."""
    title = section.title
    rows: list[Row | Table] = []
    for row in section.rows:
        if isinstance(row, Row) and row.kind == FieldType.HEADING.value:
            yield from _section(title, rows)
            title, rows = row.label, []
        else:
            rows.append(row)
    yield from _section(title, rows)


def _section(title: str, rows: Iterable[Row | Table]) -> Iterator[slips.Section]:
    answers = tuple((row.label, row.text) for row in rows if isinstance(row, Row))
    groups = tuple(
        slips.RepeatingGroup(row.label, row.headers, row.rows)
        for row in rows
        if isinstance(row, Table)
    )
    if answers or groups:
        yield slips.Section(title, answers, groups)
