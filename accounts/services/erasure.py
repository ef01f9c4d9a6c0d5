"""An account whose owner's data is erased: an empty row stays, for what refers to it."""

from datetime import datetime
from typing import Final

from django.db.models import Q

from accounts.enums import IdentityKind, IdentityLevel
from accounts.models import EidLink, Mandate, Representative, User
from accounts.services import devices
from portal.core.crypto import keyed_hash
from portal.core.db import requires_transaction
from portal.core.text import fold

# No translation: the same words in every row, by which people know what happened.
ERASED_NAME: Final = "Đã xóa dữ liệu"


@requires_transaction
def lock_all(user_id: int) -> list[User]:
    """Lock an account and those that were merged into it; the account itself comes first."""
    found = User.objects.citizens().select_for_update(of=("self",), no_key=True)
    users = list(found.filter(Q(pk=user_id) | Q(merged_into=user_id)).order_by("pk"))
    return sorted(users, key=lambda user: user.pk != user_id)


def addresses_of(users: list[User]) -> set[str]:
    """Return the phones and mailboxes of these accounts."""
    return {address for user in users for address in (user.phone, user.email) if address}


@requires_transaction
def erase(user: User, *, at: datetime) -> None:
    """Overwrite all that says who somebody is, end what they could do, and close the account."""
    hashes = [keyed_hash(one) for one in (user.phone, user.email) if one]
    hashes += [user.identity_hash] if user.identity_hash else []
    devices.end_others(user)
    EidLink.objects.filter(user=user).delete()
    for right in (Mandate, Representative):
        own = Q(contact_hash__in=hashes)
        own |= Q(holder=user) if right is Mandate else Q(user=user)
        right.objects.filter(own).update(
            named=ERASED_NAME, named_folded=fold(ERASED_NAME), contact_hash=""
        )
    Mandate.objects.filter(Q(principal=user) | Q(holder=user), revoked_at=None).update(
        revoked_at=at
    )
    Representative.objects.filter(user=user, ended_at=None).update(ended_at=at)
    user.full_name = ERASED_NAME
    user.phone = user.email = user.address = user.nationality = user.title = ""
    user.date_of_birth = user.phone_verified_at = user.email_verified_at = None
    user.identity_kind, user.identity_level = IdentityKind.NUMBER, IdentityLevel.DECLARED
    user.identity_sealed, user.identity_hash = None, ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
