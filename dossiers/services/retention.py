"""Drafts that nobody works on any more: their owners are told, a week later they are gone."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.filing import FilingStep
from dossiers.models import Draft, DraftPaper, StoredFile
from dossiers.models.draft import DraftQuerySet
from dossiers.services.privacy import delete_loose_files
from portal.core.dates import format_day, local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# As many in one transaction: a long one would hold up people who save.
BATCH: Final = 200


def drafts_to_tell_of(*, untouched_since: datetime) -> DraftQuerySet:
    """Narrow to drafts left alone, of which their owner was not told since."""
    untold = Q(removal_told_at=None) | Q(removal_told_at__lt=F("updated_at"))
    return Draft.objects.open().filter(untold, updated_at__lte=untouched_since)


def drafts_to_remove(*, untouched_since: datetime, told_by: datetime) -> DraftQuerySet:
    """Narrow to drafts left alone for long enough, their owner told long enough ago."""
    return Draft.objects.open().filter(
        updated_at__lte=untouched_since,
        removal_told_at__lte=told_by,
        removal_told_at__gte=F("updated_at"),
    )


@requires_transaction
def tell_of_drafts(*, untouched_since: datetime, notice: timedelta, at: datetime) -> int:
    """Tell owners on which day a draft goes unless they go on with it; return how many drafts."""
    due = drafts_to_tell_of(untouched_since=untouched_since).select_related("owner", "revision")
    drafts = list(_free(due))
    for draft in drafts:
        draft.removal_told_at = at
        # A worker that stood still for weeks takes nobody's week away.
        _tell(draft, goes_at=at + notice, at=at)
        draft.save(update_fields=["removal_told_at"])
    return len(drafts)


@requires_transaction
def remove_drafts(*, untouched_since: datetime, told_by: datetime) -> tuple[int, list[str]]:
    """Delete drafts with files that nothing else holds; return how many, and what lay in store."""
    due = drafts_to_remove(untouched_since=untouched_since, told_by=told_by)
    ids = [draft.pk for draft in _free(due)]
    files = list(DraftPaper.objects.filter(draft__in=ids).values_list("file", flat=True))
    Draft.objects.filter(pk__in=ids).delete()
    return len(ids), delete_loose_files(StoredFile.objects.filter(pk__in=files))


def _free(due: DraftQuerySet) -> DraftQuerySet:
    """Lock the next batch; what a person is saving right now is left for the next run."""
    locked = due.select_for_update(of=("self",), skip_locked=True)
    return locked.order_by("updated_at", "pk")[:BATCH]


@requires_transaction
def _tell(draft: Draft, *, goes_at: datetime, at: datetime) -> None:
    owner, name = draft.owner, draft.revision.everyday_name or draft.revision.name
    day = format_day(local_day(goes_at))
    step = draft.step or FilingStep.AGENCY
    facts = {
        "name": owner.full_name,
        "procedure": name,
        "day": day,
        "url": settings.BASE_URL + reverse("dossiers:step", args=[draft.pk, step]),
        "site": settings.SITE_NAME,
    }
    subject = _("Hồ sơ nháp sẽ bị xóa ngày %(day)s") % facts
    body = (
        _(
            "Kính gửi ông/bà %(name)s,\n\n"
            "Hồ sơ nháp “%(procedure)s” đã lâu không được sửa. Hồ sơ nháp và các tệp kèm theo sẽ "
            "bị xóa ngày %(day)s.\n\n"
            "Nếu ông/bà còn muốn nộp, mở lại hồ sơ nháp và bấm lưu một bước trước ngày đó:\n"
            "%(url)s\n\n"
            "Nếu không còn cần, ông/bà không phải làm gì.\n\n%(site)s"
        )
        % facts
    )
    short = _(
        "DVC: Ho so nhap cua ong/ba lau khong sua, se bi xoa ngay %(day)s. Dang nhap cong va luu "
        "lai neu con muon nop."
    ) % {"day": f"{local_day(goes_at):%d/%m/%Y}"}
    for medium, to, words in (
        (Medium.IN_APP, "", body),
        (Medium.EMAIL, owner.email if owner.email_verified_at else "", body),
        (Medium.SMS, owner.phone if owner.phone_verified_at else "", short),
    ):
        queue_notice(
            kind="draft-removal",
            medium=medium,
            to=to,
            recipient=owner,
            context=draft.acting_key,
            subject_key=f"draft:{draft.pk}",
            subject="" if medium == Medium.SMS else subject,
            body=words,
            dedupe_key=f"draft-removal:{draft.pk}:{at.timestamp()}:{medium}",
            at=at,
        )
