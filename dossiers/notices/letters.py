"""One event in the words of each medium, addressed to the people of a dossier."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from accounts.models import User
from dossiers import clients
from dossiers.clients import Reader
from dossiers.enums import PartyRole
from dossiers.issuing import words
from dossiers.models import Dossier
from portal.core import crypto
from portal.core.dates import to_local
from portal.core.db import requires_transaction
from portal.core.identity import InvalidPhone, clean_phone
from portal.core.text import initials, sms_parts, sms_text
from portal.notices.enums import Medium
from portal.notices.models import Attachment
from portal.notices.outbox import queue_notice

Facts = Mapping[str, str]

# How the names of agencies are written where every letter is paid for.
SHORT_NAMES: Final = (
    ("Ủy ban nhân dân", "UBND"),
    ("Trung tâm Phục vụ hành chính công", "TTPVHCC"),
    ("Bộ phận Tiếp nhận và Trả kết quả", "Bộ phận Một cửa"),
)


@requires_transaction
def tell(
    dossier: Dossier, event: str, *, facts: Facts, n: int, at: datetime, by_email: bool = True
) -> None:
    """
    Queue one event for the people of a dossier: SMS, inbox and, unless it follows a slip, e-mail.

    `n` tells repetitions of the event apart: the same event, number and address is told once.
    """
    context = _context(dossier) | dict(facts)
    text = short_text(event, context)
    for phone in phones(dossier, at=at):
        _queue(dossier, event, medium=Medium.SMS, to=phone, body=text, n=n, at=at)
    subject, body = letter(event, context | {"attached": ""})
    for reader in clients.readers(dossier, at=at):
        _queue(
            dossier,
            event,
            medium=Medium.IN_APP,
            to="",
            reader=reader,
            subject=subject,
            body=body,
            n=n,
            at=at,
        )
    if by_email:
        mail(dossier, event, facts=facts, n=n, at=at)


@requires_transaction
def mail(
    dossier: Dossier,
    event: str,
    *,
    facts: Facts,
    n: int,
    at: datetime,
    attachment: Attachment | None = None,
) -> None:
    """Queue the e-mail of an event, with the slip that belongs to it."""
    attached = {"attached": "yes" if attachment else ""}
    subject, body = letter(event, _context(dossier) | dict(facts) | attached)
    for address in emails(dossier, at=at):
        _queue(
            dossier,
            event,
            medium=Medium.EMAIL,
            to=address,
            subject=subject,
            body=body,
            n=n,
            at=at,
            attachments=(attachment,) if attachment else (),
        )


@requires_transaction
def tell_staff(
    dossier: Dossier, event: str, *, people: Iterable[User], facts: Facts, n: str, at: datetime
) -> None:
    """Put an event of a dossier into the inboxes of staff."""
    subject, body = letter(f"{event}_staff", _context(dossier) | dict(facts))
    for user in people:
        queue_notice(
            kind=f"dossier-{event}-staff".replace("_", "-"),
            medium=Medium.IN_APP,
            to="",
            recipient=user,
            subject_key=f"dossier:{dossier.code}",
            subject=subject,
            body=body,
            dedupe_key=f"dossier:{dossier.code}:{event}-staff:{n}:in_app:{user.pk}",
            at=at,
        )


def phones(dossier: Dossier, *, at: datetime) -> list[str]:
    """Return the owner's phone, then what was named for this dossier where it differs."""
    return [one for one in _addresses(dossier, "phone", at=at) if _is_mobile(one)]


def emails(dossier: Dossier, *, at: datetime) -> list[str]:
    """Return the address of the account, and the one named for this dossier if it differs."""
    return _addresses(dossier, "email", at=at)


