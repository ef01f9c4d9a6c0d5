"""Two accounts of one person become one, in every app at once; a second person confirms."""

from datetime import datetime

from django.db import transaction

from accounts.enums import MergeState
from accounts.models import AccountMerge, User
from accounts.security import SecurityEventKind
from accounts.services import merging, security
from dossiers.services import ownership as dossiers
from payments.services import ownership as payments
from portal.notices.models import Notice


@transaction.atomic(durable=True)
def confirm_merge(*, merge_id: int, by: User, agency_ids: set[int], at: datetime) -> AccountMerge:
    """
    Merge the accounts of a proposal: all that is the duplicate's becomes the survivor's.

    :raises MergeAbsent: if no such proposal of these agencies waits.
    :raises SamePerson: if `by` proposed it.
    :raises NoLongerTwo: if an account was closed or merged meanwhile.
    """
    merge = merging.lock_proposal(merge_id=merge_id, by=by, agency_ids=agency_ids)
    duplicate, survivor = merging.lock_two(merge)
    merging.decide(merge, state=MergeState.DONE, by=by, at=at)
    dossiers.move_to(from_id=duplicate.pk, to_id=survivor.pk)
    payments.move_to(from_id=duplicate.pk, to_id=survivor.pk)
    Notice.objects.filter(recipient=duplicate.pk).update(recipient=survivor.pk)
    merging.join(duplicate, survivor, merge=merge, by=by, at=at)
    return merge


@transaction.atomic(durable=True)
def decline_merge(*, merge_id: int, by: User, agency_ids: set[int], at: datetime) -> AccountMerge:
    """
    Decline a proposal; both accounts stay as they are.

    :raises MergeAbsent: if no such proposal of these agencies waits.
    :raises SamePerson: if `by` proposed it.
    """
    merge = merging.lock_proposal(merge_id=merge_id, by=by, agency_ids=agency_ids)
    merging.decide(merge, state=MergeState.DECLINED, by=by, at=at)
    security.record(
        SecurityEventKind.MERGE_DECLINED,
        at=at,
        user=merge.duplicate,
        actor=by,
        data={"merge": merge.pk},
    )
    return merge
