"""What goes by itself when its term is over: old drafts, files nobody holds, words of notices."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from dossiers.services import disposal as listing, privacy, retention as dossiers
from portal.core.dates import local_day
from portal.notices import outbox
from portal.notices.models import Notice
from portal.operations import policies
from portal.operations.services import disposals, doomed
from procedures.services import exchange_files


@dataclass(frozen=True, slots=True)
class Swept:
    """How much one run found to do, of each kind."""

    drafts_told: int
    drafts_removed: int
    files_removed: int
    notices_wiped: int
    notices_removed: int
    dossiers_listed: int
    catalogue_files_removed: int

    def lines(self) -> list[str]:
        return [f"{name}: {count}" for name, count in asdict(self).items()]


def due(*, at: datetime) -> Swept:
    """Count what `apply` would do now, and change nothing."""
    terms = policies.retention_on(local_day(at))
    untouched = at - terms.draft_life
    return Swept(
        drafts_told=dossiers.drafts_to_tell_of(
            untouched_since=at - terms.draft_life + terms.draft_notice
        ).count(),
        drafts_removed=dossiers.drafts_to_remove(
            untouched_since=untouched, told_by=at - terms.draft_notice
        ).count(),
        files_removed=privacy.loose_files(before=untouched).count(),
        notices_wiped=outbox.worded(before=at - terms.notice_words).count(),
        notices_removed=Notice.objects.filter(created_at__lt=at - terms.notice_rows).count(),
        dossiers_listed=disposals.due_to_list(at=at).count(),
        catalogue_files_removed=exchange_files.files_to_remove(
            before=at - terms.catalogue_files
        ).count(),
    )


def apply(*, at: datetime) -> Swept:
    """
    Do what is due, in small transactions, and remove the files after them.

    A second run at the same moment finds nothing; one that was cut off is made up for by the next.
    """
    terms = policies.retention_on(local_day(at))

    def tell() -> int:
        since = at - terms.draft_life + terms.draft_notice
        return dossiers.tell_of_drafts(untouched_since=since, notice=terms.draft_notice, at=at)

    def remove() -> int:
        removed, keys = dossiers.remove_drafts(
            untouched_since=at - terms.draft_life, told_by=at - terms.draft_notice
        )
        doomed.doom(keys, at=at)
        return removed

    def remove_files() -> int:
        removed, keys = privacy.remove_loose_files(before=at - terms.draft_life)
        doomed.doom(keys, at=at)
        return removed

    def remove_catalogue_files() -> int:
        removed, keys = exchange_files.forget_files(before=at - terms.catalogue_files, at=at)
        doomed.doom(keys, at=at)
        return removed

    _batch(listing.unlist_reopened)
    swept = Swept(
        drafts_told=_until_none_is_left(tell),
        drafts_removed=_until_none_is_left(remove),
        files_removed=_until_none_is_left(remove_files),
        notices_wiped=_until_none_is_left(
            lambda: outbox.wipe_words(before=at - terms.notice_words, at=at)
        ),
        notices_removed=_until_none_is_left(
            lambda: outbox.remove_old(before=at - terms.notice_rows)
        ),
        dossiers_listed=_until_none_is_left(lambda: disposals.list_batch(at=at)),
        catalogue_files_removed=_until_none_is_left(remove_catalogue_files),
    )
    doomed.purge_doomed()
    return swept


def _until_none_is_left(act: Callable[[], int]) -> int:
    done = 0
    while count := _batch(act):
        done += count
    return done


@transaction.atomic(durable=True)
def _batch(act: Callable[[], int]) -> int:
    return act()