def _addresses(dossier: Dossier, kind: str, *, at: datetime) -> list[str]:
    """
    Return where a dossier's people are reached.

    Whoever filed for an organisation or under a mandate is left out once they may do so no more;
    an organisation without its first representative is reached through those whom it has now.
    """
    submitter = words.party(dossier, PartyRole.SUBMITTER)
    applicant = words.party(dossier, PartyRole.APPLICANT)
    filed = [getattr(submitter, kind)] if submitter else []
    named = [getattr(applicant, kind)] if applicant else []
    owner = [getattr(dossier.owner, kind)] if dossier.owner else []
    if dossier.organisation_id is None and dossier.mandate_id is None:
        return _distinct([*owner, *filed, *named])
    is_told = clients.is_submitter_told(dossier, at=at)
    if dossier.organisation_id is None:
        return _distinct([*owner, *named, *(filed if is_told else [])])
    others = [getattr(one.user, kind) for one in clients.readers(dossier, at=at)]
    return _distinct([*(filed if is_told else others), *named])


def short_text(event: str, context: Facts) -> str:
    """Return the text message: one part, the agency's name cut where it would need two."""
    agency = context["sms_agency"]
    while True:
        text = _render(f"{event}_sms", {**context, "sms_agency": agency})
        if sms_parts(sms_text(text)) <= 1 or " " not in agency:
            return text
        agency = f"{agency.removesuffix('...').rpartition(' ')[0]}..."


def letter(event: str, context: Facts) -> tuple[str, str]:
    """Return subject and body as they stand in the inbox and in an e-mail."""
    return " ".join(_render(f"{event}_subject", context).split()), _render(f"{event}_body", context)


def short_moment(moment: datetime) -> str:
    """Write a moment as a text message does: "15h00 23/11/2026"."""
    return f"{to_local(moment):%Hh%M %d/%m/%Y}"


def _context(dossier: Dossier) -> dict[str, str]:
    submitter, contact = words.submitter(dossier), words.contact(dossier)
    name = dossier.owner.full_name if dossier.owner else submitter.name
    if dossier.organisation_id is not None:
        name = dossier.applicant_name
    agency = dossier.deciding_unit.name
    return {
        "code": dossier.code,
        "name": name,
        "applicant": dossier.applicant_name if dossier.applicant_name != name else "",
        # A phone may serve a family: initials say whose dossier it is, and no stranger more.
        "sms_whose": (
            f" của {initials(dossier.applicant_name)}"
            if dossier.applicant_name != name
            else f" của ông/bà {initials(name)}"
        ),
        "sms_agency": _short_name(agency),
        "agency": agency,
        "procedure": dossier.procedure.name,
        "desk": contact.name,
        "desk_address": dossier.receiving_unit.address or words.desk_agency(dossier).address,
        "hotline": contact.phone,
        "track_url": words.track_url(dossier.code),
        "site_name": settings.SITE_NAME,
    }


def _queue(
    dossier: Dossier,
    event: str,
    *,
    medium: Medium,
    to: str,
    body: str,
    n: int,
    at: datetime,
    subject: str = "",
    attachments: tuple[Attachment, ...] = (),
    reader: Reader | None = None,
) -> None:
    recipient = reader.user if reader else dossier.owner
    address = crypto.keyed_hash(to)[:16] if to else str(recipient.pk if recipient else None)
    queue_notice(
        kind=f"dossier-{event}".replace("_", "-"),
        medium=medium,
        to=to,
        recipient=recipient,
        context=reader.context if reader else "",
        subject_key=f"dossier:{dossier.code}",
        subject=subject,
        body=body,
        dedupe_key=f"dossier:{dossier.code}:{event}:{n}:{medium}:{address}",
        at=at,
        attachments=attachments,
    )


def _is_mobile(phone: str) -> bool:
    """Tell whether a text message reaches a phone: that of an organisation may stand on a desk."""
    try:
        return bool(clean_phone(phone))
    except InvalidPhone:
        return False


def _render(name: str, context: Facts) -> str:
    # Plain text: what HTML would escape is what people should read.
    template = get_template(f"dossiers/notices/{name}.txt").template  # type: ignore[attr-defined]
    text = template.render(Context(dict(context), autoescape=False))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _short_name(name: str) -> str:
    for long, short in SHORT_NAMES:
        name = name.replace(long, short)
    return name


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
