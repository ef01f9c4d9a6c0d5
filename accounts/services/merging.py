"""Two accounts of one person become one: the parts of it that are rows of accounts."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import IdentityLevel, MergeState
from accounts.models import AccountMerge, EidLink, Mandate, Representative, User
from accounts.security import SecurityEventKind
from accounts.services import devices, security
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


class MergeAbsent(Exception):
    """There is no such proposal of these agencies, or it was decided already."""


class SamePerson(Exception):
    """Who proposed may not confirm."""


class NoLongerTwo(Exception):
    """One of the accounts was closed or merged meanwhile, or their numbers differ now."""


@requires_transaction
def lock_proposal(*, merge_id: int, by: User, agency_ids: set[int]) -> AccountMerge:
    """
    Lock a proposal that waits, for somebody of its agency who did not make it.

    :raises MergeAbsent: if there is none.
    :raises SamePerson: if `by` made it.
    """
    waiting = AccountMerge.objects.waiting().filter(pk=merge_id, agency__in=agency_ids)
    merge: AccountMerge | None = waiting.locked().first()
    if merge is None:
        raise MergeAbsent
    if merge.proposed_by_id == by.pk:
        raise SamePerson
    return merge


@requires_transaction
def decide(merge: AccountMerge, *, state: MergeState, by: User, at: datetime) -> None:
    """Write who decided a proposal, when and how."""
    merge.state, merge.decided_by, merge.decided_at = state, by, at
    merge.save(update_fields=["state", "decided_by", "decided_at"])


@requires_transaction
def lock_two(merge: AccountMerge) -> tuple[User, User]:
    """
    Lock the duplicate and the survivor, in the order of their ids, and return them.

    :raises NoLongerTwo: if they are no longer two living accounts of one number.
    """
    ids = [merge.duplicate_id, merge.survivor_id]
    usable = User.objects.citizens().usable().filter(pk__in=ids)
    found = {one.pk: one for one in usable.select_for_update(of=("self",)).order_by("pk")}
    if len(found) != 2 or len({one.identity_hash for one in found.values()} - {""}) != 1:
        raise NoLongerTwo
    return found[merge.duplicate_id], found[merge.survivor_id]


@requires_transaction
def join(duplicate: User, survivor: User, *, merge: AccountMerge, by: User, at: datetime) -> None:
    """Lead one account to the other: rights, electronic identity, earlier merges; tell both."""
    devices.end_others(duplicate)
    User.objects.filter(merged_into=duplicate).update(merged_into=survivor)
    duplicate.merged_into = survivor
    duplicate.save(update_fields=["merged_into"])
    if survivor.identity_level != IdentityLevel.EID:
        survivor.identity_level = IdentityLevel.SEEN
        survivor.save(update_fields=["identity_level"])
    _move_rights(duplicate, survivor)
    data: dict[str, str | int] = {"merge": merge.pk, "into": survivor.pk}
    for user in (duplicate, survivor):
        security.record(SecurityEventKind.MERGED, at=at, user=user, actor=by, data=data)
    _tell(duplicate, survivor, merge=merge, at=at)


@requires_transaction
def _move_rights(duplicate: User, survivor: User) -> None:
    held = Representative.objects.filter(user=survivor, ended_at=None).values("organisation")
    represents = Representative.objects.filter(user=duplicate)
    represents.exclude(ended_at=None, organisation__in=held).update(user=survivor)
    between = Q(principal=survivor) | Q(holder=survivor)
    Mandate.objects.filter(principal=duplicate).exclude(between).update(principal=survivor)
    Mandate.objects.filter(holder=duplicate).exclude(between).update(holder=survivor)
    linked = EidLink.objects.filter(user=survivor, ended_at=None).values("issuer")
    links = EidLink.objects.filter(user=duplicate, ended_at=None)
    links.exclude(issuer__in=linked).update(user=survivor)


@requires_transaction
def _tell(duplicate: User, survivor: User, *, merge: AccountMerge, at: datetime) -> None:
    body = _(
        "Hai tài khoản của ông/bà trên Cổng Dịch vụ công đã được gộp làm một sau khi đối chiếu "
        "giấy tờ tại quầy; mọi hồ sơ ở tài khoản còn lại. Nếu không phải ông/bà yêu cầu, hãy báo "
        "Trung tâm Phục vụ hành chính công ngay."
    )
    addresses = [
        (Medium.IN_APP, ""),
        *((Medium.SMS, phone) for phone in dict.fromkeys([duplicate.phone, survivor.phone])),
        *((Medium.EMAIL, email) for email in dict.fromkeys([duplicate.email, survivor.email])),
    ]
    for number, (medium, to) in enumerate(addresses):
        queue_notice(
            kind="accounts-merged",
            medium=medium,
            to=to,
            recipient=survivor,
            subject_key="",
            subject=_("Hai tài khoản của ông/bà đã được gộp"),
            body=body,
            dedupe_key=f"accounts-merged:{merge.pk}:{number}",
            at=at,
        )
